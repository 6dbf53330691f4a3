import type { Offer } from '../cloud'
import { pace, pacedUsdPerWaitHour, thriftS, type Cap } from '../budget'
import { Calibration } from '../calibration'
import type { Forecaster } from '../forecast'
import { plan, type Candidate, type Ground, type Planned } from '../plan'
import { profile, type Profile } from '../profile'
import { INTERRUPTION_S, MEAN_LOSS_S } from '../spot'
import type { Desk, Happened, Policy } from '../replay'
import { at } from '../trace'
import { waitLimitS } from '../value'

/** What a lead sets once. */
export interface TaktSettings {
  /** What an hour of waiting is worth for a job of ten GPU hours; 0 lets only deadlines decide. */
  usdPerWaitHour: number
  /** `keep`: leave in time for every deadline that can be met. `weigh`: only the value of waiting counts. */
  deadlines: 'keep' | 'weigh'
  /** What the cloud may cost at most, and how many days that has to last. */
  budgetUsd?: number
  budgetDays?: number
  /** Sets the value of waiting so that the budget lasts. */
  paced?: boolean
}

/** How many standard deviations of past estimate errors a deadline is kept clear of. */
const SAFETY_Z = 1.8
/** A job leaves early for room on a cloud node that is billed anyway if that costs at most this share of its price: less where waiting costs nothing ... */
const RIDE_SHARE = { waitingCosts: 0.7, waitingIsFree: 0.3 }
/** ... and next to nothing, if it could also start in the building. */
const FREE_SHARE = 0.01
/** A job that outlives its estimate is expected to go on for this share of what it ran. */
const OVERRUN_SHARE = 0.25
/** How many reservations are kept up in a very long queue. */
const DEPTH = 200
const ON_TIME_S = 1e-6

/** Takt's planner under replay: a plan for the whole queue at every event that changes it. */
export function takt(settings: TaktSettings, forecaster?: Forecaster): Policy {
  const calibration = new Calibration()
  const lingering = new Map<number, number>()
  let future: Profile | undefined
  let planned: Planned[] = []
  let cap: Cap | undefined
  return {
    name: 'takt',
    params: paramsOf(settings),
    react(desk, happened) {
      learn({ calibration, forecaster }, desk, happened)
      cap ??= capOf(settings, desk.nowS)
      guard(desk, cap)
      if (desk.waiting.size === 0) {
        planned = []
        return
      }
      const context: Context = {
        settings,
        calibration,
        lingering,
        cap,
        ahead: cap ? pace(cap, desk.cloud.committedUsd(desk.nowS), desk.nowS) : 0,
      }
      future ??= profile(desk.onPrem.nodes, desk.onPrem.gpusPerNode)
      const left = rideAlong(desk, context)
      if (left || upset(desk, planned, happened) || due(desk, lingering))
        planned = replan(desk, future, context)
      if (forecaster)
        for (const job of happened.arrived) foretell(forecaster, desk, { job, planned, lingering })
      planned = carryOut(desk, planned)
    },
  }
}

const capOf = ({ budgetUsd, budgetDays = 60 }: TaktSettings, fromS: number): Cap | undefined =>
  budgetUsd === undefined ? undefined : { usd: budgetUsd, fromS, days: budgetDays }

/** The plan still holds if nothing came and everything that ended did so when expected. */
function upset(
  desk: Desk,
  planned: readonly Planned[],
  { arrived, finished, interrupted }: Happened,
): boolean {
  if (arrived.length > 0 || interrupted.length > 0) return true
  if (
    finished.some((job) => {
      const run = desk.lastRun(job)
      return (
        run !== undefined &&
        run.place === 'on-prem' &&
        Math.abs(run.endS - run.expectedEndS) > ON_TIME_S
      )
    })
  )
    return true
  return planned.some(
    ({ slot, candidate: { latestStartS, job } }) =>
      (slot.startS <= desk.nowS ? !desk.onPrem.holds(slot.shares) : latestStartS <= desk.nowS) &&
      desk.waiting.has(job),
  )
}

