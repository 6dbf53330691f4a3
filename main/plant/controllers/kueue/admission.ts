import { keyOf, splitKey, type Controller, type Engine } from '../engine'
import type { Recorder } from '../events'
import { CLUSTER_QUEUE, FLAVOR, JOB, LOCAL_QUEUE, PRIORITY_CLASS, WORKLOAD } from '../kinds'
import {
  conditionOf,
  controllerOf,
  controllerRef,
  hexOf,
  inside,
  nowText,
  withCondition,
  type Condition,
} from '../objects'
import { goDuration } from '../kubelet/images'
import { isJobFinished, type Job } from '../batch/job'
import {
  fit,
  isOver,
  labelsOf,
  say,
  usageOf,
  type ClusterQueue,
  type Fit,
  type Flavor,
  type LocalQueue,
  type PodSet,
  type Workload,
} from './quota'

export const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name'
const PRIORITY_LABEL = 'kueue.x-k8s.io/priority-class'
const NAME = 'kueue-admission'

/** Queues suspended Jobs that carry a queue name and lets them go while quota lasts: by priority, then by age; nothing is preempted. */
export function kueue(engine: Engine, recorder: Recorder): Controller {
  const cycle = ['cycle']
  return {
    name: 'kueue',
    watches: [
      {
        kinds: [JOB],
        wakes: ({ object }) => (object.metadata.labels?.[QUEUE_LABEL] ? [keyOf(object)] : []),
      },
      {
        kinds: [WORKLOAD],
        wakes: ({ type, object }) =>
          type === 'DELETED' && controllerOf(object)
            ? [`${object.metadata.namespace ?? ''}/${controllerOf(object)?.name ?? ''}`, ...cycle]
            : cycle,
      },
      { kinds: [CLUSTER_QUEUE, LOCAL_QUEUE, FLAVOR], wakes: () => cycle },
    ],
    reconcile(key) {
      if (key === 'cycle') return new Cycle(engine, recorder).run()
      const [namespace, name] = splitKey(key)
      const job = engine.api.get(JOB, name, namespace) as Job | undefined
      if (job && !job.metadata.deletionTimestamp) followJob({ engine, recorder }, job)
    },
  }
}

const workloadName = (job: Job) =>
  `job-${job.metadata.name}-${hexOf(job.metadata.uid ?? job.metadata.name, 5)}`

/** Keeps the Workload of a Job: made with it, suspended until it is admitted, finished with it. */
function followJob({ engine, recorder }: { engine: Engine; recorder: Recorder }, job: Job) {
  const { api } = engine
  const workload = api.get(WORKLOAD, workloadName(job), job.metadata.namespace) as
    Workload | undefined
  if (isJobFinished(job)) {
    if (workload && !isOver(workload)) finish(engine, workload, job)
    return
  }
  if (!workload) {
    // What was not suspended when it came is held until there is quota for it.
    if (!job.spec.suspend) api.update({ ...job, spec: { ...job.spec, suspend: true } }, NAME)
    const made = api.create(workloadOf(engine, job), NAME)
    return recorder.note(job, {
      reason: 'CreatedWorkload',
      message: `Created Workload: ${keyOf(made)}`,
      from: 'batch/job-kueue-controller',
    })
  }
  const queue = job.metadata.labels?.[QUEUE_LABEL] ?? ''
  if (workload.spec.queueName !== queue && !workload.status?.admission)
    api.update({ ...workload, spec: { ...workload.spec, queueName: queue } }, NAME)
}

function workloadOf(engine: Engine, job: Job) {
  const { parallelism = 1, completions = parallelism, template } = job.spec
  const podSet: PodSet = {
    name: 'main',
    count: Math.min(parallelism, completions),
    template: { ...(template.metadata && { metadata: template.metadata }), spec: template.spec },
  }
  return {
    apiVersion: 'kueue.x-k8s.io/v1beta1',
    kind: 'Workload',
    metadata: {
      name: workloadName(job),
      ...inside(job),
      labels: { 'kueue.x-k8s.io/job-uid': job.metadata.uid ?? '' },
      ownerReferences: [controllerRef(job)],
    },
    spec: {
      active: true,
      queueName: job.metadata.labels?.[QUEUE_LABEL] ?? '',
      podSets: [podSet],
      ...priorityOf(engine, job),
    },
  }
}

