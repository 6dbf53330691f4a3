import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { entry, Timestamp } from './common'
import { Plan } from './operations'
import { UploadRef } from './uploads'

/** Jobs of the past that can be replayed: the history of a site, or an imported file. */
export const ReplaySource = z.object({
  id: z.string(),
  kind: z.enum(['history', 'trace']),
  title: z.string(),
  says: z.string().describe('Where it comes from'),
  simulated: z.boolean(),
  jobs: z.number().int().min(0),
  dropped: z.number().int().min(0).describe('Jobs above 64 GPUs, which are not replayed'),
  users: z.number().int().min(0),
  teams: z.array(z.string()),
  /** Absent for traces, whose times count from a zero of their own. */
  from: Timestamp.optional(),
  to: Timestamp.optional(),
  days: z.number().min(0),
  meanRuntimeHours: z.number().min(0),
  gpuHours: z.number().min(0),
  /** Whole nodes in the building: those of the site, else the median demand of the trace. */
  nodes: z.number().int().min(1),
  gpusPerNode: z.number().int().min(1),
  nodesBasis: z.string(),
  /** What really happened, where the file tells when jobs began. */
  waited: z
    .object({
      meanHours: z.number(),
      p95Hours: z.number(),
      jobs: z.number().int(),
      teams: z.array(z.object({ team: z.string(), meanWaitHours: z.number() })),
    })
    .optional(),
  importedAt: Timestamp,
  skipped: z.array(z.object({ path: z.string(), says: z.string() })).max(50),
  skippedCount: z.number().int().min(0),
})
export type ReplaySource = z.infer<typeof ReplaySource>

/** Policies by the names of the command line; bounds are what no policy can beat. */
export const ReplayPolicyName = z.enum([
  'no-wait',
  'fifo',
  'backfill',
  'constant',
  'starburst',
  'star-wait',
  'skypilot',
  'last-safe',
  'uniform-progress',
  'takt',
  'bound-divisible',
  'bound-slack',
])
export type ReplayPolicyName = z.infer<typeof ReplayPolicyName>

/** A what-if. The same question gives the same answer. */
export const ReplayQuestion = z.object({
  source: z.string().min(1).max(64),
  nodes: z.number().int().min(0).max(2000),
  gpusPerNode: z.number().int().min(1).max(64).default(8),
  policies: z.array(ReplayPolicyName).min(1).max(12),
  /** What an hour of waiting is worth for a job of ten GPU hours, in USD: the knob of Takt's own policy. */
  usdPerWaitHour: z.number().min(0).max(100_000),
  /** keep: leave in time for every deadline. weigh: only the value of waiting counts. */
  deadlines: z.enum(['keep', 'weigh']).default('weigh'),
  budgetUsd: z.number().min(0).max(1e9).optional(),
  usdPerNodeHour: z.number().min(0.01).max(10_000).default(21.957642),
  /** How fast data goes to the cloud, for all jobs together; absent ships at once. */
  linkGbps: z.number().min(0.01).max(10_000).optional(),
  gbPerJob: z.number().min(0).max(100_000).default(0).describe('Data of a job that names none'),
  spotShare: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('The share of jobs that may run on spot nodes, whose coming and going is supposed'),
  estimateSigma: z.number().min(0).max(3).default(0),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
})
export type ReplayQuestion = z.infer<typeof ReplayQuestion>

/** What a policy made of the jobs. Absent is unknown: a bound says nothing of waiting. */
export const ReplayFigures = z.object({
  policy: ReplayPolicyName,
  params: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  cloudUsd: z.number(),
  cloudGpuHours: z.number(),
  billedNodeHours: z.number(),
  burstJobs: z.number().optional(),
  meanWaitHours: z.number().optional(),
  p95WaitHours: z.number().optional(),
  p99WaitHours: z.number().optional(),
  meanJctHours: z.number().optional(),
  deadlineMisses: z.number().optional(),
  deadlineMissShare: z.number().optional(),
  onPremUtilisation: z.number().optional(),
  idleWhileQueuedGpuHours: z.number().optional(),
  spotInterruptions: z.number().optional(),
  lostGpuHours: z.number().optional(),
  budgetBreaches: z.number(),
  unfinishedJobs: z.number(),
})
export type ReplayFigures = z.infer<typeof ReplayFigures>
export const ReplayTeam = z.object({
  team: z.string(),
  jobs: z.number().int(),
  meanWaitHours: z.number(),
  cloudGpuHours: z.number(),
  onPremGpuHours: z.number(),
  cloudUsd: z.number(),
  deadlineMisses: z.number().int(),
})
export type ReplayTeam = z.infer<typeof ReplayTeam>
/** GPUs averaged over each step: what ran where, what was asked for if nothing ever queued, and what waited. */
export const ReplayUsage = z.object({
  from: Timestamp.optional(),
  fromSeconds: z.number(),
  stepSeconds: z.number(),
  onPrem: z.array(z.number()).max(1000),
  cloud: z.array(z.number()).max(1000),
  asked: z.array(z.number()).max(1000),
  waiting: z.array(z.number()).max(1000),
})
export type ReplayUsage = z.infer<typeof ReplayUsage>
export const ReplayPlayed = z.object({
  figures: ReplayFigures,
  usage: ReplayUsage.optional(),
  teams: z.array(ReplayTeam),
})
export type ReplayPlayed = z.infer<typeof ReplayPlayed>

