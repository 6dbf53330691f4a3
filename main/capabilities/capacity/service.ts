import type { Inventory, NodeFacts, PodFacts } from '../../kernel/inventory'
import { succeed, type Outcome } from '../../kernel/outcome'
import { keep } from '../../platform/kubernetes/kept'
import type { KubeClient, WatchItem } from '../../platform/kubernetes/types'
import { KUBE } from '../plans'
import { Followed, type FollowedSites } from '../sites'
import { NodeObject, PodObject } from './parse'

interface Live {
  client: KubeClient
  nodes: Map<string, NodeFacts>
  pods: Map<string, PodFacts>
  complete: Set<'nodes' | 'pods'>
}
type Ports = { sites: FollowedSites }

const inventory = ({ client, nodes, pods }: Live): Inventory => ({
  site: client.site,
  at: client.clock.now(),
  nodes: [...nodes.values()],
  pods: [...pods.values()],
})
const isComplete = ({ complete }: Live) => complete.size === 2

/** What the connected sites have and what runs there. While somebody follows, nodes and pods are watched; otherwise they are listed when asked. */
export class Capacity {
  readonly #sites: Ports['sites']
  readonly #live: Followed<Live>
  constructor({ sites }: Ports) {
    this.#sites = sites
    this.#live = new Followed(sites, (client, signal) => this.#start(client, signal))
  }

  /** Everything a site has now, by its own clock. */
  async snapshot(site: string, signal?: AbortSignal): Promise<Outcome<Inventory>> {
    const one = this.#live.get(site)
    if (one && isComplete(one)) return succeed(inventory(one))
    const client = this.#sites.client(site)
    if (!client.ok) return client
    const [nodes, pods] = await Promise.all([
      client.value.list(KUBE.nodes, {}, NodeObject, signal),
      client.value.list(KUBE.pods, {}, PodObject, signal),
    ])
    if (!nodes.ok) return nodes
    if (!pods.ok) return pods
    return succeed({ site, at: client.value.clock.now(), nodes: nodes.value, pods: pods.value })
  }
  /** What the watches know now, of sites that have answered in full. */
  known(): Inventory[] {
    return this.#live.all().filter(isComplete).map(inventory)
  }

  /** Keeps every connected site watched and calls back after changes; the answer stops it. */
  follow(listener: () => void): () => void {
    return this.#live.follow(listener)
  }

  #start(client: KubeClient, signal: AbortSignal): Live {
    const one: Live = { client, nodes: new Map(), pods: new Map(), complete: new Set() }
    const ended = () => undefined // a watch ends with its signal; what it could not read is said by the site's own state
    this.#read(one, {
      name: 'nodes',
      into: one.nodes,
      items: client.watch(KUBE.nodes, {}, { parse: NodeObject, signal }),
    }).catch(ended)
    this.#read(one, {
      name: 'pods',
      into: one.pods,
      items: client.watch(KUBE.pods, {}, { parse: PodObject, signal }),
    }).catch(ended)
    return one
  }
  async #read<T extends NodeFacts | PodFacts>(
    one: Live,
    what: { name: 'nodes' | 'pods'; into: Map<string, T>; items: AsyncIterable<WatchItem<T>> },
  ) {
    for await (const item of what.items) {
      keep(what.into, item)
      if (item.type === 'reset') one.complete.add(what.name)
      this.#live.tell()
    }
  }
}
export const makeCapacity = (ports: Ports): Capacity => new Capacity(ports)
