/**
 * Asymptotic confidence sequence with a Gaussian mixture: a band that holds at all times at once, so that it may be looked at whenever
 * anybody likes. Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, Annals of Statistics 52(6), 2024, arXiv 2103.06476v9, theorem 2.2 and
 * appendix B.
 */

/** The estimate's variance at so many units, both arms together. */
export interface Precision {
  units: number
  variance: number
}

/** The mixture's scale that makes the band tightest at `plannedUnits` (appendix B.1, closed approximation). */
export const mixtureScale = (plannedUnits: number, alpha: number): number =>
  Math.sqrt((-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha))) / plannedUnits)

const inflation = (units: number, rho: number) => units * rho * rho + 1
const scaled = ({ units, variance }: Precision, rho: number, crossing: number) =>
  Math.sqrt(variance * units) *
  Math.sqrt(((2 * inflation(units, rho)) / (units * rho) ** 2) * crossing)

/** Half the width of the two-sided band of level 1 − alpha. */
export const halfWidth = (precision: Precision, rho: number, alpha: number): number =>
  scaled(precision, rho, Math.log(Math.sqrt(inflation(precision.units, rho)) / alpha))

/** How far the one-sided bound of level 1 − alpha lies from the estimate (appendix B, one-sided form). */
export const oneSidedWidth = (precision: Precision, rho: number, alpha: number): number =>
  scaled(precision, rho, Math.log(1 + Math.sqrt(inflation(precision.units, rho)) / (2 * alpha)))

/** How wide the two-sided band is at `units`, as a multiple of the standard error of one look. */
export const bandFactor = (units: number, rho: number, alpha: number): number => {
  const a = inflation(units, rho)
  return Math.sqrt(((2 * a) / (units * rho * rho)) * Math.log(Math.sqrt(a) / alpha))
}

/** The always-valid p-value of one look against no difference; over looks the running minimum counts. */
export function pValueOf({ units, variance }: Precision, estimate: number, rho: number): number {
  const a = inflation(units, rho)
  const logE = (rho * rho * units * (estimate ** 2 / variance)) / (2 * a) - 0.5 * Math.log(a)
  return Math.min(1, Math.exp(-logE))
}
