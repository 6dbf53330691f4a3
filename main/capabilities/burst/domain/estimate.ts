import type { RunTime } from './snapshot'
import { quantile } from './figures'

/** One job that ended: who ran what on how many GPUs, and how long it took in seconds. */
export interface PastJob {
  user: string
  name: string
  gpus: number
  seconds: number
}
export interface JobKey {
  user: string
  name: string
  gpus: number
}
/** Where an estimate comes from, from surest to vaguest. */
export type Basis = 'reported' | 'user-name-gpus' | 'user-gpus' | 'gpus' | 'everything' | 'probe'
export interface Estimate {
  runTime: RunTime
  basis: Basis
  from: number
}

const ENOUGH = 5
/** What to plan with until a probe run has shown more. */
const PROBE: RunTime = { p10: 600, p50: 3600, p90: 8 * 3600 }

/** Estimates from history: the most alike jobs of which there are enough. */
export function estimator(
  history: readonly PastJob[],
): (job: JobKey, reportedS?: number) => Estimate {
  const groups = new Map<string, number[]>()
  for (const past of history) {
    for (const [, key] of keys(past)) {
      const group = groups.get(key)
      if (group) group.push(past.seconds)
      else groups.set(key, [past.seconds])
    }
  }
  const sorted = new Map(
    [...groups].map(([key, seconds]) => [key, Float64Array.from(seconds).sort()]),
  )
  return (job, reportedS) => {
    // Training that reports what it has left is believed, with a band for its own optimism.
    if (reportedS !== undefined)
      return {
        runTime: { p10: reportedS * 0.9, p50: reportedS, p90: reportedS * 1.15 },
        basis: 'reported',
        from: 1,
      }
    for (const [basis, key] of keys(job)) {
      const group = sorted.get(key)
      if (group && group.length >= ENOUGH)
        return {
          runTime: {
            p10: quantile(group, 0.1),
            p50: quantile(group, 0.5),
            p90: quantile(group, 0.9),
          },
          basis,
          from: group.length,
        }
    }
    return { runTime: PROBE, basis: 'probe', from: 0 }
  }
}

/** Names of training runs differ by a trailing number or hash; what stands before it is what they have in common. */
const stem = (name: string) => name.replace(/([-_.]?[0-9a-f]*\d[0-9a-f]*)+$/i, '')
const keys = ({ user, name, gpus }: JobKey): [Basis, string][] => [
  ['user-name-gpus', JSON.stringify([user, stem(name), gpus])],
  ['user-gpus', JSON.stringify([user, gpus])],
  ['gpus', JSON.stringify([gpus])],
  ['everything', '*'],
]

/** The middle estimate corrected for what past estimates missed by: the factor is median of actual over estimate. */
export function calibrate(runTime: RunTime, ratios: Float64Array): RunTime {
  if (ratios.length < ENOUGH) return runTime
  const sorted = ratios.toSorted()
  return {
    p10: runTime.p50 * quantile(sorted, 0.1),
    p50: runTime.p50 * quantile(sorted, 0.5),
    p90: runTime.p50 * quantile(sorted, 0.9),
  }
}
