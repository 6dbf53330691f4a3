/** Two samples of finite values, each ascending. */
export interface SortedPair {
  reference: Float64Array
  current: Float64Array
}

/** Distances between two empirical distribution functions F (reference) and G (current). */
export interface Distances {
  /** Largest F - G and the value where it is first reached. */
  above: { difference: number; location: number }
  /** Largest G - F and the value where it is first reached. */
  below: { difference: number; location: number }
  /** Integral of |F - G|. */
  wasserstein1: number
  /** Integral of (F - G)^2. */
  cramer: number
}

/** What the rank tests need of two sorted samples; ties share the mean of their ranks. */
export interface RankSums {
  /** Sum of the reference's ranks. */
  reference: number
  /** Sum of t^3 - t over groups of t equal values. */
  ties: number
  /** Number of different values in both samples together. */
  distinct: number
  /** Sum of squared differences between a value's rank in both samples and its rank in its own (Anderson 1962, eq. 10). */
  squaresReference: number
  squaresCurrent: number
  /** The weighted sum of the Anderson-Darling statistic for midranks (Scholz and Stephens 1987, eq. 7), before its factors. */
  anderson: number
}

// A block of different values fits the nearest cache, and its partial sums keep rounding down: it grows with the number of blocks, not of values.
const BLOCK = 1024

/** Different values of both samples in order, with how many values of each sample lie at or below them. */
interface Block {
  length: number
  values: Float64Array
  upToA: Float64Array
  upToB: Float64Array
}

/** Merges up to a block of different values from places i and j on; the counts of the value before the block stand first. */
function mergeBlock(a: Float64Array, b: Float64Array, block: Block): void {
  const { values, upToA, upToB } = block,
    n = a.length,
    m = b.length
  let i = upToA[block.length] as number,
    j = upToB[block.length] as number,
    length = 0
  upToA[0] = i
  upToB[0] = j
  values[0] = values[block.length] as number
  while (length < BLOCK && (i < n || j < m)) {
    const x = i < n ? (a[i] as number) : Infinity,
      y = j < m ? (b[j] as number) : Infinity
    const value = x < y ? x : y
    while (i < n && a[i] === value) i++
    while (j < m && b[j] === value) j++
    length++
    values[length] = value
    upToA[length] = i
    upToB[length] = j
  }
  block.length = length
}

/** The largest gap so far; where several places tie, one of the reference's own values is named before one of the current's. */
class Extreme {
  best = -Infinity
  location = 0
  private isOwn = false
  offer(gap: number, location: number, isOwn: boolean): void {
    if (gap === this.best && (this.isOwn || !isOwn)) return
    this.best = gap
    this.location = location
    this.isOwn = isOwn
  }
}

class DistanceSums {
  readonly high = new Extreme()
  readonly low = new Extreme()
  wasserstein1 = 0
  cramer = 0
  constructor(
    private readonly n: number,
    private readonly m: number,
  ) {}

  add({ length, values, upToA, upToB }: Block): void {
    const { n, m, high, low } = this
    let w1 = 0,
      l2 = 0,
      previous = values[0] as number,
      gap = (upToA[0] as number) / n - (upToB[0] as number) / m
    for (let k = 1; k <= length; k++) {
      const value = values[k] as number,
        width = value - previous
      w1 += Math.abs(gap) * width
      l2 += gap * gap * width
      gap = (upToA[k] as number) / n - (upToB[k] as number) / m
      if (gap >= high.best) high.offer(gap, value, upToA[k] !== upToA[k - 1])
      if (-gap >= low.best) low.offer(-gap, value, upToA[k] !== upToA[k - 1])
      previous = value
    }
    this.wasserstein1 += w1
    this.cramer += l2
  }
}

// Sum of (c - q)^2 for q = 1..t.
const squares = (c: number, t: number): number =>
  t * c * c - c * t * (t + 1) + (t * (t + 1) * (2 * t + 1)) / 6

class RankSumsOf implements RankSums {
  reference = 0
  ties = 0
  distinct = 0
  squaresReference = 0
  squaresCurrent = 0
  anderson = 0
  constructor(
    private readonly n: number,
    private readonly m: number,
  ) {}

  add({ length, upToA, upToB }: Block): void {
    const { n } = this,
      total = n + this.m
    let ranks = 0,
      ties = 0,
      squaresA = 0,
      squaresB = 0,
      anderson = 0
    for (let k = 1; k <= length; k++) {
      const i0 = upToA[k - 1] as number,
        j0 = upToB[k - 1] as number
      const inA = (upToA[k] as number) - i0,
        inB = (upToB[k] as number) - j0,
        group = inA + inB,
        before = i0 + j0
      const rank = before + (group + 1) / 2,
        middle = before + group / 2
      ranks += inA * rank
      squaresA += squares(rank - i0, inA)
      squaresB += squares(rank - j0, inB)
      ties += group * (group * group - 1)
      const deviation = total * (i0 + inA / 2) - middle * n
      anderson +=
        (group * deviation * deviation) / (middle * (total - middle) - (total * group) / 4)
    }
    this.reference += ranks
    this.ties += ties
    this.distinct += length
    this.squaresReference += squaresA
    this.squaresCurrent += squaresB
    this.anderson += anderson / total
  }
}

/** One merge of two sorted samples for everything that compares their distribution functions or needs ranks. */
export function sweep({ reference: a, current: b }: SortedPair): {
  distances: Distances
  ranks: RankSums
} {
  const block: Block = {
    length: 0,
    values: new Float64Array(BLOCK + 1),
    upToA: new Float64Array(BLOCK + 1),
    upToB: new Float64Array(BLOCK + 1),
  }
  // Nothing lies before the first value, so it must not count as a step.
  block.values[0] = Math.min(a[0] ?? Infinity, b[0] ?? Infinity)
  const sums = new DistanceSums(a.length, b.length),
    ranks = new RankSumsOf(a.length, b.length)
  for (mergeBlock(a, b, block); block.length > 0; mergeBlock(a, b, block)) {
    sums.add(block)
    ranks.add(block)
  }
  const { reference, ties, distinct, squaresReference, squaresCurrent, anderson } = ranks
  return {
    distances: {
      above: { difference: sums.high.best, location: sums.high.location },
      below: { difference: sums.low.best, location: sums.low.location },
      wasserstein1: sums.wasserstein1,
      cramer: sums.cramer,
    },
    ranks: { reference, ties, distinct, squaresReference, squaresCurrent, anderson },
  }
}
