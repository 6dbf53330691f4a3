import { describe, expect, test } from 'vitest'
import type { ReplayFigures, ReplayPolicyName, ReplayRun } from '../../../preload/contract/replay'
import {
  chosenOf,
  costAt,
  frontierOf,
  frontierRows,
  knobFrom,
  knobTo,
  roundUp,
  savedAgainst,
  sentences,
  spread,
  teamRows,
  ticksTo,
  usageOf,
} from './view-model'
import { dayTicks } from './UsageChart'

const figures = (policy: ReplayPolicyName, more: Partial<ReplayFigures>): ReplayFigures => ({
  policy,
  params: {},
  cloudUsd: 0,
  cloudGpuHours: 0,
  billedNodeHours: 0,
  budgetBreaches: 0,
  unfinishedJobs: 0,
  ...more,
})
const takt = (usdPerWaitHour: number, meanWaitHours: number, cloudUsd: number) =>
  figures('takt', {
    params: { usdPerWaitHour },
    meanWaitHours,
    cloudUsd,
    p95WaitHours: meanWaitHours * 3,
    deadlineMissShare: 0.01,
  })
const aRun = (rows: ReplayFigures[], more: Partial<ReplayRun> = {}): ReplayRun => ({
  id: 'r',
  number: 0,
  title: 'month',
  kind: 'frontier',
  at: '2026-11-18T14:32:00Z',
  seconds: 1,
  plays: rows.length,
  source: { title: 'month', simulated: false, jobs: 100, days: 30, meanRuntimeHours: 4 },
  question: {
    source: 's',
    nodes: 4,
    gpusPerNode: 8,
    policies: ['takt'],
    usdPerWaitHour: 40,
    deadlines: 'weigh',
    usdPerNodeHour: 21.96,
    gbPerJob: 0,
    spotShare: 0,
    estimateSigma: 0,
    seed: 7,
  },
  played: rows.map((row) => ({ figures: row, teams: [] })),
  ...more,
})
const rows = [
  takt(200, 0.1, 900),
  takt(40, 1, 500),
  takt(5, 8, 100),
  figures('starburst', { meanWaitHours: 0.2, cloudUsd: 1000 }),
  figures('starburst', { meanWaitHours: 1.8, cloudUsd: 600 }),
  figures('no-wait', { meanWaitHours: 0.05, cloudUsd: 1100 }),
  figures('fifo', { meanWaitHours: 90, cloudUsd: 0 }),
  figures('bound-slack', { cloudUsd: 80 }),
]

