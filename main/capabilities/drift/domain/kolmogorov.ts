import type { SpecialFunctions } from './special'

/*
 * Upper tail of the two-sided one-sample Kolmogorov distribution for n values.
 * R. Simard, P. L'Ecuyer: Computing the two-sided Kolmogorov-Smirnov distribution, Journal of Statistical Software 39(11), 2011.
 * No maintained library at hand computes it: they offer the limit n -> infinity only.
 */

/** Exact distribution function: G. Marsaglia, W. W. Tsang, J. Wang, Journal of Statistical Software 8(18), 2003. */
function matrixCdf(n: number, d: number): number {
  const k = Math.floor(n * d) + 1,
    size = 2 * k - 1,
    h = k - n * d
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= Math.min(i + 1, size - 1); j++) matrix[i * size + j] = 1
  for (let i = 0; i < size; i++) {
    const power = h ** (i + 1)
    matrix[i * size] = (matrix[i * size] as number) - power
    matrix[(size - 1) * size + i] = (matrix[(size - 1) * size + i] as number) - h ** (size - i)
  }
  if (2 * h - 1 > 0)
    matrix[(size - 1) * size] = (matrix[(size - 1) * size] as number) + (2 * h - 1) ** size
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= Math.min(i + 1, size - 1); j++)
      for (let f = 1; f <= i - j + 1; f++)
        matrix[i * size + j] = (matrix[i * size + j] as number) / f
  const { values, exponent } = matrixPower(matrix, size, n)
  let result = values[(k - 1) * size + k - 1] as number,
    scale = exponent
  for (let i = 1; i <= n; i++) {
    result = (result * i) / n
    if (result < 1e-140) {
      result *= 1e140
      scale -= 140
    }
  }
  return result * 10 ** scale
}

function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k] as number
      if (factor !== 0)
        for (let j = 0; j < size; j++)
          product[i * size + j] =
            (product[i * size + j] as number) + factor * (b[k * size + j] as number)
    }
  return product
}

function matrixPower(
  matrix: Float64Array,
  size: number,
  n: number,
): { values: Float64Array; exponent: number } {
  if (n === 1) return { values: matrix, exponent: 0 }
  const half = matrixPower(matrix, size, Math.floor(n / 2))
  let values = multiply(half.values, half.values, size),
    exponent = 2 * half.exponent
  if (n % 2 === 1) values = multiply(matrix, values, size)
  const middle = Math.floor(size / 2)
  if ((values[middle * size + middle] as number) > 1e140) {
    values = values.map((value) => value * 1e-140)
    exponent += 140
  }
  return { values, exponent }
}

/** Distribution function to order n^(-3/2): W. Pelz, I. J. Good, Journal of the Royal Statistical Society B 38(2), 1976. */
function pelzGoodCdf(n: number, d: number): number {
  const z = Math.sqrt(n) * d,
    z2 = z * z,
    z4 = z2 * z2,
    z6 = z4 * z2,
    pi2 = Math.PI ** 2,
    pi4 = pi2 * pi2,
    pi6 = pi4 * pi2
  const decay = -pi2 / (2 * z2)
  let k0 = 0,
    k1 = 0,
    k2a = 0,
    k2b = 0,
    k3a = 0,
    k3b = 0
  for (let k = Math.ceil((16 * z) / Math.PI) + 2; k >= 0; k--) {
    const odd = (k + 0.5) ** 2,
      weight = Math.exp(odd * decay),
      odd2 = odd * odd
    k0 += weight
    k1 += (pi2 * odd - z2) * weight
    k2a += (6 * z6 + 2 * z4 + pi2 * (2 * z4 - 5 * z2) * odd + pi4 * (1 - 2 * z2) * odd2) * weight
    k3a +=
      (-30 * z6 -
        90 * z6 * z2 +
        pi2 * (135 * z4 - 96 * z6) * odd +
        pi4 * (-60 * z2 + 212 * z4) * odd2 +
        pi6 * (5 - 30 * z2) * odd2 * odd) *
      weight
    if (k > 0) {
      const even = k * k,
        evenWeight = Math.exp(even * decay)
      k2b += pi2 * even * evenWeight
      k3b += (3 * pi2 * even * z2 - pi4 * even * even) * evenWeight
    }
  }
  const root = Math.sqrt(2 * Math.PI),
    half = Math.sqrt(Math.PI / 2)
  const order0 = (root * k0) / z
  const order1 = (half * k1) / (3 * z4)
  const order2 = (half * k2a) / (36 * z ** 7) - (half * k2b) / (18 * z ** 3)
  const order3 = (half * k3a) / (3240 * z ** 10) + (half * k3b) / (108 * z6)
  return order0 + order1 / Math.sqrt(n) + order2 / n + order3 / (n * Math.sqrt(n))
}

// Ruben and Gambino: the closed form for 1/(2n) <= d <= 1/n.
function smallest(n: number, d: number, special: SpecialFunctions): number {
  const t = n * d
  if (t <= 0.5) return 1
  return 1 - Math.exp(special.logGamma(n + 1) - n * Math.log(n) + n * Math.log(2 * t - 1))
}

const clip = (p: number): number => Math.min(1, Math.max(0, p))

// Where twice the one-sided tail is exact, or as good as (the paper's table of methods).
const isFar = (n: number, d: number): boolean => d >= 0.5 || n * d * d >= (n <= 140 ? 4 : 2.2)
const fitsMatrix = (n: number, d: number): boolean =>
  n <= 140 || (n <= 100_000 && n * d ** 1.5 <= 1.4)

/** Probability that the two-sided Kolmogorov-Smirnov distance of n values from their own distribution exceeds d. */
export function kolmogorovUpper(n: number, d: number, special: SpecialFunctions): number {
  if (!(n >= 1) || Number.isNaN(d)) return Number.NaN
  if (d <= 0) return 1
  if (d >= 1) return 0
  if (n * d <= 1) return clip(smallest(n, d, special))
  if (n * d >= n - 1) return clip(2 * (1 - d) ** n)
  if (isFar(n, d)) return n * d * d >= 370 ? 0 : clip(2 * oneSided(n, d, special))
  return clip(1 - (fitsMatrix(n, d) ? matrixCdf(n, d) : pelzGoodCdf(n, d)))
}

/** The exact sum takes a term per value; above a million its expansion (Maag and Dicaire 1971) is as good as doubles show. */
function oneSided(n: number, d: number, special: SpecialFunctions): number {
  return n <= 1_000_000 ? special.smirnovUpper(n, d) : Math.exp(-((6 * n * d + 1) ** 2) / (18 * n))
}
