import type { QueuedJob } from '../domain/snapshot'
import { expectedEnd, type Known } from '../live/snapshot'
import { MARK } from '../live/workload'

const CHECKPOINT_S = 900
const RESTART_S = 300
/** A job as it would run elsewhere: what waits from its beginning, what runs from its last checkpoint. */
export interface Moving {
  job: QueuedJob
  lostSeconds: number
  loses: string[]
}

/** What moving a workload means for how long it still runs, and what is lost by it. Seconds. */
export function movingJob(known: Known, now: number): Moving {
  const { job, work, runTime } = known
  if (known.state !== 'running' || work.startedAt === undefined)
    return { job, lostSeconds: 0, loses: [] }
  const every = Number(work.annotations['takt.dev/checkpoint-seconds']) || CHECKPOINT_S
  const ran = Math.max(0, (now - work.startedAt) / 1000)
  const lost = Math.min(every, ran) / 2 + RESTART_S
  const left = Math.max(60, (expectedEnd(known, now) - now) / 1000)
  const share = (seconds: number) => (runTime.p50 > 0 ? seconds / runTime.p50 : 1) * left + lost
  const moved: QueuedJob = {
    ...job,
    runTime: { p10: share(runTime.p10), p50: left + lost, p90: share(runTime.p90) },
  }
  const minutes = (seconds: number) => `${String(Math.round(seconds / 60))} min`
  const where = work.annotations[MARK.checkpoint]
  return {
    job: moved,
    lostSeconds: lost,
    loses: [
      `It runs since ${minutes(ran)}: it is stopped and starts again from its checkpoint${where === undefined ? '' : ` in ${where}`}, which loses about ${minutes(lost)} of work.`,
    ],
  }
}
/** What the lost work costs: the offer counts it already, this is its share. */
export const lossShareUsd = (
  { lostSeconds, job }: Pick<Moving, 'lostSeconds' | 'job'>,
  usd: number,
): number => (job.runTime.p50 > 0 ? (usd * lostSeconds) / job.runTime.p50 : 0)
