import { pairCategories } from '../categorical'
import { chiSquare } from '../contingency'
import { closedCells, countBelow, doaneCells, equalWidthEdges } from '../cells'
import { momentsOf, standardDeviation } from '../moments'
import { sortDoubles } from '../radix'
import type { CategoricalSide, Tools } from '../score'
import { hellinger, jensenShannon, largestDifference, sharesOf } from '../shares'
import { sweep, type SortedPair } from '../sweep'
import { ksStatistic } from '../two-sample'
import type { MethodScore, PresetColumn, PresetPair, PresetScore } from './index'

/** Number of chunks that NannyML cuts the reference into by default; its thresholds are their mean and three deviations. */
const CHUNKS = 10
/** From this many reference rows on KS and Wasserstein are read off equal cells instead of the values. */
const ESTIMATED_FROM = 10_000
const ESTIMATION_CELLS = 10_000

export type Measures = Record<string, number>
type Measure = (sorted: Float64Array) => Measures

/** Cells over the reference, with what falls outside put into one more cell where anything does. */
function overReference(
  reference: Float64Array,
): (sorted: Float64Array) => { p: number[]; q: number[] } {
  const count = doaneCounter(reference),
    p = count(reference).map((cell) => cell / reference.length)
  return (sorted) => {
    const q = count(sorted).map((cell) => cell / sorted.length),
      rest = 1 - q.reduce((a, b) => a + b, 0)
    return rest > 0 ? { p: [...p, 0], q: [...q, rest] } : { p, q }
  }
}

function doaneCounter(reference: Float64Array): (sorted: Float64Array) => number[] {
  const moments = momentsOf(reference),
    { min, max, mean } = moments,
    range = max - min
  const cells = doaneCells(reference, { mean, deviation: standardDeviation(moments), range })
  const edges = range === 0 ? [min - 0.5, max + 0.5] : equalWidthEdges(min, max, cells)
  return (sorted) => closedCells(sorted, edges)
}

// The distance sums to one before it is taken, as the library below NannyML does it.
const normalised = (p: readonly number[]): number[] => {
  const all = p.reduce((a, b) => a + b, 0)
  return p.map((share) => share / all)
}

function estimated(reference: Float64Array): Measure {
  const min = reference[0] as number,
    max = reference[reference.length - 1] as number,
    margin = min === max ? 0.5 : 0
  const edges = equalWidthEdges(min - margin, max + margin, ESTIMATION_CELLS),
    width = (edges[1] as number) - (edges[0] as number)
  const first = edges[0] as number,
    last = edges[ESTIMATION_CELLS] as number
  const p = closedCells(reference, edges).map((cell) => cell / reference.length)
  return (sorted) => {
    const inside = closedCells(sorted, edges),
      n = sorted.length,
      below = countBelow(sorted, first),
      upTo = countBelow(sorted, last, true)
    // One value too many is counted below the reference wherever there is any: a quirk that its users' numbers carry.
    const offset = below > 0 ? (below + 1) / n : 0
    let f = 0,
      g = 0,
      d = 0,
      within = 0
    p.forEach((share, at) => {
      f += share
      g += (inside[at] as number) / n
      d = Math.max(d, Math.abs(f - below / n - g))
      within += Math.abs(f - g - offset) * width
    })
    const beyond =
      sorted.subarray(0, below).reduce((sum, value) => sum + first - value, 0) +
      sorted.subarray(upTo).reduce((sum, value) => sum + value - last, 0)
    return { kolmogorov_smirnov: d, wasserstein: within + beyond / n }
  }
}

/** All four methods for numbers, ready to be asked about any window. */
export function continuousMeasures(reference: Float64Array): Measure {
  const cells = overReference(reference)
  const exact: Measure = (sorted) => {
    const { distances } = sweep({ reference, current: sorted })
    return { kolmogorov_smirnov: ksStatistic(distances).d, wasserstein: distances.wasserstein1 }
  }
  const byValue = reference.length < ESTIMATED_FROM ? exact : estimated(reference)
  return (sorted) => {
    const { p, q } = cells(sorted)
    return {
      jensen_shannon: jensenShannon(normalised(p), normalised(q)),
      hellinger: hellinger(p, q),
      ...byValue(sorted),
    }
  }
}

