import type { Plan, QuotaUse } from '../../../../preload/contract/operations'
import { amount, isGpuResource, type Inventory, type NodeFacts } from '../../../kernel/inventory'
import {
  overQuota,
  overQuotaSays,
  quotaUses,
  resourceWords,
  type Quota,
} from '../../../kernel/quotas'
import { freeOn, roomsOf, type Room } from '../../../kernel/rooms'

/** Pods that a change would add, all alike; requests in base units. */
export interface AddedPods {
  /** What they belong to, for people. */ of: string
  namespace: string
  count: number
  requests: Record<string, number>
  nodeSelector: Record<string, string>
}
export interface NeedFacts {
  site: string
  /** Machines can be rented there, so that what is too much for those of now may still come. */ canGrow: boolean
  inventory: Inventory
  quotas: ReadonlyMap<string, Quota[]>
  /** USD an hour of one such pod; undefined where nobody knows. */ usdPerHour: (
    pods: AddedPods,
  ) => number | undefined
  book: string | undefined
  /** Whether somebody else knows the price, as the pool does in which rented machines are taken. */ pricedElsewhere?: boolean
}
/** What a plan says of it. */
export type Needs = Pick<Plan, 'quotas' | 'risks' | 'blockedBy'> & { price?: Plan['price'] }

type Left = { node: NodeFacts; left: Record<string, number> }
const SHOWN = ['gpu', 'cpu', 'memory'] as const
const asked = ({ requests }: AddedPods) => Object.entries({ ...requests, pods: 1 })

/** How many of each group find room, the first group first; what one takes is gone for the next. */
function placed(groups: readonly AddedPods[], rooms: Left[]): number[] {
  return groups.map((group) => {
    let waiting = group.count
    for (const { node, left } of rooms) {
      if (waiting === 0) break
      if (!selects(group, node)) continue
      const here = Math.min(waiting, howMany(group, { node, left }))
      for (const [resource, each] of asked(group))
        left[resource] = amount(left, resource) - each * here
      waiting -= here
    }
    return group.count - waiting
  })
}
const selects = ({ nodeSelector }: AddedPods, { labels }: NodeFacts) =>
  Object.entries(nodeSelector).every(([label, value]) => labels[label] === value)
const howMany = (group: AddedPods, { node, left }: Left) =>
  Math.min(
    ...asked(group)
      // A node that does not say how many pods it takes is not asked.
      .filter(([resource, each]) => each > 0 && (resource !== 'pods' || 'pods' in node.allocatable))
      .map(([resource, each]) => Math.floor((amount(left, resource) + 1e-9) / each)),
    Infinity,
  )
const roomNow = (rooms: Room[]): Left[] =>
  rooms.map((room) => ({
    node: room.node,
    left: {
      ...Object.fromEntries(
        Object.keys(room.node.allocatable).map((resource) => [resource, freeOn(room, resource)]),
      ),
      ...('pods' in room.node.allocatable && {
        pods:
          room.node.ready && !room.node.cordoned
            ? amount(room.node.allocatable, 'pods') - room.pods.length
            : 0,
      }),
    },
  }))
const roomEver = (rooms: Room[]): Left[] =>
  rooms.map(({ node }) => ({ node, left: { ...node.allocatable } }))

const totalOf = (groups: readonly AddedPods[], counts: readonly number[]) => {
  const sum: Record<string, number> = {}
  groups.forEach(({ requests }, index) => {
    for (const [resource, each] of Object.entries(requests))
      sum[resource] = amount(sum, resource) + each * (counts[index] ?? 0)
  })
  return sum
}
const isShown = (resource: string) =>
  isGpuResource(resource) || SHOWN.some((name) => name === resource)
const tidy = (value: number) => Math.round(value * 100) / 100
/** "998 GPUs, 3,992 cores and 15,968 GiB": accelerators first, as they run out first. */
export function amountsSay(amounts: Record<string, number>): string {
  const parts = Object.entries(amounts)
    .filter(([resource, value]) => value > 0 && isShown(resource))
    .sort(([a], [b]) => Number(isGpuResource(b)) - Number(isGpuResource(a)) || a.localeCompare(b))
    .map(([resource, value]) => {
      const { unit, divisor } = resourceWords(resource)
      const count = tidy(value / divisor)
      const says = count === 1 && unit.endsWith('s') ? unit.slice(0, -1) : unit
      return `${count.toLocaleString('en-US')} ${says}`
    })
  const last = parts.pop()
  return parts.length > 0 ? `${parts.join(', ')} and ${last ?? ''}` : (last ?? 'nothing')
}
const podsSay = (count: number) =>
  `${count.toLocaleString('en-US')} ${count === 1 ? 'pod' : 'pods'}`

