import type { SpecialFunctions } from '../../../kernel/special'
import { effectOf, type Effect, type StageArms } from './effect'
import { exactDifference, type Counted } from './exact-band'
import {
  guardrailResult,
  type Guardrail,
  type GuardrailFacts,
  type GuardrailResult,
} from './guardrails'
import type { MetricKind } from './moments'
import { pOfLogE, splitLogE } from './split'

export interface Design {
  metric: MetricKind
  method: 'asymptotic' | 'exact'
  better: 'higher' | 'lower'
  minimumEffect: number
  alpha: number
  plannedUnits: number
  minimumPerArm: number
  minimumDays: number
  srm: { kappa: number; alpha: number }
  guardrails: readonly Guardrail[]
}
/** What is known of one stage at a look; per arm, old version first. */
export interface StageFacts {
  split: readonly [number, number]
  assigned: readonly [number, number]
  /** Units whose label lacks though it is due. */
  missing: readonly [number, number]
  arms: StageArms
}
export interface LookFacts {
  days: number
  stages: readonly StageFacts[]
  guardrails: ReadonlyMap<string, GuardrailFacts>
}
export type Verdict = 'invalid' | 'roll-back' | 'promote' | 'inconclusive' | 'running'
export interface Look {
  effect: Effect
  /** The smallest p-value so far. */
  pValue: number
  split: { pValue: number }
  labels: { pValue: number }
  guardrails: GuardrailResult[]
  verdict: Verdict
  why: string
}
export interface Decision {
  look: number
  verdict: Verdict
  why: string
}
/** Missing labels are few, so their mixture is wider than that of units. */
const MISSING_KAPPA = 100

const counted = (arm: StageArms[number]): Counted =>
  arm.kind === 'binary' ? arm : { n: arm.n, successes: 0 }

/** Exact bands use the last stage only: they hold at any size and any split. */
function exactEffect(arms: StageArms, alpha: number, special: SpecialFunctions): Effect {
  const [old, fresh] = [counted(arms[0]), counted(arms[1])]
  const { low, high } = exactDifference([old, fresh], alpha, special)
  const both = old.n > 0 && fresh.n > 0
  return {
    units: old.n + fresh.n,
    unitsByArm: [old.n, fresh.n],
    leftOut: 0,
    estimate: both ? fresh.successes / fresh.n - old.successes / old.n : null,
    variance: null,
    low,
    high,
    pValue: null,
  }
}
function effectAt({ stages }: LookFacts, design: Design, special: SpecialFunctions): Effect {
  const last = stages.at(-1)
  return design.method === 'exact' && last
    ? exactEffect(last.arms, design.alpha, special)
    : effectOf(
        stages.map(({ arms }) => arms),
        design,
      )
}

interface Evidence {
  days: number
  effect: Effect
  splitP: number
  labelsP: number
  guardrails: readonly GuardrailResult[]
}
/** The band in the direction that is better. */
function betterBand({ low, high }: Effect, { better }: Design) {
  if (low === null || high === null) return undefined
  return better === 'higher' ? { low, high } : { low: -high, high: -low }
}
type Said = [verdict: Verdict, why: string]
type Rule = (evidence: Evidence, design: Design) => Said | undefined
const isBaked = ({ days }: Evidence, { minimumDays }: Design) => days >= minimumDays
const isBetter = ({ effect }: Evidence, design: Design) =>
  (betterBand(effect, design)?.low ?? 0) > 0
const openGuardrail = ({ guardrails }: Evidence) => guardrails.find(({ state }) => state !== 'pass')

const invalid: Rule = ({ splitP, labelsP }, { srm }) => {
  if (splitP < srm.alpha) return ['invalid', 'split']
  return labelsP < srm.alpha ? ['invalid', 'labels'] : undefined
}
const breached: Rule = ({ guardrails }) => {
  const breach = guardrails.find(({ state }) => state === 'breach')
  return breach && ['roll-back', `guardrail ${breach.name}`]
}
const worse: Rule = ({ effect }, design) => {
  const band = betterBand(effect, design)
  return band && band.high < 0 ? ['roll-back', 'worse'] : undefined
}
const better: Rule = (evidence, design) =>
  isBetter(evidence, design) && isBaked(evidence, design) && !openGuardrail(evidence)
    ? ['promote', '']
    : undefined
const notWorthIt: Rule = (evidence, design) => {
  const band = betterBand(evidence.effect, design)
  return band && band.high < design.minimumEffect && isBaked(evidence, design)
    ? ['roll-back', 'below the least effect']
    : undefined
}
const spent: Rule = ({ effect }, { plannedUnits }) =>
  effect.units >= plannedUnits ? ['inconclusive', 'planned units reached'] : undefined
const goesOn = (evidence: Evidence, design: Design): Said => {
  if (!isBetter(evidence, design)) return ['running', '']
  if (!isBaked(evidence, design)) return ['running', 'bake']
  return ['running', `guardrail ${openGuardrail(evidence)?.name ?? ''}`]
}

/** What a look says is the first rule that holds. A good metric never outvotes a red guardrail. */
const RULES: readonly Rule[] = [invalid, breached, worse, better, notWorthIt, spent]
function judge(evidence: Evidence, design: Design): Said {
  for (const rule of RULES) {
    const said = rule(evidence, design)
    if (said) return said
  }
  return goesOn(evidence, design)
}

/** A whole test, look by look; `decided` is the first look that is not running, and stays. */
export function runTest(
  design: Design,
  looks: readonly LookFacts[],
  special: SpecialFunctions,
): { looks: Look[]; decided: Decision | null } {
  let [pValue, splitP, labelsP] = [1, 1, 1]
  let decided: Decision | null = null
  const results = looks.map((facts, look): Look => {
    const { stages, days } = facts
    const evidenceOf = (key: 'assigned' | 'missing', kappa: number) =>
      pOfLogE(
        splitLogE(
          stages.map((stage) => ({ counts: stage[key], split: stage.split })),
          kappa,
          special,
        ),
      )
    splitP = Math.min(splitP, evidenceOf('assigned', design.srm.kappa))
    labelsP = Math.min(labelsP, evidenceOf('missing', MISSING_KAPPA))
    const effect = effectAt(facts, design, special)
    pValue = Math.min(pValue, effect.pValue ?? 1)
    const guardrails = guardrailsAt(facts, design, special)
    const [verdict, why] = judge({ days, effect, splitP, labelsP, guardrails }, design)
    if (verdict !== 'running') decided ??= { look, verdict, why }
    return {
      effect,
      pValue,
      split: { pValue: splitP },
      labels: { pValue: labelsP },
      guardrails,
      verdict,
      why,
    }
  })
  return { looks: results, decided }
}
function guardrailsAt(
  { stages, guardrails }: LookFacts,
  design: Design,
  special: SpecialFunctions,
) {
  const settings = { ...design, guardrails: Math.max(1, design.guardrails.length) }
  const deciding = { stages: stages.map(({ arms }) => arms) }
  return design.guardrails.map((guardrail) =>
    guardrailResult(guardrail, guardrails.get(guardrail.name) ?? deciding, { settings, special }),
  )
}
