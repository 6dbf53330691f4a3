import { z } from 'zod'
import { recordedAddress } from '../addresses'
import { Condition, Name, Role, Subject, Timestamp, Usd } from '../common'

export const Member = Subject.extend({ role: Role })
export type Member = z.infer<typeof Member>

/** One business undertaking: who works on which question, until when, on whose money. Cluster-scoped. */
export const ProjectSpec = z.object({
  title: z.string().max(80),
  question: z.string().min(1, 'the question the business asks').max(280),
  owner: z.string().min(1).max(253),
  team: z.string().min(1).max(63),
  members: z.array(Member).max(200),
  costCentre: Name.describe('Name of a Budget'),
  timeBox: z.object({ start: Timestamp, due: Timestamp }),
  budgetUsd: Usd,
  sites: z.array(z.string()).max(50).describe('Sites whose hardware this project may use'),
  repository: recordedAddress(500).optional().describe('git address of its code'),
})
export type ProjectSpec = z.infer<typeof ProjectSpec>
export const ProjectStatus = z.object({
  phase: z.enum(['Requested', 'Ready', 'Closing']).optional(),
  namespace: z.string().optional(),
  namespaceUid: z
    .string()
    .optional()
    .describe('The very namespace; one of the same name made later is not it'),
  namespaceOrigin: z
    .enum(['made', 'adopted'])
    .optional()
    .describe('Whether Takt made the namespace, or a lead let it use an empty one'),
  conditions: z.array(Condition).optional(),
})
/** Whether a project was asked for and nothing was made for it yet; whoever asks may not write a status, so none at all says so too. */
export const isRequested = ({ phase, namespace }: z.infer<typeof ProjectStatus>): boolean =>
  phase === 'Requested' || (phase === undefined && namespace === undefined)
