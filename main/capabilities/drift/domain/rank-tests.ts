import { besselQuarter } from './bessel'
import { studentTwoSided, type SpecialFunctions } from './special'
import type { Moments } from './moments'
import type { RankSums } from './sweep'
import type { Sizes } from './two-sample'

export interface Test {
  stat: number
  p: number
}

/** Mann-Whitney by the normal limit with correction for ties and continuity; `less` asks whether the reference tends to lie lower. */
export function mannWhitney(
  ranks: RankSums,
  { n, m }: Sizes,
  special: SpecialFunctions,
): { u: number; p: number; less: number } {
  const total = n + m,
    u = ranks.reference - (n * (n + 1)) / 2,
    mean = (n * m) / 2
  const deviation = Math.sqrt(((n * m) / 12) * (total + 1 - ranks.ties / (total * (total - 1))))
  const upper = (largest: number) => special.normalUpper((largest - mean - 0.5) / deviation)
  return { u, p: Math.min(1, 2 * upper(Math.max(u, n * m - u))), less: upper(n * m - u) }
}

/** Limit distribution of the Cramér-von Mises statistic (Csörgő and Faraway 1996, eq. 1.2); the series ends with its first term below 1e-7. */
function cramerVonMisesCdf(x: number, special: SpecialFunctions): number {
  if (!Number.isFinite(x) || x <= 0) return Number.NaN
  for (let k = 0, sum = 0; ; k++) {
    const y = 4 * k + 1,
      q = (y * y) / (16 * x)
    const u =
      Math.exp(special.logGamma(k + 0.5) - special.logGamma(k + 1)) /
      (Math.PI ** 1.5 * Math.sqrt(x))
    const term = u * Math.sqrt(y) * Math.exp(-q) * besselQuarter(q)
    sum += term
    if (!(Math.abs(term) >= 1e-7)) return sum
  }
}

/** Two-sample Cramér-von Mises (Anderson 1962, eq. 9 to 15) with the limit distribution. */
export function cramerVonMises(ranks: RankSums, { n, m }: Sizes, special: SpecialFunctions): Test {
  const k = n * m,
    total = n + m
  const u = n * ranks.squaresReference + m * ranks.squaresCurrent
  const stat = u / (k * total) - (4 * k - 1) / (6 * total)
  const mean = (1 + 1 / total) / 6
  const variance =
    ((total + 1) * (4 * k * total - 3 * (n * n + m * m) - 2 * k)) / (45 * total * total * 4 * k)
  const scaled = 1 / 6 + (stat - mean) / Math.sqrt(45 * variance)
  return { stat, p: scaled < 0.003 ? 1 : Math.max(0, 1 - cramerVonMisesCdf(scaled, special)) }
}

let harmonic = { total: 0, h: 0, g: 0 }
/** The two harmonic sums of the variance of the Anderson-Darling statistic; the last total is remembered, as all columns share it. */
function harmonicSums(total: number): { h: number; g: number } {
  if (harmonic.total !== total) {
    let h = 0,
      g = 0
    for (let i = 2; i < total; i++) {
      h += 1 / (total - i + 1)
      g += h / i
    }
    harmonic = { total, h: h + 1, g }
  }
  return harmonic
}

const LEVELS = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001]
const B0 = [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085]
const B1 = [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615]
const B2 = [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154]
const CRITICAL = B0.map((b, at) => b + (B1[at] as number) + (B2[at] as number))

/** Least squares parabola through (x, y), as coefficients of 1, x, x^2. */
function parabola(x: readonly number[], y: readonly number[]): [number, number, number] {
  const s = (power: number, weight: readonly number[] = x.map(() => 1)) =>
    x.reduce((sum, value, at) => sum + value ** power * (weight[at] as number), 0)
  const rows = [
    [s(0), s(1), s(2), s(0, y)],
    [s(1), s(2), s(3), s(1, y)],
    [s(2), s(3), s(4), s(2, y)],
  ]
  for (let pivot = 0; pivot < 3; pivot++)
    for (let row = 0; row < 3; row++)
      if (row !== pivot) {
        const top = rows[pivot] as number[],
          own = rows[row] as number[],
          factor = (own[pivot] as number) / (top[pivot] as number)
        rows[row] = own.map((value, at) => value - factor * (top[at] as number))
      }
  const [a = 0, b = 0, c = 0] = rows.map((row, at) => (row[3] as number) / (row[at] as number))
  return [a, b, c]
}
const [FIT0, FIT1, FIT2] = parabola(CRITICAL, LEVELS.map(Math.log))

/** Two-sample Anderson-Darling for midranks (Scholz and Stephens 1987); its p is interpolated between 0.001 and 0.25 and ends there. */
export function andersonDarling(ranks: RankSums, { n, m }: Sizes): Test | undefined {
  const total = n + m
  if (ranks.distinct < 2 || total < 4) return undefined
  const { h, g } = harmonicSums(total),
    inverse = 1 / n + 1 / m,
    k = 2
  const a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * inverse
  const b = (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6
  const c = (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * inverse + 4 * h
  const d = (2 * h + 6) * k * k - 4 * h * k
  const variance =
    (a * total ** 3 + b * total ** 2 + c * total + d) / ((total - 1) * (total - 2) * (total - 3))
  const stat = (ranks.anderson * inverse * ((total - 1) / total) - (k - 1)) / Math.sqrt(variance)
  if (stat < (CRITICAL[0] as number)) return { stat, p: 0.25 }
  if (stat > (CRITICAL[CRITICAL.length - 1] as number)) return { stat, p: 0.001 }
  return { stat, p: Math.exp(FIT0 + FIT1 * stat + FIT2 * stat * stat) }
}

/** Student's t of the difference of means: Welch's for unequal variances, or with one pooled variance. */
export function studentT(
  reference: Moments,
  current: Moments,
  { pooled, special }: { pooled: boolean; special: SpecialFunctions },
): { t: number; p: number } {
  const { count: n } = reference,
    { count: m } = current
  const a = reference.varianceSum / (n - 1) / n,
    b = current.varianceSum / (m - 1) / m
  const common = (reference.varianceSum + current.varianceSum) / (n + m - 2)
  const deviation = Math.sqrt(pooled ? common * (1 / n + 1 / m) : a + b)
  const dof = pooled ? n + m - 2 : (a + b) ** 2 / (a ** 2 / (n - 1) + b ** 2 / (m - 1))
  const t = (reference.mean - current.mean) / deviation
  return { t, p: studentTwoSided(special, t, dof) }
}
