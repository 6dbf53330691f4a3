import type { Days } from '../../../../kernel/days'
import type { Course } from './course'
import { doraFigures } from './dora'
import { byTime, type FlowEvent, type Histories } from './events'
import { daysUntil, finishChances } from './forecast'
import { littlesLaw } from './little'
import { stationStays } from './stays'
import { agesAtStations, valueStream } from './stream'
import { leadS, summarise, type NamedCourse } from './summary'
import { touchS, wholeWaits } from './waits'
import { handOffs } from './yields'

export { byTime, FLOW_EVENT_TYPES, STATION_ORDER, WAIT_CAUSES } from './events'
export type { FlowEvent, FlowEventType, Histories } from './events'
export { courseOf } from './course'
export { LEAST_COUNTED, nearestRank } from './figures'
export { itemStays } from './stays'
export { summarise, type LineSummary } from './summary'
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
  const { all, finished, heldS, newQuestions, figures } = summarise(histories, days)
  const [courses, ended] = [all, finished].map((some) => some.map(([, course]) => course)) as [
    Course[],
    Course[],
  ]
  const lengthS = days.toS - days.fromS
  const daily = dailyFinished(ended, days)
  return {
    window: { ...days.window, hours: lengthS / 3600 },
    items: all.length,
    incomplete: all.filter(([, { startS }]) => startS === undefined).map(([item]) => item),
    finished: finished.map(([item]) => item),
    throughputPerWeek: (finished.length * WEEK_S) / lengthS,
    perItem: Object.fromEntries(
      finished.map(([item, course]) => [
        item,
        { leadSeconds: leadS(course), touchSeconds: touchS(course), waits: wholeWaits([course]) },
      ]),
    ),
    ...figures,
    ...handOffs(histories, days),
    ...openItems(all, { days, heldS, p85Seconds: figures.lead.p85Seconds }),
    valueStream: valueStream(ended),
    agesAtStations: agesAtStations(ended),
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

/** Mean work in progress over the window, and at its end who is under way, since when, and who is older than 85 % of what was finished. */
function openItems(
  all: readonly NamedCourse[],
  { days, heldS, p85Seconds }: { days: Days; heldS: number; p85Seconds: number | null },
) {
  const open = all.flatMap(([item, { end, startS }]): [string, number][] =>
    end === undefined && startS !== undefined && startS < days.toS
      ? [[item, days.toS - startS]]
      : [],
  )
  return {
    wip: { atEnd: open.length, mean: heldS / (days.toS - days.fromS) },
    ages: Object.fromEntries(open),
    overP85: open
      .filter(([, ageS]) => p85Seconds !== null && ageS > p85Seconds)
      .map(([item]) => item),
  }
}

function dailyFinished(ended: readonly Course[], { days }: Days): number[] {
  const perDay = days.map(() => 0)
  for (const { end } of ended) {
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
    from: end,
    p50: at(0.5),
    p85: at(0.85),
    p95: at(0.95),
    cdf: chances.map((chance) => Number(chance.toFixed(DIGITS))),
  }
}
