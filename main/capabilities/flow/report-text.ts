import { table } from '../../platform/terminal'
import type { ReportWithProblems } from './cli'

const HOUR_S = 3_600
const hours = (seconds: number | null | undefined) =>
  seconds === null || seconds === undefined ? '-' : `${(seconds / HOUR_S).toFixed(1)} h`
const share = (value: number | null) => (value === null ? '-' : `${(value * 100).toFixed(1)} %`)
const figure = (value: number | null, digits = 2) => (value === null ? '-' : value.toFixed(digits))

/** The report as people read it: figures with units, then a table each for waits, gates and hand-offs. */
export function reportText(report: ReportWithProblems): string {
  const { window, lead, dora, wip, little, forecast } = report
  const lines = [
    `${window.from} to ${window.to} (${window.zone}, ${figure(window.hours, 0)} h)`,
    `Finished ${String(report.finished.length)} of ${String(report.items)} items, ${figure(report.throughputPerWeek)} a week`,
    `Lead time median ${hours(lead.medianSeconds)}, 85 % within ${hours(lead.p85Seconds)}; flow efficiency ${share(report.flowEfficiency)}`,
    `Work in progress ${String(wip.atEnd)} at the end, ${figure(wip.mean)} on average; ${String(report.overP85.length)} older than 85 % of what was finished`,
    `First-pass yield, rolled ${share(report.rolledYield)}; complete and accurate, rolled ${share(report.rolledCompleteAndAccurate)}`,
    `Deployments ${figure(dora.deploymentsPerWeek)} a week, change lead time ${hours(dora.changeLeadTimeMedianSeconds)}, recovery ${hours(dora.recoveryMedianSeconds)}`,
    `Change fail rate ${share(dora.changeFailRate)}, rework rate ${share(dora.reworkRate)}`,
    `Little's law: expected ${figure(little.all.expected)}, seen ${figure(little.all.seen)}${little.all.why ? ` (${little.all.why})` : ''}`,
    ...(forecast ? [`${String(forecast.items)} more: ${forecastText(forecast)}`] : []),
  ]
  return [
    ...lines,
    table([['waits for', 'in the window', 'of finished items'], ...waitRows(report)]),
    ...report.problems.map(({ line, why }) => `left out: line ${String(line)}, ${why}`),
    ...report.incomplete.map((item) => `left out of averages: ${item} has no beginning`),
  ].join('\n')
}
const forecastText = ({ p50, p85, p95 }: NonNullable<ReportWithProblems['forecast']>) =>
  [
    { at: p50, chance: '50 %' },
    { at: p85, chance: '85 %' },
    { at: p95, chance: '95 %' },
  ]
    .map(({ at, chance }) => `${at ? at.date : 'not within ten years'} (${chance})`)
    .join(', ')
const waitRows = ({ windowWaits, finishedWaits }: ReportWithProblems) =>
  [...new Set([...Object.keys(windowWaits), ...Object.keys(finishedWaits)])].map((cause) => [
    cause,
    hours(windowWaits[cause] ?? 0),
    hours(finishedWaits[cause] ?? 0),
  ])
