import { z } from 'zod'
import type { WorkloadRef } from '../../../preload/contract/burst'
import type { Operation } from '../../../preload/contract/operations'
import { succeed, type Outcome } from '../../kernel/outcome'
import { timestamp } from '../../kernel/clock'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { Acting, Task } from '../steward'
import { setStops } from './budget-stops'
import { suspendPatch } from './domain/copy'
import { counts } from './domain/snapshot'
import { jsonMark, Moved, type Ended } from './live/budgets'
import { Refused } from './live/marks'
import { cheapestUsd, type PlannedQueue } from './live/planner'
import type { Known } from './live/snapshot'
import { MARK, type WorkloadFacts } from './live/workload'
import { kueueVersion } from './move/layout'
import { look, patch } from './move/original'
import { planMove } from './move/plan'
import type { BurstService } from './service'
import { cents } from './words'

/** So many moves are begun in one round: the next round sees what these have changed. */
const PER_ROUND = 3
const refOf = (site: string, { work }: Known): WorkloadRef => ({
  site,
  kind: work.kind,
  namespace: work.namespace,
  name: work.name,
})

/** Moves what the planner decided to send, where the policy lets it act by itself. */
export const moveTask = (service: BurstService): Task => ({
  name: 'move',
  async run(acting) {
    const planned = await service.planned(undefined, acting.signal)
    if (!planned.ok || planned.value.seen.policy.mode !== 'automatic') return
    for (const known of leaving(planned.value, service).slice(0, PER_ROUND))
      await moveOne(service, { planned: planned.value, known, acting })
  },
})
/** What goes by itself: decided to go, not refused by a lead, not dearer than one move may be, not tried before. */
function leaving(planned: PlannedQueue, service: BurstService): Known[] {
  const { known, plan, seen } = planned
  const { ports } = service
  const stranded = strandedOf(service)
  const most = seen.policy.maxUsdPerMove ?? Infinity
  const before = ports.operations.list().filter(({ kind }) => kind === 'burst-move')
  return known.filter((one) => {
    const { key, work, state } = one
    const decision = plan.decisions.find(({ job }) => job === key)
    if (
      state !== 'waiting' ||
      decision?.kind !== 'go' ||
      jsonMark(work.annotations, MARK.refused, Refused) !== undefined
    )
      return false
    return (
      (cheapestUsd(planned, one) ?? Infinity) <= most &&
      before
        .filter(({ subject }) => subject.namespace === work.namespace && subject.name === work.name)
        .every((tried) =>
          mayTryAgain(stranded, tried, {
            pool: decision.pool ?? '',
            site: decision.site ?? seen.to ?? '',
          }),
        )
    )
  })
}
/** A move that came back because nobody had machines is tried again where nobody was asked yet; any other one is left to people. */
function mayTryAgain(
  stranded: Stranded,
  { id, state }: Operation,
  to: { site: string; pool: string },
): boolean {
  // Nothing is left of one that was overtaken: what is so now decides.
  if (state === 'overtaken') return true
  const asked = stranded[id]
  return (
    state === 'cancelled' &&
    asked !== undefined &&
    (asked.site !== to.site || !asked.nodeGroup.split(', ').includes(to.pool))
  )
}
const Short = z.object({ site: z.string(), nodeGroup: z.string() })
const Stranded = z.record(z.string(), Short).catch({})
type Stranded = z.infer<typeof Stranded>
const STRANDED = 'burst.stranded'
const REMEMBERED = 200
const strandedOf = ({ ports }: BurstService): Stranded =>
  Stranded.parse(ports.store.settings.get(STRANDED) ?? {})
async function moveOne(
  { ports, kinds }: BurstService,
  { planned, known, acting }: { planned: PlannedQueue; known: Known; acting: Acting },
): Promise<void> {
  const made = await planMove(ports, kinds.move, {
    wanted: { ref: refOf(planned.seen.site, known), approvedBy: 'steward', mode: 'automatic' },
    signal: acting.signal,
  })
  if (!made.ok || made.value.plan.blockedBy.length > 0 || !acting.mayAct()) return
  const started = await ports.operations.start(
    {
      planId: ports.operations.offer(made.value).id,
      unattended: { on: 'lease', mayAct: acting.mayAct },
    },
    acting.signal,
  )
  if (!started.ok)
    ports.log.warn('A move that the planner decided could not begin.', {
      job: known.key,
      code: started.failure.code,
    })
}

/** Where no Kueue is, lets suspended jobs go that the planner would start now. */
export const releaseTask = (service: BurstService): Task => ({
  name: 'release',
  async run(acting) {
    const planned = await service.plan(undefined, acting.signal)
    if (!planned.ok || planned.value.seen.work.hasKueue) return
    const { seen, known, plan } = planned.value
    const client = service.ports.sites.client(seen.site)
    if (!client.ok) return
    const starts = new Set(
      plan.decisions.filter(({ kind }) => kind === 'start').map(({ job }) => job),
    )
    for (const { work, key, state } of known) {
      if (
        state !== 'waiting' ||
        !work.suspended ||
        work.queue === undefined ||
        !starts.has(key) ||
        !acting.mayAct()
      )
        continue
      await patch(client.value, work, {
        spec: suspendPatch(work.kind, false),
        annotations: { [MARK.released]: timestamp(seen.now) },
        signal: acting.signal,
      })
    }
  },
})

