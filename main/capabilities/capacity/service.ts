import type { Inventory, NodeFacts, PodFacts } from '../../kernel/inventory'
import { succeed, type Outcome } from '../../kernel/outcome'
import { keep } from '../../platform/kubernetes/kept'
import type { KubeClient, WatchItem } from '../../platform/kubernetes/types'
import { listVisible, watchVisible } from '../../platform/kubernetes/visible'
import { KUBE } from '../plans'
import { Followed, type FollowedSites } from '../sites'
import { NodeObject, PodObject } from './parse'
import { publish, readPublished, withOthers } from './published'

interface Live {
  client: KubeClient
  nodes: Map<string, NodeFacts>
  pods: Map<string, PodFacts>
  complete: Set<'nodes' | 'pods'>
  /** The namespaces whose pods are seen, where not all are. */
  only?: string[] | undefined
}
type Ports = { sites: FollowedSites }

const inventory = ({ client, nodes, pods, only }: Live): Inventory => ({
  site: client.site,
  at: client.clock.now(),
  nodes: [...nodes.values()],
  pods: [...pods.values()],
  ...(only && { only }),
})
/** Whoever may not see the pods of others is told by the steward what those hold. */
const whole = async (
  client: KubeClient,
  seen: Inventory,
  signal?: AbortSignal,
): Promise<Inventory> => (seen.only ? withOthers(seen, await readPublished(client, signal)) : seen)
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
    const client = this.#sites.client(site)
    if (!client.ok) return client
    if (one && isComplete(one)) return succeed(await whole(client.value, inventory(one), signal))
    const [nodes, pods] = await Promise.all([
      client.value.list(KUBE.nodes, {}, NodeObject, signal),
      listVisible(client.value, { resource: KUBE.pods, parse: PodObject }, signal),
    ])
    if (!nodes.ok) return nodes
    if (!pods.ok) return pods
    const { items, only } = pods.value
    const at = client.value.clock.now()
    const seen = { site, at, nodes: nodes.value, pods: items, ...(only && { only }) }
    return succeed(await whole(client.value, seen, signal))
  }
  /** Writes down what is taken on a site, without names, for whoever may not list pods; nothing where this person may not either. */
  async publish(site: string, signal?: AbortSignal): Promise<Outcome<void>> {
    const [seen, client] = [await this.snapshot(site, signal), this.#sites.client(site)]
    if (!seen.ok) return seen
    if (!client.ok) return client
    return seen.value.only ? succeed(undefined) : publish(client.value, seen.value, signal)
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
      items: watchVisible(
        client,
        { resource: KUBE.pods },
        { parse: PodObject, signal, onlySeen: (only) => (one.only = only) },
      ),
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
