import type { BurstDecision } from '../../../../preload/contract/burst'
import { Cloud } from './cloud'
import { Fairness } from './fairness'
import { plan, type Candidate, type Planned } from './plan'
import { profile, type Profile, type Slot } from './profile'
import { cheapestWayOut, refusal, waysOut, type WayOut } from './way-out'
import { wordDecision } from './words'
import { counts, type BudgetLine, type Kind, type QueuedJob, type Snapshot } from './snapshot'
import { waitLimitS } from './value'

/** Which nodes a job was promised from when on. */
export type Promises = ReadonlyMap<string, Slot>

/** One pool that could take a job: what it would launch, when it would start, and whether its price is too old to decide by. */
export interface WayThere {
  pool: string
  usd: number
  startS: number
  nodes: number
  shipsGb: number
  shipS: number
  priceTooOld: boolean
}

/** What a plan made of one queue: asked for every job, or for a job that is not in it yet. */
export interface LivePlan {
  readonly decisions: readonly BurstDecision[]
  /** What jobs that stay have been promised, for the next plan to keep. */
  readonly promises: Promises
  /** What staying and going would mean for a job on top of this plan. Changes nothing. */
  quote(job: QueuedJob): BurstDecision
  /** Every pool that could take a job now, cheapest first, those with too old a price last. */
  options(job: QueuedJob): WayThere[]
}

/** The state of planning: what has been promised so far in this plan. */
export interface Desktop {
  snapshot: Snapshot
  cloud: Cloud
  budgets: (BudgetLine & { plannedUsd: number })[]
  /** Machines that this plan has given out already, by pool. */ launched: Map<string, number>
}

/**
 * Plans the whole queue of a snapshot: one reservation profile per GPU kind, one cloud and one set of budgets for all. What an earlier plan
 * promised is kept unless facts changed.
 */
export function decide(snapshot: Snapshot, before: Promises = new Map()): LivePlan {
  const desk = fresh(snapshot)
  const fairness = new Fairness(snapshot)
  const kinds = new Map(
    snapshot.kinds.map((kind) => [
      kind.name,
      { kind, profile: profile(kind.free.length, kind.gpusPerNode) },
    ]),
  )
  const decisions: BurstDecision[] = []
  const promises = new Map<string, Slot>()
  for (const { kind, profile: future } of kinds.values()) {
    const queue = snapshot.queue.filter((job) => job.kind === kind.name)
    decisions.push(...planKind(desk, { kind, future, fairness, before, promises }, queue))
  }
  for (const job of snapshot.queue)
    if (!kinds.has(job.kind)) decisions.push(single(desk, job, { startS: Infinity, shares: [] }))
  return {
    decisions,
    promises,
    quote: (job) =>
      single(
        desk,
        job,
        kinds.get(job.kind)?.profile.find(job.gpus, job.runTime.p50) ?? {
          startS: Infinity,
          shares: [],
        },
      ),
    options: (job) =>
      waysOut(fresh(snapshot), job).map(({ pool, offer, ...way }) => ({
        ...way,
        pool: snapshot.pools[pool]?.name ?? '',
        nodes: offer.launch.length,
      })),
  }
}

/** The facts without anything planned: what a job would meet that goes at once, before everybody else. */
const fresh = (snapshot: Snapshot): Desktop => ({
  snapshot,
  cloud: Cloud.of(snapshot),
  budgets: snapshot.budgets.map((line) => ({ ...line, plannedUsd: 0 })),
  launched: new Map(),
})

interface OneKind {
  kind: Kind
  future: Profile
  fairness: Fairness
  before: Promises
  promises: Map<string, Slot>
}

