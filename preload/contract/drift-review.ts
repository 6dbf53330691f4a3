import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { refusingUserinfo } from './addresses'
import { UploadRef } from './uploads'
import { entry, NamespacedRef, Timestamp } from './common'
import { CountScore, DecisionRule, ProfileColumn, VerdictOperation, WindowColumn } from './drift'
import { FailureRecord } from './failures'
import { decimalNumber, line, paragraph, wholeNumber } from './inputs'
import { Plan } from './operations'

const Share = z.number().min(0).max(1)
const Text = z.string().max(4000)

/** Rows to read: a file, folder or pattern, an object-storage address, or a snapshot of the data catalog. */
export const DriftSource = z
  .object({
    path: refusingUserinfo(
      z.string().max(2000),
      'keys come from your AWS profile or the environment',
    ).optional(),
    snapshot: NamespacedRef.optional(),
    where: Text.optional().describe('SQL over the columns'),
  })
  .refine(
    ({ path, snapshot }) => (path === undefined) !== (snapshot === undefined),
    'either a path or a snapshot',
  )
export type DriftSource = z.infer<typeof DriftSource>
export const Period = z.enum(['hour', 'day', 'week', 'month', 'quarter', 'year'])
/** From which size (Jensen-Shannon, base 2, 0 to 1) on a person is told, and from which the line stops. */
export const DriftLimits = z
  .object({ watch: Share, act: Share })
  .refine(({ watch, act }) => watch <= act, 'watch may not lie above act')
export type DriftLimits = z.infer<typeof DriftLimits>
export const Task = z.enum(['binary', 'multiclass', 'regression'])

/** What is watched of one model, and how. */
export const MonitorSettings = z.object({
  model: z.string().min(1).max(120),
  about: z.string().max(280),
  owner: z.string().max(253),
  workItem: NamespacedRef.optional(),
  reference: DriftSource,
  current: DriftSource,
  columns: z.array(z.string()).max(10_000).optional(),
  kinds: z.record(z.string(), z.enum(['numeric', 'categorical'])).optional(),
  timeColumn: z.string().optional(),
  period: Period.default('week'),
  zone: z.string().max(64).optional(),
  windowRows: z.number().int().min(1).optional(),
  windowCount: z
    .number()
    .int()
    .min(1)
    .max(5000)
    .optional()
    .describe('Cuts the rows into so many windows'),
  rule: DecisionRule,
  alertAfter: z.object({
    k: z.number().int().min(1).max(100),
    n: z.number().int().min(1).max(100),
  }),
  limits: DriftLimits,
  importance: z
    .record(z.string(), z.number().min(0))
    .optional()
    .describe('Weight of each feature in the model; equal where absent'),
  labels: z
    .object({
      task: Task,
      label: z.string(),
      prediction: z.string(),
      probability: z.string().optional(),
      late: z.object({ source: DriftSource, key: z.string() }).optional(),
    })
    .optional(),
  segments: z.array(z.string()).max(20).optional(),
  incidents: z
    .array(z.object({ from: Timestamp, to: Timestamp.optional(), says: z.string().max(280) }))
    .max(200)
    .describe('Known to have gone wrong; back-tests are held against them'),
  everySeconds: z
    .number()
    .int()
    .min(60)
    .optional()
    .describe('How often new windows are looked for'),
})
export type MonitorSettings = z.infer<typeof MonitorSettings>