function categoricalMeasures(
  reference: CategoricalSide,
  { special }: Tools,
): (counts: ReadonlyMap<string, number>) => Measures {
  return (counts) => {
    const { table } = pairCategories(reference.tally, { rows: 0, nulls: 0, counts })
    const p = sharesOf(table.reference),
      q = sharesOf(table.current)
    const chi2 = table.reference.length < 2 ? 0 : chiSquare(table, { yates: true, special }).stat
    return {
      jensen_shannon: jensenShannon(p, q),
      hellinger: hellinger(p, q),
      l_infinity: largestDifference(p, q),
      chi2,
    }
  }
}

/** Upper threshold of each method: mean and three deviations of the reference's own chunks. */
export function thresholdsFrom(chunks: readonly Measures[]): Record<string, number> {
  const names = Object.keys(chunks[0] ?? {})
  return Object.fromEntries(
    names.map((name) => {
      const values = chunks.map((chunk) => chunk[name] as number),
        mean = values.reduce((a, b) => a + b, 0) / values.length
      return [
        name,
        mean +
          3 *
            Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length),
      ]
    }),
  )
}

/** Consecutive chunks in row order, each sorted; the last one takes what is left over. */
export function sortedChunks(
  inOrder: Float64Array,
  { rows, tools }: { rows: number; tools: Pick<Tools, 'space'> },
): Float64Array[] {
  const count = Math.max(1, Math.floor(inOrder.length / rows))
  return Array.from({ length: count }, (_, at) => {
    const chunk = inOrder.slice(at * rows, at + 1 === count ? inOrder.length : (at + 1) * rows)
    sortDoubles(chunk, tools.space)
    return chunk
  })
}

const FAULT =
  'cells come from the reference alone with one overflow cell: for a constant against tiny noise its Jensen-Shannon distance is 0'

function withInfinities({ pair, tallies }: PresetPair<'numeric'>): SortedPair {
  const extend = (
    values: Float64Array,
    { inf, negativeInf }: { inf: number; negativeInf: number },
  ) => {
    const all = new Float64Array(values.length + inf).fill(Infinity)
    all.fill(-Infinity, 0, negativeInf)
    all.set(values, negativeInf)
    return all
  }
  return {
    reference: extend(pair.sorted.reference, tallies.reference),
    current: extend(pair.sorted.current, tallies.current),
  }
}

function numericScores(
  column: PresetPair<'numeric'>,
  tools: Tools,
): { measures: Measures; chunks: Measures[] } {
  const { reference, current } = column.pair.sorted,
    measure = continuousMeasures(reference),
    measures = measure(current)
  if (
    column.tallies.reference.inf + column.tallies.current.inf > 0 &&
    reference.length < ESTIMATED_FROM
  ) {
    measures['kolmogorov_smirnov'] = ksStatistic(sweep(withInfinities(column)).distances).d
    measures['wasserstein'] = Number.NaN
  }
  return {
    measures,
    chunks: sortedChunks(column.inOrder, {
      rows: Math.max(1, Math.floor(column.inOrder.length / CHUNKS)),
      tools,
    }).map(measure),
  }
}

/** What NannyML 0.13 reports by default (Jensen-Shannon), with the whole window as one chunk, and the value of each of its methods. */
export function nannyml(column: PresetColumn, tools: Tools): PresetScore {
  const { measures, chunks } =
    column.kind === 'numeric'
      ? numericScores(column, tools)
      : {
          measures: categoricalMeasures(column.reference, tools)(column.current.tally.counts),
          chunks: column.reference.chunks.map(categoricalMeasures(column.reference, tools)),
        }
  const thresholds = thresholdsFrom(chunks)
  const methods = Object.fromEntries(
    Object.entries(measures).map(([name, value]): [string, MethodScore] => {
      const threshold = thresholds[name] ?? null
      return [name, { value, threshold, drifted: threshold !== null && value > threshold }]
    }),
  )
  const own = methods['jensen_shannon'] ?? { value: Number.NaN, threshold: null, drifted: false }
  return { method: 'jensen_shannon', ...own, methods, fault: FAULT }
}
