import { BOOT_S } from '../cloud'
import { RESTART_S } from '../replay'
import type { Desk, Policy } from '../replay'
import { at } from '../trace'

const TICK_S = 900
/** What changing the kind of node costs: a boot and a restart. */
const CHANGE_S = BOOT_S + RESTART_S

/**
 * Uniform Progress for spot nodes: a job must be at least as far as a straight line from its submission to its deadline; ahead of the line it waits for or runs
 * on spot, behind it runs on demand, and moves back only when two changes ahead. The building is used when there is room at arrival.
 */
export function uniformProgress(): Policy {
  const [totalS, active]: [Map<number, number>, Set<number>] = [new Map(), new Set()]
  return {
    name: 'uniform-progress',
    params: {},
    react(desk, { arrived, finished }) {
      for (const job of finished) active.delete(job)
      for (const job of arrived) {
        totalS.set(job, desk.estimateS(job))
        if (!desk.startOnPrem(job)) active.add(job)
      }
      for (const job of active) steer(desk, job, totalS.get(job) ?? 0)
      if (active.size > 0) desk.wakeAt((Math.floor(desk.nowS / TICK_S) + 1) * TICK_S)
    },
  }
}

function steer(desk: Desk, job: number, totalS: number): void {
  const spot = openZone(desk, job)
  const run = desk.waiting.has(job) ? undefined : desk.lastRun(job)
  const leftS = run
    ? Math.max(0, run.expectedEndS - Math.max(desk.nowS, run.startS))
    : desk.estimateS(job)
  const { aheadS, tight } = progress(desk, job, { totalS, leftS })
  if (!run) {
    if (spot > 0 && !tight) desk.startCloud(job, spot)
    else if (tight || aheadS <= 0) desk.startCloud(job)
    return
  }
  const returns = run.pool === 0 && !tight && Math.min(aheadS / 2, leftS) > CHANGE_S
  if (spot > 0 && returns) {
    desk.stop(job, 'checkpoint')
    desk.startCloud(job, spot)
  }
}

/** How far a job is ahead of the straight line, and whether two changes more could cost it the deadline. */
function progress(
  desk: Desk,
  job: number,
  work: { totalS: number; leftS: number },
): { aheadS: number; tight: boolean } {
  const [submitS, deadlineS] = [at(desk.jobs.submit, job), at(desk.jobs.deadline, job)]
  const dueShare = Math.min(1, (desk.nowS - submitS) / Math.max(1, deadlineS - submitS))
  return {
    aheadS: work.totalS * (1 - dueShare) - work.leftS,
    tight: deadlineS - desk.nowS - work.leftS < 2 * CHANGE_S + TICK_S,
  }
}

/** A zone that hands out spot nodes to a job now; 0 if none does. */
function openZone(desk: Desk, job: number): number {
  if (!desk.maySpot(job)) return 0
  return Math.max(
    0,
    desk.cloud.pools.findIndex((pool) => pool.spot?.availableAt(desk.nowS) === true),
  )
}