const shareNumber = (such: number) => decimalNumber({ from: 0, to: 1, such })
/** What people ask to watch: what is kept of a model, with a sentence for each field that is wrong. */
export const MonitorAsk = MonitorSettings.extend({
  model: line({ most: 120, such: 'credit-default' }),
  about: line({ most: 280, such: 'Will the loan be paid back?', optional: true }),
  alertAfter: z
    .object({
      k: wholeNumber({ from: 1, to: 100, such: 2 }),
      n: wholeNumber({ from: 1, to: 100, such: 3 }),
    })
    .refine(({ k, n }) => k <= n, {
      path: ['k'],
      error: 'Alert after at most as many windows as are looked at.',
    }),
  limits: z
    .object({ watch: shareNumber(0.2), act: shareNumber(0.35) })
    .refine(({ watch, act }) => watch <= act, {
      path: ['watch'],
      error: 'Watch may not lie above act.',
    }),
})
export const DriftFilter = paragraph({ most: 4000, such: 'age > 18', optional: true })
export const DriftPath = line({ most: 2000, such: 's3://lake/loans/2027-01 or /data/june.parquet' })
export const DriftColumn = line({ most: 253, such: 'applied_at', optional: true })
export const VerdictNote = paragraph({ most: 10_000, such: 'A new branch opened', optional: true })
export const BundleName = line({ most: 200, such: 'review.takt' }).refine(
  (name) => !/[\\/]/.test(name),
  'a file name without slashes, such as review.takt',
)
export const FilePath = line({ most: 2000, such: '/home/you/review.takt' })
export const Verdict = z.enum(['fine', 'watch', 'act'])
export const SizeLevel = z.enum(['none', 'small', 'notable', 'large', 'severe', 'unscored'])
export const FleetCell = z.object({
  window: z.string(),
  from: z.string().optional(),
  size: z.number().nullable(),
  level: SizeLevel,
  alert: z.boolean(),
})
/** One model of the fleet; worst first. */
export const FleetRow = z.object({
  id: z.string(),
  model: z.string(),
  about: z.string(),
  owner: z.string(),
  workItem: NamespacedRef.optional(),
  simulated: z.boolean(),
  lamp: z.enum(['flowing', 'called', 'stopped', 'unknown']),
  size: z.number().nullable(),
  worstColumn: z.string().optional(),
  cells: z.array(FleetCell).max(60),
  verdict: Verdict.optional(),
  verdictBy: z.string().optional(),
  verdictAt: Timestamp.optional(),
  asOf: Timestamp.optional(),
  running: z
    .object({ done: z.number().int(), total: z.number().int(), says: z.string() })
    .optional(),
  failure: FailureRecord.optional(),
})
export type FleetCell = z.infer<typeof FleetCell>
export type FleetRow = z.infer<typeof FleetRow>
export const BundleSummary = z.object({
  id: z.string(),
  name: z.string(),
  bytes: z.number().int(),
  models: z.number().int(),
  savedAt: Timestamp,
  signature: z.enum(['valid', 'unknown-signer', 'none']),
  signer: z.string().optional(),
  recomputed: z.number().int().describe('Scores computed again from their counts'),
  differing: z.number().int(),
  seconds: z.number(),
  simulated: z.boolean(),
})
export type BundleSummary = z.infer<typeof BundleSummary>
export const VerdictConflict = z.object({
  model: z.string(),
  window: z.string(),
  column: z.string().optional(),
  ours: VerdictOperation,
  theirs: VerdictOperation,
})
export type VerdictConflict = z.infer<typeof VerdictConflict>
export const Fleet = z.object({
  rows: z.array(FleetRow),
  bundle: BundleSummary.optional(),
  windows: z.array(z.string()).describe('The columns of the heat map, oldest first'),
  waiting: z.number().int().describe('Verdicts, notes and proposals kept here and not yet merged'),
  conflicts: z.array(VerdictConflict),
  canMerge: z.boolean(),
  mergeNeeds: z.string().optional(),
  measures: z.object({
    offlineShare: Share.nullable(),
    breachToVerdictSeconds: z.number().nullable(),
  }),
  asOf: Timestamp.optional(),
})
export type Fleet = z.infer<typeof Fleet>

export const ModelWindow = z.object({
  name: z.string(),
  from: z.string().optional(),
  to: z.string().optional(),
  rows: z.number().int(),
  size: z.number().nullable(),
  worstColumn: z.string().optional(),
  drifted: z.number().int(),
  scored: z.number().int(),
  unscored: z.number().int(),
  alert: z.boolean(),
  verdicts: z.array(VerdictOperation),
  schema: z
    .array(z.string())
    .optional()
    .describe('How the columns differ from those of the reference, in sentences'),
})
const Estimate = z.object({ value: z.number(), lower: z.number(), upper: z.number() })
/** How good the model was in a window: as estimated without labels, and as it turned out with them. */
export const QualityPoint = z.object({
  window: z.string(),
  metric: z.enum(['roc_auc', 'accuracy', 'f1', 'mae', 'rmse']),
  estimated: Estimate.optional(),
  realised: Estimate.optional(),
  labelled: Share.describe('Rows whose label is known'),
})
export type QualityPoint = z.infer<typeof QualityPoint>
export const ModelDrift = z.object({
  id: z.string(),
  settings: MonitorSettings,
  profile: z.object({ hash: z.string(), rows: z.number().int(), madeAt: Timestamp.optional() }),
  windows: z.array(ModelWindow),
  events: z.array(
    z.object({
      at: Timestamp,
      kind: z.enum(['deploy', 'data-commit', 'revision', 'incident']),
      says: z.string(),
    }),
  ),
  quality: z.array(QualityPoint),
  qualityMissing: z.string().optional().describe('Why there is no estimate'),
  notes: z.array(VerdictOperation),
  asOf: Timestamp.optional(),
})
export type ModelDrift = z.infer<typeof ModelDrift>

