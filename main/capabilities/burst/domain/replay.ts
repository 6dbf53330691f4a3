import { BOOT_S, Cloud, type Offer, type PoolTerms } from './cloud'
import { TimeHeap } from './heap'
import { onPrem, type OnPrem, type Share } from './onprem'
import { at, fnv1a32, type Estimates, type JobTable } from './trace'

/** What is fixed before a replay starts. */
export interface Setting {
  jobs: JobTable
  estimates: Estimates
  nodes: number
  gpusPerNode: number
  pools: readonly PoolTerms[]
  /** Gigabytes that all jobs together can ship in a second; absent ships at once. */
  linkGbPerSecond?: number
  /** The share of jobs that may run on spot nodes; absent is all of them. */
  spotShare?: number
  /** Microseconds from any zero, to time decisions; the replay itself never reads it. */
  stopwatch: () => number
}

/** A policy is told what happened at one instant and answers by placing jobs through the desk; it never sees what has not arrived. */
export interface Policy {
  readonly name: string
  readonly params: Readonly<Record<string, number | string | boolean>>
  react(desk: Desk, happened: Happened): void
}
export interface Happened {
  arrived: readonly number[]
  finished: readonly number[]
  interrupted: readonly number[]
}

/** One placement of a job, from the moment it was placed to its end or interruption. */
export interface Run {
  readonly job: number
  readonly place: 'on-prem' | 'cloud'
  readonly pool: number
  readonly shares: readonly Share[]
  readonly placedS: number
  readonly startS: number
  /** When the job's estimate says it ends; all that a policy may use. */
  readonly expectedEndS: number
  /** How often the job had been stopped before. */
  readonly restarts: number
  /** Not after startS where it was stopped before its node was up. */
  endS: number
  ended: boolean
}

export const CHECKPOINT_S = 900
export const RESTART_S = 300

/** The state of a replay and the only hands a policy has. Times are seconds. */
export class Desk {
  nowS = 0
  readonly onPrem: OnPrem
  readonly cloud: Cloud
  readonly jobs: Pick<
    JobTable,
    'count' | 'ids' | 'submit' | 'gpus' | 'deadline' | 'teams' | 'priority' | 'datasetGb'
  >
  readonly runs: Run[] = []
  readonly running = new Set<number>()
  readonly waiting = new Set<number>()
  readonly interrupted: number[] = []
  lostGpuS = 0
  interruptions = 0
  private readonly runOf: Int32Array
  private readonly left: Float64Array
  private readonly done: Float64Array
  private readonly stops: Int32Array
  private readonly shipped = new Set<number>()
  private linkFreeS = 0
  private readonly ends = new TimeHeap()
  private readonly wakes = new TimeHeap()

  constructor(private readonly setting: Setting) {
    this.jobs = setting.jobs
    this.onPrem = onPrem(setting.nodes, setting.gpusPerNode)
    this.cloud = new Cloud(setting.pools, setting.gpusPerNode)
    this.left = Float64Array.from(setting.jobs.runtime)
    this.done = new Float64Array(setting.jobs.count)
    this.stops = new Int32Array(setting.jobs.count)
    this.runOf = new Int32Array(setting.jobs.count).fill(-1)
  }

  /** Seconds of work a job is expected to have left, from its estimate and what it has saved. */
  estimateS(job: number): number {
    const estimate = at(this.setting.estimates, job)
    return (
      Math.max(estimate - at(this.done, job), estimate * 0.05) +
      (at(this.done, job) > 0 ? RESTART_S : 0)
    )
  }

  gpus(job: number): number {
    return at(this.jobs.gpus, job)
  }

  fits(job: number, allowed?: (node: number) => boolean): Share[] | undefined {
    return this.onPrem.find(this.gpus(job), allowed)
  }

  neverFits(job: number): boolean {
    return this.gpus(job) > this.onPrem.nodes * this.onPrem.gpusPerNode
  }

  /** Starts a job in the building now if it fits. */
  startOnPrem(job: number, allowed?: (node: number) => boolean): boolean {
    const shares = this.fits(job, allowed)
    return shares !== undefined && this.startOn(job, shares)
  }

  /** Starts a job on the nodes that were held for it, if they are free. */
  startOn(job: number, shares: readonly Share[]): boolean {
    if (!this.onPrem.holds(shares)) return false
    this.onPrem.take(shares)
    this.run({ job, place: 'on-prem', pool: -1, shares, startS: this.nowS })
    return true
  }

  offer(job: number, pool = 0): Offer {
    return this.cloud.offer(this.gpus(job), this.estimateS(job), {
      nowS: this.nowS,
      pool,
      dataS: this.shipS(job),
    })
  }