export const ReplayRun = z.object({
  /** run 12 */
  id: z.string(),
  number: z.number().int(),
  title: z.string(),
  kind: z.enum(['run', 'frontier']),
  at: Timestamp,
  question: ReplayQuestion,
  source: z.object({
    title: z.string(),
    simulated: z.boolean(),
    jobs: z.number().int(),
    days: z.number(),
    meanRuntimeHours: z.number(),
  }),
  played: z.array(ReplayPlayed).max(400),
  seconds: z.number().min(0),
  plays: z.number().int(),
  /** Among Takt's own positions of the knob: the smallest bill when an hour of a job's waiting is worth what the question says. */
  recommended: z
    .object({ usdPerWaitHour: z.number(), billUsd: z.number(), perJobHourUsd: z.number() })
    .optional(),
})
export type ReplayRun = z.infer<typeof ReplayRun>
export const ReplayEvent = z.discriminatedUnion('at', [
  z.object({
    at: z.literal('progress'),
    share: z.number().min(0).max(1),
    done: z.number().int(),
    of: z.number().int(),
    policy: z.string().optional(),
  }),
  /** What was played since the last such event; a reader who goes away keeps what came. */
  z.object({ at: z.literal('played'), run: ReplayRun }),
  z.object({ at: z.literal('result'), run: ReplayRun }),
])
export type ReplayEvent = z.infer<typeof ReplayEvent>

export const SavedReplay = ReplayRun.omit({ played: true }).extend({
  figures: z.array(ReplayFigures).max(400),
})
export type SavedReplay = z.infer<typeof SavedReplay>
const RunId = z.object({ id: z.string().max(64) })

/** What another policy would have cost. */
export const replay = {
  sources: entry
    .meta({
      says: 'Jobs of the past that can be replayed: imported files and what sites told, with what keeps a site from telling.',
    })
    .output(
      z.object({
        sources: z.array(ReplaySource),
        sites: z.array(z.object({ site: z.string(), simulated: z.boolean(), known: z.boolean() })),
      }),
    ),
  import: entry
    .meta({
      says: 'Keeps the jobs of a file: a CSV trace, or what kubectl printed of Jobs or Workloads as JSON; either may be gzipped. Names every line that makes no sense.',
    })
    .input(
      z.object({
        name: z.string().min(1).max(200),
        upload: UploadRef.shape.upload,
        packedByUs: z.boolean().default(false).describe('Packed only for the way here'),
        skipBadLines: z.boolean().default(false),
      }),
    )
    .output(ReplaySource),
  importHistory: entry
    .meta({
      says: 'Reads the Jobs and Kueue Workloads that ended on a site and adds them to what was known of it.',
    })
    .input(z.object({ site: z.string().max(253) }))
    .output(ReplaySource),
  forgetSource: entry
    .meta({ says: 'Forgets the jobs of a source; kept runs stay.' })
    .input(RunId)
    .output(z.object({})),
  run: entry
    .meta({
      says: 'Plays the jobs once per policy at the given knob: progress, then figures, what ran where and what each team got. Ending the stream stops it.',
    })
    .input(ReplayQuestion)
    .output(eventIterator(ReplayEvent)),
  frontier: entry
    .meta({
      says: "Plays the jobs at each position of every policy's knob: progress and each mark as soon as it is played, then cost against waiting; the newest are remembered. Ending the stream stops it.",
    })
    .input(ReplayQuestion)
    .output(eventIterator(ReplayEvent)),
  keep: entry
    .meta({ says: 'Keeps a run that was just played, under a number of its own.' })
    .input(RunId.extend({ title: z.string().trim().max(80).optional() }))
    .output(z.object({ id: z.string(), number: z.number().int() })),
  saved: entry
    .meta({ says: 'Kept runs, newest first, with their figures.' })
    .output(z.array(SavedReplay)),
  savedRun: entry.meta({ says: 'One kept run in full.' }).input(RunId).output(ReplayRun),
  rename: entry
    .meta({ says: 'Gives a kept run a title.' })
    .input(RunId.extend({ title: z.string().trim().min(1).max(80) }))
    .output(z.object({})),
  remove: entry.meta({ says: 'Deletes a kept run.' }).input(RunId).output(z.object({})),
  proposeKnob: entry
    .meta({
      says: 'What setting the value of an hour of waiting to this would change in the shared burst policy; a lead confirms it.',
    })
    .input(
      z.object({
        usdPerWaitHour: z.number().min(0).max(100_000),
        team: z.string().max(63).optional(),
        run: z.string().max(64).optional(),
      }),
    )
    .output(Plan),
}
