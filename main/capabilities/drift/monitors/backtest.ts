import type { Backtest, MonitorSettings } from '../../../../preload/contract/drift-review'
import type { SummaryWindow } from '../desk/questions'
import { alertsOf, type Limits } from './windows'

const DAY_MS = 86_400_000
const time = (text: string | undefined): number | undefined =>
  text === undefined
    ? undefined
    : Date.parse(
        /[zZ]|[+-]\d\d:\d\d$/.test(text)
          ? text
          : `${text.replace(' ', 'T')}${text.includes(':') ? '' : 'T00:00:00'}Z`,
      )
type Incident = MonitorSettings['incidents'][number]

function overlaps({ from, to }: SummaryWindow, incident: Incident): boolean {
  const begin = time(from),
    end = time(to) ?? (begin ?? 0) + DAY_MS,
    start = time(incident.from) ?? 0,
    over = time(incident.to) ?? Infinity
  return begin !== undefined && begin < over && end > start
}

/** Which windows would have alerted under other limits, held against what is known to have gone wrong. */
export function backtest(
  windows: readonly SummaryWindow[],
  { now, then, incidents }: { now: Limits; then: Limits; incidents: readonly Incident[] },
): Backtest {
  const alerting = (limits: Limits) => {
    const alerts = alertsOf(windows, limits)
    return windows.filter((_, at) => alerts[at])
  }
  const alarms = alerting(then),
    caught = incidents.filter((incident) => alarms.some((window) => overlaps(window, incident)))
  return {
    alarms: alarms.map(({ name }) => name),
    before: alerting(now).map(({ name }) => name),
    caught: caught.map(({ says }) => says),
    missed: incidents.filter((incident) => !caught.includes(incident)).map(({ says }) => says),
    falseAlarms: alarms.filter(
      (window) => !incidents.some((incident) => overlaps(window, incident)),
    ).length,
  }
}
