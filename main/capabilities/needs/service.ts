import type { Quota } from '../../kernel/quotas'
import type { Capacity } from '../capacity'
import { podUsdPerHour } from '../money'
import type { Records } from '../records'
import type { Sites } from '../sites'
import { needsOf, type AddedPods, type NeedFacts, type Needs } from './domain/needs'
import { quotasOf } from './quotas'

export interface NeedPorts {
  sites: Pick<Sites, 'client' | 'states'>
  capacity: Pick<Capacity, 'snapshot'>
  records: Pick<Records, 'find'>
}
const UNREAD: Needs = {
  quotas: [],
  risks: ['What is free could not be read, so nobody looked whether it fits.'],
  blockedBy: [],
}

/** Says of every change that adds pods (a scale, a resume, a move) what they need, before there is a button. */
export const makeNeeds = (ports: NeedPorts) => ({
  of: (site: string, groups: readonly AddedPods[], signal?: AbortSignal): Promise<Needs> =>
    gathered(ports, { site, groups, pricedElsewhere: false }, signal),
  /** The same where the price is somebody else's to say, as of machines that are rented for it. */
  roomFor: (site: string, groups: readonly AddedPods[], signal?: AbortSignal): Promise<Needs> =>
    gathered(ports, { site, groups, pricedElsewhere: true }, signal),
})
interface Asking {
  site: string
  groups: readonly AddedPods[]
  pricedElsewhere: boolean
}
async function gathered(
  { sites, capacity, records }: NeedPorts,
  { site, groups, pricedElsewhere }: Asking,
  signal: AbortSignal | undefined,
): Promise<Needs> {
  if (groups.every(({ count }) => count <= 0)) return needsOf([], noFacts(site))
  const client = sites.client(site)
  if (!client.ok) return UNREAD
  const namespaces = [...new Set(groups.map(({ namespace }) => namespace))]
  const [inventory, ...quotas] = await Promise.all([
    capacity.snapshot(site, signal),
    ...namespaces.map(async (namespace): Promise<[string, Quota[]]> => {
      // Who may not read quotas is still told what is free; the server refuses what goes over one.
      const read = await quotasOf(client.value, namespace, signal)
      return [namespace, read.ok ? read.value : []]
    }),
  ])
  if (!inventory.ok) return UNREAD
  const book = records.find('PriceBook', 'default')
  const nodes = inventory.value.nodes.toSorted((a, b) =>
    a.metadata.name.localeCompare(b.metadata.name),
  )
  return needsOf(groups, {
    site,
    canGrow: sites.states().some(({ id, place }) => id === site && place === 'cloud'),
    inventory: inventory.value,
    quotas: new Map(quotas),
    usdPerHour: (pods) => {
      if (!book) return undefined
      // The first node, by name, that has all of what is asked for: the price stays while capacity moves.
      const node = nodes.find(({ capacity: has, labels }) =>
        [
          ...Object.keys(pods.requests).map((resource) => (has[resource] ?? 0) > 0),
          ...Object.entries(pods.nodeSelector).map(([label, value]) => labels[label] === value),
        ].every(Boolean),
      )
      const { usd, unpriced } = podUsdPerHour(pods, node, book.spec)
      return unpriced ? undefined : usd
    },
    pricedElsewhere,
    book: book && `price book ${book.spec.version} of ${book.spec.asOf.slice(0, 10)}`,
  })
}
export type NeedService = ReturnType<typeof makeNeeds>
const noFacts = (site: string): NeedFacts => ({
  site,
  canGrow: false,
  inventory: { site, at: 0, nodes: [], pods: [] },
  quotas: new Map(),
  usdPerHour: () => undefined,
  book: undefined,
})
