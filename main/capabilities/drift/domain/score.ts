import type { Random } from '../../../kernel/random'
import {
  canCalibrate,
  CALIBRATION_CELLS,
  chunkRows,
  chunkSize,
  countChunks,
  limitsFrom,
} from './calibrate'
import { categoricalStatistics, decidingP, pairCategories, type CategoryTally } from './categorical'
import { openCells, quantileEdges, quantileOf } from './cells'
import { chiSquare, cramersV } from './contingency'
import { CONSTANT_LIMITS, type Evidence, type SizeLimits } from './decide'
import { examinePair, numericStatistics, tallyStatistics, type NumericTally } from './numeric'
import { scorePreset, type PresetName, type PresetScore } from './presets'
import { sortDoubles, type SortSpace } from './radix'
import { jensenShannon, sharesOf } from './shares'
import type { SpecialFunctions } from './special'
import type { SortedPair } from './sweep'

export interface Tools {
  special: SpecialFunctions
  space: SortSpace
  random: Random
}

/** Finite values in the order of their rows, and the tally of what was left out. */
export interface NumericSide {
  values: Float64Array
  tally: NumericTally
}
/** Counts of a whole side and of consecutive chunks of it, in the order of the rows. */
export interface CategoricalSide {
  tally: CategoryTally
  chunks: ReadonlyMap<string, number>[]
  chunkRows: number
}

/** Statistics of one column, and what the family's decision needs of them. */
export interface ColumnScore {
  statistics: Record<string, unknown>
  /** Absent where the column cannot be scored; the reason says why. */
  evidence?: Evidence
  pMethod?: string
  limits?: SizeLimits
  reason?: string
  preset?: PresetScore
  /** Frozen cells of the reference with the counts of both sides, from which the sizes can be computed again. */
  cells?: FrozenCounts
}
export type FrozenCounts =
  | { kind: 'numeric'; edges: number[]; reference: number[]; current: number[] }
  | { kind: 'categorical'; categories: string[]; reference: number[]; current: number[] }

const unscored = (statistics: Record<string, unknown>, reason: string): ColumnScore => ({
  statistics,
  reason,
})

/** How a column of numbers moved. Sorts both sides in place. */
export function scoreNumeric(
  sides: { reference: NumericSide; current: NumericSide },
  preset: PresetName | undefined,
  tools: Tools,
): ColumnScore {
  const { reference, current } = sides
  const finite = { reference: reference.values.length, current: current.values.length }
  const heads = tallyStatistics(reference.tally, current.tally, finite)
  if (finite.reference === 0 || finite.current === 0) {
    return unscored(
      { ...heads, undefined: 'one side has no finite value' },
      `the ${finite.reference === 0 ? 'reference' : 'current window'} has no finite value`,
    )
  }
  const rows = chunkRows(finite.reference, finite.current)
  const inOrder = canCalibrate(rows) || preset ? copyOf(reference.values, tools.space) : undefined
  sortDoubles(reference.values, tools.space)
  sortDoubles(current.values, tools.space)
  const sorted: SortedPair = { reference: reference.values, current: current.values }
  const pair = examinePair(sorted),
    statistics = numericStatistics(pair, tools.special)
  const edges = quantileEdges(sorted.reference, CALIBRATION_CELLS)
  return {
    statistics: { ...heads, ...statistics },
    evidence: {
      js: statistics.decile.js_distance_base2,
      second: statistics.wasserstein1_over_iqr,
      p: statistics.ks_auto.p,
    },
    pMethod: `ks, ${statistics.ks_method}`,
    limits:
      inOrder && canCalibrate(rows)
        ? calibrateNumeric(inOrder, { sorted: sorted.reference, rows, edges })
        : CONSTANT_LIMITS,
    cells: {
      kind: 'numeric',
      edges,
      reference: openCells(sorted.reference, edges),
      current: openCells(sorted.current, edges),
    },
    ...(preset && {
      preset: scorePreset(
        preset,
        {
          kind: 'numeric',
          pair,
          inOrder: inOrder ?? sorted.reference,
          tallies: { reference: reference.tally, current: current.tally },
        },
        tools,
      ),
    }),
  }
}

/** The values in the order of their rows, kept while they are sorted. */
export function copyOf(values: Float64Array, space: SortSpace): Float64Array {
  const copy = space.array('in order', values.length).subarray(0, values.length)
  copy.set(values)
  return copy
}

/** Limits for a column of numbers from its reference in row order. */
export function calibrateNumeric(
  inOrder: Float64Array,
  { sorted, rows, edges }: { sorted: Float64Array; rows: number; edges: number[] },
): SizeLimits {
  const deciles = new Set(quantileEdges(sorted, 10)),
    isDecile = edges.map((edge) => deciles.has(edge))
  const iqr = quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25),
    ends = Float64Array.from(edges)
  const counts = openCells(sorted, edges)
  return limitsFrom(
    countChunks(inOrder, ends, rows).map((chunk) =>
      chunkSize(chunk, { edges: ends, isDecile, counts, iqr }),
    ),
    rows,
  )
}

/** How a column of categories moved. */
export function scoreCategorical(
  sides: { reference: CategoricalSide; current: CategoricalSide },
  preset: PresetName | undefined,
  tools: Tools,
): ColumnScore {
  const { reference, current } = sides
  const statistics = categoricalStatistics(reference.tally, current.tally, tools.special)
  if ('undefined' in statistics || !('js_distance_base2' in statistics)) {
    return unscored(
      statistics,
      `the ${reference.tally.counts.size === 0 ? 'reference' : 'current window'} has no value`,
    )
  }
  const { categories, table } = pairCategories(reference.tally, current.tally)
  const { p, method } = decidingP(table, tools)
  return {
    statistics: { ...statistics, p_method: method, p_deciding: p },
    evidence: {
      js: statistics.js_distance_base2,
      second: 'cramers_v' in statistics ? statistics.cramers_v : 0,
      p,
    },
    pMethod: method,
    limits: calibrateCategorical(reference, tools.special),
    cells: {
      kind: 'categorical',
      categories,
      reference: [...table.reference],
      current: [...table.current],
    },
    ...(preset && {
      preset: scorePreset(preset, { kind: 'categorical', reference, current }, tools),
    }),
  }
}

/** Limits for a column of categories from the chunks of its reference. */
export function calibrateCategorical(
  { tally, chunks, chunkRows: rows }: CategoricalSide,
  special: SpecialFunctions,
): SizeLimits {
  if (!canCalibrate(rows)) return CONSTANT_LIMITS
  const sizes = chunks.map((chunk) => {
    const side = { rows, nulls: 0, counts: chunk },
      { table } = pairCategories(tally, side)
    const all = [...table.reference, ...table.current].reduce((a, b) => a + b, 0)
    const v =
      table.reference.length < 2
        ? 0
        : cramersV(chiSquare(table, { yates: false, special }).stat, {
            rows: all,
            categories: table.reference.length,
            corrected: false,
          })
    return { js: jensenShannon(sharesOf(table.reference), sharesOf(table.current)), second: v }
  })
  return limitsFrom(sizes, rows)
}
