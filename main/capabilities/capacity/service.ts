import type { Inventory, NodeFacts, PodFacts } from '../../kernel/inventory'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient, WatchItem } from '../../platform/kubernetes/types'
import { listeners } from '../../platform/streams/latest'
import { KUBE } from '../plans'
import type { Sites } from '../sites'
import { NodeObject, PodObject } from './parse'

interface Live { client: KubeClient; nodes: Map<string, NodeFacts>; pods: Map<string, PodFacts>; complete: Set<'nodes' | 'pods'>; stop(): void }
type Facts = NodeFacts | PodFacts
const keyOf = ({ name, namespace }: { name: string; namespace?: string }) => `${namespace ?? ''}/${name}`

function take<T extends Facts>(into: Map<string, T>, item: WatchItem<T>) {
  if (item.type === 'reset') into.clear()
  for (const fact of item.type === 'reset' ? item.items : item.upserts) into.set(keyOf(fact.metadata), fact)
  if (item.type === 'changed') for (const gone of item.removed) into.delete(keyOf(gone))
}

/** What the connected sites have and what runs there. While somebody follows, nodes and pods are watched; otherwise they are listed when asked. */
export function makeCapacity({ sites }: { sites: Pick<Sites, 'states' | 'client' | 'onChange'> }) {
  const live = new Map<string, Live>()
  const heard = listeners()
  let followers = 0
  let stopSites = () => {}

  const inventory = (site: string, one: Live): Inventory => ({ site, at: one.client.clock.now(), nodes: [...one.nodes.values()], pods: [...one.pods.values()] })

  async function follow<T extends Facts>(one: Live, what: { name: 'nodes' | 'pods'; into: Map<string, T>; items: AsyncIterable<WatchItem<T>> }) {
    for await (const item of what.items) {
      take(what.into, item)
      if (item.type === 'reset') one.complete.add(what.name)
      heard.tell()
    }
  }

  function start(site: string, client: KubeClient) {
    const ending = new AbortController()
    const one: Live = { client, nodes: new Map(), pods: new Map(), complete: new Set(), stop: () => ending.abort() }
    live.set(site, one)
    const ended = () => undefined // a watch ends with its signal; what it could not read is said by the site's own state
    follow(one, { name: 'nodes', into: one.nodes, items: client.watch(KUBE.nodes, {}, { parse: NodeObject, signal: ending.signal }) }).catch(ended)
    follow(one, { name: 'pods', into: one.pods, items: client.watch(KUBE.pods, {}, { parse: PodObject, signal: ending.signal }) }).catch(ended)
  }

  function align() {
    const wanted = new Map<string, KubeClient>()
    if (followers > 0) {
      for (const { id } of sites.states()) {
        const client = sites.client(id)
        if (client.ok) wanted.set(id, client.value)
      }
    }
    for (const [site, one] of live) {
      if (wanted.get(site) === one.client) continue
      one.stop()
      live.delete(site)
      heard.tell()
    }
    for (const [site, client] of wanted) if (!live.has(site)) start(site, client)
  }

  return {
    /** Everything a site has now, by its own clock. */
    async snapshot(site: string, signal?: AbortSignal): Promise<Outcome<Inventory>> {
      const one = live.get(site)
      if (one?.complete.size === 2) return succeed(inventory(site, one))
      const client = sites.client(site)
      if (!client.ok) return client
      const [nodes, pods] = await Promise.all([client.value.list(KUBE.nodes, {}, NodeObject, signal), client.value.list(KUBE.pods, {}, PodObject, signal)])
      if (!nodes.ok) return nodes
      if (!pods.ok) return pods
      return succeed({ site, at: client.value.clock.now(), nodes: nodes.value, pods: pods.value })
    },
    /** What the watches know now, of sites that have answered in full. */
    known: (): Inventory[] => [...live].filter(([, one]) => one.complete.size === 2).map(([site, one]) => inventory(site, one)),
    /** Keeps every connected site watched and calls back after changes; the answer stops it. */
    follow(listener: () => void): () => void {
      const stop = heard.add(listener)
      followers++
      if (followers === 1) stopSites = sites.onChange(align)
      align()
      let over = false
      return () => {
        if (over) return
        over = true
        stop()
        followers--
        if (followers > 0) return
        stopSites()
        align()
      }
    },
  }
}
export type Capacity = ReturnType<typeof makeCapacity>
