import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { refusingUserinfo } from './addresses'
import { entry, Name, Timestamp } from './common'
import { decimalNumber, line, paragraph, wholeNumber } from './inputs'
import { Plan } from './operations'
import { BurstMode, BurstPolicySpec } from './records/burst'

/** When something is expected, with the band that holds four times out of five. */
export const Forecast = z.object({ at: Timestamp, earliest: Timestamp, latest: Timestamp })
export type Forecast = z.infer<typeof Forecast>

/** One of the two ways a job can go. */
export const BurstOption = z.object({
  startsAt: Timestamp.optional(),
  finishes: Forecast.optional(),
  usd: z.number().min(0),
  /** What has to be shipped first, and how long that takes over the shared link. */
  shipsGb: z.number().min(0),
  shipSeconds: z.number().min(0),
})
export type BurstOption = z.infer<typeof BurstOption>

/** Why: for programs. The sentence beside it is for people. */
export const BurstReason = z.enum([
  'FitsNow',
  'StartsInTime',
  'CannotStartInTime',
  'MakesRoom',
  'OverBudget',
  'AskBudgetOwner',
  'NoCapacity',
  'DataMayNotLeave',
  'PriceTooOld',
  'NeverFits',
])
export type BurstReason = z.infer<typeof BurstReason>
export const BindingConstraint = z.enum([
  'capacity',
  'deadline',
  'value-of-waiting',
  'budget',
  'data',
  'price',
  'quota',
])
export type BindingConstraint = z.infer<typeof BindingConstraint>

export const BurstDecision = z.object({
  job: z.string(),
  kind: z.enum(['start', 'hold', 'go', 'refuse']),
  reason: BurstReason,
  says: z.string(),
  binding: BindingConstraint,
  /** Until when a reservation holds: the last moment at which waiting is the better choice. */
  holdUntil: Timestamp.optional(),
  pool: z.string().optional(),
  site: z
    .string()
    .optional()
    .describe('Where that pool is, unless it is the site that work usually goes to'),
  priceAgeSeconds: z.number().optional(),
  stay: BurstOption,
  go: BurstOption.optional(),
  budgetLeftUsd: z.number().optional(),
})
export type BurstDecision = z.infer<typeof BurstDecision>

export const BurstChange = z.object({
  job: z.string(),
  from: BurstDecision.shape.kind,
  to: BurstDecision.shape.kind,
  says: z.string(),
})
export type BurstChange = z.infer<typeof BurstChange>

/** Kinds of workload that can move: a plain Pod only before it is scheduled; Workflow is what a Kubeflow pipeline runs as. */
export const MovableKind = z.enum(['Job', 'TrainJob', 'PyTorchJob', 'Workflow', 'Pod'])
export type MovableKind = z.infer<typeof MovableKind>
/** Names one workload on one site. */
export const WorkloadRef = z.object({
  site: z.string().min(1).max(500),
  kind: MovableKind,
  namespace: Name,
  name: z.string().min(1).max(253),
})
export type WorkloadRef = z.infer<typeof WorkloadRef>

/** Where an expected running time comes from, from surest to vaguest; `told` is what its owner wrote on it. */
export const EstimateBasis = z.enum([
  'reported',
  'told',
  'user-name-gpus',
  'user-gpus',
  'gpus',
  'everything',
  'probe',
])
export const RunEstimate = z.object({
  seconds: z.number(),
  lowSeconds: z.number().describe('One in ten is shorter'),
  highSeconds: z.number().describe('One in ten is longer'),
  basis: EstimateBasis,
  from: z.number().int().describe('How many ended jobs it rests on'),
  says: z.string(),
})
export type RunEstimate = z.infer<typeof RunEstimate>

