/** Quantile of ascending values by linear interpolation between order statistics (Hyndman and Fan's type 7). */
export function quantileOf(sorted: Float64Array, q: number): number {
  const place = (sorted.length - 1) * q,
    below = Math.floor(place),
    share = place - below
  const a = sorted[below] as number,
    b = sorted[Math.min(below + 1, sorted.length - 1)] as number
  // From whichever side is nearer, so that equal neighbours give exactly their value.
  return share >= 0.5 ? b - (b - a) * (1 - share) : a + (b - a) * share
}

export const distinct = (edges: number[]): number[] =>
  edges.filter((edge, at) => at === 0 || edge !== edges[at - 1])

/** The inner edges of equal shares of the reference, without repeats. */
export const quantileEdges = (sorted: Float64Array, parts: number): number[] =>
  // Sorted, as between values that are further apart than a double reaches even an interpolated one can be out of order.
  distinct(
    Array.from(
      Float64Array.from({ length: parts - 1 }, (_, at) =>
        quantileOf(sorted, (at + 1) / parts),
      ).sort(),
    ),
  )

/** Edges of equal width over [from, to]. */
export function equalWidthEdges(from: number, to: number, parts: number): number[] {
  const step = (to - from) / parts
  const at = (k: number) =>
    k === parts ? to : step === 0 ? (k / parts) * (to - from) + from : k * step + from
  return Array.from({ length: parts + 1 }, (_, k) => at(k))
}

/** Number of ascending values below the bound (or up to and including it). */
export function countBelow(sorted: Float64Array, bound: number, inclusive = false): number {
  let low = 0,
    high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1,
      value = sorted[middle] as number
    if (value < bound || (inclusive && value === bound)) low = middle + 1
    else high = middle
  }
  return low
}

/** Counts in (-inf, e0) [e0, e1) ... [ek, inf). */
export function openCells(sorted: Float64Array, edges: readonly number[]): number[] {
  const below = edges.map((edge) => countBelow(sorted, edge))
  return [...below, sorted.length].map(
    (upTo, at) => upTo - (at === 0 ? 0 : (below[at - 1] as number)),
  )
}

/** Counts in [e0, e1) ... [ek-1, ek], the last cell closed; what lies outside is left out. */
export function closedCells(sorted: Float64Array, edges: readonly number[]): number[] {
  const last = edges.length - 1
  const upTo = edges.map((edge, at) => countBelow(sorted, edge, at === last))
  return upTo.slice(1).map((count, at) => count - (upTo[at] as number))
}

/** Closed cells with one more below and one above. */
export function overflowCells(sorted: Float64Array, edges: readonly number[]): number[] {
  const first = edges[0] as number,
    last = edges[edges.length - 1] as number
  return [
    countBelow(sorted, first),
    ...closedCells(sorted, edges),
    sorted.length - countBelow(sorted, last, true),
  ]
}

/** Number of equal cells by Sturges' rule for `count` values over the given range. */
export const sturgesCells = (range: number, count: number): number =>
  cellsOfWidth(range, range / (Math.log2(count) + 1))

/** Number of equal cells by Doane's rule (Doane 1976), which widens Sturges' for skewed data. */
export function doaneCells(
  values: Float64Array,
  { mean, deviation, range }: { mean: number; deviation: number; range: number },
): number {
  const n = values.length
  if (n <= 2 || !(deviation > 0)) return 1
  let cubes = 0
  for (const value of values) cubes += ((value - mean) / deviation) ** 3
  const skewDeviation = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)))
  return cellsOfWidth(
    range,
    range / (1 + Math.log2(n) + Math.log2(1 + Math.abs(cubes / n) / skewDeviation)),
  )
}
const cellsOfWidth = (range: number, width: number): number =>
  width > 0 ? Math.ceil(range / width) : 1
