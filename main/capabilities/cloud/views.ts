import type { CloudPool, NodeGroupsView, NodeGroupView } from '../../../preload/contract/cloud'
import { timestamp } from '../../kernel/clock'
import type { GroupFacts, PriceFact } from './domain/facts'
import { groupOf, groupView } from './domain/nodes'
import { ownershipOf } from './domain/ownership'
import { poolOf } from './domain/pools'
import type { Observer, Seen } from './observer'
import type { Prices } from './prices'

export interface Knowing {
  observer: Observer
  prices: Prices
  shortUntil(pool: string): number | undefined
  now(): number
}

const everyGroup = ({ groups, pools }: Seen) => [
  ...groups.map((group) => ({ group, provisioner: 'node-group' as const })),
  ...pools.map((group) => ({ group, provisioner: 'karpenter' as const })),
]
/** Whose a group is: AWS or the cluster itself ties it to this cluster. */
export const ownershipIn = (
  { account }: Pick<Seen, 'account'>,
  { tags }: Pick<GroupFacts, 'tags'>,
) => ownershipOf(tags, { owner: account, bound: true })
export const zonesOf = (
  { subnets, zonesOf: offered }: Seen,
  {
    subnets: own,
    instanceTypes: [type = ''],
    zones: told,
  }: Pick<GroupFacts, 'subnets' | 'instanceTypes' | 'zones'>,
): string[] => {
  const zones =
    told ??
    (own.length > 0
      ? own.flatMap((id) => subnets.find((subnet) => subnet.id === id)?.zone ?? [])
      : subnets.map(({ zone }) => zone))
  const offers = offered.get(type)
  return [...new Set(zones)].filter((zone) => !offers || offers.includes(zone))
}
export const priceOfGroup = (
  { prices }: Pick<Knowing, 'prices'>,
  seen: Seen,
  group: GroupFacts,
): PriceFact | undefined =>
  prices.of(seen.account.site, {
    instanceType: group.instanceTypes[0] ?? '',
    region: seen.account.region,
    capacityType: group.capacityType,
    zone:
      group.capacityType === 'spot' && zonesOf(seen, group).length === 1
        ? zonesOf(seen, group)[0]
        : undefined,
  })

/** The node groups of one account as people see them. */
export function groupViews(knowing: Knowing, seen: Seen): NodeGroupView[] {
  const {
    account: { site, region, simulated },
    inventory,
    at,
  } = seen
  return everyGroup(seen).map(({ group, provisioner }) =>
    groupView({
      site,
      region,
      simulated,
      group,
      provisioner,
      ownership: ownershipIn(seen, group),
      inventory,
      price: priceOfGroup(knowing, seen, group),
      now: at,
    }),
  )
}
/** The pools of one account: each group whose type is known. */
export function poolViews(knowing: Knowing, seen: Seen): CloudPool[] {
  const {
    account: { site, region },
    at,
    inventory,
    types,
    quotas,
  } = seen
  const running = seen.instances.map(({ type, spot }) => ({ type, spot }))
  return everyGroup(seen).flatMap(({ group: told, provisioner }) => {
    const type = types.get(told.instanceTypes[0] ?? '')
    if (!type) return []
    const group =
      told.gpuLimit === undefined
        ? told
        : { ...told, max: Math.floor(told.gpuLimit / Math.max(1, type.gpu?.count ?? 1)) }
    const nodes = inventory?.nodes.filter((node) => groupOf(node) === group.name) ?? []
    const product = nodes.map(({ labels }) => labels['nvidia.com/gpu.product']).find(Boolean)
    return [
      poolOf({
        site,
        region,
        group,
        provisioner,
        ownership: ownershipIn(seen, group),
        type,
        zones: zonesOf(seen, group),
        price: priceOfGroup(knowing, seen, group),
        nodes: nodes.length,
        product,
        quotas,
        running,
        types,
        shortUntil: knowing.shortUntil(`${site}/${group.name}`),
        now: at,
      }),
    ]
  })
}
export function groupsView(knowing: Knowing): NodeGroupsView {
  const seen = knowing.observer.accounts().flatMap(({ site }) => knowing.observer.last(site) ?? [])
  const groups = seen.flatMap((one) => groupViews(knowing, one))
  return {
    asOf: timestamp(Math.max(0, ...seen.map(({ at }) => at)) || knowing.now()),
    usdPerHourNow: groups.reduce((sum, { usdPerHourNow = 0 }) => sum + usdPerHourNow, 0),
    groups,
    unread: knowing.observer.failures(),
  }
}
