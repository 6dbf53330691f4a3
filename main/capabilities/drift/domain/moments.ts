/** Mean and spread of finite values; sums are taken pairwise over the ascending order, so they depend on nothing but the values. */
export interface Moments {
  count: number
  mean: number
  varianceSum: number
  min: number
  max: number
}

/** Sum by halves, so that rounding grows with the logarithm of the count. */
export function pairwiseSum(values: Float64Array, from = 0, to = values.length): number {
  if (to - from <= 128) {
    let sum = 0
    for (let at = from; at < to; at++) sum += values[at] as number
    return sum
  }
  const middle = from + ((to - from) >> 1)
  return pairwiseSum(values, from, middle) + pairwiseSum(values, middle, to)
}

function pairwiseSquares(values: Float64Array, mean: number, [from, to]: [number, number]): number {
  if (to - from <= 128) {
    let sum = 0
    for (let at = from; at < to; at++) {
      const off = (values[at] as number) - mean
      sum += off * off
    }
    return sum
  }
  const middle = from + ((to - from) >> 1)
  return pairwiseSquares(values, mean, [from, middle]) + pairwiseSquares(values, mean, [middle, to])
}

export function momentsOf(sorted: Float64Array): Moments {
  const count = sorted.length,
    mean = pairwiseSum(sorted) / count
  return {
    count,
    mean,
    varianceSum: pairwiseSquares(sorted, mean, [0, count]),
    min: sorted[0] as number,
    max: sorted[count - 1] as number,
  }
}

/** Standard deviation over all values, not corrected for the sample. */
export const standardDeviation = ({ varianceSum, count }: Moments): number =>
  Math.sqrt(varianceSum / count)
