import { expect, it, test } from 'vitest'
import { aNode, aPod, NOW } from '../../../../test/support/builders/inventory'
import { aBudget, aPriceBook, aProject, at } from '../../../../test/support/builders/records'
import { timestamp } from '../../../kernel/clock'
import { costCentres, gpuUsdPerHour, periodStart, podUsdPerHour } from './spending'

const book = aPriceBook().spec
const facts = (more: Partial<Parameters<typeof costCentres>[0]> = {}) => ({
  budgets: [aBudget()],
  projects: [aProject('voice')],
  nodes: [aNode('a')],
  pods: [],
  book,
  now: NOW,
  timestamp,
  ...more,
})

it('prices what was asked for, and tells a GPU the book does not know', () => {
  expect(podUsdPerHour(aPod('p', { node: 'a', gpus: 2 }), aNode('a'), book)).toEqual({
    usd: 4 * 0.02 + 16 * 0.002 + 2 * 1.1,
    unpriced: false,
  })
  expect(
    podUsdPerHour(aPod('p', { node: 'h', gpus: 2 }), aNode('h', { model: 'NVIDIA-H100' }), book)
      .unpriced,
  ).toBe(true)
  expect(gpuUsdPerHour(aNode('a'), book)).toBe(1.1)
})
test.each([
  ['month', '2026-11-01'],
  ['quarter', '2026-10-01'],
  ['year', '2026-01-01'],
] as const)('a %s begins on %s', (period, day) =>
  expect(timestamp(periodStart(period, NOW)).slice(0, 10)).toBe(day),
)
it('adds what runs since the record was written', () => {
  const pods = [
    aPod('p', {
      node: 'a',
      namespace: 'voice',
      requests: { cpu: 50 },
      startedAt: NOW - 4 * 3_600_000,
    }),
    aPod('other', { node: 'a', namespace: 'elsewhere', requests: { cpu: 50 } }),
  ]
  const [centre] = costCentres(
    facts({ pods, budgets: [aBudget('4410', {}, { spentUsd: 100, asOf: at(120) })] }),
  )
  expect(centre).toMatchObject({ spentUsd: 102, committedUsdPerHour: 1, leftUsd: 1098 })
  expect(costCentres(facts({ pods }))[0]).toMatchObject({ spentUsd: 4 })
  expect(costCentres(facts({ pods, book: undefined }))[0]).toMatchObject({
    spentUsd: 0,
    committedUsdPerHour: 0,
  })
})
