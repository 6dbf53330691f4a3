import { askedBy, deviceWord, sumOf, type Devices } from '../gpu'
import { cellsOf, column, type ListDefinition, type Resource, type Source } from '../definition'
import { at, condition, count, flag, holds, instant, items, text, type Peek } from '../peek'
import type { Projected } from '../row'
import type { Said } from '../why'
import { identity, labelWords } from './common'
import { ofWanted, replicasOf } from './nodes'

export const WORKLOAD_COLUMNS = [
  column('state', 'state'),
  column('name'),
  column('kind'),
  column('namespace'),
  column('gpus', 'count'),
  column('pods'),
  column('queue'),
  column('position', 'count'),
  column('why'),
  column('age', 'since'),
  column('device', 'text', false),
  column('priority', 'text', false),
  column('owner', 'text', false),
  column('image', 'text', false),
  column('started', 'since', false),
  column('finished', 'since', false),
]
/** What Kueue says of one piece of work. */
export interface QueueFacts {
  of: 'queue'
  owner: string
  queue: string
  clusterQueue: string
  active: boolean
  conditions: Said[]
  checks: { name: string; state: string; message: string }[]
  priority: number
  since: number
}
/** What a job says of itself, before the queue is heard. */
export interface JobFacts {
  of: 'job'
  why: string
  state: string
  queue: string
}
export interface LocalQueueFacts {
  of: 'local'
  clusterQueue: string
}

const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name'
const queueOf = (object: Peek) => text(object, 'metadata', 'labels', QUEUE_LABEL)
const sentence = (object: Peek, type: string) =>
  text(condition(object, type), 'message').slice(0, 160)

interface Told {
  state: string
  why: string
  pods: string
  devices: readonly Devices[]
  image?: string
  started?: number | undefined
  finished?: number | undefined
}
function row(
  kind: string,
  object: Peek,
  { state, why, pods, devices, image = '', started, finished }: Told,
): Projected {
  const who = identity(object)
  const queue = queueOf(object)
  return {
    ...who,
    state,
    words: labelWords(object),
    facts: { of: 'job', why, state, queue } satisfies JobFacts,
    cells: cellsOf(WORKLOAD_COLUMNS, {
      state,
      name: who.name,
      kind,
      namespace: who.namespace,
      gpus: sumOf(devices),
      pods,
      queue,
      why,
      age: instant(object, 'metadata', 'creationTimestamp'),
      device: deviceWord(devices),
      image,
      started,
      finished,
      priority: text(object, 'metadata', 'labels', 'kueue.x-k8s.io/priority-class'),
      owner:
        text(object, 'metadata', 'labels', 'takt.dev/owner') ||
        text(object, 'metadata', 'annotations', 'takt.dev/owner'),
    }),
  }
}
/** The same devices, so many times. */
const times = (devices: readonly Devices[], many: number): Devices[] =>
  devices.map((one) => ({ ...one, count: one.count * many }))
const imageOf = (spec: Peek) => text(items(spec, 'containers')[0], 'image')
const course = (
  object: Peek,
  {
    failed,
    done,
    held,
    running,
  }: { failed: boolean; done: boolean; held: boolean; running: boolean },
) => {
  if (text(object, 'metadata', 'deletionTimestamp') !== '') return 'stopping'
  return failed
    ? 'failed'
    : done
      ? 'done'
      : held
        ? queueOf(object)
          ? 'waiting'
          : 'held'
        : running
          ? 'running'
          : 'starting'
}

