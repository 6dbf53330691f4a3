import { z } from 'zod'
import { FailureRecord } from '../../../preload/contract/failures'
import { OperationState, Plan, StepState } from '../../../preload/contract/operations'
import type { OperationFacts } from './domain/facts'

const Step = z.object({
  id: z.string(),
  title: z.string(),
  promiseSeconds: z.number().optional(),
  state: StepState,
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
  failure: FailureRecord.optional(),
  passed: z.literal(true).optional(),
})
/** Reads what the journal holds of an operation, perhaps written by another version. */
export const StoredFacts: z.ZodType<OperationFacts> = z.object({
  id: z.string(),
  number: z.number().int(),
  kind: z.string(),
  title: z.string(),
  site: z.string(),
  subject: Plan.shape.subject,
  by: z.string(),
  input: z.unknown(),
  state: OperationState,
  back: z.enum(['cancelled', 'undone', 'overtaken']).optional(),
  overtakenBy: z.string().optional(),
  unattended: z.enum(['lease', 'owner']).optional(),
  startedAt: z.number(),
  endedAt: z.number().optional(),
  promiseSeconds: z.number().optional(),
  resumedAtStep: z.number().int().optional(),
  cancelLeaves: z.string(),
  undoable: z.boolean(),
  failure: FailureRecord.optional(),
  steps: z.array(Step),
  kept: z.record(z.string(), z.string()),
})
