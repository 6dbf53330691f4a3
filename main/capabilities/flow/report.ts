import type { z } from 'zod'
import type { contract } from '../../../preload/contract'
import { failure } from '../../../preload/contract/failures'
import { timestamp } from '../../kernel/clock'
import type { Days } from '../../kernel/days'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { CalendarError, daysAfter, daysOf } from '../../platform/calendar'
import { flowReport, recordedHistories } from './domain/report'
import { stationOf, track } from './domain/stations'
import type { FlowPorts } from './ports'

type Entry = (typeof contract)['flow']['report']['~orpc']
export type ReportInput = z.output<NonNullable<Entry['inputSchema']>>
export type ReportOutput = z.output<NonNullable<Entry['outputSchema']>>

/** The days as far as they are known: a day that is not over yet tells nothing of how days go. */
function knownDays(days: Days, nowS: number): Days {
  return {
    ...days,
    toS: Math.max(days.fromS + 1, Math.min(days.toS, nowS)),
    days: days.days.filter(({ toS }) => toS <= nowS),
  }
}

/** What the line did, from the work items as they are known, as of the home site's clock. */
export function recordedReport(
  { sites, records, clock }: FlowPorts,
  { ask, team, ...window }: ReportInput,
): Outcome<ReportOutput> {
  const home = sites.home()
  const now = (home.ok ? home.value.clock : clock).now()
  const projects = records.known('Project').items
  const tracked = track(records.known('WorkItem').items, projects, now).filter(
    (one) => team === undefined || one.team === team,
  )
  const named = tracked.map((one) => ({
    name: `${one.item.meta.namespace ?? ''}/${one.item.meta.name}`,
    one,
  }))
  const histories = recordedHistories(
    named.map(({ name, one }) => ({ name, events: one.item.status.events ?? [] })),
  )
  try {
    const days = knownDays(daysOf(window), Math.floor(now / 1000))
    const report = flowReport(histories, { days, addDays: daysAfter, ask })
    const open = new Set(Object.keys(report.ages))
    return succeed({
      ...report,
      asOf: timestamp(now),
      titles: Object.fromEntries(named.map(({ name, one }) => [name, one.item.spec.title])),
      at: Object.fromEntries(
        named.filter(({ name }) => open.has(name)).map(({ name, one }) => [name, stationOf(one)]),
      ),
    })
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error
    return fail(failure('INVALID', { issues: [{ path: 'window', says: error.message }] }))
  }
}