function planKind(
  desk: Desktop,
  { kind, future, fairness, before, promises }: OneKind,
  queue: readonly QueuedJob[],
): BurstDecision[] {
  const { nowS } = desk.snapshot
  const left = new Map<number, { out: WayOut; makesRoom: boolean }>()
  const jobOf = (index: number): QueuedJob => {
    const job = queue[index]
    if (!job) throw new Error(`There is no job ${index} in the queue`)
    return job
  }
  const candidates = queue.map((job, index) => ({
    ...candidate(desk, { job, index, shiftS: fairness.shiftS(job.team) }),
    promised: before.get(job.id),
  }))
  const planned = plan(
    { profile: future, nowS, ground: (own) => lay(own, kind, nowS) },
    candidates,
    {
      usd: (index) =>
        refusal(desk, jobOf(index))
          ? Infinity
          : (cheapestWayOut(desk, jobOf(index))?.usd ?? Infinity),
      go: (index, why) => {
        const out = cheapestWayOut(desk, jobOf(index))
        if (out)
          left.set(index, { out: take(desk, jobOf(index), out), makesRoom: why === 'makes-room' })
      },
    },
  )
  for (const {
    candidate: { job },
    slot,
  } of planned)
    if (slot.startS < Infinity) promises.set(jobOf(job).id, slot)
  const slots = new Map(planned.map((entry): [number, Planned] => [entry.candidate.job, entry]))
  return queue.map((job, index) => {
    // A job that leaves is still shown what staying would have meant.
    const slot = slots.get(index)?.slot ?? future.find(job.gpus, job.runTime.p50)
    return wordDecision(desk, job, {
      slot,
      out: left.get(index)?.out,
      latestStartS: candidates[index]?.latestStartS ?? Infinity,
      chosen: left.has(index),
      makesRoom: left.get(index)?.makesRoom === true,
    })
  })
}

function single(desk: Desktop, job: QueuedJob, slot: Slot): BurstDecision {
  const { latestStartS } = candidate(desk, { job, index: 0, shiftS: 0 })
  const out = refusal(desk, job) ? undefined : cheapestWayOut(desk, job)
  const chosen = out !== undefined && slot.startS > Math.max(desk.snapshot.nowS, latestStartS)
  return wordDecision(desk, job, { slot, out, latestStartS, chosen, makesRoom: false })
}

/** The reference price of a GPU hour is the cheapest pool's: what waiting is weighed against. */
function candidate(
  desk: Desktop,
  of: { job: QueuedJob; index: number; shiftS: number },
): Candidate {
  const { job } = of
  const { policy, pools } = desk.snapshot
  const prices = pools
    .filter((pool) => pool.kind === job.kind)
    .map((pool) => pool.usdPerNodeHour / pool.gpusPerNode)
  const usdPerWaitHour =
    job.usdPerWaitHour ??
    (policy.usdPerWaitHour[job.team] ?? policy.usdPerWaitHour[''] ?? 0) * 2 ** job.priority
  const limitS =
    prices.length === 0
      ? Infinity
      : waitLimitS({
          gpuHours: (job.gpus * job.runTime.p50) / 3600,
          gpuHourUsd: Math.min(...prices),
          usdPerWaitHour,
        })
  const bootS = Math.max(
    0,
    ...pools.filter((pool) => pool.kind === job.kind).map((pool) => pool.bootS),
  )
  const safeS =
    policy.keepDeadlines && job.deadlineS !== undefined
      ? job.deadlineS - job.runTime.p90 - bootS
      : Infinity
  const latestStartS = Math.min(job.submittedS + limitS, safeS)
  // A job that may wait for ever still has its place in the queue: behind those with a limit, by arrival.
  return {
    job: of.index,
    gpus: job.gpus,
    seconds: job.runTime.p50,
    latestStartS,
    orderS: Math.min(latestStartS, job.submittedS + FOREVER_S) + of.shiftS,
  }
}
const FOREVER_S = 30 * 86_400

function lay(future: Profile, kind: Kind, nowS: number): void {
  future.reset(nowS, kind.free)
  for (const { node, gpus, expectedEndS, startedS } of kind.running) {
    future.release(
      node,
      gpus,
      expectedEndS > nowS ? expectedEndS : nowS + OVERRUN_SHARE * (nowS - startedS) + 1,
    )
  }
}
/** A job that outlives its estimate is expected to go on for this share of what it ran. */
const OVERRUN_SHARE = 0.25

function take(desk: Desktop, job: QueuedJob, out: WayOut): WayOut {
  desk.cloud.take(out.offer, desk.snapshot.nowS, out.startS + job.runTime.p50)
  const pool = desk.snapshot.pools[out.pool]?.name ?? ''
  desk.launched.set(pool, (desk.launched.get(pool) ?? 0) + out.offer.launch.length)
  for (const line of desk.budgets) if (counts(line, job)) line.plannedUsd += out.usd
  return out
}
