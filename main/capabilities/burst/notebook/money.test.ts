import { describe, expect, test } from 'vitest'
import type { Line } from '../live/budgets'
import { hoursAhead, overCaps, quotasOf, softCaps, type Money } from './money'

const now = Date.parse('2026-11-23T12:00:00Z')
const line = (more: Partial<Line>): Line => ({
  scope: 'team/Vision',
  title: 'Vision',
  period: 'month',
  owner: 'kari.holm',
  capUsd: 100,
  hard: true,
  spentUsd: 20,
  committedUsd: 10,
  ...more,
})
const money = (lines: Line[], usd: number): Money => ({
  lines,
  usd,
  hours: 24,
  job: {
    id: 'a',
    kind: '',
    gpus: 0,
    runTime: { p10: 0, p50: 0, p90: 0 },
    submittedS: 0,
    priority: 0,
    resultsGb: 0,
    team: 'team/Vision',
    costCentre: '4420',
    project: 'project/ocr',
  },
})

describe('what a budget has to bear for an environment', () => {
  test.each([
    ['2026-11-30T00:00:00Z', 24],
    ['2026-11-23T18:00:00Z', 6],
    ['2026-11-23T12:10:00Z', 1],
    ['2026-11-01T00:00:00Z', 1],
    ['not a time', 24],
  ])('ending at %s: %d h', (at, hours) => expect(hoursAhead(at, now)).toBe(hours))
  test('hard caps forbid, soft ones warn, others say nothing', () => {
    const lines = [
      line({}),
      line({ scope: '4420', title: 'Centre', hard: false }),
      line({ scope: 'team/Voice', title: 'Voice', capUsd: 1 }),
    ]
    expect(overCaps(money(lines, 71)).map(({ says, remedy }) => [says, remedy])).toEqual([
      [
        'Budget Vision has $70.00 of $100.00 left, and $71.00 is needed for 24 h.',
        'kari.holm can raise it.',
      ],
    ])
    expect(softCaps(money(lines, 71))).toEqual(['It goes over the soft cap Centre: ask kari.holm.'])
    expect([
      overCaps(money(lines, 70)),
      softCaps(money(lines, 70)),
      overCaps(money([line({ scope: '4420', capUsd: 0 })], 0)),
    ]).toEqual([[], [], []])
    expect(overCaps(money([line({})], 1)), 'a cap of the policy is no budget').toMatchObject([
      { remedy: 'Ask a lead to write a Budget called 4420.' },
    ])
    expect(quotasOf(money(lines, 5)).map(({ name, used, adds }) => [name, used, adds])).toEqual([
      ['Budget Vision', 30, 5],
      ['Budget Centre', 30, 5],
    ])
  })
})
