/** The special functions that p-values need, from a numerics library. Arguments outside the definition give NaN. */
export interface SpecialFunctions {
  /** Regularised upper incomplete gamma function Q(a, x). */
  gammaUpper(a: number, x: number): number
  /** Regularised incomplete beta function I_x(a, b). */
  betaRegularized(a: number, b: number, x: number): number
  /** Natural logarithm of the gamma function. */
  logGamma(x: number): number
  /** Upper tail of the standard normal distribution. */
  normalUpper(z: number): number
  /** Probability that the one-sided Kolmogorov-Smirnov distance of n values exceeds d. */
  smirnovUpper(n: number, d: number): number
}

/** Upper tail of the chi-square distribution. */
export const chiSquareUpper = (special: SpecialFunctions, stat: number, dof: number): number =>
  dof <= 0 ? Number.NaN : special.gammaUpper(dof / 2, stat / 2)

/** Two-sided p of Student's t: I_x(dof/2, 1/2) with x = dof / (dof + t^2) (DLMF 8.17). */
export function studentTwoSided(special: SpecialFunctions, t: number, dof: number): number {
  if (Number.isNaN(t) || !(dof > 0)) return Number.NaN
  return Number.isFinite(t) ? special.betaRegularized(dof / 2, 0.5, dof / (dof + t * t)) : 0
}
