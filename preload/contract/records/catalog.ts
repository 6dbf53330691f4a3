import { z } from 'zod'
import { Condition, Name, Timestamp } from '../common'

export const ToolKind = z.enum(['jupyter', 'vscode', 'rstudio', 'python', 'mlflow', 'custom'])
export const ToolStage = z.enum(['evaluating', 'approved', 'retired'])
export const ToolCheck = z.object({
  name: z.string(),
  result: z.enum(['pass', 'fail', 'unknown']),
  detail: z.string(),
})
/** An image people may work in, pinned by digest. Cluster-scoped. */
export const ToolSpec = z.object({
  title: z.string().min(1).max(80),
  version: z.string().max(40),
  kind: ToolKind,
  image: z
    .string()
    .max(500)
    .regex(/^[^\s@]+@sha256:[0-9a-f]{64}$/, 'an image pinned by digest, name@sha256:…'),
  imageGb: z.number().min(0).max(1000).optional(),
  port: z.number().int().min(1).max(65_535),
  probePath: z.string().max(200).regex(/^\//, 'a path beginning with /'),
  minimum: z.object({
    cpuCores: z.number().min(0.1).max(1024),
    memoryGi: z.number().min(0.1).max(65_536),
  }),
  severalReplicas: z.boolean().describe('Whether the tool can serve from several pods at once'),
  stage: ToolStage,
  owner: z.string().max(253),
  team: z.string().max(63).optional(),
  notes: z.array(z.object({ by: z.string(), at: Timestamp, text: z.string().max(2000) })).max(200),
})
export type ToolSpec = z.infer<typeof ToolSpec>
export const ToolStatus = z.object({
  testStart: z
    .object({ at: Timestamp, tookSeconds: z.number(), checks: z.array(ToolCheck) })
    .optional(),
  conditions: z.array(Condition).optional(),
})

export const SourceKind = z.enum(['volume', 's3', 'lakefs', 'sql', 'kafka', 'share'])
export const Classification = z.enum(['public', 'internal', 'confidential', 'restricted'])
export const Column = z.object({
  name: z.string().max(253),
  type: z.string().max(63),
  personal: z.boolean().optional(),
  nullShare: z.number().min(0).max(1).optional(),
  distinct: z.number().int().min(0).optional(),
  histogram: z.array(z.number()).max(64).optional(),
})
/** Data that people may point at: where it lies, whose it is, how fresh it has to be. Cluster-scoped. */
export const DataSourceSpec = z.object({
  title: z.string().max(200),
  description: z.string().max(2000),
  kind: SourceKind,
  location: z.object({
    namespace: z.string().max(253).optional(),
    claim: z.string().max(253).optional(),
    uri: z.string().max(1000).optional(),
    engine: z.string().max(63).optional(),
    table: z.string().max(253).optional(),
    topic: z.string().max(253).optional(),
    path: z.string().max(1000).optional(),
  }),
  site: z.string().max(253),
  owner: z.string().max(253),
  team: z.string().max(63),
  classification: Classification,
  mayGoTo: z.array(z.string()).max(50).describe('Sites this data may be used on'),
  freshWithinHours: z.number().min(0).max(100_000).optional(),
  columns: z.array(Column).max(2000).optional(),
  tags: z.array(z.string().max(63)).max(50).optional(),
})
export type DataSourceSpec = z.infer<typeof DataSourceSpec>
export const DataSourceStatus = z.object({
  measuredAt: Timestamp.optional(),
  changedAt: Timestamp.optional(),
  bytes: z.number().min(0).optional(),
  bytesPerSecond: z.number().min(0).optional(),
  rows: z.number().min(0).optional(),
  conditions: z.array(Condition).optional(),
})

/** A read-only pointer at data as it was at one moment; never a copy of its bytes. Lives in the project's namespace. */
export const DataSnapshotSpec = z.object({
  source: Name,
  takenBy: z.string().max(253),
  method: z.enum([
    'volume-snapshot',
    'lakefs-commit',
    's3-versions',
    'table-snapshot',
    'topic-offsets',
    'as-is',
  ]),
  pointer: z
    .string()
    .max(2000)
    .optional()
    .describe('Commit, manifest address, snapshot id, offsets; empty until the driver names it'),
})
export type DataSnapshotSpec = z.infer<typeof DataSnapshotSpec>
export const DataSnapshotStatus = z.object({
  ready: z.boolean().optional(),
  pointer: z.string().optional(),
  bytes: z.number().min(0).optional(),
  takenAt: Timestamp.optional(),
  conditions: z.array(Condition).optional(),
})
