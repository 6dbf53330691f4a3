import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { entry, Timestamp } from './common'
import { FailureRecord } from './failures'

export const PlanChange = z.object({
  op: z.enum(['create', 'change', 'delete', 'same']),
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
  note: z.string().optional(),
  lines: z.array(z.object({ op: z.enum(['+', '-', ' ']), text: z.string() })).optional(),
})
export type PlanChange = z.infer<typeof PlanChange>
export const PermissionCheck = z.object({
  says: z.string(),
  verb: z.string(),
  resource: z.string(),
  group: z.string(),
  namespace: z.string().optional(),
  allowed: z.enum(['yes', 'no', 'unknown']),
  grantedBy: z.array(z.string()),
  without: z.string().optional().describe('What happens without it, where it is not essential'),
})
export type PermissionCheck = z.infer<typeof PermissionCheck>
export const QuotaUse = z.object({
  name: z.string(),
  used: z.number(),
  adds: z.number(),
  limit: z.number(),
  unit: z.string(),
})
export type QuotaUse = z.infer<typeof QuotaUse>
/** Some objects of one kind in a namespace that would be deleted. */
export const HeldObjects = z.object({
  site: z.string(),
  namespace: z.string(),
  kind: z.string(),
  belongs: z
    .enum(['takt', 'automatic', 'others'])
    .describe("Takt's by its mark or owners, the cluster's own, or somebody else's"),
  count: z.number().int(),
  names: z.array(z.string()).describe('The first of them'),
})
export type HeldObjects = z.infer<typeof HeldObjects>

/** What a button will do, said before it does anything. Good for five minutes. */
export const Plan = z.object({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  verb: z.string().describe('The word on the confirm button'),
  site: z.string(),
  subject: z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() }),
  as: z.string().describe('The person it will run as'),
  madeAt: Timestamp,
  expiresAt: Timestamp,
  price: z
    .object({
      usdPerHour: z.number(),
      usdInAll: z.number().optional(),
      basis: z.string(),
      book: z.string(),
    })
    .optional(),
  time: z
    .object({
      seconds: z.number(),
      lowSeconds: z.number().optional(),
      highSeconds: z.number().optional(),
      says: z.string(),
    })
    .optional(),
  changes: z.array(PlanChange),
  dryRun: z.object({ result: z.enum(['passed', 'failed', 'not-run']), says: z.array(z.string()) }),
  permissions: z.array(PermissionCheck),
  quotas: z.array(QuotaUse),
  risks: z.array(z.string()),
  choices: z.array(z.string()).describe('Decisions the planner took, with the reason'),
  steps: z.array(
    z.object({ id: z.string(), title: z.string(), promiseSeconds: z.number().optional() }),
  ),
  blockedBy: z.array(z.object({ says: z.string(), remedy: z.string() })),
  losses: z
    .object({ lost: z.array(z.string()), kept: z.array(z.string()), typeName: z.string() })
    .optional(),
  holds: z
    .array(HeldObjects)
    .optional()
    .describe('What stands in the namespaces that would be deleted, as counted now'),
  undo: z.string().optional().describe('What undo would do; absent where it cannot be undone'),
  yaml: z.string().optional().describe('The same as a file for somebody with the rights'),
})
export type Plan = z.infer<typeof Plan>

export const StepState = z.enum(['waiting', 'running', 'done', 'failed', 'skipped', 'undone'])
export const OperationState = z.enum([
  'running',
  'done',
  'failed',
  'cancelling',
  'cancelled',
  'undoing',
  'undone',
  'overtaken',
])
export type OperationState = z.infer<typeof OperationState>
export const Operation = z.object({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  site: z.string(),
  subject: Plan.shape.subject,
  by: z.string(),
  state: OperationState,
  startedAt: Timestamp,
  endedAt: Timestamp.optional(),
  promiseSeconds: z.number().optional(),
  elapsedSeconds: z.number(),
  resumedAtStep: z.number().int().optional(),
  overtakenBy: z
    .string()
    .optional()
    .describe('Why it went no further: what it rested on is no longer so, as a sentence'),
  cancelLeaves: z.string(),
  canUndo: z.boolean(),
  failure: FailureRecord.optional(),
  steps: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      state: StepState,
      startedAt: Timestamp.optional(),
      endedAt: Timestamp.optional(),
      promiseSeconds: z.number().optional(),
      detail: z.string().optional(),
      share: z.number().min(0).max(1).optional(),
      failure: FailureRecord.optional(),
    }),
  ),
  journal: z.array(z.object({ at: Timestamp, says: z.string() })),
  result: z.record(z.string(), z.string()).optional(),
})
export type Operation = z.infer<typeof Operation>

export const operations = {
  start: entry
    .meta({
      says: 'Runs a plan as it was previewed; refuses when it is stale, blocked or its name was not typed.',
    })
    .input(z.object({ planId: z.string(), typedName: z.string().optional() }))
    .output(z.object({ operationId: z.string() })),
  cancel: entry
    .meta({
      says: 'Stops a running operation after its current step and takes back what was made.',
    })
    .input(z.object({ operationId: z.string() }))
    .output(z.object({})),
  retry: entry
    .meta({ says: 'Goes on with a failed operation at the step that failed.' })
    .input(z.object({ operationId: z.string() }))
    .output(z.object({})),
  undo: entry
    .meta({ says: 'Takes back a finished operation while that is still possible.' })
    .input(z.object({ operationId: z.string() }))
    .output(z.object({})),
  get: entry
    .meta({ says: 'One operation with its steps and journal.' })
    .input(z.object({ operationId: z.string() }))
    .output(Operation),
  watch: entry
    .meta({ says: 'The newest hundred operations, running first, whole again after each change.' })
    .output(eventIterator(z.array(Operation))),
}
