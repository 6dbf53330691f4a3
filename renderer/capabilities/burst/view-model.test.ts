import { describe, expect, test } from 'vitest'
import { aQuote, aWorkload, at } from '../../../test/support/burst-for-page'
import type { Operation } from '../../../preload/contract/operations'
import {
  actSays,
  budgetParts,
  clockTicks,
  forecastDots,
  gpusSay,
  inClock,
  matches,
  moveHref,
  operationOf,
  refOf,
  timelineOf,
  trackOf,
  whatMoved,
} from './view-model'

const NOW = Date.parse(at('14:32'))
describe('two ways on one clock', () => {
  test('waiting, running and its band stand where the quote says', () => {
    const { lanes, due, from, to } = timelineOf(aQuote())
    const [stay, go] = lanes
    expect(
      [stay?.wait, stay?.run, stay?.band].map(
        (bar) => bar && [bar.from, bar.to].map((ms) => new Date(ms).toISOString().slice(11, 16)),
      ),
    ).toEqual([
      ['14:32', '16:40'],
      ['16:40', '19:10'],
      ['18:25', '20:03'],
    ])
    expect(go?.ship && go.ship.to - go.ship.from).toBe(240_000)
    expect(go?.boot && go.boot.to - go.boot.from).toBe(360_000)
    expect(due).toBe(Date.parse(at('18:00')))
    expect(from).toBe(NOW)
    expect(to).toBeGreaterThan(Date.parse(at('20:03')))
  })
  test('a way that is closed says why instead', () => {
    const { go: _go, ...quote } = aQuote({
      cannotMove: [{ says: 'Its data may not leave.', remedy: 'Ask.' }],
    })
    expect(timelineOf(quote).lanes[1]).toMatchObject({
      not: 'Its data may not leave.',
      run: undefined,
      notes: [],
    })
    const { startsAt: _at, finishes: _finishes, ...never } = aQuote().stay
    expect(timelineOf(aQuote({ stay: never })).lanes[0]?.not).toBe('never starts here')
  })
  test('a due time beyond the picture is left out of it', () =>
    expect(
      timelineOf(aQuote({ workload: aWorkload({ dueAt: '2026-12-24T00:00:00Z' }) })).due,
    ).toBeUndefined())
  test.each([
    [1, 7],
    [5, 7],
    [30, 7],
    [400, 8],
  ])('%i hours have at most seven round ticks or so', (hours, most) => {
    const ticks = clockTicks(NOW, NOW + hours * 3_600_000)
    expect(ticks.length).toBeGreaterThan(0)
    expect(ticks.length).toBeLessThanOrEqual(most)
    expect(ticks.every((tick) => tick > NOW)).toBe(true)
  })
})
describe('words', () => {
  test('GPUs are short', () =>
    expect([
      gpusSay(aWorkload()),
      gpusSay(aWorkload({ gpus: { kind: 'nvidia.com/mig-1g.10gb', resource: '', count: 1 } })),
      gpusSay(aWorkload({ gpus: { kind: '', resource: '', count: 2 } })),
    ]).toEqual(['8 × A100 80G', '1 × 1g.10gb', '2 × GPU']))
  test('instants in sentences are read as people read them', () =>
    expect(inClock(`no room before ${at('16:40')}, then`, NOW)).toMatch(
      /^no room before \d\d:\d\d, then$/,
    ))
  test('a filter takes words of name, person, team and project in any order', () =>
    expect([
      matches(aWorkload(), 'weber vision'),
      matches(aWorkload(), 'train parcel'),
      matches(aWorkload(), 'mara'),
    ]).toEqual([true, true, false]))
  test('the button says the verb that this person has, with the price', () =>
    expect([
      actSays(aQuote()),
      actSays(aQuote({ act: { verb: 'ask', says: '' } })),
      actSays(aQuote({ act: { verb: 'none', says: '' } })),
    ]).toEqual(['Approve and go, $57.42', 'Ask a lead, $57.42', undefined]))
})
test('an address names a workload and back, and nothing else', () => {
  const { ref } = aWorkload()
  expect(refOf(moveHref(ref).replace('#/burst/', '').split('/'))).toEqual(ref)
  expect([
    refOf(['move', 'oslo', 'Deployment', 'a', 'b']),
    refOf(['move', 'oslo', 'Job', 'a']),
  ]).toEqual([undefined, undefined])
})
test('a cap is told in parts, and what is over it in dollars', () => {
  const stand = {
    scope: 'x',
    title: 'x',
    period: 'month' as const,
    capUsd: 100,
    hard: true,
    spentUsd: 60,
    committedUsd: 20,
    thisUsd: 10,
    leftUsd: 10,
  }
  expect(budgetParts(stand)).toEqual({
    spent: 0.6,
    committed: 0.2,
    adds: 0.1,
    cap: 1,
    left: 10,
    over: false,
  })
  expect(budgetParts({ ...stand, thisUsd: 45 })).toMatchObject({ left: -25, over: true, cap: 0.8 })
})
test('past forecasts run from the oldest to the newest, wild ones kept in the picture', () => {
  const dots = forecastDots({
    records: [
      { job: 'b', at: at('12:00'), errorShare: 9, held: false },
      { job: 'a', at: at('11:00'), errorShare: -0.1, held: true },
    ],
    held: 1,
    of: 2,
    says: '',
  })
  expect(dots.map(({ at: place, error, held }) => [place, error, held])).toEqual([
    [0, -0.1, true],
    [1, 0.6, false],
  ])
})
test('a new quote tells what moved, and nothing of another job', () => {
  const dearer = aQuote({ go: { ...aQuote().go, usd: 60 } as never })
  expect(whatMoved(aQuote(), dearer)).toEqual(['$57.42 is now $60.00'])
  expect(whatMoved(aQuote({ ref: { ...aQuote().ref, name: 'other' } }), dearer)).toEqual([])
  expect(whatMoved(undefined, dearer)).toEqual([])
})
describe('on its way', () => {
  const operation = (id: string, more: Partial<Operation>) =>
    ({
      id,
      kind: 'burst-move',
      subject: { kind: 'TrainJob', name: 'train-0412', namespace: 'parcel-ocr' },
      startedAt: at('14:33'),
      endedAt: at('14:40'),
      state: 'done',
      ...more,
    }) as Operation
  test('the newest move of that very workload is followed', () => {
    const all = [
      operation('old', { startedAt: at('10:00') }),
      operation('new', {}),
      operation('other', {
        subject: { kind: 'Job', name: 'x', namespace: 'parcel-ocr' },
        startedAt: at('15:00'),
      }),
      operation('else', { kind: 'provision', startedAt: at('15:00') }),
    ]
    expect(operationOf(all, aWorkload().ref)?.id).toBe('new')
  })
  test('where nobody told when the copy began, the move that waited for it did', () => {
    const away = aWorkload({
      state: 'away',
      away: {
        site: 'aws-burst',
        namespace: 'parcel-ocr',
        name: 'train-0412',
        since: at('14:33'),
        says: '',
      },
    })
    const track = trackOf(away, NOW, { operation: operation('a', {}), to: undefined })
    expect([track.start, track.end, track.there]).toEqual([
      Date.parse(at('14:40')),
      Date.parse(at('14:40')) + 9_000_000,
      'aws-burst',
    ])
    expect(
      trackOf(aWorkload({ state: 'moving' }), NOW, {
        operation: operation('a', { state: 'running' }),
        to: 'aws-burst',
      }),
    ).toMatchObject({ start: undefined, there: 'aws-burst' })
  })
})
