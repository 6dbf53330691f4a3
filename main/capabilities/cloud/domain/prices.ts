import type { CapacityType, CloudPrice } from '../../../../preload/contract/cloud'
import { timestamp } from '../../../kernel/clock'
import { given } from '../../../kernel/given'
import type { PriceFact } from './facts'

export const STALE_MS = { 'on-demand': 7 * 86_400_000, spot: 86_400_000 } as const
/** Prices are asked for again when they are older than this. */
export const REFRESH_MS = 6 * 3_600_000
const HOURS_PER_MONTH = 730
/** What storage that lies unused costs, for the sum on screen: gp3 in us-east-1, https://aws.amazon.com/ebs/pricing/. */
const GP3_USD_PER_GI_MONTH = 0.08

export interface PriceAsk {
  instanceType: string
  region: string
  capacityType: CapacityType
  zone?: string | undefined
}
/** The price to count with: the zone's own for spot, else the dearest zone; the dated list of another region where nothing else is known. */
export function priceFor(
  prices: readonly PriceFact[],
  { instanceType, region, capacityType, zone }: PriceAsk,
): PriceFact | undefined {
  const fitting = prices.filter(
    (price) => price.instanceType === instanceType && price.capacityType === capacityType,
  )
  const here = fitting.filter((price) => price.region === region && price.source !== 'price-list')
  const exact = here.filter(
    (price) => zone === undefined || price.zone === undefined || price.zone === zone,
  )
  const [dearest] = exact.toSorted((a, b) => b.usd - a.usd)
  if (dearest) return dearest
  // The dated list may stand for spot as well: never cheaper than what will be paid.
  return prices.find(
    (price) => price.instanceType === instanceType && price.source === 'price-list',
  )
}
export const isStale = (
  { asOf, capacityType }: Pick<PriceFact, 'asOf' | 'capacityType'>,
  now: number,
): boolean => now - asOf > STALE_MS[capacityType]
export const shownPrice = (price: PriceFact, now: number): CloudPrice =>
  given({
    instanceType: price.instanceType,
    region: price.region,
    zone: price.zone,
    capacityType: price.capacityType,
    usd: price.usd,
    unit: 'instance-hour' as const,
    source: price.source,
    sourceSays: price.sourceSays,
    asOf: timestamp(price.asOf),
    ageSeconds: Math.max(0, Math.round((now - price.asOf) / 1000)),
    stale: isStale(price, now),
  })
export const volumeUsdPerHour = (gi: number): number =>
  (gi * GP3_USD_PER_GI_MONTH) / HOURS_PER_MONTH
