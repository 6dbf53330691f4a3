import { z } from 'zod'
import { Timestamp } from './common'

/** When something is expected, with the band that holds four times out of five. */
export const Forecast = z.object({ at: Timestamp, earliest: Timestamp, latest: Timestamp })
export type Forecast = z.infer<typeof Forecast>

/** One of the two ways a job can go. */
export const BurstOption = z.object({
  startsAt: Timestamp.optional(), finishes: Forecast.optional(), usd: z.number().min(0),
  /** What has to be shipped first, and how long that takes over the shared link. */
  shipsGb: z.number().min(0), shipSeconds: z.number().min(0),
})
export type BurstOption = z.infer<typeof BurstOption>

/** Why: for programs. The sentence beside it is for people. */
export const BurstReason = z.enum([
  'FitsNow', 'StartsInTime', 'CannotStartInTime', 'MakesRoom', 'OverBudget', 'AskBudgetOwner', 'NoCapacity', 'DataMayNotLeave', 'PriceTooOld', 'NeverFits',
])
export type BurstReason = z.infer<typeof BurstReason>
export const BindingConstraint = z.enum(['capacity', 'deadline', 'value-of-waiting', 'budget', 'data', 'price', 'quota'])
export type BindingConstraint = z.infer<typeof BindingConstraint>

export const BurstDecision = z.object({
  job: z.string(), kind: z.enum(['start', 'hold', 'go', 'refuse']), reason: BurstReason, says: z.string(), binding: BindingConstraint,
  /** Until when a reservation holds: the last moment at which waiting is the better choice. */
  holdUntil: Timestamp.optional(), pool: z.string().optional(), priceAgeSeconds: z.number().optional(),
  stay: BurstOption, go: BurstOption.optional(), budgetLeftUsd: z.number().optional(),
})
export type BurstDecision = z.infer<typeof BurstDecision>

export const BurstChange = z.object({ job: z.string(), from: BurstDecision.shape.kind, to: BurstDecision.shape.kind, says: z.string() })
export type BurstChange = z.infer<typeof BurstChange>

/** Whether a workload stays or goes, and moving it. */
export const burst = {}
