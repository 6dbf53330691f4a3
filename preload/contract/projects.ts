import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { refusingUserinfo } from './addresses'
import { entry, Name, NamespacedRef, Timestamp } from './common'
import { decimalNumber, instant, line, orNothing, paragraph, wholeNumber } from './inputs'
import { Plan } from './operations'
import { podSecurityEntries } from './pod-security'
import { MountedData, Size } from './records/environment'
import { ProjectSpec } from './records/project'

/** A project as people ask for one: what a record may hold, with a sentence for each field that is wrong. */
export const ProjectAsk = ProjectSpec.extend({
  title: line({ most: 80, such: 'Voice liveness', optional: true }),
  question: paragraph({ most: 280, such: 'Is this a live voice?' }),
  owner: line({ most: 253, such: 'mara.lind' }),
  team: line({ most: 63, such: 'Voice' }),
  timeBox: z.object({ start: Timestamp, due: instant() }),
  budgetUsd: decimalNumber({ from: 1, to: 1e9, such: 500, unit: 'USD' }),
  repository: refusingUserinfo(
    orNothing(
      line({ most: 500, such: 'https://git.company.example/voice.git' }).refine(
        (address) => !/\s/.test(address),
        'a git address without blanks, such as https://git.company.example/voice.git',
      ),
    ),
    'git asks for them in the workspace, or takes them from its credential helper',
  ).optional(),
})
export const WorkspaceGi = wholeNumber({ from: 1, to: 65_536, such: 200, unit: 'GB' })
export const EnvironmentReplicas = wholeNumber({ from: 1, to: 10, such: 2 })
const HOURS_SAYS = 'nothing, or hours of the week such as Mon to Fri 08:00 to 18:00'
export const PROTECTED_HOURS =
  /^(Sun|Mon|Tue|Wed|Thu|Fri|Sat)(?: to (Sun|Mon|Tue|Wed|Thu|Fri|Sat))? ([01]\d|2[0-3]):([0-5]\d) to ([01]\d|2[0-4]):([0-5]\d)$/
/** Hours of the week, UTC, in which nothing is paused. */
export const ProtectedHours = z
  .string({ error: HOURS_SAYS })
  .trim()
  .refine((text) => text === '' || PROTECTED_HOURS.test(text), HOURS_SAYS)
/** A wizard in progress: everything that was chosen so far, kept on each change. */
export const Draft = z.object({
  id: z.string().min(1).max(80),
  savedAt: Timestamp.optional(),
  revision: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Grows with each save; a draft that was never kept has none'),
  step: z.enum(['define', 'environment', 'tools', 'data', 'button']),
  name: z.string().max(63),
  adopt: z
    .string()
    .max(63)
    .optional()
    .describe('The empty namespace that may be adopted; counts only while it is the name'),
  project: ProjectSpec.partial(),
  existingProject: z.string().optional(),
  workItemTitle: z.string().max(80).optional(),
  size: Size.optional(),
  availability: z.enum(['single', 'high']).default('single'),
  replicas: EnvironmentReplicas.default(1),
  hoursToLive: decimalNumber({ from: 1, to: 24 * 365, such: 360, unit: 'hours' }).default(24 * 15),
  pauseAfterMinutes: wholeNumber({ from: 5, to: 100_000, such: 45, unit: 'minutes' }).default(45),
  protectedHours: z.string().max(80).optional(),
  workspaceGi: WorkspaceGi.default(200),
  storageClass: z.string().optional(),
  tool: z.string().optional(),
  data: z
    .array(MountedData.pick({ source: true, mount: true }).partial({ mount: true }))
    .max(50)
    .default([]),
})
export type Draft = z.infer<typeof Draft>

const Adopt = z
  .boolean()
  .optional()
  .describe('Use an empty namespace of that name which somebody else made: a choice of a lead')
/** Whether a project may have a name, as the home site answers now. */
export const NameStanding = z.object({
  standing: z.enum(['free', 'empty', 'refused', 'unknown']),
  says: z.string().optional(),
  remedy: z.string().optional(),
})
export type NameStanding = z.infer<typeof NameStanding>

