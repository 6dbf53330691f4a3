import { beforeAll, describe, expect, test } from 'vitest'
import { seeded, type Random } from '../../kernel/random'
import { adjust } from './domain/adjust'
import { decidingP } from './domain/categorical'
import { decideFamily, CONSTANT_LIMITS, DEFAULT_RULE } from './domain/decide'
import { SortSpace } from './domain/radix'
import { scoreNumeric, type NumericSide, type Tools } from './domain/score'
import { loadSpecialFunctions } from '../../platform/numerics'

let tools: Tools
beforeAll(async () => {
  tools = { special: await loadSpecialFunctions(), space: new SortSpace(), random: seeded(7) }
})

const gauss = (random: Random) =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
function sample(random: Random, rows: number, shift = 0): NumericSide {
  return {
    values: Float64Array.from({ length: rows }, () => gauss(random) + shift),
    tally: { rows, nulls: 0, nan: 0, inf: 0, negativeInf: 0, zeros: 0 },
  }
}
const draw = (random: Random, rows: number, categories: number): number[] => {
  const counts = new Uint32Array(categories)
  // Uneven shares, so that some categories are rare.
  for (let at = 0; at < rows; at++) {
    const cell = Math.floor(categories * random.next() ** 1.5)
    counts[cell] = (counts[cell] as number) + 1
  }
  return Array.from(counts)
}
function categoryP(random: Random, rows: number, categories: number): number {
  const a = draw(random, rows, categories),
    b = draw(random, rows, categories),
    isUsed = a.map((count, at) => count + (b[at] as number) > 0)
  return decidingP(
    { reference: a.filter((_, at) => isUsed[at]), current: b.filter((_, at) => isUsed[at]) },
    { special: tools.special, random },
  ).p
}
const numberP = (random: Random, rows: number, shift = 0) =>
  scoreNumeric(
    { reference: sample(random, rows), current: sample(random, rows, shift) },
    undefined,
    tools,
  ).evidence?.p ?? Number.NaN

/** Three standard errors above the nominal level. */
const atMost = (rounds: number) => 0.05 + 3 * Math.sqrt((0.05 * 0.95) / rounds)

describe('without drift a whole family alarms no oftener than its level', () => {
  test.each([
    [200, 400],
    [1000, 300],
    [10_000, 60],
  ])(
    '%d rows: numbers and 2 to 1,000 categories',
    (rows, rounds) => {
      const random = seeded(rows)
      let alarms = 0
      for (let round = 0; round < rounds; round++) {
        const p = [
          ...[2, 5, 20, 100, 1000].map((categories) => categoryP(random, rows, categories)),
          numberP(random, rows),
          numberP(random, rows),
          numberP(random, rows),
        ]
        if (Math.min(...adjust(p, 'benjamini-hochberg')) <= DEFAULT_RULE.level) alarms++
      }
      expect(alarms / rounds).toBeLessThanOrEqual(atMost(rounds))
    },
    120_000,
  )
  test('a million rows', () => {
    const random = seeded(1_000_000),
      rounds = 12
    let alarms = 0
    for (let round = 0; round < rounds; round++) {
      const p = [
        ...[2, 20, 1000].map((categories) => categoryP(random, 1_000_000, categories)),
        numberP(random, 1_000_000),
      ]
      if (Math.min(...adjust(p, 'benjamini-hochberg')) <= DEFAULT_RULE.level) alarms++
    }
    expect(alarms / rounds).toBeLessThanOrEqual(atMost(rounds))
  }, 120_000)
  test('each p by itself is valid for every number of categories', () => {
    const random = seeded(31),
      rounds = 600
    for (const [rows, categories] of [
      [200, 2],
      [200, 20],
      [200, 200],
      [1000, 1000],
      [30_000, 5000],
    ] as const) {
      const count = rows > 10_000 ? 100 : rounds
      let low = 0
      for (let round = 0; round < count; round++)
        if (categoryP(random, rows, categories) <= 0.05) low++
      expect(low / count, `${rows} rows, ${categories} categories`).toBeLessThanOrEqual(
        atMost(count),
      )
    }
  }, 120_000)
})

describe('a shift is found as often as Kolmogorov-Smirnov finds it', () => {
  // Rejection rates at 5 % of the asymptotic test's own limit 1.358 sqrt(2/n), counted on the same samples.
  test.each([
    [0.1, 2000],
    [0.2, 600],
    [0.5, 100],
  ])(
    '%d standard deviations at %d rows',
    (shift, rows) => {
      const random = seeded(Math.round(shift * 1000)),
        rounds = 200
      let found = 0,
        byLimit = 0
      for (let round = 0; round < rounds; round++) {
        const { evidence, statistics } = scoreNumeric(
          { reference: sample(random, rows), current: sample(random, rows, shift) },
          undefined,
          tools,
        )
        if ((evidence?.p ?? 1) <= 0.05) found++
        if ((statistics['ks_auto'] as { d: number }).d > 1.3581 * Math.sqrt(2 / rows)) byLimit++
      }
      expect(found).toBeGreaterThanOrEqual(byLimit)
      expect(found / rounds).toBeGreaterThan(0.6)
    },
    60_000,
  )
})

test('an alert needs both size and p', () => {
  const limits = CONSTANT_LIMITS
  const decide = (js: number, p: number) =>
    decideFamily(
      [{ evidence: { js, second: 0, p, values: { reference: 500, current: 500 } }, limits }],
      DEFAULT_RULE,
    )[0]?.decision
  expect([decide(0.5, 1e-9), decide(0.5, 0.3), decide(0.01, 1e-9), decide(0.01, 0.3)]).toEqual([
    'drifted',
    'stable',
    'stable',
    'stable',
  ])
})
