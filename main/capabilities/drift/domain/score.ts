import type { UnscoredCause } from '../../../../preload/contract/drift'
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
import { openCells, quantileEdges } from './cells'
import { chiSquare, cramersV } from './contingency'
import { CONSTANT_LIMITS, inUnits, unitOf, type Evidence, type SizeLimits } from './decide'
import { examinePair, numericStatistics, tallyStatistics, type NumericTally } from './numeric'
import { scorePreset, type PresetName, type PresetScore } from './presets'
import { sortDoubles, type SortSpace } from './radix'
import { joinEdges, severityEdges } from './severity-cells'
import { jensenShannon, measureShares, sharesOf } from './shares'
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
  /** Why it cannot be scored, for code. */
  cause?: UnscoredCause
  preset?: PresetScore
  /** Frozen cells of the reference with the counts of both sides, from which the sizes can be computed again. */
  cells?: FrozenCounts
}
export type FrozenCounts =
  | { kind: 'numeric'; edges: number[]; reference: number[]; current: number[] }
  | { kind: 'categorical'; categories: string[]; reference: number[]; current: number[] }

/** A column of which a side has nothing to score: on both sides so, it says nothing about the window. */
export const emptySide = (
  statistics: Record<string, unknown>,
  filled: { reference: number; current: number },
  what: string,
): ColumnScore =>
  filled.reference === 0 && filled.current === 0
    ? { statistics, reason: `neither side has a ${what}`, cause: 'always-empty' }
    : {
        statistics,
        reason: `the ${filled.reference === 0 ? 'reference' : 'current window'} has no ${what}`,
        cause: 'no-values',
      }

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
    return emptySide(
      { ...heads, undefined: 'one side has no finite value' },
      finite,
      'finite value',
    )
  }
  const rows = chunkRows(finite.reference, finite.current)
  const inOrder = canCalibrate(rows) || preset ? copyOf(reference.values, tools.space) : undefined
  sortDoubles(reference.values, tools.space)
  sortDoubles(current.values, tools.space)
  const sorted: SortedPair = { reference: reference.values, current: current.values }
  const pair = examinePair(sorted),
    statistics = numericStatistics(pair, tools.special)
  const severity = severityEdges(sorted.reference),
    edges = joinEdges(quantileEdges(sorted.reference, CALIBRATION_CELLS), severity)
  const own = cellsOfSeverity(sorted, severity, statistics.decile_edges),
    unit = unitOf(statistics.iqr_ref, statistics.std_ref_ddof0)
  return {
    statistics: { ...heads, ...statistics, ...(own && { severity_cells: own }) },
    evidence: {
      js: (own ?? statistics.decile).js_distance_base2,
      second: inUnits(statistics.wasserstein1, unit),
      p: statistics.ks_auto.p,
      values: finite,
    },
    pMethod: `ks, ${statistics.ks_method}`,
    limits:
      inOrder && canCalibrate(rows)
        ? calibrateNumeric(inOrder, { sorted: sorted.reference, rows, edges, severity, unit })
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

/** Shares of the cells of severity, where they are not just the deciles. */
function cellsOfSeverity(
  { reference, current }: SortedPair,
  severity: readonly number[],
  deciles: readonly number[],
) {
  const isSame =
    severity.length === deciles.length && severity.every((edge, at) => edge === deciles[at])
  return isSame
    ? undefined
    : {
        edges: severity,
        ...measureShares(openCells(reference, severity), openCells(current, severity)),
      }
}

interface Calibration {
  sorted: Float64Array
  rows: number
  /** All cells, and those of them at which a cell of severity begins. */
  edges: readonly number[]
  severity: readonly number[]
  unit: number | null
}
/** Limits for a column of numbers from its reference in row order. */
export function calibrateNumeric(
  inOrder: Float64Array,
  { sorted, rows, edges, severity, unit }: Calibration,
): SizeLimits {
  const begins = new Set(severity),
    isDecile = edges.map((edge) => begins.has(edge)),
    ends = Float64Array.from(edges)
  const counts = openCells(sorted, edges)
  return limitsFrom(
    countChunks(inOrder, ends, rows).map((chunk) =>
      chunkSize(chunk, { edges: ends, isDecile, counts, unit }),
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
    return emptySide(
      statistics,
      { reference: reference.tally.counts.size, current: current.tally.counts.size },
      'value',
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
      values: {
        reference: reference.tally.rows - reference.tally.nulls,
        current: current.tally.rows - current.tally.nulls,
      },
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
