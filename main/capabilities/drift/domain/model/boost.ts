import { cellOf } from '../calibrate'
import { quantileEdges } from '../cells'

/*
 * Gradient-boosted trees on binned columns with second-order steps: J. Friedman, Annals of Statistics 29(5), 2001; T. Chen, C. Guestrin, KDD 2016.
 * Small and without chance: the same rows always make the same model.
 */
const BINS = 32,
  LAMBDA = 1,
  LEAST_ROWS = 20

export interface BoostSettings {
  trees: number
  depth: number
  rate: number
  loss: 'squared' | 'logistic'
}
interface Split {
  feature: number
  bin: number
}
/** A complete tree: node k has children 2k + 1 and 2k + 2; a node without a split passes to the left. */
interface Tree {
  splits: (Split | undefined)[]
  leaves: Float64Array
}
export interface Model {
  edges: Float64Array[]
  trees: Tree[]
  base: number
  settings: BoostSettings
  importance: number[]
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))
const bin = (columns: readonly Float64Array[], edges: readonly Float64Array[]): Uint8Array[] =>
  columns.map((column, at) =>
    Uint8Array.from(column, (value) => cellOf(value, edges[at] as Float64Array)),
  )

interface Rows {
  bins: Uint8Array[]
  gradient: Float64Array
  hessian: Float64Array
  node: Uint16Array
}

/** The best split of each node of one level, by the gain of its sums. */
function bestSplits(
  { bins, gradient, hessian, node }: Rows,
  { first, count }: { first: number; count: number },
): { split: Split; gain: number }[] {
  const best: { split: Split; gain: number }[] = []
  bins.forEach((column, feature) => {
    const g = new Float64Array(count * BINS),
      h = new Float64Array(count * BINS),
      rows = new Uint32Array(count * BINS)
    for (let row = 0; row < column.length; row++) {
      const slot = ((node[row] as number) - first) * BINS + (column[row] as number)
      g[slot] = (g[slot] as number) + (gradient[row] as number)
      h[slot] = (h[slot] as number) + (hessian[row] as number)
      rows[slot] = (rows[slot] as number) + 1
    }
    for (let at = 0; at < count; at++) {
      const found = bestCut({
        g: g.subarray(at * BINS, (at + 1) * BINS),
        h: h.subarray(at * BINS, (at + 1) * BINS),
        rows: rows.subarray(at * BINS, (at + 1) * BINS),
      })
      if (found && found.gain > (best[at]?.gain ?? 1e-9))
        best[at] = { split: { feature, bin: found.bin }, gain: found.gain }
    }
  })
  return best
}

function bestCut({
  g,
  h,
  rows,
}: {
  g: Float64Array
  h: Float64Array
  rows: Uint32Array
}): { bin: number; gain: number } | undefined {
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0)
  const allG = sum(g),
    allH = sum(h),
    all = sum(rows),
    score = (x: number, y: number) => (x * x) / (y + LAMBDA)
  let left = 0,
    leftH = 0,
    leftRows = 0,
    best: { bin: number; gain: number } | undefined
  for (let cut = 0; cut < BINS - 1; cut++) {
    left += g[cut] as number
    leftH += h[cut] as number
    leftRows += rows[cut] as number
    if (leftRows < LEAST_ROWS || all - leftRows < LEAST_ROWS) continue
    const gain = score(left, leftH) + score(allG - left, allH - leftH) - score(allG, allH)
    if (gain > (best?.gain ?? 0)) best = { bin: cut, gain }
  }
  return best
}

function growTree(rows: Rows, { depth, rate }: BoostSettings, importance: number[]): Tree {
  const splits: (Split | undefined)[] = []
  rows.node.fill(0)
  for (let level = 0; level < depth; level++) {
    const first = 2 ** level - 1,
      count = 2 ** level,
      best = bestSplits(rows, { first, count })
    for (let at = 0; at < count; at++) {
      const found = best[at]
      splits[first + at] = found?.split
      if (found)
        importance[found.split.feature] = (importance[found.split.feature] ?? 0) + found.gain
    }
    for (let row = 0; row < rows.node.length; row++)
      rows.node[row] = childOf(rows.bins, splits, { row, node: rows.node[row] as number })
  }
  const first = 2 ** depth - 1,
    g = new Float64Array(2 ** depth),
    h = new Float64Array(2 ** depth)
  rows.node.forEach((node, row) => {
    g[node - first] = (g[node - first] as number) + (rows.gradient[row] as number)
    h[node - first] = (h[node - first] as number) + (rows.hessian[row] as number)
  })
  return { splits, leaves: g.map((sum, at) => (-rate * sum) / ((h[at] as number) + LAMBDA)) }
}
function childOf(
  bins: readonly Uint8Array[],
  splits: readonly (Split | undefined)[],
  { row, node }: { row: number; node: number },
): number {
  const split = splits[node]
  return split && ((bins[split.feature] as Uint8Array)[row] as number) > split.bin
    ? 2 * node + 2
    : 2 * node + 1
}

/** Learns y from columns without missing values; for the logistic loss y is 0 or 1. */
export function fitBoost(
  columns: readonly Float64Array[],
  y: ArrayLike<number>,
  settings: BoostSettings,
): Model {
  const edges = columns.map((column) =>
      Float64Array.from(quantileEdges(column.slice().sort(), BINS)),
    ),
    count = y.length
  const mean = Array.from(y).reduce((a, b) => a + b, 0) / count,
    isLogistic = settings.loss === 'logistic'
  const base = isLogistic ? Math.log(mean / (1 - mean)) : mean,
    score = new Float64Array(count).fill(base),
    importance = columns.map(() => 0)
  const rows: Rows = {
    bins: bin(columns, edges),
    gradient: new Float64Array(count),
    hessian: new Float64Array(count).fill(1),
    node: new Uint16Array(count),
  }
  const trees: Tree[] = []
  for (let round = 0; round < settings.trees; round++) {
    for (let row = 0; row < count; row++) {
      const p = isLogistic ? logistic(score[row] as number) : (score[row] as number)
      rows.gradient[row] = p - (y[row] as number)
      if (isLogistic) rows.hessian[row] = p * (1 - p)
    }
    const tree = growTree(rows, settings, importance),
      first = 2 ** settings.depth - 1
    rows.node.forEach((node, row) => {
      score[row] = (score[row] as number) + (tree.leaves[node - first] as number)
    })
    trees.push(tree)
  }
  const all = importance.reduce((a, b) => a + b, 0) || 1
  return { edges, trees, base, settings, importance: importance.map((gain) => gain / all) }
}

/** What the model says of each row: a value, or for the logistic loss a probability. */
export function predictBoost(
  { edges, trees, base, settings }: Model,
  columns: readonly Float64Array[],
): Float64Array {
  const bins = bin(columns, edges),
    first = 2 ** settings.depth - 1,
    rows = columns[0]?.length ?? 0
  return Float64Array.from({ length: rows }, (_, row) => {
    let score = base
    for (const { splits, leaves } of trees) {
      let node = 0
      while (node < first) node = childOf(bins, splits, { row, node })
      score += leaves[node - first] as number
    }
    return settings.loss === 'logistic' ? logistic(score) : score
  })
}
