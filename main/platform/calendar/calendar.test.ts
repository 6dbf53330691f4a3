import { expect, test } from 'vitest'
import { CalendarError, dateAt, daysAfter, daysOf, instantS, isZone } from '.'

test.each([
  ['Europe/Oslo', '2026-10-01', '2026-11-01', 745],
  ['America/New_York', '2027-03-01', '2027-04-01', 743],
  ['Asia/Kolkata', '2026-10-01', '2026-11-01', 744],
  ['Australia/Lord_Howe', '2026-10-01', '2026-11-01', 743.5],
  ['Africa/Cairo', '2026-04-01', '2026-05-01', 719],
  ['UTC', '2028-02-01', '2028-03-01', 696],
])('%s has its hours from %s to %s', (zone, from, to, hours) => {
  const { fromS, toS, days } = daysOf({ from, to, zone })
  expect((toS - fromS) / 3600).toBe(hours)
  expect(days[0]?.fromS).toBe(fromS)
  expect(days.at(-1)?.toS).toBe(toS)
  for (const { date, fromS: first, toS: end } of days) {
    expect(dateAt(first, zone)).toBe(date)
    expect(dateAt(end - 1, zone)).toBe(date)
  }
})

test('a day whose midnight is left out begins at its first instant', () => {
  // Cairo's clocks go from 23:59:59 on April 23 to 01:00:00 on April 24.
  const { days } = daysOf({ from: '2026-04-24', to: '2026-04-25', zone: 'Africa/Cairo' })
  expect((days[0]?.toS ?? 0) - (days[0]?.fromS ?? 0)).toBe(23 * 3600)
})

test.each([
  ['2026-02-30', '2026-03-01', 'UTC', '"2026-02-30" is not a day'],
  ['2026-3-1', '2026-03-02', 'UTC', '"2026-3-1" is not a day'],
  ['2026-03-02', '2026-03-02', 'UTC', 'is not after'],
  ['1800-01-01', '2026-03-02', 'UTC', 'days'],
  ['2026-03-01', '2026-03-02', 'Mars/Olympus', '"Mars/Olympus" is not a time zone'],
])('%s to %s in %s is refused', (from, to, zone, says) => {
  expect(() => daysOf({ from, to, zone })).toThrow(CalendarError)
  expect(() => daysOf({ from, to, zone })).toThrow(says)
})

test.each([
  ['2026-10-01T08:00:00+02:00', Date.UTC(2026, 9, 1, 6) / 1000],
  ['2026-10-01 08:00:00Z', Date.UTC(2026, 9, 1, 8) / 1000],
  ['2026-10-01T08:00:00.999Z', Date.UTC(2026, 9, 1, 8) / 1000],
  ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29) / 1000],
  ['2026-02-29T00:00:00Z', undefined],
  ['2026-10-01T08:00:00', undefined],
  ['2026-10-01', undefined],
  ['2026-10-01T25:00:00Z', undefined],
  [1_790_000_000, undefined],
  [null, undefined],
])('reads the instant %s', (text, seconds) => expect(instantS(text)).toBe(seconds))

test('knows zones and the days after a date', () => {
  expect([isZone('Asia/Kathmandu'), isZone('Nowhere')]).toEqual([true, false])
  expect(daysAfter('2028-02-28', 2)).toBe('2028-03-01')
})
