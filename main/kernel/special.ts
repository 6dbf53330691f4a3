/** The special functions that p-values need, from a numerics library. Arguments outside the definition give NaN. */
export interface SpecialFunctions {
  /** Regularised upper incomplete gamma function Q(a, x). */
  gammaUpper(a: number, x: number): number
  /** Regularised incomplete beta function I_x(a, b). */
  betaRegularized(a: number, b: number, x: number): number
  /** Natural logarithm of the gamma function. */
  logGamma(x: number): number
  /** The value below which a share of the standard normal distribution lies. */
  normalQuantile(share: number): number
  /** Upper tail of the standard normal distribution. */
  normalUpper(z: number): number
  /** Probability that the one-sided Kolmogorov-Smirnov distance of n values exceeds d. */
  smirnovUpper(n: number, d: number): number
}
