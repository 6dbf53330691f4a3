import { z } from 'zod'
import type { BudgetStand } from '../../../../preload/contract/burst'
import type { Plan } from '../../../../preload/contract/operations'
import type { Budget } from '../../../../preload/contract/records'
import type { BurstPolicySpec } from '../../../../preload/contract/records/burst'
import { budgetMissing, limitBlocks, type Spend } from '../../money'
import type { BudgetLine, QueuedJob } from '../domain/snapshot'
import { counts } from '../domain/snapshot'
import { SCOPE, type Whose } from './team'
import { MARK, type WorkloadFacts } from './workload'

/** What a moved original says about its copy, written by the move itself so that everybody counts the same. */
export const Moved = z.object({
  site: z.string(),
  namespace: z.string(),
  name: z.string(),
  kind: z.string(),
  pool: z.string(),
  usd: z.number(),
  at: z.string(),
  by: z.string(),
  approvedBy: z.string().optional(),
  run: z.string(),
  dataUri: z.string().optional(),
  /** Where it runs, when that is not where its copy stands: MultiKueue hands it on. */
  to: z.string().optional(),
})
export type Moved = z.infer<typeof Moved>
/** How a copy ended. */
export const Ended = z.object({
  at: z.string(),
  outcome: z.enum(['complete', 'failed']),
  usd: z.number(),
  startedAt: z.string().optional(),
})
export type Ended = z.infer<typeof Ended>

export function jsonMark<T>(
  annotations: Readonly<Record<string, string>>,
  mark: string,
  schema: z.ZodType<T>,
): T | undefined {
  const text = annotations[mark]
  if (text === undefined) return undefined
  try {
    const parsed = schema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

/** Cloud money of one workload: still to come while it runs, spent once it has ended. */
export interface CloudSpend {
  whose: Whose
  usd: number
  open: boolean
  at: number
}
export function spendOf(
  works: readonly WorkloadFacts[],
  whoseOf: (namespace: string, queue: string | undefined) => Whose,
): CloudSpend[] {
  return works.flatMap((work): CloudSpend[] => {
    const moved = jsonMark(work.annotations, MARK.movedTo, Moved)
    if (!moved) return []
    const ended = jsonMark(work.annotations, MARK.ended, Ended)
    return [
      {
        whose: whoseOf(work.namespace, work.queue),
        usd: ended?.usd ?? moved.usd,
        open: ended === undefined,
        at: Date.parse(ended?.at ?? moved.at) || 0,
      },
    ]
  })
}

export type Line = BudgetLine & {
  title: string
  period: BudgetStand['period']
  owner: string | undefined
}
export function periodStart(period: BudgetStand['period'], now: number): number {
  const date = new Date(now)
  const month = date.getUTCMonth()
  return Date.UTC(
    date.getUTCFullYear(),
    period === 'year' ? 0 : period === 'quarter' ? month - (month % 3) : month,
    1,
  )
}

interface Facts {
  budgets: readonly Budget[]
  spentUsd: ReadonlyMap<string, number>
  caps: BurstPolicySpec['caps']
  spends: readonly CloudSpend[]
  now: number
}
/** Every cap with what is spent and committed: the budgets of cost centres count all money and are hard; caps of the policy count cloud money. */
export function linesOf({ budgets, spentUsd, caps, spends, now }: Facts): Line[] {
  const sums = (period: BudgetStand['period'], fits: (whose: Whose) => boolean) => {
    const own = spends.filter(
      ({ whose, at, open }) => fits(whose) && (open || at >= periodStart(period, now)),
    )
    const sum = (open: boolean) =>
      own.filter((one) => one.open === open).reduce((usd, one) => usd + one.usd, 0)
    return { spentUsd: sum(false), committedUsd: sum(true) }
  }
  return [
    ...budgets.map(({ meta, spec }): Line => {
      const cloud = sums(spec.period, (whose) => whose.costCentre === meta.name)
      return {
        scope: SCOPE.costCentre(meta.name),
        title: spec.title,
        period: spec.period,
        owner: spec.owner,
        capUsd: spec.capUsd,
        hard: true,
        spentUsd: (spentUsd.get(meta.name) ?? 0) + cloud.spentUsd,
        committedUsd: cloud.committedUsd,
      }
    }),
    ...caps.map(({ scope, name, period, capUsd, hard }): Line => {
      const field = scope === 'costCentre' ? 'costCentre' : scope
      return {
        scope: SCOPE[scope](name),
        title: `Cloud cap of ${name}`,
        period,
        owner: undefined,
        capUsd,
        hard,
        ...sums(period, (whose) => whose[field] === name),
      }
    }),
  ]
}

const cents = (usd: number) => Math.round(usd * 100) / 100
/** Budgets as people see them; `thisUsd` is what the job at hand adds to those that count it. */
export const standing = (lines: readonly Line[], job?: QueuedJob, thisUsd = 0): BudgetStand[] =>
  lines
    .filter((line) => !job || counts(line, job))
    .map(({ scope, title, period, capUsd, hard, spentUsd, committedUsd, owner }) => ({
      scope,
      title,
      period,
      capUsd,
      hard,
      spentUsd: cents(spentUsd),
      committedUsd: cents(committedUsd),
      thisUsd: cents(thisUsd),
      leftUsd: cents(capUsd - spentUsd - committedUsd - thisUsd),
      ...(owner !== undefined && { owner }),
    }))

/** The caps that a cost would exceed. */
export const shortBudgets = (lines: readonly Line[], job: QueuedJob, usd: number): BudgetStand[] =>
  standing(lines, job).filter(({ leftUsd }) => leftUsd < usd)

/** Whether the job's cost centre has a Budget record: its line alone has somebody who answers for it, caps of the policy have nobody. What belongs to no project has no cost centre; caps of the policy hold it. */
const budgeted = (lines: readonly Line[], job: QueuedJob): boolean =>
  !job.costCentre ||
  lines.some(({ scope, owner }) => owner !== undefined && scope === job.costCentre)
/** What money forbids, for whatever leaves the building: no budget at all, or hard caps that are too short. */
export const moneyBlocks = (
  lines: readonly Line[],
  job: QueuedJob,
  spend: Spend,
): Plan['blockedBy'] => [
  ...(budgeted(lines, job) ? [] : [budgetMissing(job.costCentre ?? '')]),
  ...limitBlocks(standing(lines, job), spend),
]