const OWNED = new Set(['JobSet', 'TrainJob', 'PyTorchJob', 'RayJob'])
function job(object: Peek): Projected | undefined {
  // What a larger job made is shown by that job.
  if (
    items(object, 'metadata', 'ownerReferences').some(
      (one) => flag(one, 'controller') && OWNED.has(text(one, 'kind')),
    )
  )
    return undefined
  const spec = at(object, 'spec', 'template', 'spec')
  const at_once = count(object, 'spec', 'parallelism') || 1
  const [failed, done, held] = [
    holds(object, 'Failed'),
    holds(object, 'Complete'),
    flag(object, 'spec', 'suspend'),
  ]
  const [active, ready, succeeded] = [
    count(object, 'status', 'active'),
    count(object, 'status', 'ready'),
    count(object, 'status', 'succeeded'),
  ]
  const state = course(object, { failed, done, held, running: ready > 0 })
  const why = failed
    ? sentence(object, 'Failed')
    : held && queueOf(object) === ''
      ? 'suspended by hand'
      : state === 'starting' && active > 0
        ? `${active} of its pods have not begun`
        : ''
  return row('Job', object, {
    state,
    why,
    devices: times(askedBy(spec), at_once),
    image: imageOf(spec),
    started: instant(object, 'status', 'startTime'),
    finished: instant(object, 'status', 'completionTime'),
    pods:
      done || failed
        ? ofWanted(succeeded, count(object, 'spec', 'completions') || 1)
        : ofWanted(ready, at_once),
  })
}
function deployment(object: Peek): Projected {
  const spec = at(object, 'spec', 'template', 'spec')
  const want = count(object, 'spec', 'replicas')
  const stuck = text(condition(object, 'Progressing'), 'status') === 'False'
  const refused = holds(object, 'ReplicaFailure')
  const ready = count(object, 'status', 'readyReplicas')
  const state = course(object, {
    failed: stuck || refused,
    done: false,
    held: want === 0,
    running: ready >= want,
  })
  return row('Deployment', object, {
    state: state === 'waiting' ? 'held' : state,
    why: refused
      ? sentence(object, 'ReplicaFailure')
      : stuck
        ? sentence(object, 'Progressing')
        : want === 0
          ? 'scaled to none'
          : '',
    pods: replicasOf(object),
    devices: times(askedBy(spec), want),
    image: imageOf(spec),
  })
}
function notebook(object: Peek): Projected {
  const spec = at(object, 'spec', 'template', 'spec')
  const stopped = text(object, 'metadata', 'annotations', 'kubeflow-resource-stopped') !== ''
  const ready = count(object, 'status', 'readyReplicas')
  const waits = at(object, 'status', 'containerState', 'waiting')
  const state = course(object, { failed: false, done: false, held: stopped, running: ready > 0 })
  return row('Notebook', object, {
    state: state === 'waiting' ? 'held' : state,
    why: stopped
      ? 'stopped; its volume is kept'
      : text(waits, 'reason') === 'CrashLoopBackOff'
        ? 'it crashed and is started again later'
        : '',
    pods: ofWanted(ready, stopped ? 0 : 1),
    devices: stopped ? [] : askedBy(spec),
    image: imageOf(spec),
  })
}
function trainJob(object: Peek): Projected {
  const trainer = at(object, 'spec', 'trainer')
  const workers = count(trainer, 'numNodes') || 1
  const jobs = items(object, 'status', 'jobsStatus')
  const ready = jobs.reduce<number>(
    (sum, one) => sum + count(one, 'ready') + count(one, 'active'),
    0,
  )
  const [failed, done] = [holds(object, 'Failed'), holds(object, 'Complete')]
  const state = course(object, {
    failed,
    done,
    held: flag(object, 'spec', 'suspend'),
    running: ready > 0,
  })
  const devices = times(
    askedBy({ containers: [{ resources: at(trainer, 'resourcesPerNode') }] }),
    workers,
  )
  return row('TrainJob', object, {
    state,
    why: failed ? sentence(object, 'Failed') : '',
    pods: ofWanted(Math.min(ready, workers), workers),
    devices,
    image: text(trainer, 'image'),
  })
}
function pyTorchJob(object: Peek): Projected {
  const specs = at(object, 'spec', 'pytorchReplicaSpecs')
  const sets = ['Master', 'Worker']
    .map((one) => at(specs, one))
    .filter((one) => one !== undefined)
    .map((one) => ({
      many: typeof at(one, 'replicas') === 'number' ? count(one, 'replicas') : 1,
      spec: at(one, 'template', 'spec'),
    }))
  const want = sets.reduce((sum, { many }) => sum + many, 0)
  const active = ['Master', 'Worker'].reduce(
    (sum, one) => sum + count(object, 'status', 'replicaStatuses', one, 'active'),
    0,
  )
  const [failed, done] = [holds(object, 'Failed'), holds(object, 'Succeeded')]
  const state = course(object, {
    failed,
    done,
    held: flag(object, 'spec', 'runPolicy', 'suspend'),
    running: holds(object, 'Running'),
  })
  return row('PyTorchJob', object, {
    state: holds(object, 'Restarting') && state === 'starting' ? 'restarting' : state,
    why: failed ? sentence(object, 'Failed') : '',
    pods: ofWanted(active, want),
    image: imageOf(sets[0]?.spec),
    devices: sets.flatMap(({ many, spec }) => times(askedBy(spec), many)),
    started: instant(object, 'status', 'startTime'),
    finished: instant(object, 'status', 'completionTime'),
  })
}
function workload(object: Peek): Projected {
  const conditions = items(object, 'status', 'conditions').map((one) => ({
    type: text(one, 'type'),
    status: text(one, 'status'),
    reason: text(one, 'reason'),
    message: text(one, 'message'),
  }))
  const sets = items(object, 'spec', 'podSets')
  const owner =
    items(object, 'metadata', 'ownerReferences').find((one) => flag(one, 'controller')) ??
    items(object, 'metadata', 'ownerReferences')[0]
  const facts: QueueFacts = {
    of: 'queue',
    owner: text(owner, 'uid'),
    queue: text(object, 'spec', 'queueName'),
    clusterQueue: text(object, 'status', 'admission', 'clusterQueue'),
    active: at(object, 'spec', 'active') !== false,
    conditions,
    checks: items(object, 'status', 'admissionChecks').map((one) => ({
      name: text(one, 'name'),
      state: text(one, 'state'),
      message: text(one, 'message'),
    })),
    priority: count(object, 'spec', 'priority'),
    // Whoever was sent back waits from then on, as the queue counts it.
    since:
      (holds(object, 'Evicted')
        ? instant(condition(object, 'Evicted'), 'lastTransitionTime')
        : undefined) ??
      instant(object, 'metadata', 'creationTimestamp') ??
      0,
  }
  const base = row('Workload', object, {
    state: '',
    why: '',
    pods: String(sets.reduce<number>((sum, one) => sum + count(one, 'count'), 0)),
    devices: sets.flatMap((one) =>
      times(askedBy(at(one, 'template', 'spec')), count(one, 'count')),
    ),
    image: imageOf(at(sets[0], 'template', 'spec')),
  })
  return { ...base, facts }
}

