import {
  equalWidthEdges,
  distinct,
  openCells,
  overflowCells,
  quantileEdges,
  quantileOf,
} from './cells'
import { momentsOf, standardDeviation, type Moments } from './moments'
import { andersonDarling, cramerVonMises, mannWhitney, studentT } from './rank-tests'
import { measureShares } from './shares'
import type { SpecialFunctions } from './special'
import { sweep, type Distances, type RankSums, type SortedPair } from './sweep'
import { ksTests } from './two-sample'

/** What was counted of one side of a numeric column before its finite values are compared; `inf` counts both signs, `negativeInf` one. */
export interface NumericTally {
  rows: number
  nulls: number
  nan: number
  inf: number
  negativeInf: number
  zeros: number
}

/** Everything one comparison of a numeric column shares between its parts. */
export interface NumericPair {
  sorted: SortedPair
  moments: { reference: Moments; current: Moments }
  distances: Distances
  ranks: RankSums
}

export const DECILES = 10
const SHIFTED_QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]

export function examinePair(sorted: SortedPair): NumericPair {
  return {
    sorted,
    moments: { reference: momentsOf(sorted.reference), current: momentsOf(sorted.current) },
    ...sweep(sorted),
  }
}

export const tallyStatistics = (
  reference: NumericTally,
  current: NumericTally,
  finite: { reference: number; current: number },
) => ({
  n_ref: reference.rows,
  n_cur: current.rows,
  finite_ref: finite.reference,
  finite_cur: finite.current,
  null_ref: reference.nulls,
  null_cur: current.nulls,
  nan_ref: reference.nan,
  nan_cur: current.nan,
  inf_ref: reference.inf,
  inf_cur: current.inf,
  null_rate: rates(reference, current, 'nulls'),
  inf_rate: rates(reference, current, 'inf'),
  zero_rate: rates(reference, current, 'zeros'),
})
const rate = (tally: NumericTally, what: 'nulls' | 'inf' | 'zeros') =>
  tally.rows === 0 ? 0 : tally[what] / tally.rows
const rates = (
  reference: NumericTally,
  current: NumericTally,
  what: 'nulls' | 'inf' | 'zeros',
) => ({
  ref: rate(reference, what),
  cur: rate(current, what),
  shift: rate(current, what) - rate(reference, what),
})

function binned({ reference, current }: SortedPair, { min, max }: Moments) {
  const edges = quantileEdges(reference, DECILES),
    equal = distinct(equalWidthEdges(min, max, 10))
  return {
    decile_edges: edges,
    decile: measureShares(openCells(reference, edges), openCells(current, edges)),
    ...(equal.length >= 2 &&
      Number.isFinite(max - min) && {
        equalwidth10_ref_plus_overflow: measureShares(
          overflowCells(reference, equal),
          overflowCells(current, equal),
        ),
      }),
  }
}

function shifts({ sorted, moments }: NumericPair) {
  const { reference, current } = sorted
  const quantiles = Object.fromEntries(
    SHIFTED_QUANTILES.map((q) => {
      const ref = quantileOf(reference, q),
        cur = quantileOf(current, q)
      return [String(q), { ref, cur, shift: cur - ref }]
    }),
  )
  const iqr = quantileOf(reference, 0.75) - quantileOf(reference, 0.25)
  const sd = { ref: standardDeviation(moments.reference), cur: standardDeviation(moments.current) }
  return {
    quantiles,
    iqr_ref: iqr,
    mean_shift: moments.current.mean - moments.reference.mean,
    median_shift: quantileOf(current, 0.5) - quantileOf(reference, 0.5),
    std_cur_ddof0: sd.cur,
    std_shift: sd.cur - sd.ref,
    min_ref: moments.reference.min,
    min_cur: moments.current.min,
    max_ref: moments.reference.max,
    max_cur: moments.current.max,
  }
}

/** A ratio of sizes where nothing over nothing is nothing. */
export const ratio = (size: number, unit: number): number => (size === 0 ? 0 : size / unit)

/** All statistics of two sorted samples of finite values, under the names of the published reference values. */
export function numericStatistics(pair: NumericPair, special: SpecialFunctions) {
  const { sorted, moments, distances, ranks } = pair
  const sizes = { n: sorted.reference.length, m: sorted.current.length }
  const ks = ksTests(distances, sizes, special),
    deviation = standardDeviation(moments.reference),
    moved = shifts(pair)
  const anderson = andersonDarling(ranks, sizes),
    { less: _less, ...mannwhitney } = mannWhitney(ranks, sizes, special)
  return {
    ks_auto: ks.auto,
    ks_asymp: ks.asymp,
    ...(ks.exact && { ks_exact: ks.exact }),
    ks_method: ks.method,
    wasserstein1: distances.wasserstein1,
    wasserstein1_over_std: ratio(distances.wasserstein1, deviation),
    wasserstein1_over_iqr: ratio(distances.wasserstein1, moved.iqr_ref),
    std_ref_ddof0: deviation,
    mean_ref: moments.reference.mean,
    mean_cur: moments.current.mean,
    energy_distance: Math.sqrt(2) * Math.sqrt(distances.cramer),
    anderson_ksamp_midrank: anderson ?? { error: 'needs two different values' },
    cramervonmises_asymp:
      sizes.n > 1 && sizes.m > 1
        ? cramerVonMises(ranks, sizes, special)
        : { stat: Number.NaN, p: Number.NaN },
    mannwhitney_asymp: mannwhitney,
    welch_t: studentT(moments.reference, moments.current, { pooled: false, special }),
    ...binned(sorted, moments.reference),
    ...moved,
  }
}