export const FeatureScore = CountScore.extend({
  kind: z.enum(['numeric', 'categorical', 'unscored']),
  importance: z.number(),
  rank: z.number().describe('Size times importance'),
  alert: z.enum(['none', 'watch', 'act']),
})
export type FeatureScore = z.infer<typeof FeatureScore>
/** One column: reference against the chosen windows put together, and its way over time. */
export const FeatureDrift = z.object({
  column: z.string(),
  reference: ProfileColumn,
  current: WindowColumn,
  currentRows: z.number().int(),
  score: CountScore,
  says: z.array(z.string()).describe('What stands out, in sentences, most telling first'),
  over: z.array(
    z.object({
      window: z.string(),
      severity: z.number().nullable(),
      pAdjusted: z.number().nullable(),
      nullRate: z.number().nullable(),
    }),
  ),
  segments: z.array(z.string()),
  how: z.object({ kernel: z.string(), sql: z.string().optional() }),
})
export type FeatureDrift = z.infer<typeof FeatureDrift>
export const Cause = z.object({ column: z.string(), share: Share, says: z.string() })
export const SegmentScore = z.object({
  segment: z.string(),
  value: z.string(),
  rows: z.number().int(),
  size: z.number().nullable(),
  pAdjusted: z.number().nullable(),
  decision: z.enum(['stable', 'drifted', 'unscored']),
  reason: z.string(),
})
export const Multivariate = z.object({
  domainAuc: Estimate.optional(),
  reconstruction: z
    .object({ value: z.number(), lower: z.number(), upper: z.number(), referenceUpper: z.number() })
    .optional(),
  missing: z.string().optional(),
  causes: z.array(Cause),
  segments: z.array(SegmentScore),
})
export type Multivariate = z.infer<typeof Multivariate>
export type SegmentScore = z.infer<typeof SegmentScore>
export const Backtest = z.object({
  alarms: z.array(z.string()).describe('Windows that would have alerted'),
  before: z.array(z.string()).describe('Those that alert under the limits in force'),
  caught: z.array(z.string()),
  missed: z.array(z.string()).describe('Known incidents without an alarm'),
  falseAlarms: z.number().int(),
})
export type Backtest = z.infer<typeof Backtest>

/** A source looked at before it is used; `sure` is false where a person has to confirm how a CSV was read. */
export const SourceLook = z.object({
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      kind: z.enum(['numeric', 'categorical', 'time', 'unsupported']),
    }),
  ),
  rows: z.number().int().optional(),
  files: z.number().int(),
  csv: z
    .object({ sure: z.boolean(), delimiter: z.string(), header: z.boolean(), encoding: z.string() })
    .optional(),
  first: z.array(z.array(z.string())).max(20),
  skipped: z.array(z.string()),
})
export type SourceLook = z.infer<typeof SourceLook>
export const DriftProgress = z.union([
  z.object({ kind: z.literal('progress'), done: z.number(), total: z.number(), says: z.string() }),
  z.object({
    kind: z.literal('done'),
    id: z.string(),
    windows: z.number().int(),
    seconds: z.number(),
  }),
])
export type DriftProgress = z.infer<typeof DriftProgress>
const Id = z.object({ id: z.string().min(1).max(200) })
/** A model of the fleet, or of an opened bundle. */
const Where = Id.extend({ bundle: z.string().max(200).optional() })

/** A bundle lies in a file of this machine. */
const BundlePath = refusingUserinfo(z.string().max(4000), 'a bundle is opened from a file')

