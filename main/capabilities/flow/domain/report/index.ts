import type { Days } from '../../../../kernel/days'
import { courseOf, type Course } from './course'
import { doraFigures } from './dora'
import { byTime, type FlowEvent, type Histories } from './events'
import { inOrder, isIn, meanOf, nearestRank, overlapS, sumOf } from './figures'
import { daysUntil, finishChances } from './forecast'
import { littlesLaw } from './little'
import { stationStays } from './stays'
import { agesAtStations, valueStream } from './stream'
import { clippedWaits, touchS, wholeWaits } from './waits'
import { gateYields, handOffs } from './yields'

export { byTime, FLOW_EVENT_TYPES, STATION_ORDER, WAIT_CAUSES } from './events'
export type { FlowEvent, FlowEventType, Histories } from './events'
export { courseOf } from './course'
export { nearestRank } from './figures'
export { itemStays } from './stays'
export { sumWaits } from './waits'
export { recordedHistories, recordedHistory } from './recorded'

const WEEK_S = 7 * 86_400
const DIGITS = 12
/** Adds so many days to a date; days are the calendar's business. */
export type AddDays = (date: string, days: number) => string
export interface FlowQuestion {
  days: Days
  addDays: AddDays
  /** How many more items a forecast is asked for; 0 for none. */
  ask: number
}
type Named = [item: string, course: Course]

/** Histories in order of time, from events in any order; an id seen before of the same item is left out. */
export function historiesOf(
  events: Iterable<FlowEvent & { item: string }>,
): Map<string, FlowEvent[]> {
  const histories = new Map<string, { seen: Set<string>; events: FlowEvent[] }>()
  for (const event of events) {
    const one = histories.get(event.item) ?? { seen: new Set<string>(), events: [] }
    histories.set(event.item, one)
    if (one.seen.has(event.id)) continue
    one.seen.add(event.id)
    one.events.push(event)
  }
  return new Map([...histories].map(([item, one]) => [item, one.events.sort(byTime)]))
}

/**
 * What the line did in a window of whole local days: lead, touch and wait time, yields, the five figures of DORA, work in progress, ages,
 * Little's law and a forecast. Times in seconds; a figure that nothing stands behind is null.
 */
export function flowReport(histories: Histories, { days, addDays, ask }: FlowQuestion) {
  const all: Named[] = [...histories]
    .map(([item, events]): Named => [item, courseOf(events, days.toS)])
    .sort(([a], [b]) => inOrder(a, b))
  const courses = all.map(([, course]) => course)
  const finished = all.filter(([, course]) => isFinished(course, days))
  const leads = finished.map(([, course]) => leadS(course))
  const p85Seconds = nearestRank(leads, 0.85)
  const [totalS, touchSeconds] = [sumOf(leads), sumOf(finished.map(([, course]) => touchS(course)))]
  const lengthS = days.toS - days.fromS
  const daily = dailyFinished(finished, days)
  const newQuestions = courses.filter(
    ({ startS }) => startS !== undefined && isIn(startS, days),
  ).length
  return {
    window: { ...days.window, hours: lengthS / 3600 },
    items: all.length,
    incomplete: all.filter(([, { startS }]) => startS === undefined).map(([item]) => item),
    finished: finished.map(([item]) => item),
    throughputPerWeek: (finished.length * WEEK_S) / lengthS,
    lead: { medianSeconds: nearestRank(leads, 0.5), p85Seconds, meanSeconds: meanOf(leads) },
    perItem: Object.fromEntries(
      finished.map(([item, course]) => [
        item,
        { leadSeconds: leadS(course), touchSeconds: touchS(course), waits: wholeWaits([course]) },
      ]),
    ),
    touchSeconds,
    waitSeconds: totalS - touchSeconds,
    flowEfficiency: totalS > 0 ? touchSeconds / totalS : null,
    finishedWaits: wholeWaits(finished.map(([, course]) => course)),
    windowWaits: clippedWaits(courses, days),
    ...gateYields(histories, days),
    ...handOffs(histories, days),
    ...workInProgress(all, days, p85Seconds),
    valueStream: valueStream(finished.map(([, course]) => course)),
    agesAtStations: agesAtStations(finished.map(([, course]) => course)),
    stations: stationStays(courses, days),
    little: littlesLaw(courses, days),
    dora: doraFigures(histories, days),
    takt: { newQuestions, secondsPerQuestion: newQuestions > 0 ? lengthS / newQuestions : null },
    dailyFinished: daily,
    forecast: ask > 0 ? forecast(daily, ask, { end: endOf(days, addDays), addDays }) : null,
  }
}
export type FlowReport = ReturnType<typeof flowReport>

/** The day after the last whole one. */
const endOf = ({ days, window }: Days, addDays: AddDays) => {
  const last = days.at(-1)
  return last ? addDays(last.date, 1) : window.from
}
const isFinished = ({ end, startS }: Course, days: Days) =>
  end?.station === 'in-use' && startS !== undefined && isIn(end.atS, days)
const leadS = ({ end, startS }: Course) => (end?.atS ?? 0) - (startS ?? 0)

/** Mean work in progress over the window, and at its end who is under way, since when, and who is older than 85 % of what was finished. */
function workInProgress(all: Named[], days: Days, p85Seconds: number | null) {
  const open = all.flatMap(([item, { end, startS }]): [string, number][] =>
    end === undefined && startS !== undefined && startS < days.toS
      ? [[item, days.toS - startS]]
      : [],
  )
  const heldS = sumOf(all.flatMap(([, { pieces }]) => pieces.map((piece) => overlapS(piece, days))))
  return {
    wip: { atEnd: open.length, mean: heldS / (days.toS - days.fromS) },
    ages: Object.fromEntries(open),
    overP85: open
      .filter(([, ageS]) => p85Seconds !== null && ageS > p85Seconds)
      .map(([item]) => item),
  }
}

function dailyFinished(finished: Named[], { days }: Days): number[] {
  const perDay = days.map(() => 0)
  for (const [, { end }] of finished) {
    const index = days.findLastIndex(({ fromS }) => fromS <= (end?.atS ?? 0))
    perDay[index] = (perDay[index] ?? 0) + 1
  }
  return perDay
}

/** By when so many more items will be finished, if days go on as those of the window did. */
function forecast(
  daily: readonly number[],
  items: number,
  { end, addDays }: { end: string; addDays: AddDays },
) {
  const chances = finishChances(daily, items)
  const at = (share: number) => {
    const days = daysUntil(chances, share)
    return days === undefined ? null : { days, date: addDays(end, days - 1) }
  }
  return {
    items,
    p50: at(0.5),
    p85: at(0.85),
    p95: at(0.95),
    cdf: chances.map((chance) => Number(chance.toFixed(DIGITS))),
  }
}
