import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, test } from 'vitest'
import { differences, fixtureFolder } from '../../../test/support/answers'
import { seeded } from '../../kernel/random'
import type { SpecialFunctions } from '../../kernel/special'
import { loadSpecialFunctions } from '../../platform/numerics'
import { answerFile, BadInput } from './answer'
import type { Answer } from './cli'

let special: SpecialFunctions
beforeAll(async () => {
  special = await loadSpecialFunctions()
})
const folder = fixtureFolder('sequential', 'public')
const json = (...path: string[]): unknown =>
  JSON.parse(readFileSync(join(folder ?? '', ...path), 'utf8'))
const listed = (...path: string[]) => (folder ? readdirSync(join(folder, ...path)) : [])
interface Case {
  id: string
  expected: unknown
}

describe.skipIf(folder === undefined)('the public fixture (needs TAKT_TEST_DATA)', () => {
  it('every single case is answered', () => {
    const { cases } = json('cases.json') as { cases: Case[] }
    const answer = answerFile({ cases }, special) as Extract<Answer, { cases: unknown }>
    for (const [index, { id, expected }] of cases.entries())
      expect([id, differences(answer.cases[index]?.result, expected)]).toEqual([id, []])
  })
  it.each(listed('tests'))('the whole test %s is answered look by look', (name) => {
    const file = json('tests', name) as { expected: unknown }
    expect(differences(answerFile(file, special), file.expected)).toEqual([])
  })
  it('sums that no data can have are refused at their field', () => {
    for (const [name, path] of Object.entries(json('bad', 'index.json') as object)) {
      if (path === 'JSON') continue
      const refused = () => answerFile(json('bad', `${name}.json`), special)
      expect(refused).toThrow(BadInput)
      expect(refused).toThrow(String(path))
    }
  })
})

const BAND = { alpha: 0.05, plannedUnits: 20_000, minimumPerArm: 100 }
const binary = (...arms: [n: number, successes: number][]) => ({
  cases: [
    {
      id: 'x',
      kind: 'binary',
      input: { ...BAND, stages: [{ arms: arms.map(([n, successes]) => ({ n, successes })) }] },
    },
  ],
})
test.each<[what: string, file: unknown, path: string]>([
  ['no cases', { cases: 5 }, 'cases'],
  ['nothing of either', [], ''],
  ['one arm', binary([10, 1]), 'cases[0].input.stages[0].arms'],
  ['an unknown kind', { cases: [{ id: 'x', kind: 'guess', input: {} }] }, 'cases[0].kind'],
  [
    'a share over one',
    {
      cases: [
        {
          id: 'x',
          kind: 'guardrail',
          input: {
            ...BAND,
            guardrails: 1,
            guardrail: { name: 'l', kind: 'limit', n: 1, over: 0, allowedShare: 2 },
          },
        },
      ],
    },
    'cases[0].input.guardrail.allowedShare',
  ],
  [
    'more arms than shares',
    {
      cases: [
        {
          id: 'x',
          kind: 'split',
          input: { kappa: 10, stages: [{ assigned: [1, 2, 3], split: [1, 1] }] },
        },
      ],
    },
    'cases[0].input.stages[0].assigned',
  ],
])('%s is refused at its field', (_what, file, path) => {
  expect(() => answerFile(file, special)).toThrow(BadInput)
  expect(() => answerFile(file, special)).toThrow(path)
})

const DESIGN = {
  metric: 'binary',
  method: 'asymptotic',
  better: 'higher',
  minimumEffect: 0.005,
  alpha: 0.05,
  plannedUnits: 40_000,
  minimumPerArm: 100,
  minimumDays: 2,
  srm: { kappa: 1000, alpha: 0.001 },
  guardrails: [{ name: 'latency', kind: 'limit', allowedShare: 0.01 }],
}
/** A look after so many days of a test whose new version wins clearly. */
const look = (days: number, over: number, missing: [number, number] = [0, 0]) => ({
  days,
  stages: [
    {
      split: [0.5, 0.5],
      assigned: [10_000, 10_000],
      missing,
      arms: [
        { n: 10_000, successes: 1_000 },
        { n: 10_000, successes: 1_500 },
      ],
    },
  ],
  limits: { latency: { n: 10_000, over } },
})
const verdicts = (...looks: object[]) => {
  const answer = answerFile({ design: DESIGN, looks }, special) as Extract<
    Answer,
    { looks: unknown }
  >
  return [answer.looks.map(({ verdict, why }) => [verdict, why]), answer.decided]
}
it('a good metric never outvotes a red guardrail, and what was decided stays', () => {
  expect(verdicts(look(1, 20), look(1, 100), look(3, 20), look(4, 500))).toEqual([
    [
      ['running', 'bake'],
      ['running', 'bake'],
      ['promote', ''],
      ['roll-back', 'guardrail latency'],
    ],
    { look: 2, verdict: 'promote', why: '' },
  ])
})
it('waits for a guardrail that is open, and calls lost labels invalid', () => {
  expect(verdicts(look(3, 100))[0]).toEqual([['running', 'guardrail latency']])
  expect(verdicts(look(3, 20, [50, 500]))[0]).toEqual([['invalid', 'labels']])
})

describe('looked at fifty times without a difference', () => {
  const RUNS = 200
  const LOOKS = 50
  /** Shares of tests in which the band left zero out at some look, with the small arm at `share`. */
  const falseAlarms = (rate: number, share: number) => {
    const random = seeded(7)
    const draw = (n: number) => {
      let hits = 0
      for (let unit = 0; unit < n; unit++) if (random.next() < rate) hits += 1
      return hits
    }
    let alarms = 0
    for (let run = 0; run < RUNS; run++) {
      const arms = [
        { n: 0, successes: 0 },
        { n: 0, successes: 0 },
      ]
      const looks = Array.from({ length: LOOKS }, () => {
        for (const [index, per] of [400 * (1 - share), 400 * share].entries()) {
          const arm = arms[index]
          if (arm) Object.assign(arm, { n: arm.n + per, successes: arm.successes + draw(per) })
        }
        return structuredClone(arms)
      })
      const answer = answerFile(
        {
          cases: looks.map((some) => ({
            id: 'x',
            kind: 'binary',
            input: { ...BAND, stages: [{ arms: some }] },
          })),
        },
        special,
      ) as { cases: { result: { low: number | null; high: number | null } }[] }
      if (answer.cases.some(({ result: { low, high } }) => (low ?? 0) > 0 || (high ?? 0) < 0))
        alarms += 1
    }
    return alarms / RUNS
  }
  // Five per cent and twice the sampling error of so many runs.
  it.each([
    [0.05, 0.5],
    [0.05, 0.1],
    [0.01, 0.1],
  ])('a rate of %s at a share of %s alarms falsely in at most 5 %% of tests', (rate, share) => {
    expect(falseAlarms(rate, share)).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / RUNS))
  })
})
