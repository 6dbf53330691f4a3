import { z } from 'zod'
import { refusingUserinfo } from './addresses'
import { Timestamp } from './common'
import { FailureRecord } from './failures'
import { webAddress } from './inputs'

/** Whose GPUs: of a whole site, one node, or one pod. */
export const GpuUseAsk = z.object({
  site: z.string().min(1).max(500),
  of: z.discriminatedUnion('what', [
    z.object({ what: z.literal('site') }),
    z.object({ what: z.literal('node'), node: z.string().max(253) }),
    z.object({ what: z.literal('pod'), namespace: z.string().max(63), pod: z.string().max(253) }),
  ]),
  hours: z
    .number()
    .min(0.25)
    .max(24 * 31)
    .default(1),
})
export type GpuUseAsk = z.infer<typeof GpuUseAsk>

/** Shares are 0 to 1, memory MiB, power W; a figure nobody measured is absent. */
export const GpuFigures = z.object({
  engine: z.number().optional(),
  tensor: z.number().optional(),
  memoryUsedMib: z.number().optional(),
  memoryFreeMib: z.number().optional(),
  powerW: z.number().optional(),
})
export type GpuFigures = z.infer<typeof GpuFigures>
export const GpuNow = GpuFigures.extend({
  id: z.string(),
  node: z.string(),
  index: z.string(),
  model: z.string(),
  pod: z.object({ namespace: z.string(), name: z.string() }).optional(),
  slice: z.string().optional(),
  xid: z.number().int().optional().describe('The last XID error, where it is not 0'),
  xidSays: z.string().optional(),
})
export type GpuNow = z.infer<typeof GpuNow>
export const GpuPoint = GpuFigures.extend({
  at: Timestamp,
  gpus: z.number().describe('GPUs that were measured'),
  used: z.number().optional().describe('GPUs busy on average: the sum of engine shares'),
  requested: z.number().optional(),
  allocated: z.number().optional(),
})
export type GpuPoint = z.infer<typeof GpuPoint>

export const PrometheusAddress = refusingUserinfo(
  webAddress({ protocol: /^https?$/, such: 'https://prometheus.company.example' }),
  'name one that may be read without them, such as its Service inside the cluster',
)
export const PrometheusSource = z.object({
  state: z.enum(['found', 'named', 'absent', 'failed']),
  says: z.string(),
  address: z.string().optional(),
  failure: FailureRecord.optional(),
  metrics: z.array(z.string()).describe('DCGM series it has'),
})
export type PrometheusSource = z.infer<typeof PrometheusSource>
export const GpuUse = z.object({
  asOf: Timestamp.optional(),
  live: z.boolean(),
  source: PrometheusSource,
  useKnown: z.boolean(),
  says: z.string().describe('What is shown and what is missing, in a sentence'),
  now: z.object({
    capacity: z.number(),
    requested: z.number(),
    allocated: z.number(),
    used: z.number().optional(),
    faulted: z.number(),
  }),
  gpus: z.array(GpuNow).max(5000),
  history: z.array(GpuPoint).max(2000),
  stepSeconds: z.number(),
  xids: z
    .array(
      z.object({
        at: Timestamp,
        node: z.string(),
        index: z.string(),
        xid: z.number().int(),
        says: z.string(),
      }),
    )
    .max(200),
})
export type GpuUse = z.infer<typeof GpuUse>
