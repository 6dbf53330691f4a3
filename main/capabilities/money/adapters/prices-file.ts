import { z } from 'zod'
import { exact, Fraction } from '../../../kernel/exact'
import { instantS } from '../../../platform/calendar'
import type { BudgetCap, PriceBook } from '../domain/ledger'

/** Prices are read as they are written, never through a double. */
const Exact = z.union([z.string(), z.number()]).transform((text, context) => {
  const value = exact(text)
  if (value && value.compare(0) >= 0) return value
  context.addIssue('has to be a decimal number that is not negative')
  return z.NEVER
})
const Instant = z.string().transform((text, context) => {
  const atS = instantS(text)
  if (atS !== undefined) return atS
  context.addIssue('has to be an instant with an offset, as in 2026-10-01T00:00:00+02:00')
  return z.NEVER
})
const Name = z.string().min(1).max(253)

const Gpu = z.object({
  site: Name,
  model: Name,
  resource: Name,
  usdPerHour: Exact,
  share: Exact.default(new Fraction(1)),
})
const Version = z
  .object({
    version: Name,
    from: Instant,
    cpuUsdPerCoreHour: Exact,
    memoryUsdPerGiHour: Exact,
    storageUsdPerGiMonth: Exact,
    gpus: z.array(Gpu).max(10_000),
  })
  .transform(({ from, ...version }) => ({ ...version, fromS: from }))
const Euro = z
  .object({
    from: Instant,
    usd: Exact.refine((usd) => usd.compare(0) > 0, 'has to be more than 0'),
  })
  .transform(({ from, usd }) => ({ fromS: from, usd }))

/** The versions of a price book with the instants they are valid from, and what a euro cost. */
export const PricesFile: z.ZodType<PriceBook> = z.object({
  versions: z.array(Version).min(1).max(1_000),
  eurUsd: z.array(Euro).max(100_000).default([]),
})
/** Caps of cost centres, each with the instant up to which spending counts. */
export const BudgetsFile: z.ZodType<BudgetCap[]> = z
  .array(
    z
      .object({ costCentre: Name, capUsd: Exact, asOf: Instant })
      .transform(({ costCentre, capUsd, asOf }) => ({ costCentre, capUsd, asOfS: asOf })),
  )
  .max(10_000)
