import { kolmogorovUpper } from './kolmogorov'
import type { SpecialFunctions } from './special'
import type { Distances } from './sweep'

/** Two-sample Kolmogorov-Smirnov result; sign is 1 where the reference's distribution function lies above. */
export interface KsResult {
  d: number
  p: number
  location: number
  sign: number
}
export interface Sizes {
  n: number
  m: number
}

/** Above this size of the larger sample the exact p is not asked for by default. */
export const EXACT_UP_TO = 10_000

function gcd(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b]
  return a
}

/*
 * Exact p for equal sizes n and h = n d: twice the alternating sum over k of C(2n, n - kh) / C(2n, n).
 * B. V. Gnedenko, V. S. Korolyuk, Doklady Akademii Nauk 80, 1951.
 */
function equalSizes(n: number, h: number): number {
  let p = 0
  for (let k = 1; k * h <= n; k++) {
    let ratio = 1
    for (let i = 0; i < k * h && ratio > 0; i++) ratio *= (n - i) / (n + k * h - i)
    p += k % 2 === 1 ? ratio : -ratio
    if (ratio <= 1e-18 * p) break
  }
  return 2 * p
}

/*
 * Exact p for any sizes. The share of lattice paths to (i, j) that leave the band |i/n - j/m| < d obeys
 * q(i, j) = (i q(i-1, j) + j q(i, j-1)) / (i + j), with q = 1 on and beyond the band: J. L. Hodges, Arkiv för Matematik 3(43), 1958.
 * Only a window around the diagonal is kept, and the tail probability is computed itself, never as one minus something.
 */
function anySizes({ n, m }: Sizes, h: number, divisor: number): number {
  const long = Math.max(n, m),
    short = Math.min(n, m)
  const perLong = short / divisor,
    perShort = long / divisor // what one step along each side adds to the difference, in units of 1/lcm
  const row = new Float64Array(short + 2)
  let to = Math.min(Math.ceil(h / perShort), short + 1) // cells below this one lie inside the band
  for (let i = 1; i <= long; i++) {
    const nextFrom = Math.min(Math.max(Math.floor((perLong * i - h) / perShort) + 1, 0), short)
    const nextTo = Math.min(Math.ceil((perLong * i + h) / perShort), short + 1)
    if (nextTo <= nextFrom) return 1
    let left = nextFrom === 0 ? 0 : 1
    for (let j = nextFrom; j < nextTo; j++) {
      const below = j < to ? (row[j] as number) : 1
      left = (below * i + left * j) / (i + j)
      row[j] = left
    }
    to = nextTo
  }
  return to === short + 1 ? (row[short] as number) : 1
}

/** Exact p of distance d, with d put back on the grid of 1/lcm that it must lie on. */
export function exactKs({ n, m }: Sizes, d: number): { d: number; p: number } {
  const divisor = gcd(n, m),
    lcm = (n / divisor) * m
  const h = Math.round(d * lcm)
  if (h === 0) return { d: 0, p: 1 }
  const p = n === m ? equalSizes(n, h) : anySizes({ n, m }, h, divisor)
  return { d: h / lcm, p: Math.min(1, Math.max(0, p)) }
}

/** p of distance d by the one-sample distribution at the harmonic sample size. */
export const asymptoticKs = ({ n, m }: Sizes, d: number, special: SpecialFunctions): number =>
  kolmogorovUpper(roundHalfEven((Math.max(n, m) * Math.min(n, m)) / (n + m)), d, special)

function roundHalfEven(x: number): number {
  const floor = Math.floor(x)
  if (x - floor !== 0.5) return Math.round(x)
  return floor % 2 === 0 ? floor : floor + 1
}

export function ksStatistic({ above, below }: Distances): {
  d: number
  location: number
  sign: number
} {
  const up = above.difference,
    down = Math.min(1, Math.max(0, below.difference))
  return down > up
    ? { d: down, location: below.location, sign: -1 }
    : { d: up, location: above.location, sign: 1 }
}

/** All three methods; exact is left out where it would visit more than ten million lattice points. */
export function ksTests(distances: Distances, sizes: Sizes, special: SpecialFunctions) {
  const found = ksStatistic(distances)
  const asymp: KsResult = { ...found, p: asymptoticKs(sizes, found.d, special) }
  const isSmall = Math.max(sizes.n, sizes.m) <= EXACT_UP_TO
  const wantsExact = sizes.n * sizes.m <= 1e7
  const exact: KsResult | undefined =
    isSmall || wantsExact ? { ...found, ...exactKs(sizes, found.d) } : undefined
  return {
    auto: isSmall && exact ? exact : asymp,
    asymp,
    ...(wantsExact && exact && { exact }),
    method: isSmall ? ('exact' as const) : ('asymptotic' as const),
  }
}