const at1 = (group: string, version: string, plural: string): Resource => ({
  group,
  version,
  plural,
})
const source = (
  kind: string,
  resources: Resource[],
  more: Pick<Source, 'project'> & Partial<Source>,
): Source => ({ kind, resources, namespaced: true, ...more })
export const KUEUE = (plural: string): Resource[] => [
  at1('kueue.x-k8s.io', 'v1beta2', plural),
  at1('kueue.x-k8s.io', 'v1beta1', plural),
]
const local: Source['project'] = (object) => ({
  ...identity(object),
  state: '',
  cells: [],
  words: '',
  facts: {
    of: 'local',
    clusterQueue: text(object, 'spec', 'clusterQueue'),
  } satisfies LocalQueueFacts,
})

export const workloads: ListDefinition = {
  id: 'workloads',
  columns: WORKLOAD_COLUMNS,
  states: ['waiting', 'held', 'starting', 'restarting', 'failed', 'stopping', 'running', 'done'],
  sort: [
    { id: 'state', desc: false },
    { id: 'position', desc: false },
    { id: 'age', desc: false },
  ],
  sources: [
    source('Job', [at1('batch', 'v1', 'jobs')], { project: job, builtIn: true }),
    source('Deployment', [at1('apps', 'v1', 'deployments')], {
      project: deployment,
      builtIn: true,
    }),
    source('Notebook', [at1('kubeflow.org', 'v1', 'notebooks')], { project: notebook }),
    source('TrainJob', [at1('trainer.kubeflow.org', 'v1alpha1', 'trainjobs')], {
      project: trainJob,
    }),
    source('PyTorchJob', [at1('kubeflow.org', 'v1', 'pytorchjobs')], { project: pyTorchJob }),
    source('Workload', KUEUE('workloads'), { project: workload }),
    source('LocalQueue', KUEUE('localqueues'), { project: local, hidden: true }),
  ],
}
