import { describe, expect, test } from 'vitest'
import { seeded, type Random } from '../../kernel/random'
import { adjust } from './domain/adjust'
import { DEFAULT_RULE, kOfLast } from './domain/decide'
import { separate } from './domain/multivariate/domain-classifier'
import { estimateLoss, fitLoss } from './domain/performance/loss'
import { rankCauses } from './domain/root-cause'

const gauss = (random: Random) =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
const column = (random: Random, rows: number, shift = 0) =>
  Float64Array.from({ length: rows }, () => gauss(random) + shift)

describe('telling two windows apart by all columns at once', () => {
  test('the same distribution cannot be told apart', () => {
    const random = seeded(3),
      sample = () => [column(random, 1500), column(random, 1500), column(random, 1500)]
    const found = separate(sample(), sample())
    expect(found.lower).toBeLessThan(0.5)
    expect(found.auc).toBeGreaterThan(0.45)
    expect(found.upper - found.lower).toBeLessThan(0.06)
  })
  test('a column that moved is found, and named', () => {
    const random = seeded(4),
      found = separate(
        [column(random, 1500), column(random, 1500)],
        [column(random, 1500), column(random, 1500, 0.7)],
      )
    expect(found.lower).toBeGreaterThan(0.6)
    expect(found.importance[1]).toBeGreaterThan(0.7)
  })
  test('columns that stopped moving together are found though each looks the same', () => {
    const random = seeded(5),
      a = column(random, 2000),
      joined = a.map((value) => 0.9 * value + 0.436 * gauss(random))
    const found = separate([a, joined], [column(random, 2000), column(random, 2000)])
    expect(found.lower).toBeGreaterThan(0.6)
  })
})

describe('errors of a regression before its labels', () => {
  // The noise grows with the first column, so moving it makes the errors larger.
  const rows = (random: Random, count: number, { shift = 0, bias = 0 } = {}) => {
    const x = column(random, count, shift),
      z = column(random, count),
      predicted = x.map((value, at) => 2 * value + (z[at] as number))
    return {
      features: [x, z],
      predicted,
      truth: predicted.map(
        (value, at) => value + bias + gauss(random) * Math.exp((x[at] as number) / 2),
      ),
    }
  }
  test('rows that are harder are expected to be further off', () => {
    const random = seeded(6),
      estimator = fitLoss(rows(random, 8000))
    for (const shift of [0, 0.5, 1]) {
      const found = estimateLoss(estimator, rows(random, 4000, { shift }))
      expect(Math.abs(found.mae / (found.realised?.mae ?? 0) - 1), `mae at ${shift}`).toBeLessThan(
        0.12,
      )
    }
  })
  test('a bias that no column tells is not claimed to be seen', () => {
    const random = seeded(8),
      found = estimateLoss(fitLoss(rows(random, 8000)), rows(random, 4000, { bias: 3 }))
    expect(found.realised?.mae ?? 0).toBeGreaterThan(1.8 * found.mae)
  })
})

test('a cause is what the model leans on and what moved beyond its limit, not one alone', () => {
  const moved = (column: string, js: number) => ({
    column,
    evidence: { js, second: 0 },
    limits: { js: 0.1, second: 0.1 },
  })
  const ranked = rankCauses(
    [moved('noise', 0.9), moved('income', 0.3), moved('age', 0.05), moved('region', 0.15)],
    { noise: 0.01, income: 0.5, age: 0.4, region: 0.09 },
  )
  expect(ranked.map(({ column: name, weight }) => [name, weight > 0])).toEqual([
    ['income', true],
    ['region', true],
    ['noise', true],
    ['age', false],
  ])
})

test('many segments raise no more false alarms than one', () => {
  const random = seeded(9),
    rounds = 300
  let alarms = 0
  for (let round = 0; round < rounds; round++) {
    if (
      adjust(
        Array.from({ length: 60 }, () => random.next()),
        DEFAULT_RULE.correction,
      ).some((p) => p <= DEFAULT_RULE.level)
    )
      alarms++
  }
  expect(alarms / rounds).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / rounds))
})

test('k of the last n windows', () => {
  expect(kOfLast([true, false, true, true, false, false, false], { k: 2, n: 3 })).toEqual([
    false,
    false,
    true,
    true,
    true,
    false,
    false,
  ])
})
