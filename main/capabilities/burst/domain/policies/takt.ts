import { BOOT_S, type Offer } from '../cloud'
import { pace, pacedUsdPerWaitHour, thriftS, type Cap } from '../budget'
import { Calibration } from '../calibration'
import { plan, type Candidate, type Ground } from '../plan'
import { profile, type Profile } from '../profile'
import { INTERRUPTION_S } from '../spot'
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
const SAFETY_Z = 1.6
/** A job leaves early for room on a cloud node that is billed anyway if that costs at most this share of its price ... */
const RIDE_SHARE = 0.7
/** ... or next to nothing, if it could also start in the building. */
const FREE_SHARE = 0.01
/** A job that outlives its estimate is expected to go on for this share of what it ran. */
const OVERRUN_SHARE = 0.25

/** Takt's planner under replay: a plan for the whole queue at every event that changes it. */
export function takt(settings: TaktSettings): Policy {
  const calibration = new Calibration()
  let future: Profile | undefined
  let cap: Cap | undefined
  return {
    name: 'takt', params: paramsOf(settings),
    react(desk, happened) {
      learn(calibration, desk, happened)
      cap ??= settings.budgetUsd === undefined ? undefined : { usd: settings.budgetUsd, fromS: desk.nowS, days: settings.budgetDays ?? 60 }
      guard(desk, cap)
      const context: Context = { settings, calibration, cap, ahead: cap ? pace(cap, desk.cloud.committedUsd(desk.nowS), desk.nowS) : 0 }
      if (desk.waiting.size === 0) return
      future ??= profile(desk.onPrem.nodes, desk.onPrem.gpusPerNode)
      rideAlong(desk, context)
      const queue = [...desk.waiting].map((job) => candidate(desk, job, context))
      const planned = plan({ profile: future, ground: ground(desk), nowS: desk.nowS }, queue, {
        usd: (job) => affordable(desk, cheapestOffer(desk, job, context), cap),
        go: (job) => desk.startCloud(job, cheapestOffer(desk, job, context).pool),
      })
      let wakeS = Infinity
      for (const { candidate: { job, latestStartS }, slot } of planned) {
        if (slot.startS <= desk.nowS) desk.startOnPrem(job)
        else wakeS = Math.min(wakeS, latestStartS)
      }
      desk.wakeAt(wakeS)
    },
  }
}

const paramsOf = ({ usdPerWaitHour, deadlines, budgetUsd, paced }: TaktSettings): Policy['params'] =>
  ({ ...(paced ? { paced } : { usdPerWaitHour }), deadlines, ...(budgetUsd !== undefined && { budgetUsd }) })

interface Context { settings: TaktSettings; calibration: Calibration; cap?: Cap | undefined; ahead: number }

/** Never over the cap: what is committed counts, and should jobs outlast their estimates, everything stops on the last cent. */
function guard(desk: Desk, cap: Cap | undefined): void {
  if (!cap) return
  const leftUsd = cap.usd - desk.cloud.spentUsd(desk.nowS)
  const rate = desk.cloud.usdPerSecondNow()
  if (leftUsd <= rate * 1e-3) for (const job of desk.cloudJobs()) desk.stop(job, 'checkpoint')
  else if (rate > 0) desk.wakeAt(desk.nowS + leftUsd / rate - 1e-3)
}

function learn(calibration: Calibration, desk: Desk, { finished }: Happened): void {
  for (const job of finished) {
    const run = desk.lastRun(job)
    if (run && run.restarts === 0) calibration.observe(run.endS - run.startS, run.expectedEndS - run.startS)
  }
}

function candidate(desk: Desk, job: number, by: Context): Candidate {
  const seconds = desk.estimateS(job)
  const submitS = at(desk.jobs.submit, job)
  const gpuHourUsd = (desk.cloud.usdPerSecond(0) * 3600) / desk.onPrem.gpusPerNode
  const size = { gpuHours: (desk.gpus(job) * seconds) / 3600, gpuHourUsd }
  const limitS = submitS + waitLimitS({ ...size, usdPerWaitHour: by.settings.paced ? pacedUsdPerWaitHour(by.ahead) : by.settings.usdPerWaitHour })
  const safeS = at(desk.jobs.deadline, job) - seconds * by.calibration.factor(SAFETY_Z) - BOOT_S
  const wantedS = by.settings.deadlines === 'keep' ? Math.min(limitS, safeS) : limitS
  const latestStartS = Math.max(wantedS, by.settings.paced ? 0 : submitS + thriftS(size, by.ahead))
  return { job, gpus: desk.gpus(job), seconds, latestStartS, orderS: latestStartS }
}

/**
 * The cheapest way out now. Spot only where a worst-case interruption still leaves time to finish on demand before the deadline, and among equals in
 * the zone that has been up longest: what has lasted tends to last.
 */
function cheapestOffer(desk: Desk, job: number, { calibration }: Context): Offer {
  const { pools } = desk.cloud
  let best = desk.offer(job)
  if (pools.length === 1) return best
  const slackS = at(desk.jobs.deadline, job) - desk.nowS - BOOT_S - desk.estimateS(job) * calibration.factor(SAFETY_Z)
  if (slackS < INTERRUPTION_S) return best
  let longestS = -1
  pools.forEach(({ spot }, pool) => {
    if (!spot?.availableAt(desk.nowS)) return
    const offer = desk.offer(job, pool)
    const upS = desk.nowS - spot.sinceS(desk.nowS)
    if (offer.usd > best.usd || (offer.usd === best.usd && upS <= longestS)) return
    best = offer
    longestS = upS
  })
  return best
}

const affordable = (desk: Desk, offer: Offer, cap: Cap | undefined) =>
  (cap && desk.cloud.committedUsd(desk.nowS) + offer.usd > cap.usd ? Infinity : offer.usd)

/** Fills cloud nodes that are billed anyway. */
function rideAlong(desk: Desk, context: Context): void {
  if (desk.cloud.activeNodes.size === 0) return
  for (const job of desk.waiting) {
    const offer = cheapestOffer(desk, job, context)
    if (offer.launch.length > 0) continue
    const priceUsd = (desk.cloud.usdPerSecond(offer.pool) / desk.onPrem.gpusPerNode) * desk.gpus(job) * desk.estimateS(job)
    if (offer.usd <= (desk.fits(job) ? FREE_SHARE : RIDE_SHARE) * priceUsd && affordable(desk, offer, context.cap) < Infinity) desk.startCloud(job, offer.pool)
  }
}

const ground = (desk: Desk): Ground => (future) => {
  future.reset(desk.nowS, desk.onPrem.free)
  for (const id of desk.running) {
    const run = desk.runs[id]
    if (run?.place !== 'on-prem') continue
    const endS = run.expectedEndS > desk.nowS ? run.expectedEndS : desk.nowS + OVERRUN_SHARE * (desk.nowS - run.startS) + 1
    for (const { node, gpus } of run.shares) future.release(node, gpus, endS)
  }
}
