import type {
  BurstDecision,
  BurstQueue,
  BurstWorkload,
  RunEstimate,
  StewardState,
} from '../../../../preload/contract/burst'
import { timestamp } from '../../../kernel/clock'
import { given } from '../../../kernel/given'
import { plainRefusal } from '../../../kernel/scheduling'
import type { CloudMarket } from '../ports'
import { jsonMark, Moved, standing } from './budgets'
import type { History } from './history'
import type { PlannedQueue } from './planner'
import { Asked } from './marks'
import { expectedEnd, type Known } from './snapshot'
import { MARK } from './workload'

const HOUR_MS = 3_600_000

/** How old the prices are that a plan rests on. */
export function priceAge(
  market: CloudMarket | undefined,
  { oldestPriceHours }: { oldestPriceHours: number },
  now: number,
): BurstQueue['price'] {
  // What is too old is not used while there is something newer: the age told is that of prices that decide.
  const pools = (market?.pools ?? []).toSorted((a, b) => a.priceAsOf - b.priceAsOf)
  const oldest =
    pools.find(({ priceAsOf }) => now - priceAsOf <= oldestPriceHours * HOUR_MS) ?? pools.at(-1)
  if (!oldest) return { source: 'none', stale: true, says: 'There are no prices.' }
  const hours = Math.max(0, (now - oldest.priceAsOf) / HOUR_MS)
  const stale = hours > oldestPriceHours
  const age =
    hours < 48 ? `${hours.toFixed(hours < 2 ? 1 : 0)} h` : `${String(Math.round(hours / 24))} days`
  return {
    asOf: timestamp(oldest.priceAsOf),
    source: oldest.priceSource,
    stale,
    says: stale ? `Prices are ${age} old: too old to act by themselves.` : `Prices are ${age} old.`,
  }
}

export function estimateOf(history: History, { work }: Pick<Known, 'work'>): RunEstimate {
  const { runTime, from, says, contractBasis } = history.estimate(work)
  return {
    seconds: Math.round(runTime.p50),
    lowSeconds: Math.round(runTime.p10),
    highSeconds: Math.round(runTime.p90),
    basis: contractBasis,
    from,
    says,
  }
}

interface Around {
  history: History
  now: number
  position: number
  decision: BurstDecision | undefined
  site: string
}
export function toWorkload(
  known: Known,
  { history, now, position, decision, site }: Around,
): BurstWorkload {
  const { work, whose, kueue, state, priority, kind } = known
  const moved = jsonMark(work.annotations, MARK.movedTo, Moved)
  const asked = jsonMark(work.annotations, MARK.asked, Asked)
  const runs = state === 'running'
  const whyWaiting =
    state === 'waiting' && kueue && kueue.says !== '' ? plainRefusal(kueue.says) : undefined
  return {
    ref: { site, kind: work.kind, namespace: work.namespace, name: work.name },
    uid: work.uid,
    project: whose.project,
    team: whose.team,
    costCentre: whose.costCentre,
    priority,
    gpus: { kind, resource: work.gpus.resource, count: work.gpus.count },
    submittedAt: timestamp(work.createdAt),
    waitedSeconds: Math.max(0, ((runs ? (work.startedAt ?? now) : now) - work.createdAt) / 1000),
    position,
    state,
    estimate: estimateOf(history, known),
    ...given({
      by: work.by,
      queue: work.queue,
      whyWaiting,
      dataUri: work.dataUri,
      checkpoint: work.annotations[MARK.checkpoint],
      dueAt: dueOf(work.annotations[MARK.due]),
      decision,
    }),
    ...(runs && {
      ...given({ startedAt: work.startedAt === undefined ? undefined : timestamp(work.startedAt) }),
      endsAt: timestamp(Math.max(now, expectedEnd(known, now))),
    }),
    ...(moved && {
      away: {
        site: moved.site,
        namespace: moved.namespace,
        name: moved.name,
        since: moved.at,
        says: `Its copy is on ${moved.site} in ${moved.pool}; this one stays suspended until it ends.`,
      },
    }),
    ...(asked && { asked: { by: asked.by, at: asked.at, ...given({ pool: asked.pool }) } }),
  }
}
const dueOf = (text: string | undefined) => {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) ? undefined : timestamp(at)
}

const ORDER = { waiting: 0, moving: 1, running: 2, away: 3 }
/** Those that wait in the order in which they are expected to begin, then what runs by its end. */
export function toQueue(
  planned: PlannedQueue,
  {
    history,
    steward,
    multikueue,
  }: { history: History; steward: StewardState; multikueue: boolean },
): BurstQueue {
  const { seen, known, plan } = planned
  const decisions = new Map(plan.decisions.map((decision) => [decision.job, decision]))
  const begins = ({ key, work }: Known) =>
    Date.parse(decisions.get(key)?.stay.startsAt ?? '') || seen.now + work.createdAt
  const sorted = known.toSorted(
    (a, b) =>
      ORDER[a.state] - ORDER[b.state] ||
      (a.state === 'waiting'
        ? begins(a) - begins(b) || a.work.createdAt - b.work.createdAt
        : expectedEnd(a, seen.now) - expectedEnd(b, seen.now)),
  )
  return {
    asOf: timestamp(seen.now),
    site: seen.site,
    ...given({ to: seen.to }),
    mode: seen.policy.mode,
    stopped: seen.policy.stopped !== undefined,
    policy: planned.policyName,
    workloads: sorted.map((one, index) =>
      toWorkload(one, {
        history,
        now: seen.now,
        position: index + 1,
        decision: one.state === 'waiting' ? decisions.get(one.key) : undefined,
        site: seen.site,
      }),
    ),
    changes: planned.changes,
    budgets: standing(planned.lines),
    price: priceAge(seen.market, seen.policy, seen.now),
    steward,
    queueing: multikueue ? 'multikueue' : seen.work.hasKueue ? 'kueue' : 'none',
    left: planned.left,
    planMillis: planned.millis,
  }
}
