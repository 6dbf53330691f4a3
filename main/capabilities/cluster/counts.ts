import type { ListId } from '../../../preload/contract/cluster'
import type { ClusterPorts } from './ports'
import { LISTS } from './domain/lists'

const EVERY_MS = 60_000
/** Lists that are counted without being opened; the others are opened by their screen anyway or move too fast to be worth it. */
const COUNTED: ListId[] = ['nodes', 'pods', 'namespaces', 'queues', 'flavors', 'workloads']

/** How many objects lists have that nobody reads: one row of each is asked for now and then, and the server says how many follow. */
export function countsOf(
  {
    sites,
    clock,
    site,
    changed,
  }: Pick<ClusterPorts, 'sites' | 'clock'> & { site: string; changed(): void },
  signal: AbortSignal,
): (list: ListId) => number | undefined {
  const known = new Map<ListId, number>()
  const count = async (list: ListId) => {
    let sum = 0
    for (const source of LISTS[list].sources) {
      // A queue entry mostly stands for a job that is counted already.
      if (source.hidden || (list === 'workloads' && source.kind === 'Workload')) continue
      const client = sites.client(site)
      if (!client.ok) return
      const many = await countOne(client.value, source.resources, signal)
      if (many === undefined) return
      sum += many
    }
    if (known.get(list) === sum) return
    known.set(list, sum)
    changed()
  }
  const keepCounting = async () => {
    while (!signal.aborted) {
      for (const list of COUNTED) await count(list)
      await clock.sleep(EVERY_MS, signal)
    }
  }
  keepCounting().catch(() => undefined)
  return (list) => known.get(list)
}
type Client = Extract<ReturnType<ClusterPorts['sites']['client']>, { ok: true }>['value']
async function countOne(
  client: Client,
  resources: (typeof LISTS)['pods']['sources'][number]['resources'],
  signal: AbortSignal,
): Promise<number | undefined> {
  for (const resource of resources) {
    if (resource.group.includes('.')) {
      const offers = await client.offers(resource, signal)
      if (!offers.ok) return undefined
      if (!offers.value) continue
    }
    for await (const page of client.live.table({ resource, query: {}, limit: 1 }, signal))
      return page.ok ? page.value.rows.length + page.value.remaining : undefined
  }
  return 0
}
