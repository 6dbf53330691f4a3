import type {
  CountScore,
  DriftProfile,
  DriftWindow,
  ProfileColumn,
  UnscoredCause,
  WindowColumn,
  WindowScores,
} from '../../../../preload/contract/drift'
import { cramersV, chiSquare, type Table } from './contingency'
import { decidingP } from './categorical'
import {
  decideFamily,
  inUnits,
  isUnjudged,
  unitOf,
  type Decision,
  type DecisionRule,
  type Evidence,
  type NoDecision,
  type SizeLimits,
} from './decide'
import { absenceDrift, absenceWords, type Absence } from './missing'
import { measureShares } from './shares'
import type { Tools } from './score'
import { asymptoticKs, exactKs, EXACT_UP_TO } from './two-sample'

type Numeric = Extract<ProfileColumn, { kind: 'numeric' }>
type Categorical = Extract<ProfileColumn, { kind: 'categorical' }>
type Counted<K extends WindowColumn['kind']> = Extract<WindowColumn, { kind: K }>
export interface Bounds {
  lower: number
  upper: number
}

/** What is known of a cell: how far apart the distribution functions are at its ends, what lies between, and its width. */
interface Cell {
  left: number
  right: number
  p: number
  q: number
  width: number
}

function cellsOf(profile: Numeric, window: Counted<'numeric'>): Cell[] {
  const all = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0)
  const n = all(profile.counts),
    m = all(window.counts),
    { edges } = profile
  const first = Math.min(profile.min, window.min ?? profile.min),
    last = Math.max(profile.max, window.max ?? profile.max)
  let f = 0,
    g = 0
  return profile.counts.map((count, at) => {
    const left = f / n - g / m,
      other = window.counts[at] as number
    f += count
    g += other
    return {
      left,
      right: f / n - g / m,
      p: count / n,
      q: other / m,
      width: Math.max(0, (edges[at] ?? last) - (edges[at - 1] ?? first)),
    }
  })
}

/**
 * Bounds on the Kolmogorov-Smirnov distance and on Wasserstein-1 that hold wherever in their cells the values lie. Inside a cell
 * F - G can rise by no more than the reference's share there and fall by no more than the window's, seen from either end.
 */
export function boundsFromCells(
  profile: Numeric,
  window: Counted<'numeric'>,
): { d: Bounds; w1: Bounds } {
  const d = { lower: 0, upper: 0 },
    w1 = { lower: 0, upper: 0 }
  for (const { left, right, p, q, width } of cellsOf(profile, window)) {
    const highest = Math.min(left + p, right + q),
      lowest = Math.max(left - q, right - p)
    d.lower = Math.max(d.lower, Math.abs(left), Math.abs(right))
    d.upper = Math.max(d.upper, highest, -lowest)
    w1.lower += width * Math.max(0, lowest, -highest)
    w1.upper += width * Math.max(highest, -lowest, 0)
  }
  return { d, w1 }
}

/** Counts of the profile's fine cells put together between deciles. */
export function decileCounts({ edges, deciles }: Numeric, counts: readonly number[]): number[] {
  const isDecile = new Set(deciles),
    joined = [0]
  counts.forEach((count, at) => {
    if (at > 0 && isDecile.has(edges[at - 1] as number)) joined.push(0)
    joined[joined.length - 1] = (joined[joined.length - 1] as number) + count
  })
  return joined
}

interface Counts {
  evidence: Evidence
  measures: CountScore['measures']
}
/** Why counts cannot be scored. */
interface Barred {
  cause: UnscoredCause
  reason: string
}
const isBarred = (found: Counts | Barred): found is Barred => 'reason' in found
const emptySide = (n: number, what: string): Barred => ({
  cause: 'no-values',
  reason: `the ${n === 0 ? 'reference' : 'window'} has no ${what}`,
})

function scoreNumeric(
  profile: Numeric,
  window: Counted<'numeric'>,
  { special }: Tools,
): Counts | Barred {
  const n = profile.counts.reduce((a, b) => a + b, 0),
    m = window.counts.reduce((a, b) => a + b, 0)
  if (n === 0 || m === 0) return emptySide(n, 'finite value')
  const { d, w1 } = boundsFromCells(profile, window)
  const {
    ref_counts: _ref,
    cur_counts: _cur,
    ...shares
  } = measureShares(decileCounts(profile, profile.counts), decileCounts(profile, window.counts))
  const unit = unitOf(Number(profile.interquartileRange), Number(profile.standardDeviation)),
    middle = (w1.lower + w1.upper) / 2
  // The lower bound of the distance gives the larger p: what is not certain never helps to raise an alert.
  const p =
    Math.max(n, m) <= EXACT_UP_TO
      ? exactKs({ n, m }, d.lower).p
      : asymptoticKs({ n, m }, d.lower, special)
  const rates = { null_rate: window.tally.rows === 0 ? 0 : window.tally.nulls / window.tally.rows }
  return {
    evidence: {
      js: shares.js_distance_base2,
      second: inUnits(middle, unit),
      p,
      values: { reference: n, current: m },
    },
    measures: { ...shares, d, w1, ...rates },
  }
}

