import { boundFigures } from './domain/bound-figures'
import { demandQuantile } from './domain/bounds'
import { figures, type Figures } from './domain/figures'
import { BOUNDS, policies, type MakePolicy } from './domain/policies/catalogue'
import type { TaktSettings } from './domain/policies/takt'
import type { Setting } from './domain/replay'
import { replay, type Replayed, type Watcher } from './domain/run'
import { cloudPools, type NamedSpot } from './domain/spot'
import { jobTable, noisyEstimates, type JobTable, type TraceJob } from './domain/trace'

/** What a what-if asks for. */
export interface ReplayQuestion {
  jobs: readonly TraceJob[]
  /** Whole nodes in the building; undefined takes the median demand of the trace. */
  nodes?: number
  gpusPerNode: number
  policies: readonly string[]
  sweep: boolean
  estimateSigma: number
  seed: number
  spots: readonly NamedSpot[]
  /** What a cloud node of eight GPUs costs an hour on demand, in USD; the list price of a p4d.24xlarge unless told. */
  usdPerNodeHour?: number
  takt: TaktSettings
  /** How fast data goes to the cloud, in gigabits a second, for all jobs together; undefined ships at once. */
  linkGbps?: number
  /** Data of a job where the trace names none. */
  gbPerJob?: number
  /** The share of jobs that may run on spot nodes. */
  spotShare?: number
}

/** One of so many replays of a what-if. */
export interface Play {
  name: string
  done: number
  of: number
}
export interface ReplayAnswer {
  setting: Setting
  jobs: JobTable
  meanRuntimeHours: number
  figures: Figures[]
}

interface With {
  stopwatch: () => number
  watcher?: Watcher
  /** Before each of so many replays. */ begins?: (play: Play) => void
  each?: (replayed: Replayed, index: number) => Promise<void> | void
  /** Each row as soon as it is known; bounds, which are not played, come first. */ found?: (
    row: Figures,
    replayed: Replayed | undefined,
  ) => void
}

/** Plays the trace once per policy and knob position. `each` sees every replay before it is thrown away; progress is the share of all of them. */
export async function answer(question: ReplayQuestion, with_: With): Promise<ReplayAnswer> {
  const setting = settingOf(question, with_.stopwatch)
  const { jobs } = setting
  const plays = question.policies.flatMap((name) =>
    policies(name, question.takt, question.sweep).map((make, index) => ({ name, make, index })),
  )
  const rows = new Map<string, Figures[]>(
    question.policies.map((name) => [
      name,
      BOUNDS.some((bound) => bound === name) ? [boundFigures(name, setting)] : [],
    ]),
  )
  for (const row of [...rows.values()].flat()) with_.found?.(row, undefined)
  for (const [place, { name, make, index }] of plays.entries()) {
    with_.begins?.({ name, done: place, of: plays.length })
    const [replayed, seconds] = timed(setting, make, {
      ...with_,
      ...(with_.watcher && { watcher: part(with_.watcher, place, plays.length) }),
    })
    const row = figures(replayed, seconds, question.takt.budgetUsd)
    rows.get(name)?.push(row)
    with_.found?.(row, replayed)
    await with_.each?.(replayed, index)
  }
  const meanRuntimeHours =
    jobs.runtime.reduce((sum, seconds) => sum + seconds, 0) / Math.max(1, jobs.count) / 3600
  return { setting, jobs, meanRuntimeHours, figures: [...rows.values()].flat() }
}

const part = (watcher: Watcher, place: number, of: number): Watcher => ({
  ...watcher,
  progress: (done) => watcher.progress((place + done) / of),
})

const nodesFor = (jobs: JobTable, gpusPerNode: number) =>
  Math.max(1, Math.round(demandQuantile(jobs, 0.5) / gpusPerNode))
/** How many whole nodes would hold the median demand of some jobs; at least one. */
export const medianNodes = (jobs: readonly TraceJob[], gpusPerNode: number): number =>
  nodesFor(jobTable(jobs), gpusPerNode)

function settingOf(question: ReplayQuestion, stopwatch: () => number): Setting {
  const { gpusPerNode, gbPerJob = 0, linkGbps, spotShare } = question
  const jobs = jobTable(
    gbPerJob > 0 ? question.jobs.map((job) => ({ datasetGb: gbPerJob, ...job })) : question.jobs,
  )
  const nodes = question.nodes ?? nodesFor(jobs, gpusPerNode)
  return {
    jobs,
    estimates: noisyEstimates(jobs, question.estimateSigma, question.seed),
    nodes,
    gpusPerNode,
    pools: cloudPools(question.spots, question.usdPerNodeHour),
    stopwatch,
    ...(linkGbps !== undefined && { linkGbPerSecond: linkGbps / 8 }),
    ...(spotShare !== undefined && { spotShare }),
  }
}

function timed(
  setting: Setting,
  make: MakePolicy,
  with_: { stopwatch: () => number; watcher?: Watcher },
): [Replayed, number] {
  const before = with_.stopwatch()
  const replayed = replay(setting, make(), with_.watcher)
  return [replayed, (with_.stopwatch() - before) / 1e6]
}