function replan(desk: Desk, future: Profile, context: Context): Planned[] {
  const queue = [...desk.waiting].map((job) => candidate(desk, job, context))
  const latest = new Map(queue.map(({ job, latestStartS }) => [job, latestStartS]))
  context.lingering.clear()
  return plan({ profile: future, ground: ground(desk), nowS: desk.nowS, depth: DEPTH }, queue, {
    usd: (job) => affordable(desk, cheapestOffer(desk, job, context), context.cap),
    go: (job) => {
      const offer = cheapestOffer(desk, job, context)
      if (
        lingers(desk, offer, {
          settings: context.settings,
          latestStartS: latest.get(job) ?? 0,
          job,
        })
      )
        linger(desk, context.lingering, { job, latestStartS: latest.get(job) ?? 0 })
      else desk.startCloud(job, offer.pool)
    },
  })
}

const waitingIsFree = ({ usdPerWaitHour, paced }: TaktSettings) => usdPerWaitHour === 0 && !paced

/** Where waiting costs nothing, a job that would have a new node to itself stays for company until the last safe moment. */
const lingers = (
  desk: Desk,
  offer: Offer,
  { settings, latestStartS, job }: { settings: TaktSettings; latestStartS: number; job: number },
) =>
  waitingIsFree(settings) &&
  (desk.cloud.pools.length === 1 || !desk.maySpot(job)) &&
  latestStartS > desk.nowS &&
  offer.launch.some((gpus) => gpus < desk.onPrem.gpusPerNode)

function linger(
  desk: Desk,
  lingering: Map<number, number>,
  { job, latestStartS }: { job: number; latestStartS: number },
): void {
  lingering.set(job, latestStartS)
  desk.wakeAt(latestStartS)
}

function due(desk: Desk, lingering: ReadonlyMap<number, number>): boolean {
  for (const [job, latestStartS] of lingering)
    if (latestStartS <= desk.nowS && desk.waiting.has(job)) return true
  return false
}

/** Says when a job will be done, by the plan that it has just become part of. */
function foretell(
  forecaster: Forecaster,
  desk: Desk,
  {
    job,
    planned,
    lingering,
  }: { job: number; planned: readonly Planned[]; lingering: ReadonlyMap<number, number> },
): void {
  const slot = planned.find((entry) => entry.candidate.job === job)?.slot
  const leavesS = lingering.get(job)
  const lingersS =
    leavesS === undefined ? undefined : leavesS + desk.leadS(job) + desk.estimateS(job)
  const finishS = slot
    ? slot.startS + desk.estimateS(job)
    : (lingersS ?? desk.lastRun(job)?.expectedEndS)
  if (finishS !== undefined && finishS < Infinity)
    forecaster.predict(job, at(desk.jobs.submit, job), finishS)
}

/** Starts what is due and answers what is still to come. */
function carryOut(desk: Desk, planned: readonly Planned[]): Planned[] {
  const coming = planned.filter(
    ({ candidate: { job }, slot }) =>
      desk.waiting.has(job) && !(slot.startS <= desk.nowS && desk.startOn(job, slot.shares)),
  )
  let wakeS = Infinity
  for (const {
    candidate: { latestStartS },
  } of coming)
    if (latestStartS > desk.nowS) wakeS = Math.min(wakeS, latestStartS)
  desk.wakeAt(wakeS)
  return coming
}

const paramsOf = ({
  usdPerWaitHour,
  deadlines,
  budgetUsd,
  paced,
}: TaktSettings): Policy['params'] => ({
  ...(paced ? { paced } : { usdPerWaitHour }),
  deadlines,
  ...(budgetUsd !== undefined && { budgetUsd }),
})

interface Context {
  settings: TaktSettings
  calibration: Calibration
  lingering: Map<number, number>
  cap?: Cap | undefined
  ahead: number
}

/** Never over the cap: what is committed counts, and should jobs outlast their estimates, everything stops on the last cent. */
function guard(desk: Desk, cap: Cap | undefined): void {
  if (!cap) return
  const leftUsd = cap.usd - desk.cloud.spentUsd(desk.nowS)
  const rate = desk.cloud.usdPerSecondNow()
  if (leftUsd <= rate * 1e-3) for (const job of desk.cloudJobs()) desk.stop(job, 'checkpoint')
  else if (rate > 0) desk.wakeAt(desk.nowS + leftUsd / rate - 1e-3)
}