export const GpuAsk = z.object({
  kind: z
    .string()
    .describe('Value of nvidia.com/gpu.product, or a MIG resource; empty where any will do'),
  resource: z.string(),
  count: z.number().int(),
})
/** One GPU workload of the queue, with what the planner decided about it. */
export const BurstWorkload = z.object({
  ref: WorkloadRef,
  uid: z.string(),
  by: z.string().optional(),
  project: z.string(),
  team: z.string(),
  costCentre: z.string(),
  priority: z.object({ name: z.string(), value: z.number() }),
  gpus: GpuAsk,
  queue: z.string().optional(),
  submittedAt: Timestamp,
  waitedSeconds: z.number(),
  dueAt: Timestamp.optional(),
  position: z.number().int().describe('1 is next'),
  state: z
    .enum(['waiting', 'running', 'moving', 'away'])
    .describe('away: kept suspended while its copy runs elsewhere'),
  whyWaiting: z
    .string()
    .optional()
    .describe('What the queue or scheduler of its site says, in plain words'),
  estimate: RunEstimate,
  dataUri: z.string().optional(),
  checkpoint: z
    .string()
    .optional()
    .describe('Where it writes checkpoints; without one it cannot move once it runs'),
  startedAt: Timestamp.optional(),
  endsAt: Timestamp.optional().describe('Expected, for what runs'),
  away: z
    .object({
      site: z.string(),
      namespace: z.string(),
      name: z.string(),
      since: Timestamp,
      says: z.string(),
    })
    .optional(),
  asked: z
    .object({ by: z.string(), at: Timestamp, pool: z.string().optional() })
    .optional()
    .describe('Somebody asked a lead to let it go'),
  decision: BurstDecision.optional().describe('Of what waits'),
})
export type BurstWorkload = z.infer<typeof BurstWorkload>

/** What one cap leaves. `thisUsd` is what the move at hand would add. */
export const BudgetStand = z.object({
  scope: z.string().describe('Cost centre, team/NAME or project/NAME'),
  title: z.string(),
  period: z.enum(['month', 'quarter', 'year']),
  capUsd: z.number(),
  hard: z.boolean(),
  spentUsd: z.number(),
  committedUsd: z.number().describe('Still to come of what runs in the cloud'),
  thisUsd: z.number(),
  leftUsd: z.number(),
  owner: z.string().optional(),
})
export type BudgetStand = z.infer<typeof BudgetStand>
export const PriceAge = z.object({
  asOf: Timestamp.optional(),
  source: z.string(),
  stale: z.boolean(),
  says: z.string(),
})
/** Who acts by itself, if anybody does. */
export const StewardState = z.object({
  state: z.enum(['none', 'here', 'elsewhere', 'stopped']),
  holder: z.string().optional(),
  since: Timestamp.optional(),
  says: z.string(),
})
export type StewardState = z.infer<typeof StewardState>

/** The whole queue of a site with its decisions. */
export const BurstQueue = z.object({
  asOf: Timestamp,
  site: z.string(),
  to: z.string().optional().describe('The cloud site that work would go to'),
  mode: BurstMode,
  stopped: z.boolean(),
  policy: z.string().describe('Name of the policy record in force, or "defaults"'),
  workloads: z
    .array(BurstWorkload)
    .describe('First those that wait, in their order, then what runs, then what is away'),
  changes: z.array(BurstChange).describe('What this plan decides differently from the one before'),
  budgets: z.array(BudgetStand),
  price: PriceAge,
  steward: StewardState,
  queueing: z.enum(['multikueue', 'kueue', 'none']),
  left: z
    .array(z.string())
    .describe('Workloads and facts that could not be read, each in a sentence'),
  planMillis: z.number(),
})
export type BurstQueue = z.infer<typeof BurstQueue>

export const DiffLine = z.object({ op: z.enum(['+', '-', ' ']), text: z.string() })
/** The lines of a manifest that a move changes. */
export const TwoLines = z.object({
  kind: z.string(),
  name: z.string(),
  lines: z.array(DiffLine),
  changed: z.array(
    z.object({
      what: z.enum(['queue', 'data', 'gpu']),
      path: z.string(),
      line: z.number().int().describe('In the manifest, from 1'),
      from: z.string(),
      to: z.string(),
    }),
  ),
  before: z.string().describe('The whole manifest as YAML'),
  after: z.string(),
})
export type TwoLines = z.infer<typeof TwoLines>

