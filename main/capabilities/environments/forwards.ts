import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { NamespacedRef } from '../../../preload/contract/common'
import { failure } from '../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import {
  BrowserProxy,
  forwardHost,
  HOST_LIMIT,
  isFromBrowser,
  listenOnLoopback,
  refusalAnswer,
  refusalAt,
  wholeHead,
  rememberedPorts,
} from '../../platform/loopback'
import { listeners } from '../../platform/streams/latest'
import { tunnel } from '../../platform/streams/tunnel'
import { currentPod } from './domain/status'
import { podsOf } from './observe'
import type { EnvironmentPorts } from './ports'

export interface Forward {
  namespace: string
  name: string
  url: string
  state: 'open' | 'healing'
  pod: string
}
interface Open extends Forward {
  /** The name in its address; what a browser keeps for it is kept for no other. */
  host: string
  port: number
  /** What browsers ask goes through here, request by request. */
  proxy: BrowserProxy
  stop(): void
  sockets: Set<Socket>
}
type Ports = Pick<EnvironmentPorts, 'sites' | 'records' | 'settings' | 'clock' | 'log'>
const HEAL_TRIES = 40
const HEAL_PAUSE_MS = 500
const PATH_MS = 3_000
const keyOf = ({ namespace, name }: NamespacedRef) => `${namespace}/${name}`

/** Forwards on loopback that hold on to their port while pods come and go: every connection looks the ready pod up anew. */
export class Forwards {
  readonly #ports: Ports
  readonly #open = new Map<string, Open>()
  readonly #changed = listeners()
  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** The exact loopback address of an environment; opens its forward where none is open yet. */
  async open(ref: NamespacedRef, signal?: AbortSignal): Promise<Outcome<{ url: string }>> {
    const there = this.#open.get(keyOf(ref))
    if (there) return succeed({ url: there.url })
    const environment = await this.#ports.records.read('Environment', ref, signal)
    if (!environment.ok) return environment
    const pod = await this.#readyPod(ref)
    if (!pod.ok) return pod
    const { spec, status } = environment.value
    const path = status.workload?.startsWith('Notebook/')
      ? await this.#pathOf(ref, spec.tool.port)
      : '/'
    const forward = await this.#listen(ref, { pod: pod.value, port: spec.tool.port, path })
    this.#open.set(keyOf(ref), forward)
    this.#changed.tell()
    return succeed({ url: forward.url })
  }
  close(ref: NamespacedRef): Outcome<void> {
    const forward = this.#open.get(keyOf(ref))
    if (!forward) return succeed(undefined)
    this.#open.delete(keyOf(ref))
    for (const socket of forward.sockets) socket.destroy()
    forward.proxy.close()
    forward.stop()
    this.#changed.tell()
    return succeed(undefined)
  }
  closeAll() {
    for (const forward of [...this.#open.values()]) this.close(forward)
  }
  readonly list = (): Forward[] =>
    [...this.#open.values()].map(({ namespace, name, url, state, pod }) => ({
      namespace,
      name,
      url,
      state,
      pod,
    }))
  readonly onChange = (listener: () => void) => this.#changed.add(listener)

