import type { Desk, Happened, Policy } from '../replay'
import { at } from '../trace'

const HOUR = 3600

/** A queue in order of arrival from which whatever fits starts, and whose jobs go to the cloud when their limit has passed. */
export function waitingPolicy(
  name: string,
  params: Policy['params'],
  limitS: (job: number, desk: Desk) => number,
): Policy {
  let queue: { job: number; untilS: number }[] = []
  return {
    name,
    params,
    react(desk, { arrived, finished, interrupted }) {
      if (finished.length > 0) queue = queue.filter(({ job }) => !desk.startOnPrem(job))
      for (const job of [...interrupted, ...arrived]) {
        if (desk.startOnPrem(job)) continue
        const untilS = limitS(job, desk)
        queue.push({ job, untilS })
        desk.wakeAt(untilS)
      }
      queue = queue.filter(({ job, untilS }) => {
        if (untilS <= desk.nowS) desk.startCloud(job)
        return untilS > desk.nowS
      })
    },
  }
}

/** In the building if it fits at arrival, else the cloud at once. */
export const noWait = (): Policy => waitingPolicy('no-wait', {}, (_job, desk) => desk.nowS)

/** A fixed delay before the cloud, as in Kueue's proposal KEP-8691. */
export const constantWait = (hours: number): Policy =>
  waitingPolicy('constant', { hours }, (job, desk) => at(desk.jobs.submit, job) + hours * HOUR)

/** The building counts as free; after ten minutes the cheapest cloud. */
export const skypilot = (timeoutMinutes = 10): Policy =>
  waitingPolicy(
    'skypilot',
    { timeoutMinutes },
    (job, desk) => at(desk.jobs.submit, job) + timeoutMinutes * 60,
  )

/** Starburst's compute-wait: the limit grows with the GPU hours a job needs. */
export const starburst = (c = 0.076): Policy =>
  waitingPolicy(
    'starburst',
    { c },
    (job, desk) => at(desk.jobs.submit, job) + c * desk.gpus(job) * desk.estimateS(job),
  )

/** Waits to the last moment at which the cloud can still meet the deadline. */
export const lastSafe = (share = 1): Policy =>
  waitingPolicy('last-safe', { share }, (job, desk) => {
    const submitS = at(desk.jobs.submit, job)
    return (
      submitS +
      share *
        Math.max(0, at(desk.jobs.deadline, job) - desk.estimateS(job) - desk.leadS(job) - submitS)
    )
  })

const TRIAL_S = 900
const STAR_HOURS_PER_GPU = 0.77

/** Starburst without estimates: a quarter of an hour in the cloud shows which jobs are short; the others queue in the building with a limit by GPUs. */
export function starWait(scale = 3): Policy {
  const trial = new Map<number, number>()
  const inner = waitingPolicy(
    'star-wait',
    { scale },
    (job, desk) => desk.nowS + scale * STAR_HOURS_PER_GPU * desk.gpus(job) * HOUR,
  )
  return {
    ...inner,
    react(desk: Desk, { arrived, finished }: Happened) {
      for (const job of finished) trial.delete(job)
      const moved = [...trial].filter(([, endS]) => endS <= desk.nowS).map(([job]) => job)
      for (const job of moved) {
        trial.delete(job)
        desk.stop(job, 'nothing')
      }
      inner.react(desk, { arrived: [], finished, interrupted: moved })
      for (const job of arrived) {
        if (desk.startOnPrem(job)) continue
        desk.startCloud(job)
        const startS = desk.runs[desk.runs.length - 1]?.startS ?? desk.nowS
        trial.set(job, startS + TRIAL_S)
        desk.wakeAt(startS + TRIAL_S)
      }
    },
  }
}
