import type { Plan } from '../../../../preload/contract/operations'
import type { Environment } from '../../../../preload/contract/records'
import { z } from 'zod'
import type { Outcome } from '../../../kernel/outcome'
import { succeed } from '../../../kernel/outcome'
import type { KubeClient } from '../../../platform/kubernetes/types'
import { AWAY } from '../../environments'
import { counts, type QueuedJob } from '../domain/snapshot'
import { jsonMark, shortBudgets, standing, type Line } from '../live/budgets'
import { budgetNames, ownersOf, type Whose } from '../live/team'
import type { CloudPool } from '../ports'
import { cents, usdText } from '../words'
import { AwayMark } from './input'
import { ENVIRONMENT } from './marks'
import type { NotebookPorts } from './steps'

const HOUR_MS = 3_600_000
/** A machine is paid for until somebody returns it: so much of that has to be there when it goes. */
const AHEAD_H = 24
export interface Money { lines: Line[]; job: QueuedJob; usd: number; hours: number }

/** Hours that a budget has to bear: a day, or less where the environment ends before. */
export const hoursAhead = (expiresAt: string, now: number): number => Math.min(AHEAD_H, Math.max(1, (Date.parse(expiresAt) - now) / HOUR_MS || AHEAD_H))
/** What an environment that is away has cost since it went, and will cost for a day more. */
export const committedBy = ({ usdPerHour = 0, at }: Pick<AwayMark, 'usdPerHour' | 'at'>, now: number): number => usdPerHour * (Math.max(0, now - Date.parse(at)) / HOUR_MS + AHEAD_H)

const Marked = z.object({ metadata: z.object({ namespace: z.string().default(''), name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }) })
const namesOf = (whose: Whose) => budgetNames(whose)
/** Nothing but whose money it is: a budget asks no more of a job. */
const asJob = (id: string, whose: Whose): QueuedJob => ({ id, kind: '', gpus: 0, runTime: { p10: 0, p50: 0, p90: 0 }, submittedS: 0, priority: 0, resultsGb: 0, ...namesOf(whose) })

/** The budgets that count a moving environment, with what other environments that are away have committed. */
export async function moneyOf(ports: Pick<NotebookPorts, 'planner' | 'records'>, asked: { home: KubeClient; environment: Environment; pool: CloudPool | undefined; to: string; now: number; signal: AbortSignal | undefined }): Promise<Outcome<Money>> {
  const { home, environment: { meta, spec }, pool, to, now, signal } = asked
  const [planned, all] = await Promise.all([ports.planner.plan(home.site, { to, signal }), home.list(ENVIRONMENT, {}, Marked, signal)])
  if (!planned.ok) return planned
  if (!all.ok) return all
  const whoseOf = ownersOf(ports.records.known('Project').items)
  const away = all.value.flatMap(({ metadata: { namespace, name, annotations } }) => {
    const mark = jsonMark(annotations, AWAY, AwayMark)
    const own = namespace === meta.namespace && name === meta.name
    return mark && !own ? [{ job: asJob(name, whoseOf(namespace, undefined)), usd: committedBy(mark, now) }] : []
  })
  const lines = planned.value.lines.map((line) => ({ ...line, committedUsd: line.committedUsd + away.filter(({ job }) => counts(line, job)).reduce((sum, { usd }) => sum + usd, 0) }))
  const hours = hoursAhead(spec.expiresAt, now)
  return succeed({ lines, job: asJob(meta.name, whoseOf(meta.namespace ?? '', undefined)), hours, usd: cents((pool?.usdPerNodeHour ?? 0) * hours) })
}

/** Hard caps that are too short forbid it, as they forbid a job. */
export const overCaps = ({ lines, job, usd, hours }: Money): Plan['blockedBy'] => (usd <= 0 ? [] : shortBudgets(lines, job, usd).filter(({ hard }) => hard).map(({ scope, title, capUsd, leftUsd, owner }) => ({
  says: `Budget ${title || scope} has ${usdText(Math.max(0, leftUsd))} of ${usdText(capUsd)} left, and ${usdText(usd)} is needed for ${String(Math.round(hours))} h.`, remedy: owner === undefined ? 'A lead can raise the cap in the policy.' : `${owner} can raise it.`,
})))
export const softCaps = ({ lines, job, usd }: Money): string[] => (usd <= 0 ? [] : shortBudgets(lines, job, usd).filter(({ hard }) => !hard).map(({ title, scope, owner }) => `It goes over the soft cap ${title || scope}${owner === undefined ? '' : `: ask ${owner}`}.`))
export const quotasOf = ({ lines, job, usd }: Money): Plan['quotas'] =>
  standing(lines, job).map(({ title, scope, spentUsd, committedUsd, capUsd }) => ({ name: `Budget ${title || scope}`, used: cents(spentUsd + committedUsd), adds: usd, limit: capUsd, unit: 'USD' }))
