/** Two samples of finite values, each ascending. */
export interface SortedPair { reference: Float64Array; current: Float64Array }

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

// Sums over millions of terms are kept in parts, so that rounding grows with the number of parts and not of terms.
const PART = 1023

/** One merge of two sorted samples for everything that compares their distribution functions. */
export function sweepDistances({ reference: a, current: b }: SortedPair): Distances {
  const n = a.length, m = b.length
  let i = 0, j = 0, previous = Math.min(a[0] as number, b[0] as number), gap = 0
  let highA = -Infinity, highAt = 0, highB = -Infinity, highBt = 0, lowA = Infinity, lowAt = 0, lowB = Infinity, lowBt = 0
  let w1 = 0, w1Part = 0, l2 = 0, l2Part = 0, step = 0
  while (i < n || j < m) {
    const x = i < n ? a[i] as number : Infinity, y = j < m ? b[j] as number : Infinity
    const value = x < y ? x : y
    const width = value - previous
    w1Part += Math.abs(gap) * width
    l2Part += gap * gap * width
    if ((++step & PART) === 0) { w1 += w1Part; l2 += l2Part; w1Part = 0; l2Part = 0 }
    while (i < n && a[i] === value) i++
    while (j < m && b[j] === value) j++
    gap = i / n - j / m
    // Where several places tie, one of the reference's own values is named before one of the current's.
    if (x === value) {
      if (gap > highA) { highA = gap; highAt = value }
      if (gap < lowA) { lowA = gap; lowAt = value }
    } else {
      if (gap > highB) { highB = gap; highBt = value }
      if (gap < lowB) { lowB = gap; lowBt = value }
    }
    previous = value
  }
  return {
    above: highB > highA ? { difference: highB, location: highBt } : { difference: highA, location: highAt },
    below: lowB < lowA ? { difference: -lowB, location: lowBt } : { difference: -lowA, location: lowAt },
    wasserstein1: w1 + w1Part, cramer: l2 + l2Part,
  }
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

// Sum of (c - q)^2 for q = 1..t.
const squares = (c: number, t: number): number =>
  t === 1 ? (c - 1) * (c - 1) : t * c * c - c * t * (t + 1) + (t * (t + 1) * (2 * t + 1)) / 6

/** One merge of two sorted samples for everything that needs ranks. */
export function sweepRanks({ reference: a, current: b }: SortedPair): RankSums {
  const n = a.length, m = b.length, total = n + m
  let i = 0, j = 0, rankSum = 0, ties = 0, distinct = 0
  let squaresA = 0, partA = 0, squaresB = 0, partB = 0, anderson = 0, andersonPart = 0
  while (i < n || j < m) {
    const x = i < n ? a[i] as number : Infinity, y = j < m ? b[j] as number : Infinity
    const value = x < y ? x : y, i0 = i, j0 = j, before = i + j
    while (i < n && a[i] === value) i++
    while (j < m && b[j] === value) j++
    const inA = i - i0, inB = j - j0, group = inA + inB
    const rank = before + (group + 1) / 2
    if (inA > 0) { rankSum += inA * rank; partA += squares(rank - i0, inA) }
    if (inB > 0) partB += squares(rank - j0, inB)
    if (group > 1) ties += group * (group * group - 1)
    const middle = before + group / 2
    const deviation = total * (i0 + inA / 2) - middle * n
    andersonPart += (group * deviation * deviation) / (middle * (total - middle) - (total * group) / 4)
    if ((++distinct & PART) === 0) {
      squaresA += partA; squaresB += partB; anderson += andersonPart
      partA = 0; partB = 0; andersonPart = 0
    }
  }
  return {
    reference: rankSum, ties, distinct, squaresReference: squaresA + partA, squaresCurrent: squaresB + partB,
    anderson: (anderson + andersonPart) / total,
  }
}
