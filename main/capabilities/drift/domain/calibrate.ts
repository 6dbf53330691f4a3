import { CONSTANT_LIMITS, inUnits, type SizeLimits } from './decide'
import { jensenShannon, sharesOf } from './shares'

/** Fewer rows than this in a chunk say more about chance than about the process. */
export const FEWEST_CHUNK_ROWS = 1000
/** Cells used for the size of chunks: each fourth edge is a decile. */
export const CALIBRATION_CELLS = 40
const MOST_CHUNKS = 200

/** Length of the chunks that the reference is cut into: the window's, or a tenth of the reference when the window is longer. */
export function chunkRows(referenceRows: number, windowRows: number): number {
  const tenth = Math.floor(referenceRows / 10)
  return Math.max(Math.min(windowRows, tenth), Math.ceil(referenceRows / MOST_CHUNKS))
}
export const canCalibrate = (rows: number): boolean => rows >= FEWEST_CHUNK_ROWS

/** Limits from the sizes that chunks of the reference have against all of it: their mean and three standard deviations. */
export function limitsFrom(
  sizes: readonly { js: number; second: number | null }[],
  rows: number,
): SizeLimits {
  if (sizes.length < 5) return CONSTANT_LIMITS
  const seconds = sizes.flatMap(({ second }) => (second === null ? [] : [second]))
  return {
    js: limitOf(sizes.map(({ js }) => js)),
    second: seconds.length < sizes.length ? null : limitOf(seconds),
    source: 'calibrated',
    chunks: sizes.length,
    chunkRows: rows,
  }
}
function limitOf(sizes: readonly number[]): number {
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length
  return (
    mean + 3 * Math.sqrt(sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / sizes.length)
  )
}

/** Cells by the upper twenty bits of a double, for all but the few bit patterns that an edge cuts through. */
export class CellTable {
  private static readonly SPLIT = 65_535
  private readonly cells = new Uint16Array(1 << 20)
  constructor(private readonly edges: Float64Array) {
    const bits = new Uint32Array(edges.buffer, edges.byteOffset, 2 * edges.length)
    let from = 0
    edges.forEach((_, cell) => {
      const at = keyOf(bits[2 * cell + 1] as number)
      this.cells.fill(cell, from, at)
      from = at
    })
    this.cells.fill(edges.length, from)
    edges.forEach((edge, cell) => {
      this.cells[keyOf(bits[2 * cell + 1] as number)] = CellTable.SPLIT
      // Negative zero is equal to zero but its bits lie below.
      if (edge === 0) this.cells[keyOf(0x8000_0000)] = CellTable.SPLIT
    })
  }

  /** Adds the values of [from, to) to the counts of their cells. */
  count(values: Float64Array, counts: Uint32Array): void {
    const { cells, edges } = this,
      bits = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length)
    for (let at = 0; at < values.length; at++) {
      const known = cells[keyOf(bits[2 * at + 1] as number)] as number
      const cell = known === CellTable.SPLIT ? cellOf(values[at] as number, edges) : known
      counts[cell] = (counts[cell] as number) + 1
    }
  }
}
const keyOf = (high: number): number => (high ^ ((high >> 31) | 0x8000_0000)) >>> 12

/** Counts the values of each chunk in their given order over the cells between ascending edges; an incomplete last chunk is left out. */
export function countChunks(
  values: Float64Array,
  edges: Float64Array,
  rows: number,
): Uint32Array[] {
  const chunks: Uint32Array[] = [],
    table = new CellTable(edges)
  for (let from = 0; from + rows <= values.length; from += rows) {
    const counts = new Uint32Array(edges.length + 1)
    table.count(values.subarray(from, from + rows), counts)
    chunks.push(counts)
  }
  return chunks
}

/** The cell of a value among (-inf, e0) [e0, e1) ... [ek, inf). */
export function cellOf(value: number, edges: Float64Array): number {
  let low = 0,
    length = edges.length
  while (length > 0) {
    const half = length >> 1
    if ((edges[low + half] as number) <= value) {
      low += half + 1
      length -= half + 1
    } else length = half
  }
  return low
}

export interface NumericCells {
  edges: Float64Array
  /** For each edge whether a cell of severity begins there. */
  isDecile: readonly boolean[]
  counts: readonly number[]
  /** What distances are measured in. */
  unit: number | null
}

function joinDeciles(counts: ArrayLike<number>, isDecile: readonly boolean[]): number[] {
  const joined: number[] = [0]
  for (let at = 0; at < counts.length; at++) {
    if (at > 0 && isDecile[at - 1]) joined.push(0)
    joined[joined.length - 1] = (joined[joined.length - 1] as number) + (counts[at] as number)
  }
  return joined
}

/** JS on the cells of severity and W1 in its unit on the finer cells, of one chunk against the whole reference. */
export function chunkSize(
  counts: ArrayLike<number>,
  { edges, isDecile, counts: reference, unit }: NumericCells,
): { js: number; second: number | null } {
  const p = sharesOf(reference),
    q = sharesOf(Array.from(counts))
  let gap = 0,
    w1 = 0
  for (let at = 0; at + 1 < edges.length; at++) {
    const before = gap + (p[at] as number) - (q[at] as number)
    const after = before + (p[at + 1] as number) - (q[at + 1] as number)
    w1 +=
      ((Math.abs(before) + Math.abs(after)) / 2) *
      ((edges[at + 1] as number) - (edges[at] as number))
    gap = before
  }
  return {
    js: jensenShannon(
      sharesOf(joinDeciles(reference, isDecile)),
      sharesOf(joinDeciles(counts, isDecile)),
    ),
    second: inUnits(w1, unit),
  }
}
