import { z } from 'zod'
import type { PriceFact } from '../domain/facts'

const Product = z.object({
  terms: z.object({
    OnDemand: z.record(
      z.string(),
      z.object({
        priceDimensions: z.record(
          z.string(),
          z.object({ unit: z.string(), pricePerUnit: z.object({ USD: z.coerce.number() }) }),
        ),
      }),
    ),
  }),
})

/** USD an hour in one product of the price list, which AWS sends as text; undefined where it holds no hourly price. */
export function onDemandPrice(text: string): number | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const read = Product.safeParse(value)
  if (!read.success) return undefined
  return Object.values(read.data.terms.OnDemand)
    .flatMap(({ priceDimensions }) => Object.values(priceDimensions))
    .find(({ unit, pricePerUnit }) => unit === 'Hrs' && pricePerUnit.USD > 0)?.pricePerUnit.USD
}

const PriceList = z.object({
  region: z.string(),
  source: z.string(),
  prices: z.array(
    z.object({ instanceType: z.string(), usdPerHour: z.number().positive(), asOf: z.string() }),
  ),
})
/** The dated list that ships with Takt, as prices. */
export function listedPrices(list: unknown): PriceFact[] {
  const { region, source, prices } = PriceList.parse(list)
  return prices.map(({ instanceType, usdPerHour, asOf }) => ({
    instanceType,
    region,
    capacityType: 'on-demand',
    usd: usdPerHour,
    source: 'price-list',
    sourceSays: source,
    asOf: Date.parse(asOf),
  }))
}
