import type { MapView } from '../../../../preload/contract/flow'
import type { Station } from '../../../../preload/contract/records/work'
import { LEAST_COUNTED, recordedHistories, summarise, type LineSummary } from './report'
import { stationOf, WIP_LIMIT, type Tracked } from './stations'
import { firstEntered, median, OUT_OF_FLOW } from './visits'

const DAY_MS = 86_400_000
const DAY_S = 86_400
export const WINDOW_DAYS = 30

const inWindow = (at: number | undefined, now: number): at is number =>
  at !== undefined && now - at <= WINDOW_DAYS * DAY_MS && at <= now
const round = (value: number | undefined, digits: number) =>
  value === undefined ? undefined : Number(value.toFixed(digits))
/** What the line did in the last thirty days, by the definitions of the report; a figure that too few finished items stand behind is left out. */
export function figuresOf(shown: Tracked[], now: number): MapView['figures'] {
  const toS = Math.floor(now / 1000)
  const histories = recordedHistories(
    shown.map(({ item }) => ({
      name: `${item.meta.namespace ?? ''}/${item.meta.name}`,
      events: item.status.events ?? [],
    })),
  )
  const line = summarise(histories, { fromS: toS - WINDOW_DAYS * DAY_S, toS })
  const { newQuestions, figures } = line
  const enough = line.finished.length >= LEAST_COUNTED
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
    leadDaysMedian: enough ? round(daysOf(figures.lead.medianSeconds), 1) : undefined,
    // Takt is the time there is, divided by what is asked for in it.
    taktDays: newQuestions > 0 ? round(WINDOW_DAYS / newQuestions, 1) : undefined,
    flowEfficiency: enough ? round(figures.flowEfficiency ?? undefined, 3) : undefined,
    topWait: topWaitOf(line, enough),
    firstPassYield: round(figures.rolledYield ?? undefined, 3),
    discoveryDaysMedian: round(spans('define', 'backlog'), 1),
    mlopsDaysMedian: enough ? round(spans('backlog', 'in-use'), 1) : undefined,
    newQuestions,
    finished: line.finished.length,
  })
}
const daysOf = (seconds: number | null) => (seconds === null ? undefined : seconds / DAY_S)
/** The largest cause of waiting, as a share of the lead time of finished items; of the time in the window where they are too few. */
function topWaitOf(
  { figures, heldS }: LineSummary,
  enough: boolean,
): MapView['figures']['topWait'] {
  const [top] = Object.entries(enough ? figures.finishedWaits : figures.windowWaits)
  const total = enough ? figures.touchSeconds + figures.waitSeconds : heldS
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
