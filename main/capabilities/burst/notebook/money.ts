import type { Plan } from '../../../../preload/contract/operations'
import type { Environment } from '../../../../preload/contract/records'
import type { Outcome } from '../../../kernel/outcome'
import { succeed } from '../../../kernel/outcome'
import type { KubeClient } from '../../../platform/kubernetes/types'
import type { QueuedJob } from '../domain/snapshot'
import { moneyBlocks, shortBudgets, standing, type Line } from '../live/budgets'
import { AHEAD_H } from '../live/environments-away'
import { budgetNames, ownersOf, type Whose } from '../live/team'
import type { CloudPool } from '../ports'
import { cents } from '../words'
import type { NotebookPorts } from './steps'

const HOUR_MS = 3_600_000
export interface Money {
  lines: Line[]
  job: QueuedJob
  usd: number
  hours: number
}

/** Hours that a budget has to bear: a day, or less where the environment ends before. */
export const hoursAhead = (expiresAt: string, now: number): number =>
  Math.min(AHEAD_H, Math.max(1, (Date.parse(expiresAt) - now) / HOUR_MS || AHEAD_H))
/** Nothing but whose money it is: a budget asks no more of a job. */
const asJob = (id: string, whose: Whose): QueuedJob => ({
  id,
  kind: '',
  gpus: 0,
  runTime: { p10: 0, p50: 0, p90: 0 },
  submittedS: 0,
  priority: 0,
  resultsGb: 0,
  ...budgetNames(whose),
})

/** The budgets that count a moving environment, with what others that are away have committed. */
export async function moneyOf(
  ports: Pick<NotebookPorts, 'planner' | 'records'>,
  asked: {
    home: KubeClient
    environment: Environment
    pool: CloudPool | undefined
    to: string
    now: number
    signal: AbortSignal | undefined
  },
): Promise<Outcome<Money>> {
  const {
    home,
    environment: { meta, spec },
    pool,
    to,
    now,
    signal,
  } = asked
  const planned = await ports.planner.plan(home.site, { to, signal })
  if (!planned.ok) return planned
  const whose = ownersOf(ports.records.known('Project').items)(meta.namespace ?? '', undefined)
  const hours = hoursAhead(spec.expiresAt, now)
  return succeed({
    lines: planned.value.lines,
    job: asJob(meta.name, whose),
    hours,
    usd: cents((pool?.usdPerNodeHour ?? 0) * hours),
  })
}

/** A missing budget and hard caps that are too short forbid it, as they forbid a job. */
export const overCaps = ({ lines, job, usd, hours }: Money): Plan['blockedBy'] =>
  moneyBlocks(lines, job, { usd, hours })
export const softCaps = ({ lines, job, usd }: Money): string[] =>
  usd <= 0
    ? []
    : shortBudgets(lines, job, usd)
        .filter(({ hard }) => !hard)
        .map(
          ({ title, scope, owner }) =>
            `It goes over the soft cap ${title || scope}${owner === undefined ? '' : `: ask ${owner}`}.`,
        )
export const quotasOf = ({ lines, job, usd }: Money): Plan['quotas'] =>
  standing(lines, job).map(({ title, scope, spentUsd, committedUsd, capUsd }) => ({
    name: `Budget ${title || scope}`,
    used: cents(spentUsd + committedUsd),
    adds: usd,
    limit: capUsd,
    unit: 'USD',
  }))
