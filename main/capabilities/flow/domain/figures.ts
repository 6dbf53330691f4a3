import type { MapView } from '../../../../preload/contract/flow'
import type { Station } from '../../../../preload/contract/records/work'
import type { Days } from '../../../kernel/days'
import { flowReport, recordedHistories, type FlowReport } from './report'
import { stationOf, WIP_LIMIT, type Tracked } from './stations'
import { firstEntered, median, OUT_OF_FLOW } from './visits'

const DAY_MS = 86_400_000
const DAY_S = 86_400
export const WINDOW_DAYS = 30
/** Under ten finished items only counts are shown. */
const LEAST_FINISHED = 10

const inWindow = (at: number | undefined, now: number): at is number =>
  at !== undefined && now - at <= WINDOW_DAYS * DAY_MS && at <= now
const round = (value: number | undefined, digits: number) =>
  value === undefined ? undefined : Number(value.toFixed(digits))
/** The window of the home screen: the last thirty days, up to this second. */
const lastDays = (now: number): Days => ({
  window: { from: '', to: '', zone: 'UTC' },
  fromS: Math.floor(now / 1000) - WINDOW_DAYS * DAY_S,
  toS: Math.floor(now / 1000),
  days: [],
})

/** What the line did in the last thirty days, by the definitions of the report; a figure that too few finished items stand behind is left out. */
export function figuresOf(shown: Tracked[], now: number): MapView['figures'] {
  const report = flowReport(
    recordedHistories(
      shown.map(({ item }) => ({
        name: `${item.meta.namespace ?? ''}/${item.meta.name}`,
        events: item.status.events ?? [],
      })),
    ),
    { days: lastDays(now), addDays: (date) => date, ask: 0 },
  )
  const enough = report.finished.length >= LEAST_FINISHED
  const { newQuestions } = report.takt
  const spans = (from: Station, to: Station) =>
    median(
      shown.flatMap(({ visits }) => {
        const [first, last] = [firstEntered(visits, from), firstEntered(visits, to)]
        return first !== undefined && inWindow(last, now) && last >= first
          ? [(last - first) / DAY_MS]
          : []
      }),
    )
  return defined({
    open: shown.filter((tracked) => !OUT_OF_FLOW.has(stationOf(tracked))).length,
    wipLimit: WIP_LIMIT,
    leadDaysMedian: enough ? round(daysOf(report.lead.medianSeconds), 1) : undefined,
    // Takt is the time there is, divided by what is asked for in it.
    taktDays: newQuestions > 0 ? round(WINDOW_DAYS / newQuestions, 1) : undefined,
    flowEfficiency: enough ? round(report.flowEfficiency ?? undefined, 3) : undefined,
    topWait: topWaitOf(report, enough),
    firstPassYield: round(report.rolledYield ?? undefined, 3),
    discoveryDaysMedian: round(spans('define', 'backlog'), 1),
    mlopsDaysMedian: enough ? round(spans('backlog', 'in-use'), 1) : undefined,
    newQuestions,
    finished: report.finished.length,
  })
}
const daysOf = (seconds: number | null) => (seconds === null ? undefined : seconds / DAY_S)
/** The largest cause of waiting, as a share of the lead time of finished items; of the time in the window where they are too few. */
function topWaitOf(report: FlowReport, enough: boolean): MapView['figures']['topWait'] {
  const { touchSeconds, waitSeconds, wip, window } = report
  const [top] = Object.entries(enough ? report.finishedWaits : report.windowWaits)
  const total = enough ? touchSeconds + waitSeconds : wip.mean * window.hours * 3600
  return top && total > 0
    ? { cause: top[0], share: Number((top[1] / total).toFixed(3)) }
    : undefined
}
const defined = (figures: {
  [K in keyof MapView['figures']]-?: MapView['figures'][K] | undefined
}) =>
  Object.fromEntries(
    Object.entries(figures).filter(([, value]) => value !== undefined),
  ) as MapView['figures']
