import { Temporal } from 'temporal-polyfill'
import type { Days, DayWindow } from '../../kernel/days'

export class CalendarError extends Error {}

const SATURDAY = 6
const MOST_DAYS = 36_600

/**
 * The local days of a window with the instants they begin and end at: a day in which the clocks change has 23 or 25 hours, and one whose
 * midnight is left out begins at the first instant there is. Throws CalendarError for a day or zone that nobody knows.
 */
export function daysOf(window: DayWindow): Days {
  const [first, end] = [dayOf(window.from), dayOf(window.to)]
  const count = first.until(end).days
  if (count <= 0) throw new CalendarError(`${window.to} is not after ${window.from}.`)
  if (count > MOST_DAYS) throw new CalendarError(`The window has ${String(count)} days.`)
  const dates = Array.from({ length: count + 1 }, (_unused, index) => first.add({ days: index }))
  const starts = dates.map((date) => startOf(date, window.zone))
  const days = dates.slice(0, -1).map((date, index) => ({
    date: date.toString(),
    fromS: starts[index] ?? 0,
    toS: starts[index + 1] ?? 0,
    weekend: date.dayOfWeek >= SATURDAY,
  }))
  return { window, fromS: starts[0] ?? 0, toS: starts.at(-1) ?? 0, days }
}

/** The date so many days after another. */
export const daysAfter = (date: string, days: number): string =>
  dayOf(date).add({ days }).toString()

/** The local date of an instant. */
export const dateAt = (instantS: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(instantS * 1000)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .toString()

/** Whether a zone is one that the tz database knows. */
export function isZone(zone: string): boolean {
  try {
    Temporal.Now.zonedDateTimeISO(zone)
    return true
  } catch {
    return false
  }
}

const RFC_3339 = /^\d{4}-\d\d-(\d\d)[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)$/
/** The second an instant lies in, of text such as 2026-10-01T08:00:00+02:00; undefined where it names no instant, above all without an offset. */
export function instantS(text: unknown): number | undefined {
  const day = typeof text === 'string' ? RFC_3339.exec(text)?.[1] : undefined
  if (typeof text !== 'string' || day === undefined) return undefined
  const ms = Date.parse(text.replace(' ', 'T'))
  // Date.parse takes February 30 for March 2; asking the calendar every time would be ten times slower.
  if (Number.isNaN(ms) || (Number(day) > 28 && !isDay(text.slice(0, 10)))) return undefined
  return Math.floor(ms / 1000)
}

function isDay(text: string): boolean {
  try {
    dayOf(text)
    return true
  } catch {
    return false
  }
}
function dayOf(text: string): Temporal.PlainDate {
  try {
    if (/^\d{4}-\d\d-\d\d$/.test(text)) return Temporal.PlainDate.from(text)
  } catch {
    // Said below in our own words.
  }
  throw new CalendarError(`"${text}" is not a day such as 2026-10-01.`)
}
function startOf(date: Temporal.PlainDate, zone: string): number {
  try {
    return Math.floor(date.toZonedDateTime({ timeZone: zone }).epochMilliseconds / 1000)
  } catch {
    throw new CalendarError(`"${zone}" is not a time zone such as Europe/Oslo.`)
  }
}
