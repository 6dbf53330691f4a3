import { z } from 'zod'
import { Condition, Timestamp, Usd } from '../common'

/** What one cost centre may spend; its name is the cost centre. Cluster-scoped. */
export const BudgetSpec = z.object({
  title: z.string().max(80),
  team: z.string().max(63),
  owner: z.string().max(253),
  period: z.enum(['month', 'quarter', 'year']),
  capUsd: Usd,
})
export type BudgetSpec = z.infer<typeof BudgetSpec>
export const BudgetStatus = z.object({
  spentUsd: z.number().optional(),
  committedUsd: z.number().optional(),
  asOf: Timestamp.optional(),
  conditions: z.array(Condition).optional(),
})

/** What an hour of own hardware costs; prices of clouds stand beside it with their age. Cluster-scoped, the one called default counts. */
export const PriceBookSpec = z.object({
  version: z.string().max(40),
  asOf: Timestamp,
  currency: z.literal('USD'),
  cpuUsdPerCoreHour: Usd,
  memoryUsdPerGiHour: Usd,
  storageUsdPerGiMonth: Usd,
  gpus: z.array(z.object({ model: z.string(), resource: z.string(), usdPerHour: Usd })).max(100),
})
export type PriceBookSpec = z.infer<typeof PriceBookSpec>
export const PriceBookStatus = z.object({ conditions: z.array(Condition).optional() })