function learn(
  into: { calibration: Calibration; forecaster: Forecaster | undefined },
  desk: Desk,
  { finished }: Happened,
): void {
  for (const job of finished) {
    const run = desk.lastRun(job)
    if (run && run.restarts === 0)
      into.calibration.observe(run.endS - run.startS, run.expectedEndS - run.startS)
    into.forecaster?.ended(job, desk.nowS)
  }
}

function candidate(desk: Desk, job: number, by: Context): Candidate {
  const seconds = desk.estimateS(job)
  const submitS = at(desk.jobs.submit, job)
  const gpuHourUsd = (desk.cloud.usdPerSecond(0) * 3600) / desk.onPrem.gpusPerNode
  const size = { gpuHours: (desk.gpus(job) * seconds) / 3600, gpuHourUsd }
  const limitS =
    submitS +
    waitLimitS({
      ...size,
      usdPerWaitHour: by.settings.paced
        ? pacedUsdPerWaitHour(by.ahead)
        : by.settings.usdPerWaitHour,
    })
  const safeS =
    at(desk.jobs.deadline, job) - seconds * by.calibration.factor(SAFETY_Z) - desk.leadS(job)
  const wantedS = by.settings.deadlines === 'keep' ? Math.min(limitS, safeS) : limitS
  const latestStartS = Math.max(wantedS, by.settings.paced ? 0 : submitS + thriftS(size, by.ahead))
  return { job, gpus: desk.gpus(job), seconds, latestStartS, orderS: latestStartS }
}

/**
 * The cheapest way out now, counting what interruptions cost in that zone. Spot only where a worst-case interruption still leaves time to finish on demand before the deadline, and among equals in
 * the zone that has been up longest: what has lasted tends to last.
 */
function cheapestOffer(desk: Desk, job: number, { calibration }: Context): Offer {
  const { pools } = desk.cloud
  let best = desk.offer(job)
  if (pools.length === 1 || !desk.maySpot(job)) return best
  const slackS =
    at(desk.jobs.deadline, job) -
    desk.nowS -
    desk.leadS(job) -
    desk.estimateS(job) * calibration.factor(SAFETY_Z)
  if (slackS < INTERRUPTION_S) return best
  let [bestUsd, longestS] = [best.usd, -1]
  pools.forEach(({ spot }, pool) => {
    if (!spot?.availableAt(desk.nowS)) return
    const offer = desk.offer(job, pool)
    const usd = offer.usd * (1 + MEAN_LOSS_S / spot.meanUpS(desk.nowS))
    const upS = desk.nowS - spot.sinceS(desk.nowS)
    if (usd > bestUsd || (usd === bestUsd && upS <= longestS)) return
    best = offer
    bestUsd = usd
    longestS = upS
  })
  return best
}

const affordable = (desk: Desk, offer: Offer, cap: Cap | undefined) =>
  cap && desk.cloud.committedUsd(desk.nowS) + offer.usd > cap.usd ? Infinity : offer.usd

/** Fills cloud nodes that are billed anyway; tells whether any job left. */
function rideAlong(desk: Desk, context: Context): boolean {
  if (desk.cloud.activeNodes.size === 0) return false
  const before = desk.waiting.size
  const rideShare = waitingIsFree(context.settings)
    ? RIDE_SHARE.waitingIsFree
    : RIDE_SHARE.waitingCosts
  for (const job of desk.waiting) {
    const offer = cheapestOffer(desk, job, context)
    if (offer.launch.length > 0) continue
    const priceUsd =
      (desk.cloud.usdPerSecond(offer.pool) / desk.onPrem.gpusPerNode) *
      desk.gpus(job) *
      desk.estimateS(job)
    if (
      offer.usd <= (desk.fits(job) ? FREE_SHARE : rideShare) * priceUsd &&
      affordable(desk, offer, context.cap) < Infinity
    )
      desk.startCloud(job, offer.pool)
  }
  return desk.waiting.size < before
}

const ground =
  (desk: Desk): Ground =>
  (future) => {
    future.reset(desk.nowS, desk.onPrem.free)
    for (const id of desk.running) {
      const run = desk.runs[id]
      if (run?.place !== 'on-prem') continue
      const endS =
        run.expectedEndS > desk.nowS
          ? run.expectedEndS
          : desk.nowS + OVERRUN_SHARE * (desk.nowS - run.startS) + 1
      for (const { node, gpus } of run.shares) future.release(node, gpus, endS)
    }
  }