/** What is used, added and there on the whole site, as bars beside the quotas. */
function siteUses(facts: NeedFacts, rooms: Room[], adds: Record<string, number>): QuotaUse[] {
  return Object.entries(adds).flatMap(([resource, added]) => {
    if (added <= 0 || !isShown(resource)) return []
    const { name, unit, divisor } = resourceWords(resource)
    const serving = rooms.filter(({ node }) => node.ready && !node.cordoned)
    const limit = serving.reduce((sum, { node }) => sum + amount(node.allocatable, resource), 0)
    const free = serving.reduce((sum, room) => sum + freeOn(room, resource), 0)
    return [
      {
        name: `${name} on ${facts.site}`,
        used: tidy((limit - free) / divisor),
        adds: tidy(added / divisor),
        limit: tidy(limit / divisor),
        unit,
      },
    ]
  })
}
/** Whether there is room for all of it now, later, or never. */
function roomSays(
  groups: readonly AddedPods[],
  facts: NeedFacts,
  rooms: Room[],
): Pick<Needs, 'risks' | 'blockedBy'> {
  const all = groups.reduce((sum, { count }) => sum + count, 0)
  const counts = placed(groups, roomNow(rooms))
  const now = counts.reduce((sum, count) => sum + count, 0)
  if (now === all) return { risks: [], blockedBy: [] }
  const short = totalOf(
    groups,
    groups.map(({ count }, index) => count - (counts[index] ?? 0)),
  )
  const ever = placed(groups, roomEver(rooms)).reduce((sum, count) => sum + count, 0)
  const says = `${now === 0 ? 'None' : `Only ${now.toLocaleString('en-US')}`} of ${podsSay(all)} ${now === 1 ? 'has' : 'have'} room on ${facts.site} now: ${amountsSay(short)} are short.`
  if (ever < all && !facts.canGrow)
    return {
      risks: [],
      blockedBy: [
        {
          says: `${says} Even with nothing else running, ${facts.site} has room for ${podsSay(ever)} of it.`,
          remedy:
            ever === 0
              ? 'Ask for less in each pod, or run it on another site.'
              : `Ask for at most ${ever.toLocaleString('en-US')} more, or run it on another site.`,
        },
      ],
    }
  return {
    risks: [
      `${says} ${facts.canGrow && ever < all ? 'They wait until machines are rented for them.' : 'They wait until something else ends.'}`,
    ],
    blockedBy: [],
  }
}
/** What each namespace's quotas say. */
function quotaSays(
  groups: readonly AddedPods[],
  facts: NeedFacts,
): Pick<Needs, 'quotas' | 'blockedBy'> {
  const byNamespace = Map.groupBy(groups, ({ namespace }) => namespace)
  const found = [...byNamespace].flatMap(([namespace, own]) => {
    const total = totalOf(
      own,
      own.map(({ count }) => count),
    )
    const adds = {
      pods: own.reduce((sum, { count }) => sum + count, 0),
      ...Object.fromEntries(
        Object.entries(total).flatMap(([resource, value]) => [
          [`requests.${resource}`, value],
          ...(isGpuResource(resource) ? [] : [[resource, value]]),
        ]),
      ),
    }
    return (facts.quotas.get(namespace) ?? []).map((quota) => ({ namespace, quota, adds }))
  })
  return {
    quotas: found.flatMap(({ quota, adds, namespace }) =>
      quotaUses(quota, adds).map((use) => ({ ...use, name: `${use.name}, quota of ${namespace}` })),
    ),
    blockedBy: found.flatMap(({ quota, adds, namespace }) =>
      overQuota(quota, adds).map((use) => ({
        says: overQuotaSays({ name: quota.name, namespace }, use),
        remedy: 'Ask for less, stop something, or ask a lead to raise it.',
      })),
    ),
  }
}
function priceOf(groups: readonly AddedPods[], facts: NeedFacts): Pick<Needs, 'price' | 'risks'> {
  if (facts.pricedElsewhere) return { risks: [] }
  const each = groups.map((group) => ({ count: group.count, usd: facts.usdPerHour(group) }))
  if (facts.book === undefined || each.some(({ usd }) => usd === undefined))
    return {
      risks: ['Its price is unknown: the price book does not list all of what it asks for.'],
    }
  const usd = each.reduce((sum, one) => sum + one.count * (one.usd ?? 0), 0)
  const all = groups.reduce((sum, { count }) => sum + count, 0)
  return {
    price: {
      usdPerHour: Math.round(usd * 100) / 100,
      basis: `for ${podsSay(all)} more, while they run`,
      book: facts.book,
    },
    risks: [],
  }
}

/** What pods that a change adds need, against what is free, what the quotas allow and what an hour costs. */
export function needsOf(groups: readonly AddedPods[], facts: NeedFacts): Needs {
  const adding = groups.filter(({ count }) => count > 0)
  if (adding.length === 0) return { quotas: [], risks: [], blockedBy: [] }
  const rooms = roomsOf(facts.inventory)
  const counts = adding.map(({ count }) => count)
  const [room, quota, price] = [
    roomSays(adding, facts, rooms),
    quotaSays(adding, facts),
    priceOf(adding, facts),
  ]
  return {
    quotas: [...siteUses(facts, rooms, totalOf(adding, counts)), ...quota.quotas],
    risks: [...room.risks, ...price.risks],
    blockedBy: [...room.blockedBy, ...quota.blockedBy],
    ...(price.price && { price: price.price }),
  }
}
