import { finishTimes } from './figures'
import type { Replayed } from './run'
import { at } from './trace'

/** What one team got out of a replay. */
export interface TeamOutcome {
  team: string
  jobs: number
  meanWaitHours: number
  cloudGpuHours: number
  onPremGpuHours: number
  deadlineMisses: number
}

/** Who waited and who was sent: by team, largest first. */
export function teamOutcomes(replayed: Replayed): TeamOutcome[] {
  const { jobs } = replayed.setting
  const teams = new Map<string, TeamOutcome & { waitS: number; done: number }>()
  const ends = finishTimes(replayed)
  const teamOf = (job: number) => {
    const team = jobs.teams[job] ?? ''
    const found = teams.get(team) ?? {
      team,
      jobs: 0,
      meanWaitHours: 0,
      cloudGpuHours: 0,
      onPremGpuHours: 0,
      deadlineMisses: 0,
      waitS: 0,
      done: 0,
    }
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
  return [...teams.values()]
    .map(({ waitS, done, ...team }) => ({
      ...team,
      meanWaitHours: done === 0 ? 0 : waitS / done / 3600,
    }))
    .toSorted((a, b) => b.jobs - a.jobs)
}

/** GPUs averaged over each step from the first submission to the last end. */
export interface Usage {
  fromS: number
  stepS: number
  /** In use, by where. */
  onPrem: Float64Array
  cloud: Float64Array
  /** In use if nothing ever queued. */
  asked: Float64Array
  /** Wanted by jobs that were not running yet. */
  waiting: Float64Array
}

/** What ran where, what was asked for and what waited, over time. */
export function usage(replayed: Replayed, steps: number): Usage {
  const { jobs } = replayed.setting
  const fromS = at(jobs.submit, 0)
  const toS = replayed.runs.reduce((latest, run) => Math.max(latest, run.endS), fromS + 1)
  const stepS = (toS - fromS) / steps
  const column = () => new Float64Array(steps)
  const [onPrem, cloud, asked, waiting] = [column(), column(), column(), column()]
  const add = (into: Float64Array, span: { startS: number; endS: number }, gpus: number) => {
    for (
      let step = Math.max(0, Math.floor((span.startS - fromS) / stepS));
      step < steps && fromS + step * stepS < span.endS;
      step += 1
    ) {
      const overlapS =
        Math.min(span.endS, fromS + (step + 1) * stepS) -
        Math.max(span.startS, fromS + step * stepS)
      if (overlapS > 0) into[step] = at(into, step) + (overlapS / stepS) * gpus
    }
  }
  // Between submission, or the end of an interrupted run, and the next start a job waits.
  const freeS = Float64Array.from(jobs.submit)
  for (const run of replayed.runs) {
    const gpus = at(jobs.gpus, run.job)
    add(run.place === 'cloud' ? cloud : onPrem, run, gpus)
    add(waiting, { startS: at(freeS, run.job), endS: Math.min(run.startS, run.endS) }, gpus)
    freeS[run.job] = run.endS
  }
  for (const job of replayed.unfinished)
    add(waiting, { startS: at(freeS, job), endS: toS }, at(jobs.gpus, job))
  for (let job = 0; job < jobs.count; job += 1)
    add(
      asked,
      { startS: at(jobs.submit, job), endS: at(jobs.submit, job) + at(jobs.runtime, job) },
      at(jobs.gpus, job),
    )
  return { fromS, stepS, onPrem, cloud, asked, waiting }
}
