import { z } from 'zod'
import { Timestamp } from './common'

const Count = z.number().int().min(0)
const Counts = z.array(Count).max(100_001)
/** Numbers that may lie beyond what JSON can write are kept as text. */
const Figure = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])])

/** From which size on a difference matters, and where that was taken from. */
export const SizeLimits = z.object({
  js: z.number(),
  second: Figure.nullable().describe('Absent where the reference is one single value'),
  source: z.enum(['calibrated', 'constant']),
  chunks: Count,
  chunkRows: Count,
})
export const NumericTally = z.object({
  rows: Count,
  nulls: Count,
  nan: Count,
  inf: Count,
  negativeInf: Count,
  zeros: Count,
})
/** Why a column has no decision. The last three are so of its nature and say nothing about a window. */
export const UnscoredCause = z.enum([
  'missing-column',
  'new-column',
  'type-changed',
  'no-values',
  'too-few-values',
  'no-number',
  'unreadable',
  'mixed',
  'unclear',
  'too-long',
  'identifier',
  'unsupported',
  'always-empty',
])
export type UnscoredCause = z.infer<typeof UnscoredCause>
export const CategoryRows = z.object({ rows: Count, nulls: Count })

const ascending = (edges: number[]) =>
  edges.every((edge, at) => at === 0 || edge > (edges[at - 1] as number))
/** A column of numbers as the reference froze it: cells (-inf, e0) [e0, e1) ... [ek, inf) and how many values each held. */
export const NumericProfile = z
  .object({
    kind: z.literal('numeric'),
    column: z.string(),
    unit: z.string().optional(),
    tally: NumericTally,
    limits: SizeLimits,
    edges: z.array(z.number()).min(1).max(4096).refine(ascending, 'edges have to ascend'),
    deciles: z
      .array(z.number())
      .max(32)
      .describe('Edges of the cells of severity: deciles, and values that take several of them'),
    counts: Counts,
    min: z.number(),
    max: z.number(),
    mean: Figure,
    standardDeviation: Figure,
    interquartileRange: Figure,
  })
  .refine(
    ({ edges, counts }) => counts.length === edges.length + 1,
    'one count for each cell is needed',
  )
/** A column of categories as the reference froze it. */
export const CategoricalProfile = z
  .object({
    kind: z.literal('categorical'),
    column: z.string(),
    tally: CategoryRows,
    limits: SizeLimits,
    categories: z.array(z.string()).max(100_000),
    counts: Counts,
  })
  .refine(
    ({ categories, counts }) => counts.length === categories.length,
    'one count for each category is needed',
  )
export const UnscoredProfile = z.object({
  kind: z.literal('unscored'),
  column: z.string(),
  reason: z.string(),
  cause: UnscoredCause.optional(),
})
export const ProfileColumn = z.union([NumericProfile, CategoricalProfile, UnscoredProfile])
export type ProfileColumn = z.infer<typeof ProfileColumn>

/** A reference, frozen: what every later window is counted and scored against. The hash is that of everything else in it. */
export const DriftProfile = z.object({
  format: z.literal('takt-drift-profile'),
  version: z.literal(1),
  rows: Count,
  columns: z.array(ProfileColumn).max(10_000),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
})
export type DriftProfile = z.infer<typeof DriftProfile>

/** What a window held in the cells of a profile. */
export const WindowColumn = z.union([
  z.object({
    kind: z.literal('numeric'),
    column: z.string(),
    tally: NumericTally,
    counts: Counts,
    min: z.number().nullable(),
    max: z.number().nullable(),
  }),
  z.object({
    kind: z.literal('categorical'),
    column: z.string(),
    tally: CategoryRows,
    counts: Counts,
    created: z.array(z.tuple([z.string(), Count])).max(100_000),
  }),
  z.object({
    kind: z.literal('unscored'),
    column: z.string(),
    reason: z.string(),
    cause: UnscoredCause.optional(),
  }),
])
export type WindowColumn = z.infer<typeof WindowColumn>
export const DriftWindow = z.object({
  name: z.string(),
  from: z.string().optional(),
  to: z.string().optional(),
  rows: Count,
  columns: z.array(WindowColumn).max(10_000),
})
export type DriftWindow = z.infer<typeof DriftWindow>

const Interval = z.object({ lower: Figure, upper: Figure })
/** The score of one column in one window, computed from counts alone. */
export const CountScore = z.object({
  column: z.string(),
  decision: z.enum(['stable', 'drifted', 'unscored']),
  reason: z.string(),
  severity: z.number().nullable(),
  p: z.number().nullable(),
  pAdjusted: z.number().nullable(),
  measures: z.record(z.string(), z.union([Figure, Interval])),
  cause: UnscoredCause.optional(),
})
export type CountScore = z.infer<typeof CountScore>
export const WindowScores = z.object({
  window: z.string(),
  drifted: z.boolean(),
  unjudged: z
    .array(z.string())
    .max(10_000)
    .optional()
    .describe('Columns that cannot be judged though they should be: as loud as drift'),
  columns: z.array(CountScore).max(10_000),
})
export type WindowScores = z.infer<typeof WindowScores>

/** What a person said of a column in a window; stored as an operation that is only ever added, so that verdicts made apart can be merged. */
export const VerdictOperation = z.object({
  id: z.string().min(1).max(64),
  at: Timestamp,
  author: z.string().min(1).max(253),
  window: z.string(),
  column: z.string().optional(),
  verdict: z.enum(['fine', 'watch', 'act']).optional(),
  note: z.string().max(10_000).optional(),
  limit: z.number().min(0).max(1).optional(),
  limits: z
    .object({ watch: z.number().min(0).max(1), act: z.number().min(0).max(1) })
    .optional()
    .describe('Limits proposed to the owner of the model'),
  over: z.string().max(64).optional().describe('The verdict in conflict that this one settles'),
  offline: z.boolean().optional().describe('Said while the home site could not be reached'),
  breachAt: Timestamp.optional().describe('When the window was over that this speaks of'),
})
export type VerdictOperation = z.infer<typeof VerdictOperation>

export const DecisionRule = z.object({
  correction: z.enum(['benjamini-hochberg', 'benjamini-yekutieli', 'holm', 'bonferroni', 'none']),
  level: z.number().min(0).max(1),
})
/** Names every part of a bundle with the hash of its content, each chained to the one before. */
export const BundleManifest = z.object({
  format: z.literal('takt-drift-bundle'),
  version: z.number().int().min(1),
  createdAt: Timestamp,
  model: z.string(),
  engine: z.record(z.string(), z.string()),
  rule: DecisionRule,
  sources: z.array(z.string()),
  parts: z.array(z.object({ name: z.string(), sha256: z.string(), chain: z.string() })).max(100),
  signature: z.object({ publicKey: z.string(), value: z.string() }).optional(),
})
export type BundleManifest = z.infer<typeof BundleManifest>
