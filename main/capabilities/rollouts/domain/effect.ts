import { halfWidth, mixtureScale, oneSidedWidth, pValueOf, type Precision } from './band'
import { momentsOf, type ArmSums, type Moments } from './moments'

/** What is known of one stage: old version first, new version second. */
export type StageArms = readonly [ArmSums, ArmSums]
/**
 * `larger`: within a stage no arm's variance is taken below the one pooled over both arms, since a small arm has almost none while it has few
 * events, and its band would shut too early. `own` is for comparison only.
 */
export type VarianceRule = 'larger' | 'own'
export interface BandSettings {
  alpha: number
  plannedUnits: number
  minimumPerArm: number
  variance?: VarianceRule | undefined
}
/** The difference, new version less old, over all stages, with its band; null while it may not be shown. */
export interface Effect {
  units: number
  unitsByArm: [number, number]
  /** Units of stages with fewer than two units in an arm. */
  leftOut: number
  estimate: number | null
  variance: number | null
  low: number | null
  high: number | null
  pValue: number | null
}

interface Stratum {
  old: { n: number; mean: number; variance: number }
  new: { n: number; mean: number; variance: number }
}
const isWhole = (arm: Moments): arm is { n: number; mean: number; variance: number } =>
  arm.n >= 2 && arm.mean !== undefined && arm.variance !== undefined

/** The variance that both arms have together, within arms. */
export const pooledVariance = (
  a: { n: number; variance: number },
  b: { n: number; variance: number },
): number => ((a.n - 1) * a.variance + (b.n - 1) * b.variance) / (a.n + b.n - 2)

function atLeastPooled({ old, new: fresh }: Stratum): Stratum {
  const pooled = pooledVariance(old, fresh)
  return {
    old: { ...old, variance: Math.max(old.variance, pooled) },
    new: { ...fresh, variance: Math.max(fresh.variance, pooled) },
  }
}
const unitsOf = (stratum: Stratum) => stratum.old.n + stratum.new.n

/**
 * The difference within each stage, weighted by the stage's units: pooling stages of different splits while the base rate moves is Simpson's
 * paradox.
 */
function stratified(strata: readonly Stratum[], rule: VarianceRule) {
  const all = rule === 'larger' ? strata.map(atLeastPooled) : strata
  const units = all.reduce((sum, stratum) => sum + unitsOf(stratum), 0)
  let [estimate, variance] = [0, 0]
  for (const stratum of all) {
    const weight = unitsOf(stratum) / units
    estimate += weight * (stratum.new.mean - stratum.old.mean)
    variance +=
      weight ** 2 * (stratum.old.variance / stratum.old.n + stratum.new.variance / stratum.new.n)
  }
  return { units, estimate, variance }
}

/** The difference over all stages with its band and p-value at this look. */
export function effectOf(stages: readonly StageArms[], settings: BandSettings): Effect {
  const strata: Stratum[] = []
  const unitsByArm: [number, number] = [0, 0]
  let leftOut = 0
  for (const stage of stages) {
    const [old, fresh] = [momentsOf(stage[0]), momentsOf(stage[1])]
    unitsByArm[0] += old.n
    unitsByArm[1] += fresh.n
    if (isWhole(old) && isWhole(fresh)) strata.push({ old, new: fresh })
    else leftOut += old.n + fresh.n
  }
  const effect: Effect = {
    units: unitsByArm[0] + unitsByArm[1],
    unitsByArm,
    leftOut,
    estimate: null,
    variance: null,
    low: null,
    high: null,
    pValue: null,
  }
  if (strata.length === 0) return effect
  const { units, estimate, variance } = stratified(strata, settings.variance ?? 'larger')
  if (!(variance > 0) || Math.min(...unitsByArm) < settings.minimumPerArm)
    return { ...effect, estimate, variance }
  const rho = mixtureScale(settings.plannedUnits, settings.alpha)
  const half = halfWidth({ units, variance }, rho, settings.alpha)
  return {
    ...effect,
    estimate,
    variance,
    low: estimate - half,
    high: estimate + half,
    pValue: pValueOf({ units, variance }, estimate, rho),
  }
}

/** Bounds of level 1 − alpha on `sign` times the difference, each valid by itself; null while no band may be shown. */
export function oneSidedBounds(
  stages: readonly StageArms[],
  settings: BandSettings,
  sign: 1 | -1,
): { effect: Effect; low: number | null; high: number | null } {
  const effect = effectOf(stages, settings)
  if (effect.low === null || effect.estimate === null || effect.variance === null)
    return { effect, low: null, high: null }
  const precision: Precision = { units: effect.units - effect.leftOut, variance: effect.variance }
  const rho = mixtureScale(settings.plannedUnits, settings.alpha)
  const width = oneSidedWidth(precision, rho, settings.alpha)
  const value = sign * effect.estimate
  return { effect, low: value - width, high: value + width }
}
