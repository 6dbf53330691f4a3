import type { BindingConstraint, BurstReason } from '../../../../preload/contract/burst'
import type { Offer } from './cloud'
import type { Desktop } from './decide'
import { counts, type BudgetLine, type Pool, type QueuedJob } from './snapshot'
import { INTERRUPTION_S } from './spot'

/** The best pool for a job now: what it adds to the bill, when it starts there, and what has to travel. */
export interface WayOut {
  pool: number
  offer: Offer
  usd: number
  startS: number
  shipsGb: number
  shipS: number
  priceTooOld: boolean
}

/** Every pool that is allowed, cheapest first: spot only where a worst-case interruption still meets the deadline. Pools whose price is too old to decide by come last: a person may still choose them. */
export function waysOut(desk: Desktop, job: QueuedJob): WayOut[] {
  return desk.snapshot.pools
    .flatMap((_pool, index) => wayOut(desk, job, index) ?? [])
    .toSorted(
      (a, b) =>
        Number(a.priceTooOld) - Number(b.priceTooOld) || a.usd - b.usd || a.startS - b.startS,
    )
}
export function cheapestWayOut(desk: Desktop, job: QueuedJob): WayOut | undefined {
  let best: WayOut | undefined
  desk.snapshot.pools.forEach((_pool, index) => {
    const one = wayOut(desk, job, index)
    if (
      one &&
      !one.priceTooOld &&
      (!best || one.usd < best.usd || (one.usd === best.usd && one.startS < best.startS))
    )
      best = one
  })
  return best
}

function wayOut(
  { snapshot, cloud, launched }: Desktop,
  job: QueuedJob,
  index: number,
): WayOut | undefined {
  const { link, nowS } = snapshot
  const pool = snapshot.pools[index]
  if (!pool || pool.kind !== job.kind || !fits(pool, job)) return undefined
  const shipsGb = job.dataset && !link.cached.has(job.dataset.name) ? job.dataset.gb : 0
  const shipS = shipsGb === 0 ? 0 : (link.queuedGb + shipsGb) / link.gbPerSecond
  // Machines are asked for so late that they are ready when the data is there: what boots while it is shipped is billed for its boot alone.
  const offer = cloud.offer(job.gpus, job.runTime.p50, { nowS, pool: index })
  if (offer.launch.length > roomIn(pool, launched)) return undefined
  const startS = Math.max(offer.startS, nowS + shipS)
  if (pool.spot && (job.deadlineS ?? Infinity) - startS - job.runTime.p90 < INTERRUPTION_S)
    return undefined
  return {
    pool: index,
    offer,
    usd: offer.usd + job.resultsGb * link.usdPerGbBack,
    startS,
    shipsGb,
    shipS,
    priceTooOld: isTooOld(pool, snapshot),
  }
}

/** Machines that may still be asked for, without those that this plan has given out. */
const roomIn = ({ name, nodesLeft }: Pool, launched: Desktop['launched']) =>
  Math.max(0, nodesLeft - (launched.get(name) ?? 0))

/** The spot market moves within hours: a price of yesterday says nothing, whatever the policy allows for list prices. */
const OLDEST_SPOT_S = 86_400
export const isTooOld = (
  { priceAsOfS, spot }: Pick<Pool, 'priceAsOfS' | 'spot'>,
  { nowS, policy }: Pick<Desktop['snapshot'], 'nowS' | 'policy'>,
): boolean =>
  nowS - priceAsOfS > (spot ? Math.min(policy.oldestPriceS, OLDEST_SPOT_S) : policy.oldestPriceS)

/** What daemons of a node keep for themselves. */
const SYSTEM_SHARE = 0.97
/** Whether a node can hold as many of the job's GPUs as it would be given. */
function fits({ machine, gpusPerNode }: Pool, { perGpu, gpus }: QueuedJob): boolean {
  if (!machine || !perGpu) return true
  const together = Math.min(gpus, gpusPerNode)
  return (
    perGpu.cpuCores * together <= machine.cpuCores * SYSTEM_SHARE &&
    perGpu.memoryGi * together <= machine.memoryGi * SYSTEM_SHARE &&
    perGpu.gpuMemoryGib <= (machine.gpuMemoryGib ?? Infinity)
  )
}

export interface Refusal {
  reason: BurstReason
  binding: BindingConstraint
  says: string
}

/** Why a job may not leave now; undefined where it may. */
export function refusal(desk: Desktop, job: QueuedJob): Refusal | undefined {
  const { pools } = desk.snapshot
  if (job.dataset?.mayLeave === false)
    return {
      reason: 'DataMayNotLeave',
      binding: 'data',
      says: `${job.dataset.name} may not leave the building`,
    }
  const own = pools.filter((pool) => pool.kind === job.kind)
  if (own.length === 0)
    return { reason: 'NoCapacity', binding: 'capacity', says: `no cloud pool has ${job.kind}` }
  if (!own.some((pool) => fits(pool, job)))
    return {
      reason: 'NoCapacity',
      binding: 'capacity',
      says: `no machine there has the cores and memory it wants for each GPU`,
    }
  if (own.every((pool) => isTooOld(pool, desk.snapshot)))
    return {
      reason: 'PriceTooOld',
      binding: 'price',
      says: 'the price list is too old to decide by',
    }
  const out = cheapestWayOut(desk, job)
  if (!out)
    return {
      reason: 'NoCapacity',
      binding: 'quota',
      says: `no pool has room or quota for ${job.gpus} GPUs`,
    }
  const short = shortBudget(desk, job, out.usd)
  if (!short) return undefined
  const left = `budget ${short.scope} has $${Math.max(0, leftOf(short)).toFixed(2)} left and $${out.usd.toFixed(2)} is needed`
  return { reason: short.hard ? 'OverBudget' : 'AskBudgetOwner', binding: 'budget', says: left }
}

/** The first budget that a cost would exceed, hard ones first. */
function shortBudget(
  desk: Desktop,
  job: QueuedJob,
  usd: number,
): Desktop['budgets'][number] | undefined {
  const lines = desk.budgets.filter((line) => counts(line, job))
  return lines
    .toSorted((a, b) => Number(b.hard) - Number(a.hard))
    .find((line) => leftOf(line) < usd)
}

export const leftOf = (line: BudgetLine & { plannedUsd: number }): number =>
  line.capUsd - line.spentUsd - line.committedUsd - line.plannedUsd

/** What is left in the tightest budget that counts a job; undefined where none does. */
export function budgetLeft(desk: Desktop, job: QueuedJob): number | undefined {
  const left = desk.budgets.filter((line) => counts(line, job)).map(leftOf)
  return left.length === 0 ? undefined : Math.min(...left)
}
