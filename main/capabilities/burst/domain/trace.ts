import { seeded } from '../../../kernel/random'

/** One line of a trace. Times are seconds; `submitS` and `deadlineS` count from the trace's own zero. */
export interface TraceJob {
  id: string
  submitS: number
  gpus: number
  durationS: number
  user?: string
  team?: string
  priority?: number
  datasetGb?: number
  deadlineS?: number
}

/** The jobs of a trace in order of arrival, one number per job and column. */
export interface JobTable {
  readonly count: number
  readonly dropped: number
  readonly ids: readonly string[]
  readonly submit: Float64Array
  readonly gpus: Int32Array
  readonly runtime: Float64Array
  readonly deadline: Float64Array
  readonly teams: readonly string[]
  readonly priority: Float64Array
  readonly datasetGb: Float64Array
}

/** What the planner may know of a job's running time: a number of seconds per job. */
export type Estimates = Float64Array

const LARGEST_GANG = 64
const SLACK_FACTORS = [0.1, 0.25, 0.5, 1, 2, 4] as const

/** FNV-1a, 32 bits, over the UTF-8 bytes of a text. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

/** The due time in seconds of a job that names none: its running time, a quarter of an hour, and a share of the running time chosen by its name. */
export const defaultDeadline = (job: Pick<TraceJob, 'id' | 'submitS' | 'durationS'>): number =>
  job.submitS +
  job.durationS +
  900 +
  (SLACK_FACTORS[fnv1a32(job.id) % SLACK_FACTORS.length] ?? 1) * job.durationS

/** Sorts by arrival (equal times keep the file's order) and drops gangs above 64 GPUs. */
export function jobTable(rows: readonly TraceJob[]): JobTable {
  const kept = rows
    .filter((row) => row.gpus <= LARGEST_GANG)
    .toSorted((a, b) => a.submitS - b.submitS)
  return {
    count: kept.length,
    dropped: rows.length - kept.length,
    ids: kept.map((row) => row.id),
    submit: Float64Array.from(kept, (row) => row.submitS),
    gpus: Int32Array.from(kept, (row) => row.gpus),
    runtime: Float64Array.from(kept, (row) => row.durationS),
    deadline: Float64Array.from(kept, (row) => row.deadlineS ?? defaultDeadline(row)),
    teams: kept.map((row) => row.team ?? ''),
    priority: Float64Array.from(kept, (row) => row.priority ?? 0),
    datasetGb: Float64Array.from(kept, (row) => row.datasetGb ?? 0),
  }
}

/**
 * Estimates with lognormal noise of median 1. The noise of a job depends on its name and the seed alone, so a prefix of a trace
 * sees the same estimates as the whole.
 */
export function noisyEstimates(jobs: JobTable, sigma: number, seed: number): Estimates {
  if (sigma === 0) return Float64Array.from(jobs.runtime)
  return Float64Array.from(
    jobs.runtime,
    (seconds, job) =>
      seconds *
      Math.exp(sigma * gaussian(fnv1a32(jobs.ids[job] ?? '') ^ Math.imul(seed, 0x9e3779b1))),
  )
}

/** One draw from the standard normal distribution (Box and Muller). */
function gaussian(seed: number): number {
  const random = seeded(seed)
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

export const at = (column: ArrayLike<number>, index: number): number => column[index] ?? 0
