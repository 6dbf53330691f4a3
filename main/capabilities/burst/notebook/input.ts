import { z } from 'zod'
import { EnvironmentSpec } from '../../../../preload/contract/records/environment'

const Native = z.enum(['Notebook', 'StatefulSet'])
/** What an environment says about its copy, for everybody who looks at it. */
export const AwayMark = z.object({
  site: z.string(),
  namespace: z.string(),
  name: z.string(),
  pool: z.string().optional(),
  run: z.string(),
  at: z.string(),
  by: z.string(),
  usdPerHour: z.number().optional(),
  workload: Native,
  running: z.boolean(),
  nodeSelector: z.record(z.string(), z.string()).optional(),
  /** Only what says so has arrived: until then the copy may not be returned from. */
  started: z.boolean(),
})
export type AwayMark = z.infer<typeof AwayMark>

const Pool = z.object({ name: z.string(), nodes: z.number().int(), usdPerHour: z.number() })
const Common = {
  site: z.string(),
  namespace: z.string(),
  name: z.string(),
  /** The very record that was planned for; absent in what an older version began. */
  uid: z.string().optional(),
  by: z.string(),
  run: z.string(),
  workload: Native,
  replicas: z.number().int(),
  mbps: z.number().optional(),
}
/** Everything a notebook move does, decided when its plan was made. */
export const NotebookMoveInput = z.object({
  ...Common,
  to: z.string(),
  at: z.string(),
  place: z.string(),
  wasRunning: z.boolean(),
  snapshot: z.object({ name: z.string(), className: z.string() }).optional(),
  pool: Pool.optional(),
  /** The same GPUs in other zones, for when the first has none left. */
  others: z.array(Pool).default([]),
  approvedBy: z.string().optional(),
  nodeSelector: z.record(z.string(), z.string()).optional(),
  copy: z.object({
    spec: EnvironmentSpec,
    workload: Native,
    data: z.array(
      z.object({ source: z.string(), mount: z.literal('pointer'), pointer: z.string() }),
    ),
    makesNamespace: z.boolean(),
  }),
})
export type NotebookMoveInput = z.infer<typeof NotebookMoveInput>
/** Everything a return does. */
export const NotebookReturnInput = z.object({ ...Common, away: AwayMark })
export type NotebookReturnInput = z.infer<typeof NotebookReturnInput>