/** Stops the burst queues of namespaces whose hard caps are used up, and lets them go when there is money again. */
export const budgetTask = (service: BurstService): Task => ({
  name: 'budgets',
  async run(acting) {
    const planned = await service.plan(undefined, acting.signal)
    if (!planned.ok) return
    for (const { id } of service.ports.sites.states().filter(({ place }) => place === 'cloud')) {
      const there = service.ports.sites.client(id)
      const version = there.ok ? await kueueVersion(there.value, acting.signal) : undefined
      if (there.ok && version !== undefined)
        await stopOn(there.value, version, { planned: planned.value, acting })
    }
  },
})
async function stopOn(
  there: KubeClient,
  version: string,
  { planned, acting }: { planned: PlannedQueue; acting: Acting },
): Promise<void> {
  const namespaces = new Map(planned.known.map(({ work, job }) => [work.namespace, job]))
  for (const [namespace, job] of namespaces) {
    const over = planned.lines.some(
      (line) =>
        line.hard && counts(line, job) && line.capUsd - line.spentUsd - line.committedUsd <= 0,
    )
    await setStops(there, { version, namespace, over }, acting)
  }
}
/** What keeps machines away from a move for longer than it should wait for them. */
const NO_MACHINES: ReadonlySet<string> = new Set([
  'CLOUD_CAPACITY_SHORT',
  'AWS_FAILED',
  'AWS_DENIED',
  'AWS_UNREACHABLE',
  'AWS_PROFILE_UNUSABLE',
])
/** Brings back what found no machines: it goes to its place in the queue by itself, and who was asked in vain is remembered. */
export function recoverStranded(service: BurstService): void {
  const { operations, store } = service.ports
  for (const { id, kind, state, failure, steps } of operations.list()) {
    if (
      kind !== 'burst-move' ||
      state !== 'failed' ||
      !NO_MACHINES.has(failure?.code ?? '') ||
      steps.some((step) => step.state === 'undone')
    )
      continue
    const short = Short.safeParse(failure?.data)
    if (short.success)
      store.settings.set(
        STRANDED,
        Object.fromEntries(
          [...Object.entries(strandedOf(service)), [id, short.data]].slice(-REMEMBERED),
        ),
      )
    operations.cancel(id)
  }
}

/** Writes on originals how their copies ended, and gives back the machines that were rented for them. Whoever does it, it is done once. */
export async function settle(service: BurstService, signal: AbortSignal): Promise<Outcome<number>> {
  const site = service.siteOf(undefined)
  if (!site.ok) return site
  const home = service.ports.sites.client(site.value)
  if (!home.ok) return home
  const work = await service.planner.workloads.read(site.value, signal)
  if (!work.ok) return work
  let settled = 0
  for (const original of work.value.workloads) {
    const moved =
      original.annotations[MARK.ended] === undefined
        ? jsonMark(original.annotations, MARK.movedTo, Moved)
        : undefined
    if (moved && (await settleOne(service, { original, moved, home: home.value, signal })))
      settled += 1
  }
  return succeed(settled)
}
interface Settling {
  original: WorkloadFacts
  moved: Moved
  home: KubeClient
  signal: AbortSignal
}
async function settleOne(
  service: BurstService,
  { original, moved, home, signal }: Settling,
): Promise<boolean> {
  const there = service.ports.sites.client(moved.site)
  const copy = there.ok
    ? await look(
        there.value,
        { kind: original.kind, namespace: moved.namespace, name: moved.name },
        signal,
      )
    : undefined
  if (
    !copy?.ok ||
    !copy.value?.ended ||
    !copy.value.annotations[MARK.movedFrom]?.includes(moved.run)
  )
    return false
  const ended = await endedOf(service, { moved, copy: copy.value, signal })
  const results = copy.value.annotations['takt.dev/results-uri']
  const written = await patch(home, original, {
    annotations: {
      [MARK.ended]: JSON.stringify(ended),
      ...(results !== undefined && { [MARK.results]: results }),
    },
    signal,
  })
  if (!written.ok) return false
  service.journal.moved(original.uid, {
    place: 'cloud',
    outcome: ended.outcome,
    endedAt: ended.at,
    usd: ended.usd,
    ...(ended.startedAt !== undefined && { startedAt: ended.startedAt }),
  })
  await service.ports.cloud.releaseNodes(
    { site: moved.to ?? moved.site, claim: `move-${moved.run}` },
    { signal, progress: () => undefined },
  )
  service.tell()
  return true
}
/** What the copy really cost: its share of the machines from their boot to its end. */
async function endedOf(
  { ports }: BurstService,
  { moved, copy, signal }: { moved: Moved; copy: WorkloadFacts; signal: AbortSignal },
): Promise<Ended> {
  const market = await ports.cloud.market(moved.to ?? moved.site, signal)
  const pool = market.ok ? market.value.pools.find(({ name }) => name === moved.pool) : undefined
  const at = copy.ended?.at ?? 0
  const seconds =
    copy.startedAt === undefined ? 0 : (at - copy.startedAt) / 1000 + (pool?.bootSeconds ?? 0)
  const usd = pool
    ? cents((seconds / 3600) * pool.usdPerNodeHour * (copy.gpus.count / pool.gpusPerNode))
    : moved.usd
  return {
    at: timestamp(at),
    outcome: copy.ended?.failed ? 'failed' : 'complete',
    usd,
    ...(copy.startedAt !== undefined && { startedAt: timestamp(copy.startedAt) }),
  }
}
