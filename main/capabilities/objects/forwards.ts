import type { Socket } from 'node:net'
import { failure } from '../../../preload/contract/failures'
import type { ObjectForward } from '../../../preload/contract/objects'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { AnyObject } from '../../platform/kubernetes/objects'
import {
  BrowserProxy,
  forwardHost,
  listenOnLoopback,
  rememberedPorts,
  type LoopbackListener,
} from '../../platform/loopback'
import { listeners } from '../../platform/streams/latest'
import { KUBE } from '../plans'
import type { Raw } from './domain/raw'
import { carry, reachInTime } from './forwarding'
import { PodsBehind } from './pods-behind'
import type { ObjectPorts } from './ports'

export interface ForwardAsk {
  site: string
  kind: 'Pod' | 'Service'
  namespace: string
  name: string
  port: number
  localPort?: number | undefined
}
interface Open {
  ask: ForwardAsk
  id: string
  /** The name in its address for browsers. */
  host: string
  listener: LoopbackListener
  pods: PodsBehind
  proxy: BrowserProxy
  sockets: Set<Socket>
}

const keyOf = ({ site, kind, namespace, name, port }: ForwardAsk) =>
  [site, kind, namespace, name, String(port)].join('/')

/** Ports of this machine, loopback only, that lead to pods and hold on while those come and go. */
export class ObjectForwards {
  readonly #ports: ObjectPorts
  readonly #open = new Map<string, Open>()
  readonly #changed = listeners()
  constructor(ports: ObjectPorts) {
    this.#ports = ports
  }

  readonly onChange = (listener: () => void) => this.#changed.add(listener)
  readonly list = (): ObjectForward[] => [...this.#open.values()].map((one) => view(one))

  async open(ask: ForwardAsk, signal?: AbortSignal): Promise<Outcome<ObjectForward>> {
    const there = this.#open.get(keyOf(ask))
    if (there) return succeed(view(there))
    const target = await this.#target(ask, signal)
    if (!target.ok) return target
    const one = await this.#listen(ask, target.value)
    if (!one.ok) return one
    this.#open.set(keyOf(ask), one.value)
    this.#changed.tell()
    return succeed(view(one.value))
  }
  close(id: string): Outcome<void> {
    for (const [key, one] of this.#open) {
      if (one.id !== id) continue
      this.#open.delete(key)
      one.pods.close()
      one.proxy.close()
      for (const socket of one.sockets) socket.destroy()
      one.listener.close()
      this.#changed.tell()
    }
    return succeed(undefined)
  }
  closeAll() {
    for (const { id } of [...this.#open.values()]) this.close(id)
  }

  async #target(
    { site, kind, namespace, name }: ForwardAsk,
    signal?: AbortSignal,
  ): Promise<Outcome<Raw>> {
    const client = this.#ports.sites.client(site)
    if (!client.ok) return client
    const may = await this.#ports.sites.review(
      site,
      [
        {
          verb: 'create',
          group: '',
          resource: 'pods',
          subresource: 'portforward',
          namespace,
          says: 'forward ports',
        },
      ],
      signal,
    )
    const refused = may.ok ? may.value.find(({ allowed }) => allowed === 'no') : undefined
    if (refused)
      return fail(
        failure('FORBIDDEN', {
          site,
          verb: 'create',
          resource: 'pods/portforward',
          namespace,
          says: 'port-forward is not allowed',
          grantedBy: refused.grantedBy,
        }),
      )
    const found = await client.value.get(
      kind === 'Pod' ? KUBE.pods : KUBE.services,
      { namespace, name },
      AnyObject,
      signal,
    )
    if (!found.ok) return found
    return found.value
      ? succeed(found.value as Raw)
      : fail(failure('NOT_FOUND', { kind: kind.toLowerCase(), name }))
  }
  async #listen(ask: ForwardAsk, target: Raw): Promise<Outcome<Open>> {
    const pods = new PodsBehind(this.#ports, {
      site: ask.site,
      target,
      port: ask.port,
      changed: () => this.#changed.tell(),
    })
    const sockets = new Set<Socket>()
    const { settings } = this.#ports.store
    const host = forwardHost(ask.name, [keyOf(ask)], settings)
    let port = 0
    const name = () => ({ host, port })
    const { clock } = this.#ports
    const proxy = new BrowserProxy({
      name,
      reach: (signal) => reachInTime({ pods, clock }, signal),
    })
    const serve = (socket: Socket) => {
      this.#count(socket, sockets)
      carry(socket, { pods, clock, proxy, name }).catch((error: unknown) => {
        this.#ports.log.warn('A forwarded connection failed.', {
          forward: keyOf(ask),
          error: String(error),
        })
        socket.destroy()
      })
    }
    const bound = await this.#bind(serve, ask)
    if (!bound.ok) {
      pods.close()
      return bound
    }
    const listener = bound.value
    port = listener.port
    rememberedPorts(settings).keep(keyOf(ask), listener.port)
    await pods.begin()
    return succeed({
      ask,
      id: `forward-${String(listener.port)}`,
      host,
      listener,
      pods,
      proxy,
      sockets,
    })
  }
  #count(socket: Socket, sockets: Set<Socket>) {
    sockets.add(socket)
    this.#changed.tell()
    socket.once('close', () => {
      sockets.delete(socket)
      this.#changed.tell()
    })
    socket.on('error', () => socket.destroy())
  }
  /** The port that was asked for, else the one of last time so that a bookmark stays true, else any. */
  async #bind(
    serve: (socket: Socket) => void,
    ask: ForwardAsk,
  ): Promise<Outcome<LoopbackListener>> {
    const kept = rememberedPorts(this.#ports.store.settings).of(keyOf(ask))
    const on = (port: number) => listenOnLoopback(serve, { port, allowHalfOpen: true })
    try {
      if (ask.localPort !== undefined) return succeed(await on(ask.localPort))
      return succeed(await (kept === undefined ? on(0) : on(kept).catch(() => on(0))))
    } catch {
      return fail(
        failure('INVALID', {
          issues: [
            {
              path: 'localPort',
              says: `port ${String(ask.localPort ?? 0)} of this machine is taken or may not be used`,
            },
          ],
        }),
      )
    }
  }
}

function view({ ask, id, host, listener, pods, sockets }: Open): ObjectForward {
  const { port: localPort } = listener
  const { pod, state, says } = pods.standing()
  return {
    id,
    site: ask.site,
    target: { kind: ask.kind, namespace: ask.namespace, name: ask.name },
    port: ask.port,
    localPort,
    address: `127.0.0.1:${String(localPort)}`,
    url: `http://${host}:${String(localPort)}/`,
    state,
    pod,
    connections: sockets.size,
    says,
  }
}
