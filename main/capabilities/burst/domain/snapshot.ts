/** Everything a decision rests on, at one instant. Times are seconds since 1970, money is dollars. */
export interface Snapshot {
  nowS: number
  /** GPUs of one kind in the building; a MIG fraction is a kind of its own. */
  kinds: readonly Kind[]
  queue: readonly QueuedJob[]
  pools: readonly Pool[]
  budgets: readonly BudgetLine[]
  link: Link
  policy: Policy
}

export interface Kind {
  name: string
  gpusPerNode: number
  /** What is free on each node now. */
  free: readonly number[]
  running: readonly {
    node: number
    gpus: number
    expectedEndS: number
    startedS: number
    team: string
  }[]
  usdPerGpuHour: number
}

/** Seconds that a job is expected to run: the middle, and the ends of the 80 % band. */
export interface RunTime {
  p10: number
  p50: number
  p90: number
}

export interface QueuedJob {
  id: string
  kind: string
  gpus: number
  runTime: RunTime
  submittedS: number
  deadlineS?: number
  team: string
  priority: number
  costCentre: string
  project?: string
  /** What an hour of waiting is worth for a job of ten GPU hours, where the policy says it for this very job. */
  usdPerWaitHour?: number
  /** What one of its GPUs needs beside it, so that a machine with too little is never offered. */
  perGpu?: { cpuCores: number; memoryGi: number; gpuMemoryGib: number }
  dataset?: { name: string; gb: number; mayLeave: boolean }
  resultsGb: number
}

/** Cloud capacity that can be asked for: an instance type in a zone, spot or on-demand. */
export interface Pool {
  name: string
  kind: string
  gpusPerNode: number
  /** Of one node and one of its GPUs, where known. */
  machine?: { cpuCores: number; memoryGi: number; gpuMemoryGib: number | undefined }
  usdPerNodeHour: number
  priceAsOfS: number
  bootS: number
  spot: boolean
  /** How many more nodes the quota allows; 0 also while the zone is short of capacity. */
  nodesLeft: number
  nodes: readonly { free: number; readyS: number; expectedEndS: number }[]
}

/** `hard` caps are never exceeded; soft ones ask their owner. A line counts every job whose cost centre, team or project it names. */
export interface BudgetLine {
  scope: string
  capUsd: number
  spentUsd: number
  committedUsd: number
  hard: boolean
}

export const counts = (
  { scope }: BudgetLine,
  job: Pick<QueuedJob, 'costCentre' | 'team' | 'project'>,
): boolean => scope === job.costCentre || scope === job.team || scope === job.project

/** The line out of the building as measured, and what is on the other side already. */
export interface Link {
  gbPerSecond: number
  queuedGb: number
  cached: ReadonlySet<string>
  usdPerGbBack: number
}

export interface Policy {
  /** What an hour of waiting is worth for a job of ten GPU hours, by team; `''` for everyone else. */
  usdPerWaitHour: Readonly<Record<string, number>>
  /** Shares of the building by team; absent teams count 1. */
  teamWeights: Readonly<Record<string, number>>
  keepDeadlines: boolean
  oldestPriceS: number
}
