import { z } from 'zod'
import type { SpecialFunctions } from '../../kernel/special'
import {
  DesignFile,
  GuardrailKind,
  LimitCase,
  looksOf,
  metricRailCase,
  TestCase,
  type LooksFile,
} from './adapters/test-file'
import { halfWidth, mixtureScale, pValueOf } from './domain/band'
import { effectOf, pooledVariance } from './domain/effect'
import { exactDifference } from './domain/exact-band'
import { forecastOf } from './domain/forecast'
import { guardrailResult, type GuardrailFacts } from './domain/guardrails'
import { cuped } from './domain/moments'
import { pOfLogE, splitLogE } from './domain/split'
import { runTest, type LookFacts } from './domain/verdict'

/** A field of the input that no test can have, by its path. */
export class BadInput extends Error {
  constructor(readonly issues: { path: string; says: string }[]) {
    super(issues.map(({ path, says }) => `${path} ${says}`).join('; '))
  }
}

/** Reads part of a file by its schema; what is wrong is named by its path from the top. */
function read<T>(schema: z.ZodType<T>, value: unknown, at: readonly (string | number)[]): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new BadInput(
    parsed.error.issues.map(({ path, message }) => ({
      path: z.core.toDotPath([...at, ...path.filter((part) => typeof part !== 'symbol')]),
      says: message,
    })),
  )
}

const Cases = z.object({ cases: z.array(z.unknown()).max(100_000) })
const WholeTest = z.object({ design: z.unknown(), looks: z.unknown() })
/** Answers a file of single cases, or of a whole test with its looks. */
export function answerFile(file: unknown, special: SpecialFunctions) {
  if (typeof file === 'object' && file !== null && 'cases' in file) {
    const { cases } = read(Cases, file, [])
    return {
      cases: cases.map((one, index) => {
        const test = read(TestCase, one, ['cases', index])
        return { id: test.id, result: resultOf(test, { special, at: ['cases', index, 'input'] }) }
      }),
    }
  }
  const { design, looks } = read(WholeTest, file, [])
  const plan = read(DesignFile, design, ['design'])
  return runTest(plan, read(looksOf(plan), looks, ['looks']).map(factsOf), special)
}

const factsOf = ({ days, stages, limits, guardrailStages }: LooksFile[number]): LookFacts => ({
  days,
  stages,
  guardrails: new Map<string, GuardrailFacts>([
    ...Object.entries(limits),
    ...Object.entries(guardrailStages).flatMap(([name, own]): [string, GuardrailFacts][] =>
      own === undefined ? [] : [[name, { stages: own.map(({ arms }) => arms) }]],
    ),
  ]),
})

interface Where {
  special: SpecialFunctions
  at: readonly (string | number)[]
}
function resultOf(test: TestCase, { special, at }: Where): unknown {
  switch (test.kind) {
    case 'binary':
    case 'mean':
    case 'ratio':
      return effectOf(
        test.input.stages.map(({ arms }) => arms),
        test.input,
      )
    case 'cuped':
      return cupedResult(test.input)
    case 'exact':
      return exactDifference(test.input.arms, test.input.alpha, special)
    case 'split': {
      const stages = test.input.stages.map(({ assigned, split }) => ({ counts: assigned, split }))
      const logE = splitLogE(stages, test.input.kappa, special)
      return { logE, pValue: pOfLogE(logE) }
    }
    case 'guardrail':
      return guardrailAnswer(test.input, { special, at })
    case 'forecast':
      return forecastOf(test.input, special)
  }
}

function guardrailAnswer(input: unknown, { special, at }: Where) {
  const { kind } = read(GuardrailKind, input, at).guardrail
  if (kind === 'limit') {
    const settings = read(LimitCase, input, at)
    return guardrailResult(settings.guardrail, settings.guardrail, { settings, special })
  }
  const settings = read(metricRailCase(kind), input, at)
  const facts = { stages: settings.stages.map(({ arms }) => arms) }
  return guardrailResult(settings.guardrail, facts, { settings, special })
}

type CupedInput = Extract<TestCase, { kind: 'cuped' }>['input']
function cupedResult({ arms, alpha, plannedUnits, variance: rule = 'larger' }: CupedInput) {
  const { theta, arms: adjusted } = cuped(arms)
  const [old, fresh] = arms.map(({ n }, index) => ({
    n,
    mean: adjusted[index]?.mean ?? 0,
    variance: adjusted[index]?.variance ?? 0,
  })) as [Adjusted, Adjusted]
  const least = rule === 'larger' ? pooledVariance(old, fresh) : 0
  const variance = [old, fresh].reduce((sum, arm) => sum + Math.max(arm.variance, least) / arm.n, 0)
  const precision = { units: old.n + fresh.n, variance }
  const rho = mixtureScale(plannedUnits, alpha)
  const estimate = fresh.mean - old.mean
  const half = halfWidth(precision, rho, alpha)
  return {
    theta,
    estimate,
    variance,
    low: estimate - half,
    high: estimate + half,
    pValue: pValueOf(precision, estimate, rho),
  }
}
interface Adjusted {
  n: number
  mean: number
  variance: number
}
