import type { BurstDecision } from '../../../../preload/contract/burst'
import { counts, type Snapshot } from '../domain/snapshot'
import type { PlannedQueue } from './planner'
import type { Gathered } from './snapshot'

/** Jobs for which the first cloud site has no machines: those refused for it, and those of kinds that nobody there has room for. */
export function shortOf({
  plan,
  known,
  snapshot,
}: Pick<PlannedQueue, 'plan' | 'known' | 'snapshot'>): Set<string> {
  const refused = new Set(
    plan.decisions.filter(({ reason }) => reason === 'NoCapacity').map(({ job }) => job),
  )
  const roomy = new Set(
    snapshot.pools
      .filter(({ nodesLeft, nodes }) => nodesLeft > 0 || nodes.some(({ free }) => free > 0))
      .map(({ kind }) => kind),
  )
  return new Set(
    known
      .filter(
        ({ state, key, job }) =>
          (state === 'waiting' && refused.has(key)) || (state !== 'away' && !roomy.has(job.kind)),
      )
      .map(({ key }) => key),
  )
}

/** What another site is decided with: kinds of machines that are short at the first one, and the jobs that do not leave for that one. */
export function narrowed(
  snapshot: Snapshot,
  { first, short }: { first: PlannedQueue; short: ReadonlySet<string> },
): Snapshot {
  const kinds = new Set(first.known.filter(({ key }) => short.has(key)).map(({ job }) => job.kind))
  const gone = new Set(
    first.plan.decisions.filter(({ kind }) => kind === 'go').map(({ job }) => job),
  )
  return {
    ...snapshot,
    pools: snapshot.pools.filter(({ kind }) => kinds.has(kind)),
    queue: snapshot.queue.filter(({ id }) => !gone.has(id)),
  }
}

/** What another site is seen with: money that the first plan has given out already is spent, and machines that run at the first one count. */
export function secondLook(seen: Gathered, first: PlannedQueue): Gathered {
  const leaving = first.plan.decisions.filter(({ kind }) => kind === 'go')
  const given = (line: Gathered['lines'][number]) =>
    leaving.reduce((usd, { job: key, go }) => {
      const job = first.known.find((one) => one.key === key)?.job
      return usd + (job && counts(line, job) ? (go?.usd ?? 0) : 0)
    }, 0)
  const running = first.seen.market?.pools.reduce((sum, { nodes }) => sum + nodes.length, 0) ?? 0
  const { maxNodes } = seen.policy
  return {
    ...seen,
    lines: seen.lines.map((line) => ({ ...line, committedUsd: line.committedUsd + given(line) })),
    policy: {
      ...seen.policy,
      ...(maxNodes !== undefined && { maxNodes: Math.max(0, maxNodes - running) }),
    },
  }
}

/** For each short job the plan onto the site that takes it for the least money; sites that have no machines for it either, or may not have its data, are left out. */
export function cheapestElsewhere(
  plans: readonly PlannedQueue[],
  short: ReadonlySet<string>,
): Map<string, PlannedQueue> {
  const best = new Map<string, { planned: PlannedQueue; usd: number }>()
  for (const planned of plans) {
    for (const { key, job } of planned.known) {
      if (!short.has(key) || job.dataset?.mayLeave === false) continue
      const option = planned.plan.options(job).find(({ priceTooOld }) => !priceTooOld)
      if (option && option.usd < (best.get(key)?.usd ?? Infinity))
        best.set(key, { planned, usd: option.usd })
    }
  }
  return new Map([...best].map(([key, { planned }]) => [key, planned]))
}

/** The decisions of the first plan, with those of jobs that leave for another site in their place. */
export function withElsewhere(
  decisions: readonly BurstDecision[],
  elsewhere: ReadonlyMap<string, PlannedQueue>,
  to: string,
): BurstDecision[] {
  return decisions.map((decision) => {
    const other = elsewhere.get(decision.job)
    const there = other?.plan.decisions.find(({ job }) => job === decision.job)
    return there?.kind === 'go' && other?.seen.to !== undefined
      ? {
          ...there,
          site: other.seen.to,
          says: `${there.says} ${to} has no machines for it now, ${other.seen.to} has.`,
        }
      : decision
  })
}
