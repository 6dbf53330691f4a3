import { describe, expect, test } from 'vitest'
import type { SummaryScore, SummaryWindow } from '../desk/questions'
import { backtest } from './backtest'
import { followed } from './stream'
import { verdictOf, rowOf } from './view'
import { alertsOf, levelOf, missingness, windowSize, worstOf } from './windows'

const score = (
  column: string,
  severity: number | null,
  more: Partial<SummaryScore> = {},
): SummaryScore => ({
  column,
  kind: 'numeric',
  decision: severity === null ? 'unscored' : severity > 0.1 ? 'drifted' : 'stable',
  severity,
  p: 0,
  pAdjusted: 0,
  nullRate: 0,
  missing: 0,
  quality: [],
  ...more,
})
const week = (at: number, ...columns: SummaryScore[]): SummaryWindow => ({
  name: `week ${at}`,
  from: `2026-01-${String(5 + 7 * at).padStart(2, '0')} 00:00:00`,
  to: `2026-01-${String(12 + 7 * at).padStart(2, '0')} 00:00:00`,
  rows: 100,
  columns,
  schema: [],
})
const LIMITS = { limits: { watch: 0.2, act: 0.4 }, alertAfter: { k: 1, n: 1 } }

describe('windows', () => {
  test('missing rows have a size of their own', () => {
    expect(missingness(0, 0)).toBe(0)
    expect(missingness(0, 1)).toBe(1)
    expect(missingness(0.1, 0.4)).toBeCloseTo(missingness(0.4, 0.1), 12)
    expect(windowSize(week(0, score('a', 0.05), score('b', 0.04, { missing: 0.6 })))).toBe(0.6)
  })
  test('a large size that may be chance does not alert, nor does what cannot be scored', () => {
    expect(
      alertsOf(
        [
          week(0, score('a', 0.9, { decision: 'stable' })),
          week(1, score('a', null)),
          week(2, score('a', 0.3)),
        ],
        LIMITS,
      ),
    ).toEqual([false, false, true])
    expect(windowSize(week(0, score('a', null)))).toBeNull()
    expect(worstOf(week(0, score('a', 0.9, { decision: 'stable' }), score('b', 0.3)))?.column).toBe(
      'b',
    )
  })
  test('k of the last n windows, this one among them', () => {
    const windows = [0.3, 0.05, 0.3, 0.05].map((size, at) => week(at, score('a', size)))
    expect(alertsOf(windows, { ...LIMITS, alertAfter: { k: 2, n: 3 } })).toEqual([
      false,
      false,
      true,
      false,
    ])
  })
  test('levels follow the limits', () =>
    expect([null, 0.05, 0.15, 0.3, 0.5, 0.7].map((size) => levelOf(size, LIMITS.limits))).toEqual([
      'unscored',
      'none',
      'small',
      'notable',
      'large',
      'severe',
    ]))
})

test('a back-test holds alarms against what is known to have gone wrong', () => {
  const windows = [0.05, 0.25, 0.5, 0.1].map((size, at) => week(at, score('a', size)))
  const incidents = [
    { from: '2026-01-20T00:00:00Z', to: '2026-01-21T00:00:00Z', says: 'broke' },
    { from: '2026-01-27T00:00:00Z', to: '2026-01-28T00:00:00Z', says: 'unseen' },
  ]
  expect(
    backtest(windows, {
      now: LIMITS,
      then: { ...LIMITS, limits: { watch: 0.4, act: 0.6 } },
      incidents,
    }),
  ).toEqual({
    alarms: ['week 2'],
    before: ['week 1', 'week 2'],
    caught: ['broke'],
    missed: ['unseen'],
    falseAlarms: 0,
  })
  expect(backtest(windows, { now: LIMITS, then: LIMITS, incidents })).toMatchObject({
    falseAlarms: 1,
  })
})

test('the lamp follows the newest window until a person has said something', () => {
  const settings = {
    model: 'm',
    about: '',
    owner: '',
    reference: { path: 'a' },
    current: { path: 'b' },
    period: 'week' as const,
    rule: { correction: 'none' as const, level: 0.05 },
    ...LIMITS,
    incidents: [],
  }
  const summary = {
    id: 'm',
    settings,
    simulated: false,
    madeAt: '2026-02-01T00:00:00Z',
    profile: { hash: '', rows: 1 },
    windows: [week(0, score('a', 0.5))],
    quality: [],
    events: [],
    verdicts: [],
    segments: [],
  }
  const said = (id: string, verdict: 'fine' | 'watch' | 'act', more: object = {}) => ({
    id,
    verdict,
    author: 'x',
    at: `2026-02-01T0${id}:00:00Z`,
    window: 'week 0',
    ...more,
  })
  const lamp = (...verdicts: ReturnType<typeof said>[]) =>
    rowOf({ id: 'm', settings, simulated: false, summary, verdicts }).lamp
  expect([
    lamp(),
    lamp(said('1', 'fine')),
    lamp(said('1', 'fine'), said('2', 'watch')),
    lamp(said('1', 'act'), said('2', 'fine', { over: '1' })),
  ]).toEqual(['stopped', 'flowing', 'called', 'flowing'])
  expect(
    rowOf({ id: 'm', settings, simulated: false, summary: undefined, verdicts: [] }),
  ).toMatchObject({ lamp: 'unknown', size: null, cells: [] })
  expect(verdictOf([said('1', 'act'), said('2', 'fine', { over: '1' })], 'week 0')?.id).toBe('2')
})

describe('a stream of progress', () => {
  test('gives the newest and the end', async () => {
    const got: number[] = []
    for await (const item of followed<number>(async (tell) => {
      tell(1)
      tell(2)
      await Promise.resolve()
      return 3
    }))
      got.push(item)
    expect(got.at(-1)).toBe(3)
  })
  test('ends the work when nobody reads any more, and passes on why it failed', async () => {
    let over: AbortSignal | undefined
    for await (const _ of followed<number>((tell, signal) => {
      over = signal
      tell(1)
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(undefined))
      })
    }))
      break
    expect(over?.aborted).toBe(true)
    await expect(
      (async () => {
        for await (const _ of followed<number>(() => Promise.reject(new Error('broken')))) {
          /* read on */
        }
      })(),
    ).rejects.toThrow('broken')
  })
})
