import { z } from 'zod'
import { Condition, Timestamp, Usd } from '../common'

/** advise: people act. approve: a lead's click acts. automatic: the steward acts. */
export const BurstMode = z.enum(['advise', 'approve', 'automatic'])
export type BurstMode = z.infer<typeof BurstMode>

/** When work may leave the building, what an hour of waiting is worth, and what may be spent. Cluster-scoped, the one called default counts. */
export const BurstPolicySpec = z.object({
  title: z.string().max(80),
  mode: BurstMode,
  stopped: z
    .object({ by: z.string().max(253), at: Timestamp, reason: z.string().max(1000) })
    .optional()
    .describe('The kill switch: while this is set nothing acts by itself'),
  waiting: z
    .array(
      z.object({
        team: z.string().max(63).describe('Empty for everybody else'),
        priority: z
          .string()
          .max(63)
          .optional()
          .describe('Name of a priority class; all of them unless told'),
        usdPerHour: Usd.describe('What an hour of waiting is worth for a job of ten GPU hours'),
      }),
    )
    .max(200),
  keepDeadlines: z
    .boolean()
    .describe('Leave in time for every due time, whatever waiting is worth'),
  caps: z
    .array(
      z.object({
        scope: z.enum(['costCentre', 'team', 'project']),
        name: z.string().max(63),
        period: z.enum(['month', 'quarter', 'year']),
        capUsd: Usd,
        hard: z.boolean().describe('hard: never over; soft: its owner is asked'),
      }),
    )
    .max(500)
    .describe('Cloud money only, beside the budgets of the cost centres'),
  weights: z
    .array(z.object({ team: z.string().max(63), weight: z.number().min(0).max(1000) }))
    .max(200)
    .describe('Shares of the building; 1 unless told'),
  oldestPriceHours: z
    .number()
    .min(1)
    .max(24 * 365)
    .describe('Older prices decide nothing by themselves'),
  to: z
    .string()
    .max(500)
    .optional()
    .describe(
      'The cloud site that is asked first; the first connected one unless told. What it has no machines for goes to the cheapest other one',
    ),
  spot: z.boolean().describe('Whether spot capacity may be used'),
  maxUsdPerMove: Usd.optional().describe('In mode automatic dearer moves wait for a lead'),
  maxNodes: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe('Rented nodes at the same time'),
  linkMbps: z
    .number()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('What shipping may take of the line'),
})
export type BurstPolicySpec = z.infer<typeof BurstPolicySpec>
export const BurstPolicyStatus = z.object({ conditions: z.array(Condition).optional() })