  /** Seconds until a job's data would be in the cloud if it were shipped now, behind what is on the link already. */
  private shipS(job: number): number {
    const gb = at(this.jobs.datasetGb, job)
    const { linkGbPerSecond } = this.setting
    return linkGbPerSecond === undefined || gb === 0 || this.shipped.has(job)
      ? 0
      : Math.max(0, this.linkFreeS - this.nowS) + gb / linkGbPerSecond
  }

  /** Seconds that leaving now takes before a job begins on a new node: its boot, or the way of its data where that is longer. */
  leadS(job: number): number {
    return Math.max(BOOT_S, this.shipS(job))
  }

  /** Whether a job may run on nodes that can be taken away; by its name alone, so that a prefix of a trace says the same. */
  maySpot(job: number): boolean {
    const { spotShare = 1 } = this.setting
    return spotShare >= 1 || (fnv1a32(this.jobs.ids[job] ?? '') >>> 8) % 1000 < spotShare * 1000
  }

  /** Sends a job to a cloud pool now (0 is on-demand). */
  startCloud(job: number, pool = 0): void {
    const offer = this.offer(job, pool)
    const shipS = this.shipS(job)
    if (shipS > 0) {
      this.linkFreeS = this.nowS + shipS
      this.shipped.add(job)
    }
    const shares = this.cloud.take(offer, this.nowS, offer.startS + this.estimateS(job))
    this.run({ job, place: 'cloud', pool, shares, startS: offer.startS })
  }

  private run(placed: Pick<Run, 'job' | 'place' | 'pool' | 'shares' | 'startS'>): void {
    const { job } = placed
    if (!this.waiting.delete(job))
      throw new Error(`Job ${this.jobs.ids[job] ?? job} is not waiting`)
    const restart = at(this.done, job) > 0 ? RESTART_S : 0
    const endS = placed.startS + restart + at(this.left, job)
    this.runOf[job] = this.runs.length
    this.running.add(this.runs.length)
    this.ends.push(endS, this.runs.length)
    this.runs.push({
      ...placed,
      placedS: this.nowS,
      endS,
      expectedEndS: placed.startS + this.estimateS(job),
      restarts: at(this.stops, job),
      ended: false,
    })
  }

  /** The latest placement of a job. */
  lastRun(job: number): Run | undefined {
    return this.runs[at(this.runOf, job)]
  }

  /** Stops a cloud job; it waits again with what it had saved, or with nothing where it keeps no checkpoints. */
  stop(job: number, keeps: 'checkpoint' | 'nothing'): void {
    const run = this.lastRun(job)
    if (!run || run.ended || run.place !== 'cloud') return
    const ran = Math.max(0, this.nowS - run.startS)
    const worked = Math.max(0, ran - (at(this.done, job) > 0 ? RESTART_S : 0))
    const saved = keeps === 'checkpoint' ? Math.floor(worked / CHECKPOINT_S) * CHECKPOINT_S : 0
    this.lostGpuS += (ran - saved) * this.gpus(job)
    this.left[job] = at(this.left, job) - saved
    this.done[job] = at(this.done, job) + saved
    this.stops[job] = at(this.stops, job) + 1
    run.endS = this.nowS
    this.close(run, at(this.runOf, job))
    this.waiting.add(job)
  }

  /** Asks for a call of the policy at the given time. */
  wakeAt(timeS: number): void {
    if (timeS > this.nowS && timeS < Infinity) this.wakes.push(timeS, 0)
  }

  nextEventS(): number {
    return Math.min(this.ends.peekTime(), this.wakes.peekTime())
  }

  /** Moves to an instant: frees what ended by then and answers which jobs those were. */
  advance(timeS: number): number[] {
    this.nowS = timeS
    const finished: number[] = []
    while (this.wakes.peekTime() <= timeS) this.wakes.pop()
    while (this.ends.peekTime() <= timeS) {
      const id = this.ends.pop()
      const run = this.runs[id]
      if (!run || run.ended) continue
      this.close(run, id)
      finished.push(run.job)
    }
    return finished
  }

  private close(run: Run, id: number): void {
    run.ended = true
    this.running.delete(id)
    if (run.place === 'on-prem') this.onPrem.give(run.shares)
    else this.cloud.give(run.shares, this.nowS)
  }

  /** The jobs on cloud nodes now. */
  cloudJobs(): number[] {
    return [...this.running].flatMap((id) =>
      this.runs[id]?.place === 'cloud' ? [this.runs[id].job] : [],
    )
  }

  /** Interrupts everything on spot nodes of zones that stopped handing them out. */
  reclaim(): number[] {
    const hit = [...this.running].flatMap((id) => {
      const run = this.runs[id]
      return run &&
        run.place === 'cloud' &&
        this.setting.pools[run.pool]?.spot?.availableAt(this.nowS) === false
        ? [run.job]
        : []
    })
    for (const job of hit) this.stop(job, 'checkpoint')
    this.interruptions += hit.length
    return hit
  }
}