/** One way side by side with the other: when, for how much, and how sure. */
export const QuotedWay = BurstOption.extend({
  site: z.string(),
  where: z.string().describe('Node, pool or queue'),
  waitSeconds: z.number().optional(),
  runSeconds: z.number(),
  usdLow: z.number(),
  usdHigh: z.number(),
  inTimeShare: z.number().min(0).max(1).optional().describe('Chance of being done when due'),
  behind: z.string().optional().describe('The workload whose end it waits for'),
  bootSeconds: z.number().optional(),
  says: z.string(),
})
export type QuotedWay = z.infer<typeof QuotedWay>
export const ForecastRecord = z.object({
  job: z.string(),
  at: Timestamp,
  errorShare: z.number().describe('(actual - predicted) / predicted time from decision to end'),
  held: z.boolean().describe('Ended inside the 80 % band'),
})
export const ForecastQuality = z.object({
  records: z.array(ForecastRecord),
  held: z.number().int(),
  of: z.number().int(),
  p50: z.number().optional(),
  p90: z.number().optional(),
  says: z.string(),
})
export type ForecastQuality = z.infer<typeof ForecastQuality>

export const BurstQuote = z.object({
  ref: WorkloadRef,
  quotedAt: Timestamp,
  validUntil: Timestamp,
  workload: BurstWorkload,
  decision: BurstDecision,
  stay: QuotedWay,
  go: QuotedWay.optional(),
  others: z
    .array(z.object({ pool: z.string(), usd: z.number(), startsAt: Timestamp, says: z.string() }))
    .describe('Other pools that could take it'),
  twoLines: TwoLines.optional(),
  cannotMove: z.array(z.object({ says: z.string(), remedy: z.string() })),
  savedSeconds: z.number().optional(),
  usdPerSavedHour: z.number().optional(),
  limitUsdPerHour: z
    .number()
    .optional()
    .describe('What the policy pays for an hour of waiting of this job'),
  takes: z.array(z.object({ what: z.string(), stay: z.string(), go: z.string() })),
  reasons: z.array(z.object({ good: z.boolean(), title: z.string(), says: z.string() })),
  budgets: z.array(BudgetStand),
  price: PriceAge,
  forecasts: ForecastQuality,
  ifItFails: z.array(z.string()),
  loses: z.array(z.string()).describe('What a running job loses by moving'),
  lossUsd: z.number(),
  mode: BurstMode,
  policy: z.string(),
  act: z
    .object({ verb: z.enum(['go', 'ask', 'approve', 'none']), says: z.string() })
    .describe('What the signed-in person may do now'),
})
export type BurstQuote = z.infer<typeof BurstQuote>

/** Something that waits for a lead. */
export const Approval = z.object({
  ref: WorkloadRef,
  by: z.string(),
  at: Timestamp,
  proposedBy: z.enum(['person', 'planner']),
  note: z.string().optional(),
  pool: z.string().optional(),
  usd: z.number(),
  savedSeconds: z.number().optional(),
  workload: BurstWorkload,
  lines: z.array(DiffLine),
  budgets: z.array(BudgetStand),
  says: z.string(),
})
export type Approval = z.infer<typeof Approval>

export const JournalEntry = z.object({
  id: z.string(),
  at: Timestamp,
  ref: WorkloadRef,
  by: z.string(),
  mode: BurstMode,
  kind: z.enum(['start', 'hold', 'go', 'refuse', 'return']),
  pool: z.string().optional(),
  says: z.string(),
  predicted: z.object({
    startsAt: Timestamp.optional(),
    finishes: Forecast.optional(),
    usd: z.number(),
  }),
  actual: z
    .object({
      startedAt: Timestamp.optional(),
      endedAt: Timestamp.optional(),
      usd: z.number().optional(),
      place: z.enum(['on-prem', 'cloud']),
      outcome: z.enum(['running', 'complete', 'failed', 'returned', 'gone']),
    })
    .optional(),
  errorShare: z.number().optional(),
  held: z.boolean().optional(),
})
export type JournalEntry = z.infer<typeof JournalEntry>
export const BurstJournal = z.object({
  entries: z.array(JournalEntry).describe('Newest first'),
  forecasts: ForecastQuality,
  calibration: z.array(
    z.object({
      said: z.number().describe('Share of jobs said to be done by then'),
      was: z.number(),
      of: z.number().int(),
    }),
  ),
  usd: z.object({ predicted: z.number(), actual: z.number(), of: z.number().int() }),
})
export type BurstJournal = z.infer<typeof BurstJournal>

