import { boundsFromCells } from './count-score'
import { CONSTANT_LIMITS } from './decide'
import { countsBetween, edgeOf, keyEdges, type KeyCounter } from './key-cells'
import { tallyStatistics } from './numeric'
import type { ColumnScore, Tools } from './score'
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
    return {
      statistics: { ...heads, undefined: 'one side has no finite value' },
      reason: `the ${reference.finite === 0 ? 'reference' : 'current window'} has no finite value`,
    }
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
  const tenths = tenthCuts(counts.reference),
    shares = measureShares(joinTenths(counts.reference, tenths), joinTenths(counts.current, tenths))
  const iqr =
      (edges[quarter(counts.reference, 0.75)] ?? reference.max) -
      (edges[quarter(counts.reference, 0.25)] ?? reference.min),
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
      second: middle === 0 ? 0 : middle / iqr,
      p: asymptoticKs({ n: reference.finite, m: current.finite }, d.lower, special),
    },
    pMethod: 'ks, asymptotic at the lower bound from cells',
    limits: CONSTANT_LIMITS,
  }
}

/** The cell in which the given share of the values is reached. */
function quarter(counts: readonly number[], share: number): number {
  const wanted = counts.reduce((a, b) => a + b, 0) * share
  let below = 0
  return Math.max(
    0,
    counts.findIndex((count) => {
      below += count
      return below >= wanted
    }),
  )
}
const tenthCuts = (counts: readonly number[]): number[] =>
  [...new Set(Array.from({ length: 9 }, (_, at) => quarter(counts, (at + 1) / 10) + 1))].filter(
    (cut) => cut < counts.length,
  )
