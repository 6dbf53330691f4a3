import type { SpecialFunctions } from '../../../kernel/special'
import { oneSidedBounds, type BandSettings, type StageArms } from './effect'
import { exactBand } from './exact-band'

/** A metric that may not get worse by more than a margin, or a share of requests that may be over a limit. */
export type Guardrail =
  | { name: string; kind: 'binary' | 'mean' | 'ratio'; worse: 'higher' | 'lower'; margin: number }
  | { name: string; kind: 'limit'; allowedShare: number }
/** What a guardrail was seen to do: stages of sums, or requests with how many were over the limit. */
export type GuardrailFacts = { stages: readonly StageArms[] } | { n: number; over: number }
export type GuardrailState = 'pass' | 'breach' | 'undecided'
export interface GuardrailResult {
  name: string
  /** The harm, positive where the new version is worse; for a limit the share over it. */
  value: number | null
  low: number | null
  high: number | null
  state: GuardrailState
}
export interface GuardrailSettings extends BandSettings {
  /** How many guardrails there are: stopping at any of them needs a correction, passing all does not (arXiv 2402.11609). */
  guardrails: number
}

/** *Pass* when the upper bound at α is under the margin, *breach* when the lower bound at α/K is over it. */
function stateOf(low: number | null, high: number | null, margin: number): GuardrailState {
  if (high !== null && high < margin) return 'pass'
  return low !== null && low > margin ? 'breach' : 'undecided'
}

export function guardrailResult(
  guardrail: Guardrail,
  facts: GuardrailFacts,
  {
    settings,
    special,
  }: { settings: GuardrailSettings; special: Pick<SpecialFunctions, 'logGamma'> },
): GuardrailResult {
  const { name } = guardrail
  const strict = settings.alpha / settings.guardrails
  if (guardrail.kind === 'limit') {
    const { n, over } = 'stages' in facts ? { n: 0, over: 0 } : facts
    const counted = { n, successes: over }
    const high = exactBand(counted, settings.alpha, special)[1]
    const low = exactBand(counted, strict, special)[0]
    const state = stateOf(low, high, guardrail.allowedShare)
    return { name, value: n > 0 ? over / n : null, low, high, state }
  }
  const sign = guardrail.worse === 'higher' ? 1 : -1
  const stages = 'stages' in facts ? facts.stages : []
  const { effect, high } = oneSidedBounds(stages, settings, sign)
  const { low } = oneSidedBounds(stages, { ...settings, alpha: strict }, sign)
  return {
    name,
    value: effect.estimate === null ? null : sign * effect.estimate,
    low,
    high,
    state: stateOf(low, high, guardrail.margin),
  }
}