/** Why somebody stops, allows or refuses something, for whoever reads it later. */
export const Reason = paragraph({ most: 1000, such: 'AWS is down' }).refine(
  (reason) => reason.length >= 3,
  'a reason of at least three letters, such as AWS is down',
)
const usd = (such: number) => decimalNumber({ from: 0, to: 1e9, such, unit: 'USD' })
/** A policy as people ask for one: what a record may hold, with a sentence for each field that is wrong. */
export const PolicyAsk = BurstPolicySpec.extend({
  title: line({ most: 80, such: 'Default policy', optional: true }),
  waiting: z
    .array(
      z.object({
        team: line({ most: 63, such: 'Voice', optional: true }),
        priority: line({ most: 63, such: 'urgent' }).optional(),
        usdPerHour: usd(40),
      }),
    )
    .max(200),
  caps: z
    .array(
      BurstPolicySpec.shape.caps.element.extend({
        name: line({ most: 63, such: 'Voice' }),
        capUsd: usd(1000),
      }),
    )
    .max(500),
  weights: z
    .array(
      z.object({
        team: line({ most: 63, such: 'Voice' }),
        weight: decimalNumber({ from: 0, to: 1000, such: 1 }),
      }),
    )
    .max(200),
  oldestPriceHours: decimalNumber({ from: 1, to: 24 * 365, such: 24, unit: 'hours' }),
  maxUsdPerMove: usd(100).optional(),
  maxNodes: wholeNumber({ from: 0, to: 10_000, such: 8 }).optional(),
  linkMbps: decimalNumber({ from: 1, to: 1_000_000, such: 500, unit: 'Mbit/s' }).optional(),
})
export const PolicyInForce = z.object({
  spec: BurstPolicySpec,
  name: z.string(),
  resourceVersion: z
    .string()
    .optional()
    .describe('Absent while nothing is recorded and the defaults hold'),
  mayChange: z.enum(['yes', 'no', 'unknown']),
  steward: StewardState,
})
export type PolicyInForce = z.infer<typeof PolicyInForce>
const SiteId = z.object({
  site: z.string().min(1).max(500).optional().describe('The home site unless told'),
})
const To = z.object({
  to: z
    .object({ site: z.string().optional(), pool: z.string().optional() })
    .optional()
    .describe('Where to; the cheapest allowed pool unless told'),
})

/** Where an environment is and where it could go: `away` while its copy works elsewhere, `cannot` why it could not go. */
export const NotebookPlace = z.object({
  to: z.string().optional(),
  cannot: z.string().optional(),
  away: z
    .object({
      site: z.string(),
      since: Timestamp,
      by: z.string(),
      pool: z.string().optional(),
      usdPerHour: z.number().optional(),
    })
    .optional(),
  asked: z
    .object({ by: z.string(), at: Timestamp, usdPerHour: z.number() })
    .optional()
    .describe('Who asked a lead to move it'),
  refused: z
    .object({ by: z.string(), at: Timestamp, reason: z.string() })
    .optional()
    .describe('What a lead answered who said no; gone when somebody asks again or it moves'),
})
/** An environment that somebody asks a lead to move, with what its machine would cost. */
export const NotebookAsk = z.object({
  site: z.string(),
  namespace: z.string(),
  name: z.string(),
  by: z.string(),
  at: Timestamp,
  pool: z.string().optional(),
  usdPerHour: z.number(),
})
export type NotebookAsk = z.infer<typeof NotebookAsk>