export const projects = {
  ...podSecurityEntries,
  nameStanding: entry
    .meta({
      says: 'Whether a project may have this name: its namespace must be free, or empty and adopted.',
    })
    .input(z.object({ name: z.string().max(63) }))
    .output(NameStanding),
  planCreate: entry
    .meta({
      says: 'What creating this project would make: record, namespace, quota, limits, role bindings, network policy, first work item. For somebody who may only ask, the record alone.',
    })
    .input(
      z.object({
        name: Name,
        spec: ProjectAsk,
        workItem: z.object({ title: line({ most: 80, such: 'Voice liveness' }) }).optional(),
        adopt: Adopt,
        draft: z.string().max(80).optional().describe('The wizard that this fulfils'),
      }),
    )
    .output(Plan),
  planFulfil: entry
    .meta({
      says: 'What fulfilling a requested project would make: all that creating it makes but its record.',
    })
    .input(z.object({ name: Name, adopt: Adopt }))
    .output(Plan),
  edit: entry
    .meta({
      says: 'Changes fields of a project from the version that was read; merges with what others changed, and fails with CONFLICT where the same field differs.',
    })
    .input(
      z.object({
        name: Name,
        basedOn: z.object({ resourceVersion: z.string(), spec: ProjectSpec }),
        spec: ProjectAsk,
        keep: z.record(z.string(), z.enum(['mine', 'theirs'])).optional(),
      }),
    )
    .output(z.object({ resourceVersion: z.string(), merged: z.array(z.string()) })),
  planDelete: entry
    .meta({
      says: 'What deleting a project would lose and keep: everything its namespace holds, by kind and by whose it is. Of a request, the record alone.',
    })
    .input(
      z.object({
        name: Name,
        others: z
          .enum(['keep-namespace', 'delete'])
          .optional()
          .describe("What becomes of objects in the namespace that are not Takt's"),
      }),
    )
    .output(Plan),
  drafts: entry
    .meta({ says: 'Unfinished wizards of this person, newest first.' })
    .output(z.array(Draft)),
  watchDrafts: entry
    .meta({ says: 'Unfinished wizards, whole again after each change.' })
    .output(eventIterator(z.array(Draft))),
  saveDraft: entry
    .meta({
      says: 'Keeps a draft on this machine; merges with what another window saved since, and fails with CONFLICT where the same field differs. One that was discarded or fulfilled since is NOT_FOUND.',
    })
    .input(
      z.object({
        draft: Draft,
        basedOn: Draft.optional().describe('The draft as this change began with it'),
        keep: z.record(z.string(), z.enum(['mine', 'theirs'])).optional(),
      }),
    )
    .output(z.object({ draft: Draft, merged: z.array(z.string()) })),
  discardDraft: entry
    .meta({ says: 'Forgets a draft.' })
    .input(z.object({ id: z.string() }))
    .output(z.object({})),
}
/** One card to choose a machine from. */
export const SizeOffer = z.object({
  size: Size,
  site: z.string(),
  place: z.enum(['on-prem', 'cloud', 'edge']),
  says: z.string(),
  usdPerHour: z.number().optional(),
  cells: z
    .array(z.enum(['taken', 'free', 'idle', 'faulted', 'off']))
    .max(400)
    .describe('One per GPU or per group of cores'),
  freeSays: z.string(),
  starts: z.object({
    seconds: z.number().optional(),
    lowSeconds: z.number().optional(),
    highSeconds: z.number().optional(),
    says: z.string(),
  }),
  fitsNow: z.boolean(),
  refused: z.string().optional(),
})
export type SizeOffer = z.infer<typeof SizeOffer>
export const EnvironmentChange = z.discriminatedUnion('to', [
  z.object({ to: z.literal('stop') }),
  z.object({ to: z.literal('resume') }),
  z.object({ to: z.literal('resize'), size: Size }),
  z.object({ to: z.literal('extend'), expiresAt: instant() }),
  z.object({ to: z.literal('delete'), keepWorkspace: z.boolean() }),
])
export type EnvironmentChange = z.infer<typeof EnvironmentChange>
export const Phase = z.object({
  id: z.enum(['quota', 'node', 'image', 'volumes', 'server']),
  title: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed']),
  says: z.string(),
  seconds: z.number().optional(),
})
export type Phase = z.infer<typeof Phase>
/** Whether something works in an environment, reading by reading. */
export const IdleReport = z.object({
  idle: z.boolean(),
  reason: z.enum([
    'idle',
    'kernel-busy',
    'worked-in',
    'command-runs',
    'gpu-used',
    'cpu-used',
    'not-known',
  ]),
  says: z.string(),
  since: Timestamp.optional().describe('Since when nobody has worked in it'),
  readings: z.array(
    z.object({
      what: z.enum(['server', 'terminals', 'gpu', 'cpu']),
      known: z.boolean(),
      says: z.string(),
    }),
  ),
})
export type IdleReport = z.infer<typeof IdleReport>

/** Provisioning, changing, opening environments. */
export const environments = {
  offers: entry
    .meta({
      says: 'Sizes the connected sites can really give: free now, price per hour, expected wait with its basis.',
    })
    .input(z.object({ project: z.string().optional() }))
    .output(
      z.object({
        asOf: Timestamp,
        offers: z.array(SizeOffer),
        waits: z
          .object({
            basis: z.string(),
            hours: z.array(z.number().int()),
            rows: z.array(z.object({ name: z.string(), seconds: z.array(z.number().nullable()) })),
          })
          .optional(),
      }),
    ),
  planProvision: entry
    .meta({
      says: 'What the button would make for a draft: project if new, quota, volumes, data, notebook; with price, start time, permissions and dry run.',
    })
    .input(z.object({ draft: Draft.extend({ protectedHours: ProtectedHours.optional() }) }))
    .output(Plan),
  planChange: entry
    .meta({
      says: 'What stopping, resuming, resizing, extending or deleting an environment would do.',
    })
    .input(NamespacedRef.extend({ change: EnvironmentChange }))
    .output(Plan),
  idle: entry
    .meta({
      says: 'Whether an environment is idle now, why not, and what of that could not be read: what is not known is never idle.',
    })
    .input(NamespacedRef)
    .output(IdleReport),
  watch: entry
    .meta({
      says: 'One environment as it starts: its phases against the promise, and how to open it.',
    })
    .input(NamespacedRef)
    .output(
      eventIterator(
        z.object({
          asOf: Timestamp,
          phase: z.string(),
          phases: z.array(Phase),
          elapsedSeconds: z.number().optional(),
          promiseSeconds: z.number(),
          canOpen: z.boolean(),
          says: z.string(),
        }),
      ),
    ),
  open: entry
    .meta({
      says: 'Opens a forward to the environment that heals by itself and keeps its local port; answers the exact loopback address.',
    })
    .input(NamespacedRef)
    .output(z.object({ url: z.string() })),
  close: entry
    .meta({ says: 'Closes the forward of an environment.' })
    .input(NamespacedRef)
    .output(z.object({})),
  forwards: entry.meta({ says: 'Open forwards, whole again after each change.' }).output(
    eventIterator(
      z.array(
        NamespacedRef.extend({
          url: z.string(),
          state: z.enum(['open', 'healing']),
          pod: z.string(),
        }),
      ),
    ),
  ),
}
