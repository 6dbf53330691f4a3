import type { MapView } from '../../../../preload/contract/flow'
import type { WorkEvent } from '../../../../preload/contract/records/work'
import { stationOf, WIP_LIMIT, type Tracked } from './stations'
import { byCause, firstEntered, median, OUT_OF_FLOW, waitMs } from './visits'

const DAY_MS = 86_400_000
export const WINDOW_DAYS = 30
const LEAST_FINISHED = 3

const inWindow = (at: number | undefined, now: number): at is number =>
  at !== undefined && now - at <= WINDOW_DAYS * DAY_MS && at <= now
const round = (value: number | undefined, digits: number) =>
  value === undefined ? undefined : Number(value.toFixed(digits))
const spans = (pairs: [from: number | undefined, to: number | undefined][]) =>
  pairs.flatMap(([from, to]) =>
    from === undefined || to === undefined || to < from ? [] : [(to - from) / DAY_MS],
  )

/**
 * Rolled first-pass yield: over every station with gates, the share of items whose first answer there was not a failure, multiplied. Undefined
 * where no gate was answered.
 */
export function firstPassYield(histories: WorkEvent[][], now: number): number | undefined {
  const gates = new Map<string, { passed: number; seen: number }>()
  for (const events of histories) {
    const first = new Map<string, WorkEvent>()
    for (const event of events)
      if (
        /^gate-(passed|failed|waived)$/.test(event.type) &&
        event.station &&
        inWindow(Date.parse(event.at), now) &&
        !first.has(event.station)
      )
        first.set(event.station, event)
    for (const [station, event] of first) {
      const gate = gates.get(station) ?? { passed: 0, seen: 0 }
      gates.set(station, {
        passed: gate.passed + (event.type === 'gate-failed' ? 0 : 1),
        seen: gate.seen + 1,
      })
    }
  }
  if (gates.size === 0) return undefined
  return [...gates.values()].reduce((product, { passed, seen }) => product * (passed / seen), 1)
}

/** What the line did in the last thirty days; a figure that too few finished items stand behind is left out. */
export function figuresOf(shown: Tracked[], now: number): MapView['figures'] {
  const used = shown.filter(({ visits }) => inWindow(firstEntered(visits, 'in-use'), now))
  const working = shown.map((tracked) =>
    tracked.visits.filter(({ station }) => !OUT_OF_FLOW.has(station)),
  )
  const finished = used.map(({ visits }) =>
    visits.filter(({ station }) => !OUT_OF_FLOW.has(station)),
  )
  const [touch, wait] = [
    sum(finished.flatMap((visits) => visits.map(({ touchMs }) => touchMs))),
    sum(finished.flatMap((visits) => visits.map(waitMs))),
  ]
  const enough = used.length >= LEAST_FINISHED
  const lead = median(
    spans(
      used.map(({ visits }) => [firstEntered(visits, 'define'), firstEntered(visits, 'in-use')]),
    ),
  )
  const discovery = median(
    spans(
      shown
        .filter(({ visits }) => inWindow(firstEntered(visits, 'backlog'), now))
        .map(({ visits }) => [firstEntered(visits, 'define'), firstEntered(visits, 'backlog')]),
    ),
  )
  const mlops = median(
    spans(
      used.map(({ visits }) => [firstEntered(visits, 'backlog'), firstEntered(visits, 'in-use')]),
    ),
  )
  const questions = shown.filter(({ visits }) =>
    inWindow(firstEntered(visits, 'define'), now),
  ).length
  const causes = [...byCause(enough ? finished.flat() : working.flat())].sort((a, b) => b[1] - a[1])
  const total = enough
    ? touch + wait
    : sum(working.flat().map((visit) => visit.touchMs + waitMs(visit)))
  const [top] = causes
  return defined({
    open: shown.filter((tracked) => !OUT_OF_FLOW.has(stationOf(tracked))).length,
    wipLimit: WIP_LIMIT,
    leadDaysMedian: enough ? round(lead, 1) : undefined,
    // Takt is the time there is, divided by what is asked for in it.
    taktDays: questions > 0 ? round(WINDOW_DAYS / questions, 1) : undefined,
    flowEfficiency: enough && touch + wait > 0 ? round(touch / (touch + wait), 3) : undefined,
    topWait:
      top && total > 0 ? { cause: top[0], share: Number((top[1] / total).toFixed(3)) } : undefined,
    firstPassYield: round(
      firstPassYield(
        shown.map(({ item }) => item.status.events ?? []),
        now,
      ),
      3,
    ),
    discoveryDaysMedian: round(discovery, 1),
    mlopsDaysMedian: enough ? round(mlops, 1) : undefined,
    newQuestions: questions,
    finished: used.length,
  })
}
const sum = (values: number[]) => values.reduce((all, value) => all + value, 0)
const defined = (figures: {
  [K in keyof MapView['figures']]-?: MapView['figures'][K] | undefined
}) =>
  Object.fromEntries(
    Object.entries(figures).filter(([, value]) => value !== undefined),
  ) as MapView['figures']
