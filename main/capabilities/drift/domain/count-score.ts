import type {
  CountScore,
  DriftProfile,
  DriftWindow,
  ProfileColumn,
  WindowColumn,
  WindowScores,
} from '../../../../preload/contract/drift'
import { cramersV, chiSquare, type Table } from './contingency'
import { decidingP } from './categorical'
import { decideFamily, type DecisionRule, type Evidence, type SizeLimits } from './decide'
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
const isReason = (found: Counts | string): found is string => typeof found === 'string'

function scoreNumeric(
  profile: Numeric,
  window: Counted<'numeric'>,
  { special }: Tools,
): Counts | string {
  const n = profile.counts.reduce((a, b) => a + b, 0),
    m = window.counts.reduce((a, b) => a + b, 0)
  if (n === 0 || m === 0) return `the ${n === 0 ? 'reference' : 'window'} has no finite value`
  const { d, w1 } = boundsFromCells(profile, window)
  const {
    ref_counts: _ref,
    cur_counts: _cur,
    ...shares
  } = measureShares(decileCounts(profile, profile.counts), decileCounts(profile, window.counts))
  const iqr = Number(profile.interquartileRange),
    middle = (w1.lower + w1.upper) / 2
  // The lower bound of the distance gives the larger p: what is not certain never helps to raise an alert.
  const p =
    Math.max(n, m) <= EXACT_UP_TO
      ? exactKs({ n, m }, d.lower).p
      : asymptoticKs({ n, m }, d.lower, special)
  const rates = { null_rate: window.tally.rows === 0 ? 0 : window.tally.nulls / window.tally.rows }
  return {
    evidence: { js: shares.js_distance_base2, second: middle === 0 ? 0 : middle / iqr, p },
    measures: { ...shares, d, w1, ...rates },
  }
}

function scoreCategorical(
  profile: Categorical,
  window: Counted<'categorical'>,
  tools: Tools,
): Counts | string {
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
  if (n === 0 || m === 0) return `the ${n === 0 ? 'reference' : 'window'} has no value`
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
    evidence: { js: shares.js_distance_base2, second: v, p: decidingP(used, tools).p },
    measures: { ...shares, cramers_v: v, new_categories: window.created.length },
  }
}

/** Scores one window against a profile from counts alone; the same counts always give the same scores. */
export function scoreWindow(
  profile: DriftProfile,
  window: DriftWindow,
  { rule, tools }: { rule: DecisionRule; tools: (column: string) => Tools },
): WindowScores {
  const counted = new Map(window.columns.map((column) => [column.column, column]))
  const found = profile.columns.map(
    (column): { name: string; limits?: SizeLimits; counts: Counts | string } => {
      const own = counted.get(column.column)
      if (column.kind === 'unscored') return { name: column.column, counts: column.reason }
      const limits = { ...column.limits, second: Number(column.limits.second) }
      if (!own) return { name: column.column, counts: 'the window does not have this column' }
      if (own.kind === 'unscored') return { name: column.column, counts: own.reason }
      if (column.kind === 'numeric' && own.kind === 'numeric')
        return {
          name: column.column,
          limits,
          counts: scoreNumeric(column, own, tools(column.column)),
        }
      if (column.kind === 'categorical' && own.kind === 'categorical')
        return {
          name: column.column,
          limits,
          counts: scoreCategorical(column, own, tools(column.column)),
        }
      return { name: column.column, counts: 'its kind changed' }
    },
  )
  const family = found.flatMap(({ counts, limits }) =>
    isReason(counts) || !limits ? [] : [{ evidence: counts.evidence, limits }],
  )
  const decisions = decideFamily(family, rule)[Symbol.iterator]()
  const columns = found.map(({ name, counts }): CountScore => {
    if (isReason(counts))
      return {
        column: name,
        decision: 'unscored',
        reason: counts,
        severity: null,
        p: null,
        pAdjusted: null,
        measures: {},
      }
    const decided = decisions.next().value
    if (!decided) throw new Error('a scored column was not decided')
    const { decision, reason, severity, p, pAdjusted } = decided
    return { column: name, decision, reason, severity, p, pAdjusted, measures: counts.measures }
  })
  return {
    window: window.name,
    drifted: columns.some(({ decision }) => decision === 'drifted'),
    columns,
  }
}