  #tell(forward: Open, state: Forward['state'], pod = forward.pod) {
    if (forward.state === state && forward.pod === pod) return
    Object.assign(forward, { state, pod })
    this.#changed.tell()
  }
  async #readyPod(ref: NamespacedRef): Promise<Outcome<string>> {
    const home = this.#ports.sites.home()
    if (!home.ok) return home
    const pods = await podsOf(home.value, ref)
    if (!pods.ok) return pods
    const pod = currentPod(pods.value)
    return pod?.ready
      ? succeed(pod.metadata.name)
      : fail(
          failure('NOT_SUPPORTED_HERE', {
            says: `${ref.name} is not ready to be opened.`,
            remedy: 'Wait until it is ready, or resume it.',
          }),
        )
  }
  async #reach(
    ref: NamespacedRef,
    port: number,
  ): Promise<Outcome<{ pod: string; stream: Duplex }>> {
    const [home, pod] = [this.#ports.sites.home(), await this.#readyPod(ref)]
    if (!home.ok) return home
    if (!pod.ok) return pod
    const stream = await home.value.connect({ namespace: ref.namespace, name: pod.value }, port)
    return stream.ok ? succeed({ pod: pod.value, stream: stream.value }) : stream
  }
  // A notebook controller tells the server to live under a path of its own; images that do not obey answer 404 there.
  async #pathOf(ref: NamespacedRef, port: number): Promise<string> {
    const prefix = `/notebook/${ref.namespace}/${ref.name}/`
    const reached = await this.#reach(ref, port)
    if (!reached.ok) return prefix
    const { stream } = reached.value
    stream.on('error', () => undefined)
    stream.write(`GET ${prefix} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`)
    const limit = new AbortController()
    const first = new Promise<string>((resolve) =>
      stream.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1'))),
    )
    const beginning = await Promise.race([
      first,
      this.#ports.clock.sleep(PATH_MS, limit.signal).then(
        () => '',
        () => '',
      ),
    ])
    limit.abort()
    stream.destroy()
    return /^HTTP\/1\.\d 404/.test(beginning) ? '/' : prefix
  }

  /** A connection to the pod that is ready now; while none is, the caller waits and the forward heals. */
  async #reachInTime(forward: Open, port: number, signal: AbortSignal) {
    for (let tried = 0; tried < HEAL_TRIES && !signal.aborted; tried++) {
      const reached = await this.#reach(forward, port)
      if (reached.ok) {
        const { pod, stream } = reached.value
        this.#tell(forward, 'open', pod)
        stream.once('error', () => this.#tell(forward, 'healing'))
        return stream
      }
      this.#tell(forward, 'healing')
      await this.#ports.clock.sleep(HEAL_PAUSE_MS, signal).catch(() => undefined)
    }
    return undefined
  }
  async #serve(forward: Open, socket: Socket, port: number) {
    const gone = new AbortController()
    socket.once('close', () => gone.abort())
    const head = await wholeHead(socket, HOST_LIMIT)
    const refusal = refusalAt(head, forward)
    if (refusal) return void socket.end(refusalAnswer(refusal, forward))
    if (isFromBrowser(head)) return forward.proxy.take(socket, head)
    const stream = await this.#reachInTime(forward, port, gone.signal)
    if (!stream || socket.destroyed) {
      stream?.destroy()
      return void socket.destroy()
    }
    stream.write(head)
    tunnel(socket, stream)
  }
  async #listen(
    ref: NamespacedRef,
    to: { pod: string; port: number; path: string },
  ): Promise<Open> {
    const sockets = new Set<Socket>()
    const { settings } = this.#ports
    const host = forwardHost(ref.name, ['environment', ref.namespace, ref.name], settings)
    const forward: Open = {
      ...ref,
      url: '',
      state: 'open',
      pod: to.pod,
      host,
      port: 0,
      proxy: new BrowserProxy({
        name: () => forward,
        reach: (signal) => this.#reachInTime(forward, to.port, signal),
      }),
      stop: () => undefined,
      sockets,
    }
    const serve = (socket: Socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      socket.on('error', () => socket.destroy())
      this.#serve(forward, socket, to.port).catch((error: unknown) => {
        this.#ports.log.warn('A forwarded connection failed.', {
          environment: keyOf(ref),
          error: String(error),
        })
        socket.destroy()
      })
    }
    const ports = rememberedPorts(settings)
    // The port of last time, so that a bookmark stays true; another where somebody else took it.
    const listener = await listenOnLoopback(serve, { port: ports.of(keyOf(ref)) ?? 0 }).catch(() =>
      listenOnLoopback(serve, { port: 0 }),
    )
    forward.port = listener.port
    forward.stop = () => listener.close()
    forward.url = `http://${host}:${String(listener.port)}${to.path}`
    ports.keep(keyOf(ref), listener.port)
    return forward
  }
}
