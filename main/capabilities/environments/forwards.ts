import { createServer, type Server, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import type { Duplex } from 'node:stream'
import type { NamespacedRef } from '../../../preload/contract/common'
import { failure } from '../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { listeners } from '../../platform/streams/latest'
import { currentPod } from './domain/status'
import { isForeign, HOST_LIMIT, wholeHead } from './domain/guard'
import { podsOf } from './observe'
import type { EnvironmentPorts } from './ports'

export interface Forward { namespace: string; name: string; url: string; state: 'open' | 'healing'; pod: string }
interface Open extends Forward { server: Server; port: number; sockets: Set<Socket>; path: string }
const HEAL_TRIES = 40
const HEAL_PAUSE_MS = 500
const PATH_MS = 3_000
const keyOf = ({ namespace, name }: NamespacedRef) => `${namespace}/${name}`
const portKey = (ref: NamespacedRef) => `forward ${keyOf(ref)}`
const isPort = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 1023 && value < 65_536

/** Forwards on loopback that hold on to their port while pods come and go: every connection looks the ready pod up anew. */
export function makeForwards(ports: Pick<EnvironmentPorts, 'sites' | 'records' | 'settings' | 'clock' | 'log'>) {
  const open = new Map<string, Open>()
  const changed = listeners()
  const told = (forward: Open, state: Forward['state'], pod = forward.pod) => {
    if (forward.state === state && forward.pod === pod) return
    Object.assign(forward, { state, pod })
    changed.tell()
  }

  async function readyPod(ref: NamespacedRef): Promise<Outcome<string>> {
    const home = ports.sites.home()
    if (!home.ok) return home
    const pods = await podsOf(home.value, ref)
    if (!pods.ok) return pods
    const pod = currentPod(pods.value)
    return pod?.ready ? succeed(pod.metadata.name) : fail(failure('NOT_SUPPORTED_HERE', { says: `${ref.name} is not ready to be opened.`, remedy: 'Wait until it is ready, or resume it.' }))
  }
  async function reach(ref: NamespacedRef, port: number): Promise<Outcome<{ pod: string; stream: Duplex }>> {
    const [home, pod] = [ports.sites.home(), await readyPod(ref)]
    if (!home.ok) return home
    if (!pod.ok) return pod
    const stream = await home.value.connect({ namespace: ref.namespace, name: pod.value }, port)
    return stream.ok ? succeed({ pod: pod.value, stream: stream.value }) : stream
  }

  // A notebook controller tells the server to live under a path of its own; images that do not obey answer 404 there.
  async function pathOf(ref: NamespacedRef, port: number): Promise<string> {
    const prefix = `/notebook/${ref.namespace}/${ref.name}/`
    const reached = await reach(ref, port)
    if (!reached.ok) return prefix
    const { stream } = reached.value
    stream.on('error', () => undefined)
    stream.write(`GET ${prefix} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`)
    const limit = new AbortController()
    const beginning = await Promise.race([new Promise<string>((resolve) => stream.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1')))), ports.clock.sleep(PATH_MS, limit.signal).then(() => '', () => '')])
    limit.abort()
    stream.destroy()
    return /^HTTP\/1\.\d 404/.test(beginning) ? '/' : prefix
  }

  /** Pipes one connection to the pod that is ready now; while none is, the caller waits and the forward heals. */
  async function serve(forward: Open, socket: Socket, port: number) {
    const head = await wholeHead(socket, HOST_LIMIT)
    if (isForeign(head, forward.port)) {
      socket.end('HTTP/1.1 421 Misdirected Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
      return
    }
    for (let tried = 0; tried < HEAL_TRIES && !socket.destroyed; tried++) {
      const reached = await reach(forward, port)
      if (reached.ok) {
        told(forward, 'open', reached.value.pod)
        const { stream } = reached.value
        stream.once('error', () => told(forward, 'healing'))
        stream.write(head)
        pipeline(socket, stream, () => undefined)
        pipeline(stream, socket, () => undefined)
        return
      }
      told(forward, 'healing')
      await ports.clock.sleep(HEAL_PAUSE_MS)
    }
    socket.destroy()
  }

  function listen(ref: NamespacedRef, told: { pod: string; port: number; path: string }): Promise<Open> {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      socket.on('error', () => socket.destroy())
      serve(forward, socket, told.port).catch((error: unknown) => {
        ports.log.warn('A forwarded connection failed.', { environment: keyOf(ref), error: String(error) })
        socket.destroy()
      })
    })
    const forward: Open = { ...ref, url: '', state: 'open', pod: told.pod, server, port: 0, sockets, path: told.path }
    const kept = ports.settings.get(portKey(ref))
    const bind = (port: number) => new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: '127.0.0.1', port, exclusive: true }, () => { server.off('error', reject); resolve() })
    })
    // The port of last time, so that a bookmark stays true; another where somebody else took it.
    return (isPort(kept) ? bind(kept).catch(() => bind(0)) : bind(0)).then(() => {
      const address = server.address()
      forward.port = typeof address === 'object' && address ? address.port : 0
      forward.url = `http://127.0.0.1:${String(forward.port)}${forward.path}`
      ports.settings.set(portKey(ref), forward.port)
      return forward
    })
  }

  return {
    /** The exact loopback address of an environment; opens its forward where none is open yet. */
    async open(ref: NamespacedRef, signal?: AbortSignal): Promise<Outcome<{ url: string }>> {
      const there = open.get(keyOf(ref))
      if (there) return succeed({ url: there.url })
      const environment = await ports.records.read('Environment', ref, signal)
      if (!environment.ok) return environment
      const pod = await readyPod(ref)
      if (!pod.ok) return pod
      const { port } = environment.value.spec.tool
      const path = environment.value.status.workload?.startsWith('Notebook/') ? await pathOf(ref, port) : '/'
      const forward = await listen(ref, { pod: pod.value, port, path })
      open.set(keyOf(ref), forward)
      changed.tell()
      return succeed({ url: forward.url })
    },
    close(ref: NamespacedRef): Outcome<void> {
      const forward = open.get(keyOf(ref))
      if (!forward) return succeed(undefined)
      open.delete(keyOf(ref))
      for (const socket of forward.sockets) socket.destroy()
      forward.server.close()
      changed.tell()
      return succeed(undefined)
    },
    list: (): Forward[] => [...open.values()].map(({ namespace, name, url, state, pod }) => ({ namespace, name, url, state, pod })),
    onChange: changed.add,
    closeAll() { for (const forward of [...open.values()]) this.close(forward) },
  }
}
export type Forwards = ReturnType<typeof makeForwards>
