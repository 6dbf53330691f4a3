import type { Replayed } from './run'
import { at } from './trace'

/** The figures of one policy on one trace, as the command line prints them. */
export interface Figures {
  policy: string
  params: Readonly<Record<string, number | string | boolean>>
  cloudUsd: number
  cloudGpuHours: number
  billedNodeHours: number
  burstJobs: number
  meanWaitHours: number
  p95WaitHours: number
  p99WaitHours: number
  meanJctHours: number
  p95JctHours: number
  deadlineMisses: number
  deadlineMissShare: number
  onPremUtilisation: number
  idleWhileQueuedGpuHours: number
  spotInterruptions: number
  lostGpuHours: number
  budgetBreaches: number
  unfinishedJobs: number
  decisionMicrosP50: number
  decisionMicrosP99: number
  wallSeconds: number
}

const HOUR = 3600
const LATE_S = 1e-6
/** The value below which the given share of the numbers lies (nearest rank); 0 for none. */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted.length === 0
    ? 0
    : at(sorted, Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1)))
}
const mean = (values: Float64Array) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length

/** Waits count everything between submission and end that is not the job's own running time: queueing, boot, lost work. */
export function figures(replayed: Replayed, wallSeconds: number, budgetUsd = Infinity): Figures {
  const { jobs } = replayed.setting
  const ends = finishTimes(replayed)
  const finished = Array.from(ends.keys()).filter((job) => at(ends, job) < Infinity)
  const jct = Float64Array.from(finished, (job) => (at(ends, job) - at(jobs.submit, job)) / HOUR)
  const waits = Float64Array.from(
    finished,
    (job) => Math.max(0, at(ends, job) - at(jobs.submit, job) - at(jobs.runtime, job)) / HOUR,
  )
  const misses = Array.from(ends.keys()).filter(
    (job) => at(ends, job) > at(jobs.deadline, job) + LATE_S,
  ).length
  const [meanWaitHours, meanJctHours] = [mean(waits), mean(jct)]
  waits.sort()
  jct.sort()
  const micros = replayed.decisionMicros.toSorted()
  return {
    policy: replayed.policy.name,
    params: replayed.policy.params,
    ...cloudFigures(replayed),
    meanWaitHours,
    p95WaitHours: quantile(waits, 0.95),
    p99WaitHours: quantile(waits, 0.99),
    meanJctHours,
    p95JctHours: quantile(jct, 0.95),
    deadlineMisses: misses,
    deadlineMissShare: jobs.count === 0 ? 0 : misses / jobs.count,
    onPremUtilisation: utilisation(replayed),
    idleWhileQueuedGpuHours: replayed.idleWhileQueuedGpuS / HOUR,
    spotInterruptions: replayed.interruptions,
    lostGpuHours: replayed.lostGpuS / HOUR,
    budgetBreaches: replayed.cloudUsd > budgetUsd + 1e-6 ? 1 : 0,
    unfinishedJobs: replayed.unfinished.length,
    decisionMicrosP50: quantile(micros, 0.5),
    decisionMicrosP99: quantile(micros, 0.99),
    wallSeconds,
  }
}

/** When each job came to its end, in seconds; Infinity where it never did. */
export function finishTimes(replayed: Replayed): Float64Array {
  const ends = new Float64Array(replayed.setting.jobs.count)
  for (const run of replayed.runs) ends[run.job] = Math.max(at(ends, run.job), run.endS)
  for (const job of replayed.unfinished) ends[job] = Infinity
  return ends
}

function cloudFigures(replayed: Replayed) {
  const { jobs } = replayed.setting
  const burst = new Set<number>()
  let gpuS = 0
  for (const run of replayed.runs) {
    if (run.place !== 'cloud') continue
    burst.add(run.job)
    gpuS += Math.max(0, run.endS - run.startS) * at(jobs.gpus, run.job)
  }
  const billedS = replayed.cloudNodes.reduce((sum, node) => sum + node.releaseS - node.launchS, 0)
  return {
    cloudUsd: replayed.cloudUsd,
    cloudGpuHours: gpuS / HOUR,
    billedNodeHours: billedS / HOUR,
    burstJobs: burst.size,
  }
}

/** The share of the building's GPUs in use between the first and the last submission. */
function utilisation(replayed: Replayed): number {
  const { jobs, nodes, gpusPerNode } = replayed.setting
  const [fromS, toS] = [at(jobs.submit, 0), at(jobs.submit, jobs.count - 1)]
  let usedGpuS = 0
  for (const run of replayed.runs) {
    if (run.place === 'on-prem')
      usedGpuS +=
        Math.max(0, Math.min(run.endS, toS) - Math.max(run.startS, fromS)) * at(jobs.gpus, run.job)
  }
  const wholeGpuS = (toS - fromS) * nodes * gpusPerNode
  return wholeGpuS > 0 ? usedGpuS / wholeGpuS : 0
}
