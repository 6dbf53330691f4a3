import { z } from 'zod'
import type { CupedSums, MetricKind } from '../domain/moments'
import type { StageArms } from '../domain/effect'

/** Sums that no data can have are refused at the field that is wrong. */
const Count = z.number().int().min(0)
const CLOSE = 1e-9
/** By Cauchy and Schwarz n·Σx² is at least (Σx)²; doubles lose a little. */
const canBe = (n: number, sum: number, squares: number) =>
  squares * n >= sum * sum * (1 - CLOSE) - CLOSE

/** Of an arm without units nothing else needs to be said. */
const emptyIsZero =
  (...fields: string[]) =>
  (arm: unknown) =>
    typeof arm === 'object' && arm !== null && 'n' in arm && arm.n === 0
      ? { ...Object.fromEntries(fields.map((field) => [field, 0])), ...arm }
      : arm

const BinaryArm = z.preprocess(
  emptyIsZero('successes'),
  z
    .object({ n: Count, successes: Count })
    .refine(({ n, successes }) => successes <= n, {
      path: ['successes'],
      message: 'is more than there are units',
    })
    .transform((arm) => ({ kind: 'binary' as const, ...arm })),
)
const MeanArm = z.preprocess(
  emptyIsZero('sum', 'sumSquares'),
  z
    .object({ n: Count, sum: z.number(), sumSquares: z.number().min(0) })
    .refine(({ n, sum, sumSquares }) => canBe(n, sum, sumSquares), {
      path: ['sumSquares'],
      message: 'is less than any values with this sum can have',
    })
    .transform((arm) => ({ kind: 'mean' as const, ...arm })),
)
const RatioArm = z.preprocess(
  emptyIsZero('sumY', 'sumZ', 'sumYY', 'sumZZ', 'sumYZ'),
  z
    .object({
      n: Count,
      sumY: z.number(),
      sumZ: z.number(),
      sumYY: z.number().min(0),
      sumZZ: z.number().min(0),
      sumYZ: z.number(),
    })
    .refine(({ n, sumZ }) => n === 0 || sumZ > 0, {
      path: ['sumZ'],
      message: 'has to be more than 0',
    })
    .refine(({ n, sumY, sumYY }) => canBe(n, sumY, sumYY), {
      path: ['sumYY'],
      message: 'is less than any values with this sum can have',
    })
    .refine(({ n, sumZ, sumZZ }) => canBe(n, sumZ, sumZZ), {
      path: ['sumZZ'],
      message: 'is less than any values with this sum can have',
    })
    .transform((arm) => ({ kind: 'ratio' as const, ...arm })),
)
const ARMS = { binary: BinaryArm, mean: MeanArm, ratio: RatioArm }
const armsOf = (kind: MetricKind): z.ZodType<StageArms> => z.tuple([ARMS[kind], ARMS[kind]])
const stagesOf = (kind: MetricKind) => z.array(z.object({ arms: armsOf(kind) })).max(1_000)

const Alpha = z.number().gt(0).lt(1)
const Units = z.number().int().min(1)
const BAND = {
  alpha: Alpha,
  plannedUnits: Units,
  minimumPerArm: z.number().int().min(0),
  variance: z.enum(['larger', 'own']).optional(),
}
const effectCase = (kind: MetricKind) =>
  z.object({
    id: z.string(),
    kind: z.literal(kind),
    input: z.object({ ...BAND, stages: stagesOf(kind) }),
  })

const CupedArm: z.ZodType<CupedSums> = z
  .object({
    n: z.number().int().min(2),
    sum: z.number(),
    sumSquares: z.number().min(0),
    sumPre: z.number(),
    sumSquaresPre: z.number().min(0),
    sumProducts: z.number(),
  })
  .refine(({ n, sum, sumSquares }) => canBe(n, sum, sumSquares), {
    path: ['sumSquares'],
    message: 'is less than any values with this sum can have',
  })
  .refine(({ n, sumPre, sumSquaresPre }) => canBe(n, sumPre, sumSquaresPre), {
    path: ['sumSquaresPre'],
    message: 'is less than any values with this sum can have',
  })

/** How many units went to each arm, beside the weights that were meant. */
const SplitStage = z
  .object({
    assigned: z.array(Count).min(2).max(100),
    split: z.array(z.number().gt(0)).min(2).max(100),
  })
  .refine(({ assigned, split }) => assigned.length === split.length, {
    path: ['assigned'],
    message: 'needs as many arms as the split',
  })
