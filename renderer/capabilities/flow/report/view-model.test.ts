import { describe, expect, it, test } from 'vitest'
import { causesOf, dailyChances, gatesOf, isVital, itemsOf, stepsOf, windowsOf } from './view-model'

describe('windows of whole local days', () => {
  test.each([
    ['Europe/Oslo', '2026-11-30T22:59:00Z', '2026-11-30'],
    ['Europe/Oslo', '2026-11-30T23:01:00Z', '2026-12-01'],
    ['America/New_York', '2027-03-14T06:59:00Z', '2027-03-14'],
    ['Pacific/Auckland', '2026-11-30T12:00:00Z', '2026-12-01'],
  ])('in %s at %s today is %s', (zone, at, today) => {
    const { now, before } = windowsOf(Date.parse(at), 30, zone)
    const next = new Date(Date.parse(`${today}T12:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
    expect(now.to).toBe(next)
    expect(before.to).toBe(now.from)
    const days = (Date.parse(now.to) - Date.parse(now.from)) / 86_400_000
    expect(days).toBe(30)
  })
})

it('counts causes together and finds the few that make four fifths', () => {
  const causes = causesOf({
    windowWaits: { quota: 6 * 86_400, review: 3 * 86_400, baking: 86_400 },
  })
  expect(causes.map(({ itemDays, together }) => [itemDays, together])).toEqual([
    [6, 0.6],
    [3, 0.9],
    [1, 1],
  ])
  expect(causes.map((_cause, index) => isVital(causes, index))).toEqual([true, true, false])
})

it('lays the stream out by time and marks the longest wait', () => {
  const one = { cause: 'quota', touchSeconds: 1 }
  const steps = stepsOf({
    valueStream: [
      { ...one, station: 'define', waitSeconds: 1 },
      { ...one, station: 'data', waitSeconds: 0, touchSeconds: 0 },
      { ...one, station: 'work', waitSeconds: 7 },
    ],
  })
  expect(
    steps.map(({ station, from, share, isBottleneck }) => [station, from, share, isBottleneck]),
  ).toEqual([
    ['define', 0, 0.2, false],
    ['work', 0.2, 0.8, true],
  ])
})

it('tells the chance of each day from the chances so far', () => {
  const forecast = {
    items: 1,
    from: '2026-11-01',
    p50: { days: 1, date: '2026-11-01' },
    p85: { days: 2, date: '2026-11-02' },
    p95: { days: 2, date: '2026-11-02' },
    cdf: [0.5, 1],
  }
  expect(dailyChances(forecast)).toEqual([
    { date: '2026-11-01', chance: 0.5, done: 0.5 },
    { date: '2026-11-02', chance: 0.5, done: 1 },
  ])
})

it('rolls yields, and lists the items that waited for a cause, longest first', () => {
  const gate = { entered: 2, passed: 1, waived: 0, yield: 0.5 }
  expect(gatesOf({ gates: { drift: gate, decide: gate } }).map(({ rolled }) => rolled)).toEqual([
    0.5, 0.25,
  ])
  const item = (quota: number) => ({
    leadSeconds: 100,
    touchSeconds: 40,
    waits: { quota, review: 60 - quota },
  })
  const perItem = { a: item(10), b: item(50), c: { ...item(0), waits: { review: 60 } } }
  expect(itemsOf({ perItem }, { b: 'Bee' }, 'quota').map(({ title }) => title)).toEqual([
    'Bee',
    'a',
  ])
  expect(itemsOf({ perItem }, {})).toHaveLength(3)
})
