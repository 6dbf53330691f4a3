import type { SpecialFunctions } from '../../../kernel/special'

export type { SpecialFunctions }

/** Upper tail of the chi-square distribution. */
export const chiSquareUpper = (special: SpecialFunctions, stat: number, dof: number): number =>
  dof <= 0 ? Number.NaN : special.gammaUpper(dof / 2, stat / 2)

/** Two-sided p of Student's t: I_x(dof/2, 1/2) with x = dof / (dof + t^2) (DLMF 8.17). */
export function studentTwoSided(special: SpecialFunctions, t: number, dof: number): number {
  if (Number.isNaN(t) || !(dof > 0)) return Number.NaN
  return Number.isFinite(t) ? special.betaRegularized(dof / 2, 0.5, dof / (dof + t * t)) : 0
}
