import { failure } from '../../../preload/contract/failures'
import type { CloudPool, CloudPrice } from '../../../preload/contract/cloud'
import type { Plan } from '../../../preload/contract/operations'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { mayChange } from './domain/ownership'
import type { CloudAccount, CloudPorts } from './ports'
import type { Observer, Seen } from './observer'
import type { Prices } from './prices'
import { poolViews, type Knowing } from './views'
import type { Work } from './work'

/** What the plans and operations of the cloud stand on. */
export interface Cloud extends Knowing {
  ports: CloudPorts
  observer: Observer
  prices: Prices
  work: Work
  poolsOf(seen: Seen): CloudPool[]
  claimedGroups(site: string): string[]
}

export interface Looked {
  account: CloudAccount
  seen: Seen
  as: string
  pools: CloudPool[]
}
/** Sees the account afresh, with prices where they are missing: every plan begins with it. */
export async function lookedAt(
  cloud: Cloud,
  site: string,
  signal: AbortSignal | undefined,
): Promise<Outcome<Looked>> {
  const seen = await cloud.observer.look(site, signal)
  if (!seen.ok) return seen
  const { account, groups, pools } = seen.value
  await cloud.prices.refresh(
    account,
    [...groups, ...pools].flatMap(({ instanceTypes }) => instanceTypes.slice(0, 1)),
    { signal },
  )
  const client = cloud.ports.sites.client(site)
  const me = client.ok ? await client.value.whoAmI(signal) : client
  return succeed({
    account,
    seen: seen.value,
    as: me.ok ? me.value.user : account.profile,
    pools: poolViews(cloud, seen.value),
  })
}
export const poolNamed = ({ pools, account }: Looked, name: string): Outcome<CloudPool> => {
  const pool = pools.find((one) => one.name === name)
  return pool
    ? succeed(pool)
    : fail(failure('NOT_FOUND', { kind: 'node group', name: `${account.site}/${name}` }))
}

const days = (seconds: number) =>
  seconds < 86_400
    ? `${String(Math.round(seconds / 3600))} h`
    : `${String(Math.round(seconds / 86_400))} days`
const SOURCE: Record<CloudPrice['source'], string> = {
  'aws-pricing': 'AWS price list',
  'aws-spot-history': 'AWS spot history',
  'price-list': 'dated list',
}
export const bookOf = (price: CloudPrice): string =>
  `${SOURCE[price.source]} of ${price.asOf.slice(0, 10)}, ${days(price.ageSeconds)} old${price.stale ? ' (stale)' : ''}`
export const priceOf = (pool: CloudPool, nodes: number): Plan['price'] =>
  pool.price
    ? {
        usdPerHour: Math.round(pool.price.usd * nodes * 100) / 100,
        basis: `${String(nodes)} × ${pool.instanceType} at $${pool.price.usd.toFixed(2)} an hour, billed by the second from launch`,
        book: bookOf(pool.price),
      }
    : undefined
export const priceRisks = (pool: CloudPool): string[] => [
  ...(pool.price ? [] : ['Its price is not known.']),
  ...(pool.price?.stale
    ? [`The price is ${days(pool.price.ageSeconds)} old; automatic mode would not use it.`]
    : []),
  ...(pool.capacityType === 'spot'
    ? ["AWS may take spot machines back with two minutes' notice."]
    : []),
]
export const change = (
  op: 'create' | 'change' | 'delete',
  name: string,
  { lines, note }: { lines: [op: '+' | '-' | ' ', text: string][]; note?: string | undefined },
): Plan['changes'][number] => ({
  op,
  apiVersion: 'eks.amazonaws.com',
  kind: 'NodeGroup',
  name,
  lines: lines.map(([sign, text]) => ({ op: sign, text })),
  ...(note !== undefined && { note }),
})
/** Why a group may not be changed here: it bears no mark of this cluster. */
export const notOurs = ({
  name,
  ownership,
}: Pick<CloudPool, 'name' | 'ownership'>): Plan['blockedBy'] =>
  mayChange(ownership)
    ? []
    : [
        ownership === 'another-cluster'
          ? {
              says: `${name} bears the mark of another cluster.`,
              remedy: 'Change it from there.',
            }
          : {
              says: `${name} was not made by Takt.`,
              remedy: 'Change it where it was made, or let a lead adopt it first.',
            },
      ]
export const permission = (
  says: string,
  verb: string,
  resource: string,
): Plan['permissions'][number] => ({
  says,
  verb,
  resource,
  group: 'aws',
  allowed: 'unknown',
  grantedBy: ['whoever runs the AWS account'],
})

/** Hours that the budgets have to bear of what is rented: nobody says how long it stays. */
const AHEAD_H = 24
/** What forbids renting so many machines more: no approval, no budget, or too little left. */
export async function rentBlocks(
  cloud: Cloud,
  { adds, usdPerHour }: { adds: number; usdPerHour: number | undefined },
  signal: AbortSignal | undefined,
): Promise<Outcome<Plan['blockedBy']>> {
  const { observer, ports } = cloud
  const rented = observer
    .accounts()
    .flatMap(({ site }) => observer.last(site)?.groups ?? [])
    .reduce((sum, { desired }) => sum + desired, 0)
  const decided = await ports.spend(
    {
      usd: usdPerHour === undefined ? undefined : usdPerHour * AHEAD_H,
      hours: AHEAD_H,
      nodes: rented + adds,
    },
    signal,
  )
  return decided.ok ? succeed(decided.value.blockedBy) : decided
}
