import type { Duplex } from 'node:stream'
import { failure } from '../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { AnyObject } from '../../platform/kubernetes/objects'
import type { KubeClient } from '../../platform/kubernetes/types'
import { KUBE } from '../plans'
import { groupKind, type Raw } from './domain/raw'
import { canServe, podPort, replaces, selectorFor } from './domain/targets'
import type { ObjectPorts } from './ports'

const FIRST_MS = 3000
interface Behind {
  site: string
  target: Raw
  port: number
  changed(): void
}

/** The pods a forward may lead to, watched, so that a new one takes over as soon as it is ready. */
export class PodsBehind {
  readonly #ports: ObjectPorts
  readonly #behind: Behind
  readonly #pods = new Map<string, Raw>()
  #pod = ''
  #watching: { client: KubeClient; stop: AbortController } | undefined
  #stopSites = () => {}
  #known = () => {}

  constructor(ports: ObjectPorts, behind: Behind) {
    this.#ports = ports
    this.#behind = behind
    if (groupKind(behind.target) === '/Pod') this.#take(behind.target)
  }
  /** Begins to watch; resolves when the first pods are known, or when that takes longer than people wait. */
  async begin(): Promise<void> {
    const known = new Promise<void>((resolve) => {
      this.#known = resolve
    })
    this.#stopSites = this.#ports.sites.onChange(() => this.#align())
    this.#align()
    const over = new AbortController()
    await Promise.race([
      known,
      this.#ports.clock.sleep(FIRST_MS, over.signal).catch(() => undefined),
    ])
    over.abort()
  }
  close() {
    this.#stopSites()
    this.#watching?.stop.abort()
  }
  standing(): { pod: string; state: 'open' | 'healing'; says: string } {
    if (!this.#watching)
      return { pod: this.#pod, state: 'healing', says: `${this.#behind.site} is not connected.` }
    const chosen = this.#choose()
    return chosen
      ? { pod: chosen.metadata.name, state: 'open', says: '' }
      : { pod: this.#pod, state: 'healing', says: 'Waits for a pod that is ready.' }
  }
  /** One connection to the pod of now; fails where none is ready. */
  async reach(signal: AbortSignal): Promise<Outcome<Duplex>> {
    const pod = this.#choose()
    const { target, port } = this.#behind
    const to = pod && (groupKind(target) === '/Service' ? podPort(target, port, pod) : port)
    if (!pod || !this.#watching || to === undefined)
      return fail(failure('NOT_FOUND', { kind: 'ready pod', name: target.metadata.name }))
    const { namespace = '', name } = pod.metadata
    const stream = await this.#watching.client.connect({ namespace, name }, to, signal)
    // What refuses may be gone before the watch has told.
    if (!stream.ok && stream.failure.code === 'NOT_FOUND') this.#pods.delete(name)
    return stream.ok ? succeed(stream.value) : stream
  }

  /** The same pod for as long as it can serve; then the newest that can. */
  #choose(): Raw | undefined {
    const same = this.#pods.get(this.#pod)
    if (same && canServe(same)) return same
    const [newest] = [...this.#pods.values()]
      .filter(canServe)
      .sort((a, b) =>
        (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''),
      )
    if (newest) this.#pod = newest.metadata.name
    return newest
  }
  #take(pod: Raw) {
    this.#pods.set(pod.metadata.name, pod)
  }
  #align() {
    const client = this.#ports.sites.client(this.#behind.site)
    if (client.ok && this.#watching?.client === client.value) return
    this.#watching?.stop.abort()
    this.#watching = client.ok ? { client: client.value, stop: new AbortController() } : undefined
    if (this.#watching)
      void this.#follow(this.#watching.client, this.#watching.stop.signal).catch(() => undefined)
    this.#behind.changed()
  }
  async #follow(client: KubeClient, signal: AbortSignal) {
    const { target, changed } = this.#behind
    const labelSelector = selectorFor(target)
    const { namespace = '', name } = target.metadata
    const isPod = groupKind(target) === '/Pod'
    if (labelSelector === undefined && !isPod) return
    const query = { namespace, ...(labelSelector === undefined ? { name } : { labelSelector }) }
    for await (const item of client.watch(KUBE.pods, query, { parse: AnyObject, signal })) {
      if (item.type === 'reset') this.#pods.clear()
      else for (const gone of item.removed) this.#pods.delete(gone.name)
      for (const pod of (item.type === 'reset' ? item.items : item.upserts) as Raw[])
        if (!isPod || replaces(pod, target)) this.#take(pod)
      this.#known()
      changed()
    }
  }
}
