import { z } from 'zod'
import { MovableKind } from '../../../../preload/contract/burst'

/** Everything a move does, decided when its plan was made. */
export const MoveInput = z.object({
  /** The site that keeps the original; the operation is journaled there. */
  site: z.string(),
  to: z.string(),
  kind: MovableKind,
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  run: z.string(),
  by: z.string(),
  approvedBy: z.string().optional(),
  at: z.string(),
  /** Where the copy stands: on the other site, or on the same one where MultiKueue dispatches it. */
  copy: z.object({ site: z.string(), name: z.string(), object: z.record(z.string(), z.unknown()) }),
  queue: z.object({ from: z.string(), to: z.string(), clusterQueue: z.string().optional() }),
  data: z.object({ from: z.string(), to: z.string() }).optional(),
  /** Cheapest first; the next one is tried where a zone has none left. */
  pools: z.array(z.object({ name: z.string(), nodes: z.number().int(), usd: z.number() })).min(1),
  usd: z.number(),
  wasRunning: z.boolean(),
  checkpoint: z.string().optional(),
  mbps: z.number().optional(),
  bootMs: z.number(),
  multikueue: z.boolean(),
  kueueThere: z.boolean(),
  predicted: z.object({
    startsAt: z.string().optional(),
    finishes: z.object({ at: z.string(), earliest: z.string(), latest: z.string() }).optional(),
  }),
  mode: z.enum(['advise', 'approve', 'automatic']),
})
export type MoveInput = z.infer<typeof MoveInput>

/** Everything a return does. */
export const ReturnInput = z.object({
  site: z.string(),
  kind: MovableKind,
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  run: z.string(),
  by: z.string(),
  at: z.string(),
  copy: z.object({
    site: z.string(),
    namespace: z.string(),
    name: z.string(),
    run: z.string(),
    running: z.boolean(),
    to: z.string().optional(),
  }),
  wasSuspended: z.boolean(),
})
export type ReturnInput = z.infer<typeof ReturnInput>
/** What is written on a workload to ask for its move. */
export const AskInput = z.object({
  site: z.string(),
  kind: MovableKind,
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  asked: z.string(),
  before: z.string().optional(),
})
export type AskInput = z.infer<typeof AskInput>
