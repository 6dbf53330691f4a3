import type { SpecialFunctions } from '../../../kernel/special'

/** How many units a stage gave to each arm, and how many it meant to. */
export interface StageCounts {
  counts: readonly number[]
  split: readonly number[]
}
const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)

/**
 * Evidence that units were not split as intended (sample-ratio mismatch): a Dirichlet(κ·split) mixture against the intended split, as a
 * logarithm; stages multiply (Lindon and Malek, NeurIPS 2022, arXiv 2011.03567). It may be looked at any time.
 */
export function splitLogE(
  stages: readonly StageCounts[],
  kappa: number,
  special: Pick<SpecialFunctions, 'logGamma'>,
): number {
  return sum(stages.map((stage) => stageLogE(stage, kappa, special)))
}
function stageLogE(
  { counts, split }: StageCounts,
  kappa: number,
  { logGamma }: Pick<SpecialFunctions, 'logGamma'>,
): number {
  const n = sum(counts)
  if (n === 0) return 0
  const shares = split.map((weight) => weight / sum(split))
  const weights = split.map((weight) => (kappa * weight) / sum(split))
  const prior = sum(weights)
  const pairs = counts.map((count, index) => ({
    count,
    share: shares[index] ?? 0,
    weight: weights[index] ?? 0,
  }))
  return (
    logGamma(prior) -
    logGamma(prior + n) +
    sum(pairs.map(({ count, weight }) => logGamma(weight + count) - logGamma(weight))) -
    sum(pairs.map(({ count, share }) => (count > 0 ? count * Math.log(share) : 0)))
  )
}
export const pOfLogE = (logE: number): number => Math.min(1, Math.exp(-logE))
