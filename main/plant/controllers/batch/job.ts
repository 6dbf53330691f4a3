import type { KubeObject } from '../../types'
import { makePod, ownerKey, podsOf, removePod } from '../apps/pods'
import { keyOf, splitKey, type Controller, type Engine } from '../engine'
import type { Recorder } from '../events'
import { JOB, POD } from '../kinds'
import { ATTEMPT } from '../kubelet/durations'
import {
  conditionOf,
  hexOf,
  isFinished,
  isReady,
  nowText,
  same,
  withCondition,
  type Condition,
  type Pod,
  type PodTemplate,
} from '../objects'

export interface Job extends KubeObject {
  spec: {
    parallelism?: number
    completions?: number
    suspend?: boolean
    backoffLimit?: number
    completionMode?: string
    activeDeadlineSeconds?: number
    ttlSecondsAfterFinished?: number
    template: PodTemplate
  }
  status?: JobStatus
}
interface JobStatus {
  active?: number
  ready?: number
  succeeded?: number
  failed?: number
  startTime?: string
  completionTime?: string
  conditions?: Condition[]
  [field: string]: unknown
}
interface Tools {
  engine: Engine
  recorder: Recorder
}
interface Tally {
  active: Pod[]
  succeeded: number
  failed: number
  lastFailureAt: number
}

const NAME = 'job-controller'
export const isJobFinished = (job: Job) =>
  job.status?.conditions?.some(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  ) ?? false

/** Runs Jobs to completion: pods in parallel, tried again up to the limit, held while suspended. */
export function jobs(engine: Engine, recorder: Recorder): Controller {
  return {
    name: 'jobs',
    watches: [
      { kinds: [JOB], wakes: ({ type, object }) => (type === 'DELETED' ? [] : [keyOf(object)]) },
      { kinds: [POD], wakes: ownerKey('Job') },
    ],
    reconcile(key) {
      const [namespace, name] = splitKey(key)
      const job = engine.api.get(JOB, name, namespace) as Job | undefined
      if (!job || job.metadata.deletionTimestamp) return
      if (isJobFinished(job)) return sweep(engine, job)
      new Turn({ engine, recorder }, job).run()
    },
  }
}

/** Removes a finished Job when its time to live is over. */
function sweep(engine: Engine, job: Job) {
  const seconds = job.spec.ttlSecondsAfterFinished
  if (seconds === undefined) return
  const done = job.status?.conditions?.find(({ type }) => type === 'Complete' || type === 'Failed')
  const at = Date.parse(done?.lastTransitionTime ?? '') + seconds * 1000
  if (at > engine.api.clock.now()) engine.wakeAt(at, 'jobs', keyOf(job))
  else
    engine.api.remove(JOB, job.metadata.name, {
      ...(job.metadata.namespace && { namespace: job.metadata.namespace }),
      propagation: 'Background',
    })
}

class Turn {
  readonly #now: string
  readonly #pods: Pod[]
  constructor(
    private readonly tools: Tools,
    private readonly job: Job,
  ) {
    this.#now = nowText(tools.engine.api)
    this.#pods = podsOf(tools.engine, job)
  }

