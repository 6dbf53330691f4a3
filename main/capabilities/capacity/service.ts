import type { Inventory, NodeFacts, PodFacts } from '../../kernel/inventory'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient, WatchItem } from '../../platform/kubernetes/types'
import { listeners } from '../../platform/streams/latest'
import { KUBE } from '../plans'
import type { Sites } from '../sites'
import { NodeObject, PodObject } from './parse'

interface Live { client: KubeClient; nodes: Map<string, NodeFacts>; pods: Map<string, PodFacts>; complete: Set<'nodes' | 'pods'>; stop(): void }
type Ports = { sites: Pick<Sites, 'states' | 'client' | 'onChange'> }
const keyOf = ({ name, namespace }: { name: string; namespace?: string }) => `${namespace ?? ''}/${name}`

function take<T extends NodeFacts | PodFacts>(into: Map<string, T>, item: WatchItem<T>) {
  if (item.type === 'reset') into.clear()
  for (const fact of item.type === 'reset' ? item.items : item.upserts) into.set(keyOf(fact.metadata), fact)
  if (item.type === 'changed') for (const gone of item.removed) into.delete(keyOf(gone))
}
const inventory = (site: string, { client, nodes, pods }: Live): Inventory => ({ site, at: client.clock.now(), nodes: [...nodes.values()], pods: [...pods.values()] })
const isComplete = ({ complete }: Live) => complete.size === 2

/** What the connected sites have and what runs there. While somebody follows, nodes and pods are watched; otherwise they are listed when asked. */
export class Capacity {
  readonly #sites: Ports['sites']
  readonly #live = new Map<string, Live>()
  readonly #heard = listeners()
  #followers = 0
  #stopSites = () => {}
  constructor({ sites }: Ports) { this.#sites = sites }

  /** Everything a site has now, by its own clock. */
  async snapshot(site: string, signal?: AbortSignal): Promise<Outcome<Inventory>> {
    const one = this.#live.get(site)
    if (one && isComplete(one)) return succeed(inventory(site, one))
    const client = this.#sites.client(site)
    if (!client.ok) return client
    const [nodes, pods] = await Promise.all([client.value.list(KUBE.nodes, {}, NodeObject, signal), client.value.list(KUBE.pods, {}, PodObject, signal)])
    if (!nodes.ok) return nodes
    if (!pods.ok) return pods
    return succeed({ site, at: client.value.clock.now(), nodes: nodes.value, pods: pods.value })
  }
  /** What the watches know now, of sites that have answered in full. */
  known(): Inventory[] { return [...this.#live].filter(([, one]) => isComplete(one)).map(([site, one]) => inventory(site, one)) }

  /** Keeps every connected site watched and calls back after changes; the answer stops it. */
  follow(listener: () => void): () => void {
    const stop = this.#heard.add(listener)
    this.#followers++
    if (this.#followers === 1) this.#stopSites = this.#sites.onChange(() => this.#align())
    this.#align()
    let over = false
    return () => {
      if (over) return
      over = true
      stop()
      this.#followers--
      if (this.#followers > 0) return
      this.#stopSites()
      this.#align()
    }
  }

  #align() {
    const wanted = new Map<string, KubeClient>()
    for (const { id } of this.#followers > 0 ? this.#sites.states() : []) {
      const client = this.#sites.client(id)
      if (client.ok) wanted.set(id, client.value)
    }
    for (const [site, one] of this.#live) {
      if (wanted.get(site) === one.client) continue
      one.stop()
      this.#live.delete(site)
      this.#heard.tell()
    }
    for (const [site, client] of wanted) if (!this.#live.has(site)) this.#start(site, client)
  }
  #start(site: string, client: KubeClient) {
    const ending = new AbortController()
    const { signal } = ending
    const one: Live = { client, nodes: new Map(), pods: new Map(), complete: new Set(), stop: () => ending.abort() }
    this.#live.set(site, one)
    const ended = () => undefined // a watch ends with its signal; what it could not read is said by the site's own state
    this.#read(one, { name: 'nodes', into: one.nodes, items: client.watch(KUBE.nodes, {}, { parse: NodeObject, signal }) }).catch(ended)
    this.#read(one, { name: 'pods', into: one.pods, items: client.watch(KUBE.pods, {}, { parse: PodObject, signal }) }).catch(ended)
  }
  async #read<T extends NodeFacts | PodFacts>(one: Live, what: { name: 'nodes' | 'pods'; into: Map<string, T>; items: AsyncIterable<WatchItem<T>> }) {
    for await (const item of what.items) {
      take(what.into, item)
      if (item.type === 'reset') one.complete.add(what.name)
      this.#heard.tell()
    }
  }
}
export const makeCapacity = (ports: Ports): Capacity => new Capacity(ports)
