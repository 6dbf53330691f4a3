import { finishTimes } from './figures'
import type { Replayed } from './run'
import { at } from './trace'

/** What one team got out of a replay. */
export interface TeamOutcome { team: string; jobs: number; meanWaitHours: number; cloudGpuHours: number; onPremGpuHours: number; deadlineMisses: number }

/** Who waited and who was sent: by team, largest first. */
export function teamOutcomes(replayed: Replayed): TeamOutcome[] {
  const { jobs } = replayed.setting
  const teams = new Map<string, TeamOutcome & { waitS: number; done: number }>()
  const ends = finishTimes(replayed)
  const teamOf = (job: number) => {
    const team = jobs.teams[job] ?? ''
    const found = teams.get(team) ?? { team, jobs: 0, meanWaitHours: 0, cloudGpuHours: 0, onPremGpuHours: 0, deadlineMisses: 0, waitS: 0, done: 0 }
    teams.set(team, found)
    return found
  }
  for (let job = 0; job < jobs.count; job += 1) {
    const team = teamOf(job)
    team.jobs += 1
    if (at(ends, job) > at(jobs.deadline, job) + 1e-6) team.deadlineMisses += 1
    if (at(ends, job) === Infinity) continue
    team.done += 1
    team.waitS += Math.max(0, at(ends, job) - at(jobs.submit, job) - at(jobs.runtime, job))
  }
  for (const run of replayed.runs) {
    const hours = (Math.max(0, run.endS - run.startS) * at(jobs.gpus, run.job)) / 3600
    if (run.place === 'cloud') teamOf(run.job).cloudGpuHours += hours
    else teamOf(run.job).onPremGpuHours += hours
  }
  return [...teams.values()].map(({ waitS, done, ...team }) => ({ ...team, meanWaitHours: done === 0 ? 0 : waitS / done / 3600 })).toSorted((a, b) => b.jobs - a.jobs)
}

/** GPUs in use in the building and in the cloud, averaged over each step from the first submission to the last end. */
export function usage(replayed: Replayed, steps: number): { fromS: number; stepS: number; onPrem: Float64Array; cloud: Float64Array } {
  const { jobs } = replayed.setting
  const fromS = at(jobs.submit, 0)
  const toS = replayed.runs.reduce((latest, run) => Math.max(latest, run.endS), fromS + 1)
  const stepS = (toS - fromS) / steps
  const [onPrem, cloud] = [new Float64Array(steps), new Float64Array(steps)]
  for (const run of replayed.runs) {
    const column = run.place === 'cloud' ? cloud : onPrem
    for (let step = Math.max(0, Math.floor((run.startS - fromS) / stepS)); step < steps && fromS + step * stepS < run.endS; step += 1) {
      const overlapS = Math.min(run.endS, fromS + (step + 1) * stepS) - Math.max(run.startS, fromS + step * stepS)
      if (overlapS > 0) column[step] = at(column, step) + (overlapS / stepS) * at(jobs.gpus, run.job)
    }
  }
  return { fromS, stepS, onPrem, cloud }
}
