import type { ProfileColumn, WindowColumn } from '../../../../preload/contract/drift'
import {
  calibrateCategorical,
  calibrateNumeric,
  copyOf,
  type CategoricalSide,
  type NumericSide,
  type Tools,
} from './score'
import { canCalibrate, CALIBRATION_CELLS, CellTable, chunkRows } from './calibrate'
import { byCodePoint } from './categorical'
import { openCells, quantileEdges, quantileOf } from './cells'
import { CONSTANT_LIMITS, unitOf, type SizeLimits } from './decide'
import { momentsOf, standardDeviation } from './moments'
import { sortDoubles } from './radix'
import { joinEdges, severityEdges } from './severity-cells'

type Profile<K extends ProfileColumn['kind']> = Extract<ProfileColumn, { kind: K }>
/** Number or its name where JSON has none. */
const figure = (value: number): number | 'NaN' | 'Infinity' | '-Infinity' =>
  Number.isFinite(value) ? value : (String(value) as 'NaN')
const frozenLimits = ({ second, ...limits }: SizeLimits) => ({
  ...limits,
  second: second === null ? null : figure(second),
})
const unscored = (column: string, reason: string): Profile<'unscored'> => ({
  kind: 'unscored',
  column,
  reason,
  cause: 'always-empty',
})

export interface ProfileSettings {
  /** Cells of equal share; a multiple of ten, so that deciles are among their edges. */
  cells: number
  /** Rows that later windows are expected to have, which the limits are calibrated for. */
  windowRows: number
}
export const DEFAULT_CELLS = 500

/** Freezes a column of numbers; sorts the values in place. */
export function profileNumeric(
  column: string,
  side: NumericSide,
  { cells, windowRows, tools }: ProfileSettings & { tools: Tools },
): ProfileColumn {
  const { values, tally } = side
  if (values.length === 0) return unscored(column, 'the reference has no finite value')
  const rows = chunkRows(values.length, windowRows),
    inOrder = canCalibrate(rows) ? copyOf(values, tools.space) : undefined
  sortDoubles(values, tools.space)
  const moments = momentsOf(values),
    severity = severityEdges(values),
    edges = joinEdges(quantileEdges(values, cells), severity)
  const range = quantileOf(values, 0.75) - quantileOf(values, 0.25),
    deviation = standardDeviation(moments)
  const limits = inOrder
    ? calibrateNumeric(inOrder, {
        sorted: values,
        rows,
        edges: joinEdges(quantileEdges(values, CALIBRATION_CELLS), severity),
        severity,
        unit: unitOf(range, deviation),
      })
    : CONSTANT_LIMITS
  return {
    kind: 'numeric',
    column,
    tally,
    limits: frozenLimits(limits),
    edges,
    deciles: severity,
    counts: openCells(values, edges),
    min: positiveZero(moments.min),
    max: positiveZero(moments.max),
    mean: figure(moments.mean),
    standardDeviation: figure(deviation),
    interquartileRange: figure(range),
  }
}
// JSON writes negative zero as zero, so it is kept as that from the start and the hash stays true.
const positiveZero = (value: number): number => (value === 0 ? 0 : value)

export function profileCategorical(
  column: string,
  side: CategoricalSide,
  { special }: Tools,
): ProfileColumn {
  const categories = [...side.tally.counts.keys()].sort(byCodePoint)
  if (categories.length === 0) return unscored(column, 'the reference has no value')
  const limits = calibrateCategorical(side, special)
  return {
    kind: 'categorical',
    column,
    tally: { rows: side.tally.rows, nulls: side.tally.nulls },
    limits: frozenLimits(limits),
    categories,
    counts: categories.map((category) => side.tally.counts.get(category) ?? 0),
  }
}

/** Counts a window's values in the frozen cells; they need not be sorted. */
export function countNumeric(
  { column, edges }: Profile<'numeric'>,
  { values, tally }: NumericSide,
): WindowColumn {
  const counts = new Uint32Array(edges.length + 1)
  new CellTable(Float64Array.from(edges)).count(values, counts)
  let min = Infinity,
    max = -Infinity
  for (const value of values) {
    if (value < min) min = value
    if (value > max) max = value
  }
  const isEmpty = values.length === 0
  return {
    kind: 'numeric',
    column,
    tally,
    counts: Array.from(counts),
    min: isEmpty ? null : positiveZero(min),
    max: isEmpty ? null : positiveZero(max),
  }
}

export function countCategorical(
  { column, categories }: Profile<'categorical'>,
  { tally }: CategoricalSide,
): WindowColumn {
  const known = new Set(categories)
  const created = [...tally.counts]
    .filter(([category]) => !known.has(category))
    .sort(([a], [b]) => byCodePoint(a, b))
  return {
    kind: 'categorical',
    column,
    tally: { rows: tally.rows, nulls: tally.nulls },
    counts: categories.map((category) => tally.counts.get(category) ?? 0),
    created,
  }
}