export const drift = {
  watchFleet: entry
    .meta({
      says: 'Every watched model with its latest windows, worst first; of an opened bundle where one is named. Whole again after each change.',
    })
    .input(z.object({ bundle: z.string().max(200).optional() }))
    .output(eventIterator(Fleet)),
  model: entry
    .meta({
      says: 'One model: size of drift by window, what happened to it, quality with and without labels, verdicts.',
    })
    .input(Where)
    .output(ModelDrift),
  features: entry
    .meta({ says: 'Every feature of a model in one window, by size times importance.' })
    .input(Where.extend({ window: z.string() }))
    .output(z.array(FeatureScore)),
  feature: entry
    .meta({
      says: 'One feature: reference counts against those of one or several windows put together, its way over time, and how it was computed. A segment is counted anew from the rows.',
    })
    .input(
      Where.extend({
        column: z.string(),
        windows: z.array(z.string()).min(1).max(400),
        segment: z.object({ column: z.string(), value: z.string() }).optional(),
      }),
    )
    .output(FeatureDrift),
  multivariate: entry
    .meta({
      says: 'What no single column shows: how well reference and window can be told apart, causes ranked, segments.',
    })
    .input(Where.extend({ window: z.string() }))
    .output(Multivariate),
  look: entry
    .meta({ says: 'Columns, types and first rows of a source, and how sure its form is.' })
    .input(
      z.object({
        source: DriftSource,
        csv: z
          .object({
            delimiter: z.string().min(1).max(4),
            header: z.boolean(),
            encoding: z.enum(['utf-8', 'utf-16', 'latin-1']),
          })
          .optional(),
      }),
    )
    .output(SourceLook),
  saveMonitor: entry
    .meta({ says: 'Watches a model from now on, or changes how; with an id it replaces that one.' })
    .input(z.object({ id: z.string().max(200).optional(), settings: MonitorAsk }))
    .output(Id),
  removeMonitor: entry
    .meta({ says: 'Stops watching a model. Its verdicts are kept.' })
    .input(Id)
    .output(z.object({})),
  run: entry
    .meta({
      says: 'Freezes the reference where it is new, counts and scores the windows; ending the stream cancels.',
    })
    .input(Id.extend({ anew: z.boolean().optional() }))
    .output(eventIterator(DriftProgress)),
  say: entry
    .meta({
      says: 'Keeps a verdict, a note or a proposed limit as an operation on this machine; it merges when the home site can be reached.',
    })
    .input(
      Where.extend({
        window: z.string(),
        column: z.string().optional(),
        verdict: Verdict.optional(),
        note: VerdictNote.optional(),
        limits: DriftLimits.optional(),
      }),
    )
    .output(VerdictOperation),
  takeBack: entry
    .meta({ says: 'Takes back what was said, as long as it has not merged.' })
    .input(z.object({ operation: z.string() }))
    .output(z.object({})),
  merge: entry
    .meta({
      says: 'Merges what waits into the shared records; a verdict to act stops the line of its work item. Conflicts are answered, nothing is overwritten.',
    })
    .output(z.object({ merged: z.number().int(), conflicts: z.array(VerdictConflict) })),
  settle: entry
    .meta({
      says: 'Says which of two verdicts in conflict holds, by adding one that names the other; both stay readable.',
    })
    .input(z.object({ operation: z.string(), over: z.string(), note: z.string().max(10_000) }))
    .output(z.object({})),
  backtest: entry
    .meta({
      says: 'Which windows would have alerted under other limits, and which known incidents would have been missed.',
    })
    .input(
      Where.extend({
        limits: DriftLimits,
        alertAfter: MonitorSettings.shape.alertAfter.optional(),
      }),
    )
    .output(Backtest),
  approveLimits: entry
    .meta({ says: 'Puts proposed limits in force; only the owner of the model may.' })
    .input(Id.extend({ limits: DriftLimits, proposal: z.string().optional() }))
    .output(z.object({})),
  planGate: entry
    .meta({
      says: 'Checks a revision’s data and model for drift and passes or fails the gate before the backlog.',
    })
    .input(NamespacedRef.extend({ monitor: z.string() }))
    .output(Plan),
  bundles: entry.meta({ says: 'Bundles opened on this machine.' }).output(z.array(BundleSummary)),
  openBundle: entry
    .meta({
      says: 'Opens a bundle from its path, or as a page handed it over, checks its chain and signature and recomputes every score; nothing is asked of any network.',
    })
    .input(z.union([z.object({ path: BundlePath }), UploadRef]))
    .output(BundleSummary),
  closeBundle: entry
    .meta({ says: 'Closes an opened bundle. Verdicts said on it are kept.' })
    .input(Id)
    .output(z.object({})),
  saveBundle: entry
    .meta({
      says: 'Puts models with their profiles, counts, scores, settings and verdicts into one file, signed where this person has a key; never raw rows. Written to the path, or answered.',
    })
    .input(
      z.object({
        ids: z.array(z.string()).min(1).max(200),
        name: z.string().max(255),
        path: BundlePath.optional(),
      }),
    )
    .output(
      z.object({
        bytes: z.number().int(),
        signed: z.boolean(),
        path: z.string().optional(),
        file: z.file().optional(),
      }),
    ),
}
