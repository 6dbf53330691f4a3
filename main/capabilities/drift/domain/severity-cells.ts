import { countBelow, quantileEdges, quantileOf } from './cells'

const PARTS = 10
const bits = new DataView(new ArrayBuffer(8))
/** The next double above a finite one. */
export function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  bits.setFloat64(0, value)
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n))
  return bits.getFloat64(0)
}

/** Values that take several deciles: a tenth of the reference and more is just that value. */
function atomsOf(sorted: Float64Array): number[] {
  const deciles = Array.from({ length: PARTS - 1 }, (_, at) => quantileOf(sorted, (at + 1) / PARTS))
  return [...new Set(deciles.filter((value, at) => at > 0 && value === deciles[at - 1]))]
}

/** Values at the tenths of what lies beside the atoms. */
function tenthsBeside(sorted: Float64Array, atoms: readonly number[]): number[] {
  const ends = atoms.map((atom) => ({
    from: countBelow(sorted, atom),
    to: countBelow(sorted, atom, true),
  }))
  const rest = sorted.length - ends.reduce((sum, { from, to }) => sum + to - from, 0)
  const valueAt = (rank: number): number => {
    let at = rank
    for (const { from, to } of ends) if (at >= from) at += to - from
    return sorted[at] as number
  }
  return rest === 0
    ? []
    : Array.from({ length: PARTS - 1 }, (_, at) => valueAt(Math.floor((rest * (at + 1)) / PARTS)))
}

/**
 * Edges of the cells that the size of a move is measured on: the reference's deciles. Where one value takes several of them, deciles
 * cannot tell it from what lies above it, so that value has a cell of its own and the rest is cut into tenths.
 */
export function severityEdges(sorted: Float64Array): number[] {
  const atoms = atomsOf(sorted)
  if (atoms.length === 0) return quantileEdges(sorted, PARTS)
  const edges = [...atoms.flatMap((atom) => [atom, nextUp(atom)]), ...tenthsBeside(sorted, atoms)]
  return [...new Set(edges.filter(Number.isFinite).map((edge) => (edge === 0 ? 0 : edge)))].sort(
    (a, b) => a - b,
  )
}

/** The cell in which the given share of the values is reached. */
export function cellAt(counts: readonly number[], share: number): number {
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
const tenthsOf = (counts: readonly number[]): number[] =>
  Array.from({ length: PARTS - 1 }, (_, at) => cellAt(counts, (at + 1) / PARTS))

/** The same for values that were counted in cells: places at which the cells of severity begin. */
export function severityCuts(counts: readonly number[]): number[] {
  const tenths = tenthsOf(counts),
    atoms = [...new Set(tenths.filter((cell, at) => at > 0 && cell === tenths[at - 1]))]
  const beside = counts.map((count, cell) => (atoms.includes(cell) ? 0 : count)),
    rest = beside.some((count) => count > 0) ? tenthsOf(beside) : []
  const cuts =
    atoms.length === 0
      ? tenths.map((cell) => cell + 1)
      : [...atoms.flatMap((cell) => [cell, cell + 1]), ...rest.map((cell) => cell + 1)]
  return [...new Set(cuts)].filter((cut) => cut > 0 && cut < counts.length).sort((a, b) => a - b)
}

/** Edges together, in order and each once. */
export const joinEdges = (a: readonly number[], b: readonly number[]): number[] =>
  [...new Set([...a, ...b].map((edge) => (edge === 0 ? 0 : edge)))].sort((x, y) => x - y)
