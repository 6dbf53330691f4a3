import { boundsFromCells } from './count-score'
import { CONSTANT_LIMITS, inUnits, unitOf } from './decide'
import { cellAt, severityCuts } from './severity-cells'
import { countsBetween, edgeOf, keyEdges, type KeyCounter } from './key-cells'
import { tallyStatistics } from './numeric'
import { emptySide, type ColumnScore, type Tools } from './score'
import { measureShares } from './shares'
import { asymptoticKs } from './two-sample'

/** Frozen cells of a column too long to be sorted in memory. */
export const MOST_CELLS = 4096

const joinTenths = (counts: readonly number[], cuts: readonly number[]): number[] =>
  [...cuts, counts.length].map((end, at) =>
    counts.slice(at === 0 ? 0 : (cuts[at - 1] as number), end).reduce((a, b) => a + b, 0),
  )

/** Scores a column from counts on at most 4,096 cells: its sizes on tenths, and bounds that the exact distances cannot leave. */
export function scoreCounters(
  reference: KeyCounter,
  current: KeyCounter,
  { special }: Tools,
): ColumnScore {
  const heads = tallyStatistics(reference.tally, current.tally, {
    reference: reference.finite,
    current: current.finite,
  })
  if (reference.finite === 0 || current.finite === 0) {
    return emptySide(
      { ...heads, undefined: 'one side has no finite value' },
      { reference: reference.finite, current: current.finite },
      'finite value',
    )
  }
  const keys = keyEdges(reference, MOST_CELLS),
    edges = keys.map(edgeOf)
  const counts = {
    reference: countsBetween(reference, keys),
    current: countsBetween(current, keys),
  }
  const profile = {
    kind: 'numeric' as const,
    column: '',
    tally: reference.tally,
    limits: CONSTANT_LIMITS,
    edges,
    deciles: [],
    counts: counts.reference,
    min: reference.min,
    max: reference.max,
    mean: 0,
    standardDeviation: 0,
    interquartileRange: 0,
  }
  const { d, w1 } = boundsFromCells(profile, {
    kind: 'numeric',
    column: '',
    tally: current.tally,
    counts: counts.current,
    min: current.min,
    max: current.max,
  })
  const tenths = severityCuts(counts.reference),
    shares = measureShares(joinTenths(counts.reference, tenths), joinTenths(counts.current, tenths))
  const at = (share: number, otherwise: number) =>
      edges[cellAt(counts.reference, share)] ?? otherwise,
    between = (low: number, high: number) => at(high, reference.max) - at(low, reference.min)
  // Spread is not counted here, so where the middle half is one value, ever more of the values are taken.
  const unit = unitOf(between(0.25, 0.75) || between(0.05, 0.95), reference.max - reference.min),
    middle = (w1.lower + w1.upper) / 2
  return {
    statistics: {
      ...heads,
      cells: counts.reference.length,
      ks_bounds: d,
      wasserstein1_bounds: w1,
      tenths: shares,
      ks_method: 'asymptotic, at the lower bound',
      min_ref: reference.min,
      max_ref: reference.max,
      min_cur: current.min,
      max_cur: current.max,
    },
    evidence: {
      js: shares.js_distance_base2,
      second: inUnits(middle, unit),
      p: asymptoticKs({ n: reference.finite, m: current.finite }, d.lower, special),
      values: { reference: reference.finite, current: current.finite },
    },
    pMethod: 'ks, asymptotic at the lower bound from cells',
    limits: CONSTANT_LIMITS,
  }
}
