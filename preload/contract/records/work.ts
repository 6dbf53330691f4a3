import { z } from 'zod'
import { recordedAddress } from '../addresses'
import { Condition, Name, Timestamp } from '../common'

export const DISCOVERY_STATIONS = [
  'define',
  'environment',
  'tools',
  'data',
  'button',
  'work',
  'save',
  'drift',
] as const
export const MLOPS_STATIONS = [
  'mlops-tools',
  'deploy',
  'mlops-button',
  'watch',
  'decide',
  'in-use',
] as const
/** Every place a work item can stand, in the order it passes them; backlog is the hand-over between the two lines. */
export const Station = z.enum([...DISCOVERY_STATIONS, 'backlog', ...MLOPS_STATIONS, 'done'])
export type Station = z.infer<typeof Station>

export const WorkEvent = z.object({
  id: z.string().max(80),
  at: Timestamp,
  by: z.string().max(253).optional(),
  type: z.enum([
    'entered',
    'left',
    'waiting',
    'resumed',
    'note',
    'gate-passed',
    'gate-failed',
    'gate-waived',
    'cord-pulled',
    'cord-cleared',
    'revision-saved',
    'drift-checked',
    'sent-back',
    'version-registered',
    'deployed',
    'failed',
    'recovered',
  ]),
  station: Station.optional(),
  cause: z
    .string()
    .max(200)
    .optional()
    .describe(
      'Why it waits: approval, data access, quota, provisioning, hand-off, review, blocked or baking',
    ),
  object: z
    .string()
    .max(300)
    .optional()
    .describe('The object this was observed on, Kind/namespace/name'),
  text: z.string().max(1000).optional(),
  to: Station.optional().describe('Where an item was sent back to'),
  version: z
    .string()
    .max(200)
    .optional()
    .describe('The registry version that was registered, deployed, failed or recovered'),
  unplanned: z.boolean().optional().describe('A deployment that mends another one'),
})
export type WorkEvent = z.infer<typeof WorkEvent>
export const Gate = z.enum(['revision-complete', 'drift-checked', 'owner', 'description'])
export type Gate = z.infer<typeof Gate>

/** One business question on its way to a model in use. Lives in the project's namespace. */
export const WorkItemSpec = z.object({
  project: Name,
  title: z.string().min(1).max(80),
  question: z.string().min(1).max(280),
  description: z.string().max(4000),
  owner: z.string().max(253),
  due: Timestamp.optional(),
  revision: Name.optional(),
  version: z.number().int().min(1).optional().describe('Which model of its project it will be'),
  waivers: z
    .array(
      z.object({ gate: Gate, reason: z.string().min(1).max(1000), by: z.string(), at: Timestamp }),
    )
    .max(20),
})
export type WorkItemSpec = z.infer<typeof WorkItemSpec>
export const WorkItemStatus = z.object({
  station: Station.optional(),
  events: z.array(WorkEvent).max(500).optional(),
  rolledEvents: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Older events no longer kept one by one'),
  conditions: z.array(Condition).optional(),
})
export type WorkItemStatus = z.infer<typeof WorkItemStatus>

export const CodeBinding = z.object({
  kind: z.enum(['git', 'workspace', 'none']),
  repository: recordedAddress(500).optional(),
  commit: z.string().max(64).optional(),
  dirty: z.boolean().optional(),
  snapshot: z.string().max(253).optional().describe('VolumeSnapshot of the workspace'),
})
/** Everything needed to do the same work again, bound together and never changed. Lives in the project's namespace. */
export const RevisionSpec = z.object({
  workItem: Name,
  environment: Name,
  number: z.number().int().min(1),
  savedBy: z.string().max(253),
  note: z.string().max(2000),
  code: CodeBinding,
  data: z
    .array(z.object({ source: z.string(), snapshot: z.string(), pointer: z.string() }))
    .max(50),
  parameters: z.record(z.string(), z.string().max(2000)),
  images: z.array(z.object({ tool: z.string(), image: z.string() })).max(20),
  packages: z.array(z.object({ name: z.string(), version: z.string() })).max(3000),
  metrics: z.record(z.string(), z.number()),
  size: z.object({
    name: z.string(),
    cpuCores: z.number(),
    memoryGi: z.number(),
    gpu: z
      .object({ resource: z.string(), count: z.number().int(), model: z.string().optional() })
      .optional(),
  }),
})
export type RevisionSpec = z.infer<typeof RevisionSpec>
export const RevisionStatus = z.object({
  reproducibility: z
    .object({ score: z.number().min(0).max(1), missing: z.array(z.string()) })
    .optional(),
  drift: z
    .object({ result: z.enum(['none', 'watch', 'act']), checkedAt: Timestamp, by: z.string() })
    .optional(),
  conditions: z.array(Condition).optional(),
})
