import { z } from 'zod'
import { Condition, Name, Timestamp } from '../common'

export const GpuRequest = z.object({
  resource: z
    .string()
    .max(120)
    .describe('Extended resource, nvidia.com/gpu or a MIG profile such as nvidia.com/mig-1g.10gb'),
  count: z.number().int().min(1).max(64),
  model: z
    .string()
    .max(63)
    .optional()
    .describe('Value of the node label nvidia.com/gpu.product that is wanted'),
})
export const Size = z.object({
  name: z.string().max(80),
  cpuCores: z.number().min(0.1).max(1024),
  memoryGi: z.number().min(0.1).max(65_536),
  gpu: GpuRequest.optional(),
})
export type Size = z.infer<typeof Size>

export const MountedData = z.object({
  source: z.string().max(253),
  snapshot: z.string().max(253).optional(),
  mount: z
    .enum(['clone', 'read-only', 'pointer'])
    .describe(
      "clone: a writable volume of one's own; read-only: the snapshot mounted; pointer: an address in the environment",
    ),
})
/** A running place to work: machine, tools and data for one project. Lives in the project's namespace. */
export const EnvironmentSpec = z.object({
  project: Name,
  workItem: Name.optional(),
  owner: z.string().max(253),
  site: z.string().max(253),
  size: Size,
  availability: z.enum(['single', 'high']),
  replicas: z.number().int().min(1).max(10),
  tool: z.object({
    name: Name,
    image: z.string().max(500),
    port: z.number().int().min(1).max(65_535),
    probePath: z.string().max(200),
  }),
  data: z.array(MountedData).max(50),
  workspace: z.object({
    gi: z.number().int().min(1).max(65_536),
    storageClass: z.string().max(253).optional(),
  }),
  expiresAt: Timestamp,
  idle: z
    .object({
      pauseAfterMinutes: z.number().int().min(5).max(100_000),
      protectedHours: z.string().max(80).optional(),
    })
    .optional(),
  state: z.enum(['running', 'paused']),
  reproduces: Name.optional().describe('The revision this environment was made from'),
})
export type EnvironmentSpec = z.infer<typeof EnvironmentSpec>
export const EnvironmentStatus = z.object({
  phase: z.enum(['Pending', 'Starting', 'Ready', 'Paused', 'Failed', 'Deleting']).optional(),
  workload: z.string().optional().describe('Kind and name of the native object that runs it'),
  pod: z.string().optional(),
  node: z.string().optional(),
  readyAt: Timestamp.optional(),
  startedAt: Timestamp.optional(),
  conditions: z.array(Condition).optional(),
})
