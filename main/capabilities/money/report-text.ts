import { table } from '../../platform/terminal'
import type { ReportWithProblems } from './cli'

const hours = (text: string | undefined) => `${Number(text ?? 0).toFixed(1)} h`

/** The report as people read it: a table for each grouping, then sites, what is shared, budgets, and what was left out. */
export function reportText(report: ReportWithProblems): string {
  const { window, total, sites, shared, gaps, budgets, problems } = report
  return [
    `${window.from} to ${window.to} (${window.zone}, ${hours(window.hours)})`,
    `Total $${total.cents}${total.eur === undefined || total.eur === null ? '' : `, €${Number(total.eur).toFixed(2)}`}; shared costs apart`,
    ...Object.entries(report.by).map(([grouping, rows]) => groupTable(grouping, rows ?? {})),
    table([
      ['site', 'GPU-hours there were', 'allocated', 'unallocated', 'unallocated USD'],
      ...Object.entries(sites).map(([site, one]) => [
        site,
        hours(one.capacityGpuHours),
        hours(one.allocatedGpuHours),
        hours(one.unallocatedGpuHours),
        `$${Number(one.unallocatedUsd).toFixed(2)}`,
      ]),
    ]),
    ...Object.entries(shared).map(([name, usd]) => `shared: ${name} $${Number(usd).toFixed(2)}`),
    ...gaps.map(
      ({ site, seconds }) => `${site} was not observed for ${(seconds / 3600).toFixed(1)} h`,
    ),
    ...Object.entries(budgets).map(([costCentre, one]) => budgetText(costCentre, one)),
    ...problems.map(({ line, why }) => `left out: line ${String(line)}, ${why}`),
  ].join('\n')
}
type Rows = NonNullable<ReportWithProblems['by'][string]>
const groupTable = (grouping: string, rows: Rows) =>
  table([
    [grouping, 'requested', 'allocated', 'used', 'idle', 'idle USD', 'USD'],
    ...Object.entries(rows).map(([name, row]) => [
      name,
      hours(row.requestedGpuHours),
      hours(row.allocatedGpuHours),
      hours(row.usedGpuHours),
      hours(row.idleGpuHours),
      `$${Number(row.idleUsd).toFixed(2)}`,
      `$${row.cents}`,
    ]),
  ])
function budgetText(costCentre: string, one: ReportWithProblems['budgets'][string]): string {
  const spent = `budget ${costCentre}: $${Number(one?.spentUsd).toFixed(2)} of $${one?.capUsd ?? ''}`
  if (!one) return spent
  if ('landed' in one) return `${spent}, spent on ${one.landed ?? 'an unknown day'}`
  const { p10, p50, p90 } = one.landing
  return `${spent}, lands ${p50} (80 %: ${p10} to ${p90})`
}