function scoreCategorical(
  profile: Categorical,
  window: Counted<'categorical'>,
  tools: Tools,
): Counts | Barred {
  const table: Table = {
    reference: [...profile.counts, ...window.created.map(() => 0)],
    current: [...window.counts, ...window.created.map(([, count]) => count)],
  }
  const isUsed = table.reference.map((count, at) => count + (table.current[at] as number) > 0)
  const used = {
    reference: table.reference.filter((_, at) => isUsed[at]),
    current: table.current.filter((_, at) => isUsed[at]),
  }
  const n = used.reference.reduce((a, b) => a + b, 0),
    m = used.current.reduce((a, b) => a + b, 0)
  if (n === 0 || m === 0) return emptySide(n, 'value')
  const {
    ref_counts: _ref,
    cur_counts: _cur,
    ...shares
  } = measureShares(used.reference, used.current)
  const v =
    used.reference.length < 2
      ? 0
      : cramersV(chiSquare(used, { yates: false, special: tools.special }).stat, {
          rows: n + m,
          categories: used.reference.length,
          corrected: false,
        })
  return {
    evidence: {
      js: shares.js_distance_base2,
      second: v,
      p: decidingP(used, tools).p,
      values: { reference: n, current: m },
    },
    measures: { ...shares, cramers_v: v, new_categories: window.created.length },
  }
}

interface FoundColumn {
  name: string
  limits?: SizeLimits
  counts: Counts | Barred
  /** How many rows of each side hold nothing to score. */
  absence?: [reference: Absence, current: Absence]
}

const absenceOf = ({ tally }: Exclude<ProfileColumn | WindowColumn, { kind: 'unscored' }>) => ({
  rows: tally.rows,
  missing: tally.nulls + ('nan' in tally ? tally.nan : 0),
  infinite: 'inf' in tally ? tally.inf : 0,
})

function examine(
  column: ProfileColumn,
  own: WindowColumn | undefined,
  tools: (column: string) => Tools,
): FoundColumn {
  const name = column.column,
    barred = barredBy(column, own)
  if (barred) return { name, counts: barred }
  if (column.kind === 'numeric' && own?.kind === 'numeric')
    return {
      ...frozen(column, own),
      counts: scoreNumeric(column, own, tools(name)),
    }
  if (column.kind === 'categorical' && own?.kind === 'categorical')
    return {
      ...frozen(column, own),
      counts: scoreCategorical(column, own, tools(name)),
    }
  return { name, counts: { cause: 'type-changed', reason: 'its kind changed' } }
}
const frozen = (column: Numeric | Categorical, own: Counted<'numeric' | 'categorical'>) => ({
  name: column.column,
  limits: {
    ...column.limits,
    second: column.limits.second === null ? null : Number(column.limits.second),
  },
  absence: [absenceOf(column), absenceOf(own)] satisfies [Absence, Absence],
})
/** Why a column was not counted at all. */
function barredBy(column: ProfileColumn, own: WindowColumn | undefined): Barred | undefined {
  if (own?.kind === 'unscored' && (column.kind !== 'unscored' || own.cause === 'no-values'))
    return { cause: own.cause ?? causeOf(own.reason), reason: own.reason }
  if (column.kind === 'unscored')
    return { cause: column.cause ?? 'unsupported', reason: column.reason }
  return own
    ? undefined
    : { cause: 'missing-column', reason: 'the window does not have this column' }
}
/** Counts that were written before causes were kept have them in words only. */
const causeOf = (reason: string): UnscoredCause => {
  if (reason.includes('does not have')) return 'missing-column'
  return reason.includes('type changed') ? 'type-changed' : 'unreadable'
}

/** Scores one window against a profile from counts alone; the same counts always give the same scores. */
export function scoreWindow(
  profile: DriftProfile,
  window: DriftWindow,
  { rule, tools }: { rule: DecisionRule; tools: (column: string) => Tools },
): WindowScores {
  const counted = new Map(window.columns.map((column) => [column.column, column]))
  const found = profile.columns.map((column) => examine(column, counted.get(column.column), tools))
  const family = found.flatMap(({ counts, limits }) =>
    isBarred(counts) || !limits ? [] : [{ evidence: counts.evidence, limits }],
  )
  const decisions = decideFamily(family, rule)[Symbol.iterator]()
  const columns = found.map((each): CountScore => {
    const decided = isBarred(each.counts) ? undefined : decisions.next().value,
      scored = columnScore(each, decided)
    const means = { ...tools(each.name), tests: 2 * found.length, level: rule.level }
    return each.absence ? withAbsence(scored, each.absence, means) : scored
  })
  const unjudged = columns.flatMap(({ column, decision, cause }) =>
    decision === 'unscored' && isUnjudged(cause) ? [column] : [],
  )
  return {
    window: window.name,
    drifted: columns.some(({ decision }) => decision === 'drifted'),
    ...(unjudged.length > 0 && { unjudged }),
    columns,
  }
}

function columnScore(
  { name, counts }: FoundColumn,
  decided: Decision | NoDecision | undefined,
): CountScore {
  const none = isBarred(counts) ? counts : decided?.decision === 'unscored' ? decided : undefined,
    measures = isBarred(counts) ? {} : counts.measures
  if (none || !decided || decided.decision === 'unscored')
    return {
      column: name,
      decision: 'unscored',
      reason: none?.reason ?? 'it was not scored',
      ...(none && { cause: none.cause }),
      severity: null,
      p: null,
      pAdjusted: null,
      measures,
    }
  const { decision, reason, severity, p, pAdjusted } = decided
  return { column: name, decision, reason, severity, p, pAdjusted, measures }
}

/** A share of missing or infinite values that drifted is drift, whatever the values that are left do. */
function withAbsence(
  score: CountScore,
  [reference, current]: [Absence, Absence],
  means: Tools & { tests: number; level: number },
): CountScore {
  const moved = absenceDrift(reference, current, means)
  if (!moved) return score
  const { cause: _cause, ...rest } = score
  const reason = `${absenceWords(moved)}; ${score.reason}`
  if (score.decision === 'drifted') return { ...rest, reason }
  return {
    ...rest,
    decision: 'drifted',
    reason,
    severity: Math.max(score.severity ?? 0, moved.size),
    p: moved.p,
    pAdjusted: moved.pAdjusted,
  }
}
