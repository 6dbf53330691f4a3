import { z } from 'zod'
import { Name, Timestamp } from '../common'
import { VerdictOperation } from '../drift'

/** What people said of one model's drift. Operations are only ever added, each under its own id. Lives in the project's namespace; analysts write it. */
export const DriftReviewSpec = z.object({
  model: z.string().min(1).max(120),
  workItem: Name.optional(),
  owner: z.string().max(253),
  operations: z.array(VerdictOperation).max(2000),
  limits: z
    .object({
      watch: z.number().min(0).max(1),
      act: z.number().min(0).max(1),
      by: z.string().max(253),
      at: Timestamp,
    })
    .optional()
    .describe('Limits in force, as the owner approved them'),
})
export type DriftReviewSpec = z.infer<typeof DriftReviewSpec>
export const DriftReviewStatus = z.object({})