function priorityOf(engine: Engine, job: Job) {
  const name = job.metadata.labels?.[PRIORITY_LABEL] ?? job.spec.template.spec.priorityClassName
  const value = name ? engine.api.get(PRIORITY_CLASS, name)?.['value'] : undefined
  return {
    priority: typeof value === 'number' ? value : 0,
    ...(name && {
      priorityClassName: name,
      priorityClassSource: 'scheduling.k8s.io/priorityclass',
    }),
  }
}

function finish(engine: Engine, workload: Workload, job: Job) {
  const failed = conditionOf(job.status?.conditions, 'Failed')?.status === 'True'
  const condition = {
    type: 'Finished',
    status: 'True',
    reason: failed ? 'Failed' : 'Succeeded',
    message: failed
      ? (conditionOf(job.status?.conditions, 'Failed')?.message ?? 'Job failed')
      : 'Reached expected number of succeeded pods',
  }
  engine.api.updateStatus(
    {
      ...workload,
      status: {
        ...workload.status,
        conditions: withCondition(workload.status?.conditions, condition, nowText(engine.api)),
      },
    },
    NAME,
  )
}

class Cycle {
  readonly #flavors: Map<string, Flavor>
  readonly #workloads: Workload[]
  constructor(
    private readonly engine: Engine,
    private readonly recorder: Recorder,
  ) {
    this.#flavors = new Map(
      (engine.api.list(FLAVOR) as Flavor[]).map((flavor) => [flavor.metadata.name, flavor]),
    )
    this.#workloads = engine.api.list(WORKLOAD) as Workload[]
  }

  run() {
    for (const workload of this.#workloads)
      if (workload.spec.active === false && workload.status?.admission && !isOver(workload))
        this.#evict(workload)
    const pending = this.#workloads.filter(
      (workload) =>
        !workload.status?.admission &&
        !isOver(workload) &&
        workload.spec.active !== false &&
        !workload.metadata.deletionTimestamp,
    )
    const inOrder = pending.sort(
      (a, b) =>
        (b.spec.priority ?? 0) - (a.spec.priority ?? 0) ||
        (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '') ||
        keyOf(a).localeCompare(keyOf(b)),
    )
    const stuck = new Set<string>()
    for (const workload of inOrder) this.#consider(workload, stuck)
  }

  #consider(workload: Workload, stuck: Set<string>) {
    const local = this.engine.api.get(
      LOCAL_QUEUE,
      workload.spec.queueName ?? '',
      workload.metadata.namespace,
    ) as LocalQueue | undefined
    if (!local)
      return this.#wait(
        workload,
        'Inadmissible',
        `LocalQueue ${workload.spec.queueName ?? ''} doesn't exist`,
      )
    const queue = this.engine.api.get(CLUSTER_QUEUE, local.spec.clusterQueue) as
      ClusterQueue | undefined
    if (!queue)
      return this.#wait(
        workload,
        'Inadmissible',
        `ClusterQueue ${local.spec.clusterQueue} doesn't exist`,
      )
    if (queue.spec.stopPolicy && queue.spec.stopPolicy !== 'None')
      return this.#wait(workload, 'Inadmissible', `ClusterQueue ${queue.metadata.name} is inactive`)
    if (stuck.has(queue.metadata.name))
      return this.#wait(
        workload,
        'Pending',
        'The workload is waiting behind an older one in a StrictFIFO ClusterQueue',
      )
    const usage = usageOf(this.engine.api.list(WORKLOAD) as Workload[], queue.metadata.name)
    const fits = workload.spec.podSets.map((podSet) =>
      fit(podSet, queue, { usage, flavors: this.#flavors }),
    )
    const refused = fits.find((each) => !each.fits)
    if (!refused)
      return this.#admit(
        workload,
        queue,
        fits.flatMap((each) => (each.fits ? [each] : [])),
      )
    if (queue.spec.queueingStrategy === 'StrictFIFO') stuck.add(queue.metadata.name)
    if (!refused.fits) this.#wait(workload, 'Pending', refused.reason)
  }

  /** Takes back what was admitted to a workload that somebody made inactive: its Job stops and waits. */
  #evict(workload: Workload) {
    const message = 'The workload is deactivated'
    const { admission: _admission, ...status } = workload.status ?? {}
    const released = this.engine.api.updateStatus({ ...workload, status }, NAME) as Workload
    this.#setStatus(released, [
      { type: 'QuotaReserved', status: 'False', reason: 'Pending', message },
      {
        type: 'Admitted',
        status: 'False',
        reason: 'NoReservation',
        message: 'The workload has no reservation',
      },
      { type: 'Evicted', status: 'True', reason: 'Deactivated', message },
    ])
    const job = this.engine.api.get(
      JOB,
      controllerOf(workload)?.name ?? '',
      workload.metadata.namespace,
    ) as Job | undefined
    if (job && job.spec.suspend !== true && !isJobFinished(job))
      this.engine.api.update({ ...job, spec: { ...job.spec, suspend: true } }, NAME)
    this.recorder.note(workload, { reason: 'EvictedDueToDeactivated', message, from: NAME })
  }

  #wait(workload: Workload, reason: string, message: string) {
    const before = conditionOf(workload.status?.conditions, 'QuotaReserved')
    if (before?.status === 'False' && before.message === message) return
    this.#setStatus(workload, [{ type: 'QuotaReserved', status: 'False', reason, message }])
    this.recorder.note(workload, { type: 'Warning', reason: 'Pending', message, from: NAME })
  }

  #admit(workload: Workload, queue: ClusterQueue, fits: Extract<Fit, { fits: true }>[]) {
    const clusterQueue = queue.metadata.name
    const waited = goDuration(
      Math.max(
        0,
        this.engine.api.clock.now() - Date.parse(workload.metadata.creationTimestamp ?? ''),
      ),
    )
    const podSetAssignments = workload.spec.podSets.map((podSet, index) => ({
      name: podSet.name,
      count: podSet.count,
      flavors: fits[index]?.flavors ?? {},
      resourceUsage: Object.fromEntries(
        [...(fits[index]?.demand ?? [])].map(([resource, amount]) => [
          resource,
          say(resource, amount),
        ]),
      ),
    }))
    this.#setStatus(
      workload,
      [
        {
          type: 'QuotaReserved',
          status: 'True',
          reason: 'QuotaReserved',
          message: `Quota reserved in ClusterQueue ${clusterQueue}`,
        },
        {
          type: 'Admitted',
          status: 'True',
          reason: 'Admitted',
          message: 'The workload is admitted',
        },
      ],
      { clusterQueue, podSetAssignments },
    )
    this.recorder.note(workload, {
      reason: 'QuotaReserved',
      message: `Quota reserved in ClusterQueue ${clusterQueue}, wait time since queued was ${waited}`,
      from: NAME,
    })
    this.recorder.note(workload, {
      reason: 'Admitted',
      message: `Admitted by ClusterQueue ${clusterQueue}, wait time since reservation was 0s`,
      from: NAME,
    })
    this.#start(workload, fits[0]?.flavors ?? {})
  }

  /** Lets the Job go on the nodes of the flavor it got. */
  #start(workload: Workload, flavors: Record<string, string>) {
    const owner = controllerOf(workload)
    const job = this.engine.api.get(JOB, owner?.name ?? '', workload.metadata.namespace) as
      Job | undefined
    if (!job?.spec.suspend) return
    const { template } = job.spec
    const nodeSelector = { ...template.spec.nodeSelector, ...labelsOf(flavors, this.#flavors) }
    this.engine.api.update(
      {
        ...job,
        spec: {
          ...job.spec,
          suspend: false,
          template: { ...template, spec: { ...template.spec, nodeSelector } },
        },
      },
      NAME,
    )
    this.recorder.note(job, {
      reason: 'Started',
      message: `Admitted by clusterQueue ${workload.status?.admission?.clusterQueue ?? ''}`.trim(),
      from: 'batch/job-kueue-controller',
    })
  }

  #setStatus(
    workload: Workload,
    next: Condition[],
    admission?: NonNullable<Workload['status']>['admission'],
  ) {
    const now = nowText(this.engine.api)
    let conditions = workload.status?.conditions
    for (const condition of next)
      conditions = withCondition(
        conditions,
        { ...condition, observedGeneration: workload.metadata.generation ?? 1 },
        now,
      )
    this.engine.api.updateStatus(
      {
        ...workload,
        status: {
          ...workload.status,
          ...(conditions && { conditions }),
          ...(admission && { admission }),
        },
      },
      NAME,
    )
  }
}