/** Whether a workload stays or goes, and moving it. */
export const burst = {
  watch: entry
    .meta({
      says: 'The queue of a site with a decision for each workload, whole again after each change, at most once a second.',
    })
    .input(SiteId)
    .output(eventIterator(BurstQueue)),
  quote: entry
    .meta({
      says: 'Staying and going side by side for one workload: times, costs, diff, budget after, how good such forecasts were. Changes nothing.',
    })
    .input(WorkloadRef.extend(To.shape))
    .output(BurstQuote),
  lines: entry
    .meta({
      says: 'The lines of a manifest that a move changes, from the manifest alone; what stands in the way is named with its line.',
    })
    .input(
      z.object({
        manifest: z.string().max(1_000_000),
        file: z.string().max(500).default('manifest'),
        back: z.boolean().default(false),
        dataUri: refusingUserinfo(
          z.string().max(2000),
          'it stands in the manifest, so name the secret that holds them',
        ).optional(),
      }),
    )
    .output(z.array(TwoLines)),
  planMove: entry
    .meta({
      says: 'What moving a workload to the cloud would do; for somebody who has to ask a lead first, what asking would do.',
    })
    .input(WorkloadRef.extend(To.shape).extend({ note: z.string().max(1000).optional() }))
    .output(Plan),
  planReturn: entry
    .meta({ says: 'What bringing a moved workload back would do; takes the original or the copy.' })
    .input(WorkloadRef)
    .output(Plan),
  approvals: entry
    .meta({
      says: 'What waits for a lead: what people asked for, and in mode approve what the planner proposes.',
    })
    .input(SiteId)
    .output(eventIterator(z.array(Approval))),
  planApprove: entry
    .meta({ says: 'What approving would do: the move, recorded with who asked and who approved.' })
    .input(WorkloadRef.extend(To.shape))
    .output(Plan),
  refuse: entry
    .meta({
      says: 'Says no to a move that was asked for or proposed, with a reason its owner reads; it stays until the facts change or somebody asks again.',
    })
    .input(WorkloadRef.extend({ reason: Reason }))
    .output(z.object({})),
  policy: entry
    .meta({ says: 'The policy in force and whether the signed-in person may change it.' })
    .output(PolicyInForce),
  planPolicy: entry
    .meta({
      says: 'What changing the policy would do, as a diff, and which waiting jobs would be decided differently.',
    })
    .input(z.object({ spec: PolicyAsk, resourceVersion: z.string().optional() }))
    .output(Plan),
  stop: entry
    .meta({
      says: 'The kill switch: stops or allows everything that acts by itself, at once and for everybody. What runs goes on.',
    })
    .input(
      z.discriminatedUnion('stopped', [
        z.object({ stopped: z.literal(true), reason: Reason }),
        z.object({ stopped: z.literal(false), reason: Reason.or(z.literal('')).default('') }),
      ]),
    )
    .output(z.object({})),
  journal: entry
    .meta({
      says: 'Decisions with what was predicted and what came of them, newest first, and how well forecasts were calibrated.',
    })
    .input(
      z.object({
        limit: z.number().int().min(1).max(1000).default(200),
        job: z.string().optional(),
      }),
    )
    .output(BurstJournal),
  planLayout: entry
    .meta({
      says: 'What laying out the queues for bursting would make: flavors and queues on both sites, MultiKueue where it is installed.',
    })
    .input(SiteId.extend({ to: z.string(), namespaces: z.array(Name).max(500).default([]) }))
    .output(Plan),
  notebook: entry
    .meta({ says: 'Where an environment is, and where it could go.' })
    .input(z.object({ namespace: Name, name: Name }))
    .output(NotebookPlace),
  planNotebookMove: entry
    .meta({
      says: 'What moving an environment to the cloud would do: stop, snapshot, ship, start with the same image. What is in the memory of its kernels is lost.',
    })
    .input(z.object({ namespace: Name, name: Name, to: z.string().optional() }))
    .output(Plan),
  notebookAsks: entry
    .meta({
      says: 'Environments that people ask a lead to move, those that wait longest first; whole again after each change.',
    })
    .output(eventIterator(z.array(NotebookAsk))),
  refuseNotebook: entry
    .meta({
      says: 'Says no to moving an environment, with a reason its owner reads; it stands until somebody asks again or it moves.',
    })
    .input(z.object({ namespace: Name, name: Name, reason: Reason }))
    .output(z.object({})),
  planNotebookReturn: entry
    .meta({ says: 'What bringing a moved environment back would do.' })
    .input(z.object({ namespace: Name, name: Name }))
    .output(Plan),
}