const LIMIT = { n: Count, over: Count }
const isUnder = ({ n, over }: { n: number; over: number }) => over <= n
const UNDER = { path: ['over'], message: 'is more than there are requests' }
const Limit = z.object(LIMIT).refine(isUnder, UNDER)

const Name = z.string().min(1).max(253)
const LimitRail = z.object({
  name: Name,
  kind: z.literal('limit'),
  allowedShare: z.number().min(0).max(1),
})
const MetricRail = z.object({
  name: Name,
  kind: z.enum(['binary', 'mean', 'ratio']),
  worse: z.enum(['higher', 'lower']),
  margin: z.number(),
})
const GUARDRAIL_CASE = {
  alpha: Alpha,
  guardrails: z.number().int().min(1),
  plannedUnits: Units,
  minimumPerArm: z.number().int().min(0),
}
export const LimitCase = z.object({
  ...GUARDRAIL_CASE,
  guardrail: LimitRail.extend(LIMIT).refine(isUnder, UNDER),
})
export const metricRailCase = (kind: MetricKind) =>
  z.object({
    ...GUARDRAIL_CASE,
    guardrail: MetricRail.extend({ kind: z.literal(kind) }),
    stages: stagesOf(kind),
  })

export const TestCase = z.discriminatedUnion('kind', [
  effectCase('binary'),
  effectCase('mean'),
  effectCase('ratio'),
  z.object({
    id: z.string(),
    kind: z.literal('cuped'),
    input: z.object({
      arms: z.tuple([CupedArm, CupedArm]),
      alpha: Alpha,
      plannedUnits: Units,
      variance: BAND.variance,
    }),
  }),
  z.object({
    id: z.string(),
    kind: z.literal('exact'),
    input: z.object({ arms: z.tuple([BinaryArm, BinaryArm]), alpha: Alpha }),
  }),
  z.object({
    id: z.string(),
    kind: z.literal('split'),
    input: z.object({ stages: z.array(SplitStage).max(1_000), kappa: z.number().gt(0) }),
  }),
  z.object({ id: z.string(), kind: z.literal('guardrail'), input: z.unknown() }),
  z.object({
    id: z.string(),
    kind: z.literal('forecast'),
    input: z.object({
      minimumEffect: z.number().refine((effect) => effect !== 0, 'has to differ from 0'),
      variances: z.tuple([z.number().min(0), z.number().min(0)]),
      share: z.number().gt(0).lt(1),
      alpha: Alpha,
      power: z.number().gt(0).lt(1),
      unitsPerDay: z.number().gt(0),
      labelDelayDays: z.number().min(0),
    }),
  }),
])
export type TestCase = z.infer<typeof TestCase>
/** Which sums a guardrail needs is said by its kind. */
export const GuardrailKind = z.object({
  guardrail: z.object({ kind: z.enum(['limit', 'binary', 'mean', 'ratio']) }),
})
export const DesignFile = z
  .object({
    metric: z.enum(['binary', 'mean', 'ratio']),
    method: z.enum(['asymptotic', 'exact']),
    better: z.enum(['higher', 'lower']),
    minimumEffect: z.number(),
    alpha: Alpha,
    plannedUnits: Units,
    minimumPerArm: z.number().int().min(0),
    minimumDays: z.number().min(0),
    srm: z.object({ kappa: z.number().gt(0), alpha: Alpha }),
    guardrails: z.array(z.discriminatedUnion('kind', [LimitRail, MetricRail])).max(100),
  })
  .refine(({ method, metric }) => method === 'asymptotic' || metric === 'binary', {
    path: ['method'],
    message: 'exact bands are for binary metrics',
  })
export type DesignFile = z.infer<typeof DesignFile>

const Pair = z.tuple([Count, Count])
/** A look's facts, with arms of the deciding metric and of each guardrail. */
export const looksOf = ({ metric, guardrails }: DesignFile) => {
  const stage = (kind: MetricKind) =>
    z.object({
      split: z.tuple([z.number().gt(0), z.number().gt(0)]),
      assigned: Pair,
      missing: Pair,
      arms: armsOf(kind),
    })
  const rails = guardrails.filter((rail) => rail.kind !== 'limit')
  return z
    .array(
      z.object({
        days: z.number().min(0),
        stages: z.array(stage(metric)).min(1).max(1_000),
        limits: z.record(z.string(), Limit).default({}),
        guardrailStages: z
          .object(
            Object.fromEntries(
              rails.map((rail) => [rail.name, stagesOf(rail.kind as MetricKind).optional()]),
            ),
          )
          .default({}),
      }),
    )
    .max(100_000)
}
export type LooksFile = z.infer<ReturnType<typeof looksOf>>
