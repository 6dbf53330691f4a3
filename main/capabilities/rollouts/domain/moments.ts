/** Sums over the units of one arm; what a metric kind needs of them. */
export type MetricKind = 'binary' | 'mean' | 'ratio'
export interface BinarySums {
  n: number
  successes: number
}
export interface MeanSums {
  n: number
  sum: number
  sumSquares: number
}
/** Numerator y and denominator z, one row a unit. */
export interface RatioSums {
  n: number
  sumY: number
  sumZ: number
  sumYY: number
  sumZZ: number
  sumYZ: number
}
export type ArmSums =
  | ({ kind: 'binary' } & BinarySums)
  | ({ kind: 'mean' } & MeanSums)
  | ({ kind: 'ratio' } & RatioSums)

/** An arm's estimate and the variance of one unit; undefined where there are too few units for one. */
export interface Moments {
  n: number
  mean: number | undefined
  variance: number | undefined
}

/** A share and its variance p(1 − p), as GrowthBook's gbstats has it. */
function binary({ n, successes }: BinarySums): Moments {
  const share = successes / n
  return { n, mean: share, variance: share * (1 - share) }
}
function mean({ n, sum, sumSquares }: MeanSums): Moments {
  const m = sum / n
  return { n, mean: m, variance: n > 1 ? (sumSquares - n * m * m) / (n - 1) : undefined }
}
/** A ratio of means with the variance of the delta method. */
function ratio({ n, sumY, sumZ, sumYY, sumZZ, sumYZ }: RatioSums): Moments {
  const [y, z] = [sumY / n, sumZ / n]
  if (n < 2) return { n, mean: sumY / sumZ, variance: undefined }
  const [varY, varZ, covariance] = [
    (sumYY - n * y * y) / (n - 1),
    (sumZZ - n * z * z) / (n - 1),
    (sumYZ - n * y * z) / (n - 1),
  ]
  const r = y / z
  return { n, mean: r, variance: (varY - 2 * r * covariance + r * r * varZ) / (z * z) }
}

/** Estimate and unit variance of an arm from its sums. */
export function momentsOf(arm: ArmSums): Moments {
  if (arm.n === 0) return { n: 0, mean: undefined, variance: undefined }
  if (arm.kind === 'binary') return binary(arm)
  return arm.kind === 'mean' ? mean(arm) : ratio(arm)
}

/** Sums of the outcome and of what was known of each unit before the test. */
export interface CupedSums {
  n: number
  sum: number
  sumSquares: number
  sumPre: number
  sumSquaresPre: number
  sumProducts: number
}
/**
 * CUPED (Deng, Xu, Kohavi, Walker 2013): means and variances of both arms with what was known before taken out, one theta for both, pooled
 * within arms.
 */
export function cuped(arms: readonly [CupedSums, CupedSums]): {
  theta: number
  arms: { mean: number; variance: number }[]
} {
  const total = (of: (arm: CupedSums) => number) => of(arms[0]) + of(arms[1])
  const products = total(({ n, sum, sumPre, sumProducts }) => sumProducts - (sum * sumPre) / n)
  const squares = total(({ n, sumPre, sumSquaresPre }) => sumSquaresPre - sumPre ** 2 / n)
  const theta = squares > 0 ? products / squares : 0
  const pre = total(({ sumPre }) => sumPre) / total(({ n }) => n)
  return {
    theta,
    arms: arms.map(({ n, sum, sumSquares, sumPre, sumSquaresPre, sumProducts }) => {
      const varY = (sumSquares - (sum * sum) / n) / (n - 1)
      const varX = (sumSquaresPre - (sumPre * sumPre) / n) / (n - 1)
      const covariance = (sumProducts - (sumPre * sum) / n) / (n - 1)
      return {
        mean: sum / n - theta * (sumPre / n - pre),
        variance: varY - 2 * theta * covariance + theta * theta * varX,
      }
    }),
  }
}
