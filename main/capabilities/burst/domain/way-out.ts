import type { BindingConstraint, BurstReason } from '../../../../preload/contract/burst'
import type { Offer } from './cloud'
import type { Desktop } from './decide'
import type { BudgetLine, QueuedJob } from './snapshot'
import { INTERRUPTION_S } from './spot'

/** The best pool for a job now: what it adds to the bill, when it starts there, and what has to travel. */
export interface WayOut { pool: number; offer: Offer; usd: number; startS: number; shipsGb: number; shipS: number }

/** The cheapest pool that is allowed: spot only where a worst-case interruption still meets the deadline. */
export function cheapestWayOut(desk: Desktop, job: QueuedJob): WayOut | undefined {
  const { snapshot, cloud } = desk
  const { link, nowS } = snapshot
  const shipsGb = job.dataset && !link.cached.has(job.dataset.name) ? job.dataset.gb : 0
  const shipS = shipsGb === 0 ? 0 : (link.queuedGb + shipsGb) / link.gbPerSecond
  let best: WayOut | undefined
  snapshot.pools.forEach((pool, index) => {
    if (pool.kind !== job.kind || nowS - pool.priceAsOfS > snapshot.policy.oldestPriceS) return
    // Shipping goes on while nodes boot, but a node that is up and waits for data is billed.
    const waitS = Math.max(0, shipS - pool.bootS)
    const offer = cloud.offer(job.gpus, job.runTime.p50 + waitS, { nowS, pool: index })
    if (offer.launch.length > pool.nodesLeft) return
    const startS = Math.max(offer.startS, nowS + shipS)
    if (pool.spot && (job.deadlineS ?? Infinity) - startS - job.runTime.p90 < INTERRUPTION_S) return
    const usd = offer.usd + job.resultsGb * link.usdPerGbBack
    if (!best || usd < best.usd || (usd === best.usd && startS < best.startS)) best = { pool: index, offer, usd, startS, shipsGb, shipS }
  })
  return best
}

export interface Refusal { reason: BurstReason; binding: BindingConstraint; says: string }

/** Why a job may not leave now; undefined where it may. */
export function refusal(desk: Desktop, job: QueuedJob): Refusal | undefined {
  const { pools, nowS, policy } = desk.snapshot
  if (job.dataset?.mayLeave === false) return { reason: 'DataMayNotLeave', binding: 'data', says: `${job.dataset.name} may not leave the building` }
  const own = pools.filter((pool) => pool.kind === job.kind)
  if (own.length === 0) return { reason: 'NoCapacity', binding: 'capacity', says: `no cloud pool has ${job.kind}` }
  if (own.every((pool) => nowS - pool.priceAsOfS > policy.oldestPriceS)) return { reason: 'PriceTooOld', binding: 'price', says: 'the price list is too old to decide by' }
  const out = cheapestWayOut(desk, job)
  if (!out) return { reason: 'NoCapacity', binding: 'quota', says: `no pool has room or quota for ${job.gpus} GPUs` }
  const short = shortBudget(desk, job, out.usd)
  if (!short) return undefined
  const left = `budget ${short.scope} has $${leftOf(short).toFixed(2)} left and $${out.usd.toFixed(2)} is needed`
  return { reason: short.hard ? 'OverBudget' : 'AskBudgetOwner', binding: 'budget', says: left }
}

/** The first budget that a cost would exceed, hard ones first. */
function shortBudget(desk: Desktop, job: QueuedJob, usd: number): Desktop['budgets'][number] | undefined {
  const lines = desk.budgets.filter((line) => line.scope === job.costCentre || line.scope === job.team)
  return lines.toSorted((a, b) => Number(b.hard) - Number(a.hard)).find((line) => leftOf(line) < usd)
}

export const leftOf = (line: BudgetLine & { plannedUsd: number }): number => line.capUsd - line.spentUsd - line.committedUsd - line.plannedUsd

/** What is left in the tightest budget that counts a job; undefined where none does. */
export function budgetLeft(desk: Desktop, job: QueuedJob): number | undefined {
  const left = desk.budgets.filter((line) => line.scope === job.costCentre || line.scope === job.team).map(leftOf)
  return left.length === 0 ? undefined : Math.min(...left)
}
