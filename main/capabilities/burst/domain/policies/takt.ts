import { BOOT_S } from '../cloud'
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
}

/** How many standard deviations of past estimate errors a deadline is kept clear of. */
const SAFETY_Z = 2.6
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
  return {
    name: 'takt', params: { usdPerWaitHour: settings.usdPerWaitHour, deadlines: settings.deadlines },
    react(desk, happened) {
      learn(calibration, desk, happened)
      if (desk.waiting.size === 0) return
      future ??= profile(desk.onPrem.nodes, desk.onPrem.gpusPerNode)
      const context = { settings, calibration }
      rideAlong(desk)
      const queue = [...desk.waiting].map((job) => candidate(desk, job, context))
      const planned = plan({ profile: future, ground: ground(desk), nowS: desk.nowS }, queue, {
        usd: (job) => desk.offer(job, pool(desk, job, context)).usd,
        go: (job) => desk.startCloud(job, pool(desk, job, context)),
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

interface Context { settings: TaktSettings; calibration: Calibration }

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
  const limitS = submitS + waitLimitS({ gpuHours: (desk.gpus(job) * seconds) / 3600, gpuHourUsd, usdPerWaitHour: by.settings.usdPerWaitHour })
  const safeS = at(desk.jobs.deadline, job) - seconds * by.calibration.factor(SAFETY_Z) - BOOT_S
  const latestStartS = by.settings.deadlines === 'keep' ? Math.min(limitS, safeS) : limitS
  return { job, gpus: desk.gpus(job), seconds, latestStartS, orderS: latestStartS }
}

/**
 * Spot where a worst-case interruption still leaves time to finish on demand before the deadline, in the zone that has been up longest: what has
 * lasted tends to last.
 */
function pool(desk: Desk, job: number, { calibration }: Context): number {
  const { pools } = desk.cloud
  if (pools.length === 1) return 0
  const slackS = at(desk.jobs.deadline, job) - desk.nowS - BOOT_S - desk.estimateS(job) * calibration.factor(SAFETY_Z)
  if (slackS < INTERRUPTION_S) return 0
  let [best, longestS] = [0, -1]
  pools.forEach(({ spot }, index) => {
    const upS = spot?.availableAt(desk.nowS) ? desk.nowS - spot.sinceS(desk.nowS) : -1
    if (upS > longestS) [best, longestS] = [index, upS]
  })
  return best
}

/** Fills cloud nodes that are billed anyway. */
function rideAlong(desk: Desk): void {
  if (desk.cloud.activeNodes.size === 0) return
  for (const job of desk.waiting) {
    const offer = desk.offer(job)
    if (offer.launch.length > 0) continue
    const priceUsd = (desk.cloud.usdPerSecond(0) / desk.onPrem.gpusPerNode) * desk.gpus(job) * desk.estimateS(job)
    if (offer.usd <= (desk.fits(job) ? FREE_SHARE : RIDE_SHARE) * priceUsd) desk.startCloud(job)
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