  run() {
    const tally = this.#tally()
    if (this.job.spec.suspend) return this.#hold(tally)
    const status = this.#resumed()
    if (tally.failed > (this.job.spec.backoffLimit ?? 6))
      return this.#fail(status, tally, {
        reason: 'BackoffLimitExceeded',
        message: 'Job has reached the specified backoff limit',
      })
    if (this.#pastDeadline(status))
      return this.#fail(status, tally, {
        reason: 'DeadlineExceeded',
        message: 'Job was active longer than specified deadline',
      })
    if (this.#isDone(tally)) return this.#complete(status, tally)
    const made = this.#startMissing(tally)
    this.#write(status, { ...tally, active: [...tally.active, ...made] })
  }

  #tally(): Tally {
    const failed = this.#pods.filter((pod) => pod.status?.phase === 'Failed')
    const ends = failed.map(
      (pod) =>
        Date.parse(pod.status?.containerStatuses?.[0]?.state.terminated?.finishedAt ?? '') || 0,
    )
    return {
      active: this.#pods.filter((pod) => !isFinished(pod) && !pod.metadata.deletionTimestamp),
      succeeded: this.#pods.filter((pod) => pod.status?.phase === 'Succeeded').length,
      failed: failed.length,
      lastFailureAt: Math.max(0, ...ends),
    }
  }

  #isDone({ active, succeeded }: Tally) {
    const { completions, parallelism } = this.job.spec
    // Without a count of completions (and with several pods) the first success ends the work queue.
    if (completions === undefined && (parallelism ?? 1) > 1)
      return succeeded > 0 && active.length === 0
    return succeeded >= (completions ?? 1)
  }

  #startMissing(tally: Tally): Pod[] {
    const { completions, parallelism = 1 } = this.job.spec
    const backOff =
      tally.failed > 0
        ? tally.lastFailureAt + Math.min(600_000, 10_000 * 2 ** (tally.failed - 1))
        : 0
    if (backOff > this.tools.engine.api.clock.now()) {
      this.tools.engine.wakeAt(backOff, 'jobs', keyOf(this.job))
      return []
    }
    const left =
      completions === undefined
        ? tally.succeeded > 0
          ? 0
          : parallelism
        : completions - tally.succeeded
    const missing = Math.max(0, Math.min(parallelism, left) - tally.active.length)
    const indexes = this.job.spec.completionMode === 'Indexed' ? this.#openIndexes() : []
    return Array.from({ length: missing }, (_unused, nth) =>
      this.#makePod(tally, nth, indexes[nth]),
    )
  }

  #openIndexes(): number[] {
    const taken = new Set(
      this.#pods
        .filter((pod) => pod.status?.phase !== 'Failed')
        .map((pod) =>
          Number(pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index']),
        ),
    )
    return Array.from({ length: this.job.spec.completions ?? 1 }, (_unused, index) => index).filter(
      (index) => !taken.has(index),
    )
  }

  #makePod(tally: Tally, nth: number, index: number | undefined): Pod {
    const uid = this.job.metadata.uid ?? ''
    const suffix = hexOf(`${uid}${String(this.#pods.length)}${String(nth)}${this.#now}`, 5)
    const labels = {
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': this.job.metadata.name,
      'controller-uid': uid,
      'job-name': this.job.metadata.name,
    }
    const annotations = {
      ...(tally.failed > 0 && { [ATTEMPT]: String(tally.failed) }),
      ...(index !== undefined && { 'batch.kubernetes.io/job-completion-index': String(index) }),
    }
    return makePod(this.tools, this.job, {
      name: `${this.job.metadata.name}-${index === undefined ? '' : `${String(index)}-`}${suffix}`,
      template: this.job.spec.template,
      labels,
      annotations,
      spec: {
        ...(index !== undefined && { hostname: `${this.job.metadata.name}-${String(index)}` }),
      },
    })
  }

  #hold(tally: Tally) {
    for (const pod of tally.active) removePod(this.tools.engine, pod)
    const before = conditionOf(this.job.status?.conditions, 'Suspended')
    if (before?.status !== 'True') this.#note('Suspended', 'Job suspended')
    const conditions = withCondition(
      this.job.status?.conditions,
      { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' },
      this.#now,
    )
    const { startTime: _startTime, ...status } = this.job.status ?? {}
    this.#write({ ...status, conditions }, { ...tally, active: [] })
  }

  #resumed(): JobStatus {
    const status = { ...this.job.status, startTime: this.job.status?.startTime ?? this.#now }
    if (conditionOf(status.conditions, 'Suspended')?.status !== 'True') return status
    this.#note('Resumed', 'Job resumed')
    return {
      ...status,
      conditions: withCondition(
        status.conditions,
        { type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' },
        this.#now,
      ),
    }
  }

  #pastDeadline(status: JobStatus): boolean {
    const seconds = this.job.spec.activeDeadlineSeconds
    if (seconds === undefined) return false
    const end = Date.parse(status.startTime ?? this.#now) + seconds * 1000
    if (end <= this.tools.engine.api.clock.now()) return true
    this.tools.engine.wakeAt(end, 'jobs', keyOf(this.job))
    return false
  }

  #fail(status: JobStatus, tally: Tally, why: { reason: string; message: string }) {
    for (const pod of tally.active) removePod(this.tools.engine, pod)
    let conditions = withCondition(
      status.conditions,
      { type: 'FailureTarget', status: 'True', ...why },
      this.#now,
    )
    conditions = withCondition(conditions, { type: 'Failed', status: 'True', ...why }, this.#now)
    this.#note(why.reason, why.message, 'Warning')
    this.#write({ ...status, conditions }, { ...tally, active: [] })
  }

  #complete(status: JobStatus, tally: Tally) {
    for (const pod of tally.active) removePod(this.tools.engine, pod)
    const why = {
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
    }
    let conditions = withCondition(
      status.conditions,
      { type: 'SuccessCriteriaMet', status: 'True', ...why },
      this.#now,
    )
    conditions = withCondition(conditions, { type: 'Complete', status: 'True', ...why }, this.#now)
    this.#note('Completed', 'Job completed')
    this.#write({ ...status, conditions, completionTime: this.#now }, { ...tally, active: [] })
  }

  #note(reason: string, message: string, type: 'Normal' | 'Warning' = 'Normal') {
    this.tools.recorder.note(this.job, { type, reason, message, from: NAME })
  }

  #write(status: JobStatus, { active, succeeded, failed }: Tally) {
    const {
      active: _active,
      ready: _ready,
      succeeded: _succeeded,
      failed: _failed,
      ...rest
    } = status
    const next: JobStatus = {
      ...rest,
      ...(active.length > 0 && { active: active.length }),
      ready: active.filter(isReady).length,
      ...(succeeded > 0 && { succeeded }),
      ...(failed > 0 && { failed }),
      terminating: this.#pods.filter((pod) => pod.metadata.deletionTimestamp && !isFinished(pod))
        .length,
      uncountedTerminatedPods: {},
    }
    if (!same(this.job.status, next))
      this.tools.engine.api.updateStatus({ ...this.job, status: next }, NAME)
  }
}
