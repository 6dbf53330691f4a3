import { z } from 'zod'

/** What somebody wrote on a workload to ask a lead for a move. */
export const Asked = z.object({
  by: z.string(),
  at: z.string(),
  pool: z.string().optional(),
  usd: z.number(),
  note: z.string().optional(),
})
export type Asked = z.infer<typeof Asked>
/** What a lead answered; it holds while the decision is the one that was refused. */
export const Refused = z.object({
  by: z.string(),
  at: z.string(),
  reason: z.string(),
  usd: z.number(),
})
export type Refused = z.infer<typeof Refused>
