import type { SpecialFunctions } from '../../../kernel/special'
import { bandFactor, mixtureScale } from './band'

export interface ForecastQuestion {
  /** Least effect worth having. */
  minimumEffect: number
  /** Variance of one unit, old version first. */
  variances: readonly [number, number]
  /** Share of units that see the new version. */
  share: number
  alpha: number
  power: number
  unitsPerDay: number
  labelDelayDays: number
}
const MOST_UNITS = 1e9

/**
 * Units and days of one stage until a band tuned for that many units leaves zero out with the power asked for, if the effect is the least
 * worth having; null beyond a billion units.
 */
export function forecastOf(
  question: ForecastQuestion,
  special: Pick<SpecialFunctions, 'normalQuantile'>,
): { units: number | null; days: number | null } {
  const units = unitsNeeded(question, special)
  const { unitsPerDay, labelDelayDays } = question
  return { units, days: units === null ? null : Math.ceil(units / unitsPerDay + labelDelayDays) }
}
function unitsNeeded(
  { minimumEffect, variances, share, alpha, power }: ForecastQuestion,
  special: Pick<SpecialFunctions, 'normalQuantile'>,
): number | null {
  const z = special.normalQuantile(power)
  const unitVariance = variances[0] / (1 - share) + variances[1] / share
  const isEnough = (units: number) =>
    Math.abs(minimumEffect) >=
    Math.sqrt(unitVariance / units) * (z + bandFactor(units, mixtureScale(units, alpha), alpha))
  let [low, high] = [1, 2]
  while (!isEnough(high)) {
    ;[low, high] = [high, high * 2]
    if (high > MOST_UNITS) return null
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (isEnough(middle)) high = middle
    else low = middle
  }
  return high
}