describe('the frontier', () => {
  const picture = frontierOf(aRun(rows), undefined)
  test('is cut where the picture ends, at a cost between its marks', () => {
    expect(picture.xMax).toBe(2)
    const own = picture.curves.find(({ policy }) => policy === 'takt')
    expect(own?.points.map(({ knob }) => knob)).toEqual([200, 40])
    expect(own?.end.usd).toBeCloseTo(500 - 400 / 7, 6)
    expect(picture.curves.find(({ policy }) => policy === 'starburst')?.beyond).toBe(false)
  })
  test('shows single policies, the ground nobody reaches, and what staying in the building comes to', () => {
    expect(picture.singles.map(({ figures: { policy } }) => policy)).toEqual(['no-wait'])
    expect(picture.bound).toBe(80)
    expect(picture.alone?.wait).toBe(90)
  })
  test('a chosen knob that waits longer widens the picture', () =>
    expect(frontierOf(aRun(rows), chosenOf(aRun([takt(5, 8, 100)]))).xMax).toBeGreaterThanOrEqual(
      8,
    ))
  test('its twin has a row for each mark', () =>
    expect(frontierRows(picture).map(([policy, knob]) => [policy, knob])).toEqual([
      ['Takt', '$200 an hour'],
      ['Takt', '$40 an hour'],
      ['Starburst', 'none'],
      ['Starburst', 'none'],
      ['Never wait', 'none'],
    ]))
  test('labels do not cover each other and keep their order', () =>
    expect(spread([{ usd: 10 }, { usd: 12 }, { usd: 11 }], 5).map(({ usd }) => usd)).toEqual([
      10, 15, 20,
    ]))
  test('compares at equal wait only where both curves are', () => {
    const chosen = chosenOf(aRun([takt(40, 1, 500)]))
    expect(chosen && savedAgainst(aRun(rows), 'starburst', chosen)).toBeCloseTo(0.375, 6)
    expect(chosen && savedAgainst(aRun(rows), 'constant', chosen)).toBeUndefined()
    expect(costAt([{ wait: 1, usd: 5 }], 3)).toBeUndefined()
  })
})
test.each([
  [0, 1],
  [3, 5],
  [0.21, 0.25],
  [1, 1],
  [999, 1000],
])('%f is rounded up to %f', (value, want) => expect(roundUp(value)).toBeCloseTo(want, 9))
test.each([1, 3.3, 17, 480, 21_780])('at most six ticks reach beyond %f', (value) => {
  const ticks = ticksTo(value)
  expect(ticks.length).toBeLessThanOrEqual(6)
  expect(ticks.at(-1)).toBeGreaterThanOrEqual(value)
})
test('the knob slider is fine where knobs are small, and reaches a thousand', () => {
  expect([knobFrom(0), knobFrom(100)]).toEqual([0, 1000])
  expect(
    [0.4, 12, 40, 200].map((usd) => Math.abs(knobFrom(knobTo(usd)) - usd) / usd < 0.3),
  ).toEqual([true, true, true, true])
})
describe('teams and sentences', () => {
  const run = aRun([], {
    played: [
      {
        figures: takt(40, 0.7, 500),
        teams: [
          {
            team: 'Vision',
            jobs: 3,
            meanWaitHours: 0.5,
            cloudGpuHours: 1,
            onPremGpuHours: 2,
            cloudUsd: 400,
            deadlineMisses: 0,
          },
          {
            team: '',
            jobs: 1,
            meanWaitHours: 9,
            cloudGpuHours: 0,
            onPremGpuHours: 1,
            cloudUsd: 0,
            deadlineMisses: 0,
          },
        ],
      },
    ],
  })
  test('what was before is a kept run, else what really happened, else unknown', () => {
    const source = { waited: { teams: [{ team: 'Vision', meanWaitHours: 2 }] } } as never
    expect(teamRows(run, undefined, source).map(({ team, was }) => [team, was])).toEqual([
      ['Vision', 2],
      ['everybody', undefined],
    ])
    expect(teamRows(run, run, source)[0]?.was).toBe(0.5)
    expect(teamRows(run, undefined, undefined)[0]?.was).toBeUndefined()
  })
  test('say only what the run holds', () => {
    expect(sentences({ run, before: undefined, source: undefined })).toEqual([
      'At $40 an hour these 30 days would have cost $500.00 in the cloud, and jobs would have waited 0.70 h on average.',
      'Vision waits longest, 0.50 h.',
      '1 % would have been late.',
    ])
    expect(
      sentences({ run, before: { ...run, number: 3 }, source: undefined }).join(' '),
    ).toContain('Against run 3, month: as dear, waiting as long.')
    expect(
      sentences({
        run: aRun([figures('starburst', { meanWaitHours: 1 })]),
        before: undefined,
        source: undefined,
      }),
    ).toEqual([])
  })
})
test('what ran where counts from a date where there is one', () => {
  const usage = {
    fromSeconds: 60,
    stepSeconds: 3600,
    onPrem: [1, 2],
    cloud: [0, 1],
    asked: [1, 3],
    waiting: [0, 2],
  }
  const dated = usageOf(
    aRun([], {
      played: [
        { figures: takt(40, 1, 1), teams: [], usage: { ...usage, from: '2026-11-01T00:00:00Z' } },
      ],
    }),
  )
  expect(dated?.points[1]).toEqual({
    at: Date.parse('2026-11-01T01:00:00Z'),
    onPrem: 2,
    cloud: 1,
    asked: 3,
    waiting: 2,
  })
  expect(
    usageOf(aRun([], { played: [{ figures: takt(40, 1, 1), teams: [], usage }] }))?.dated,
  ).toBe(false)
  expect(usageOf(aRun([]))).toBeUndefined()
  const days = Array.from({ length: 31 }, (_, day) => ({
    at: day * 86_400_000,
    onPrem: 0,
    cloud: 0,
    asked: 0,
    waiting: 0,
  }))
  expect(dayTicks(days, false).length).toBeLessThanOrEqual(8)
})
