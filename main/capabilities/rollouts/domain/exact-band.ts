import type { SpecialFunctions } from '../../../kernel/special'

type LogGamma = Pick<SpecialFunctions, 'logGamma'>
export type Band = [low: number, high: number]
export interface Counted {
  n: number
  successes: number
}
const STEPS = 200

/** Logarithm of the Beta(½, ½) mixture martingale against a share p (Robbins 1970; Howard et al. 2021, section 3.2). */
function logMartingale({ n, successes: x }: Counted, p: number, { logGamma }: LogGamma): number {
  let log =
    logGamma(1) - 2 * logGamma(0.5) + logGamma(0.5 + x) + logGamma(0.5 + n - x) - logGamma(1 + n)
  if (x > 0) log -= x * (p > 0 ? Math.log(p) : -Infinity)
  if (n - x > 0) log -= (n - x) * (p < 1 ? Math.log(1 - p) : -Infinity)
  return log
}
/** Where a falling function crosses zero, by halving. */
function root(f: (at: number) => number, from: number, to: number): number {
  let [low, high] = [from, to]
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2
    if (f(middle) > 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** A band on a share that holds at all times, exact at any size: for events so rare that no normal approximation would do. */
export function exactBand(counted: Counted, alpha: number, special: LogGamma): Band {
  const { n, successes: x } = counted
  if (n === 0) return [0, 1]
  const threshold = Math.log(1 / alpha)
  const failures = { n, successes: n - x }
  const low = x === 0 ? 0 : root((p) => logMartingale(counted, p, special) - threshold, 0, x / n)
  const high =
    x === n ? 1 : 1 - root((q) => logMartingale(failures, q, special) - threshold, 0, 1 - x / n)
  return [low, high]
}

/** The difference of two shares, each arm's band at half the level. */
export function exactDifference(
  [old, fresh]: readonly [Counted, Counted],
  alpha: number,
  special: LogGamma,
): { low: number; high: number; arms: [Band, Band] } {
  const [a, b] = [exactBand(old, alpha / 2, special), exactBand(fresh, alpha / 2, special)]
  return { low: b[0] - a[1], high: b[1] - a[0], arms: [a, b] }
}
