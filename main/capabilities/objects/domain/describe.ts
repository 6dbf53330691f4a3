import type { ObjectSign, ObjectStory } from '../../../../preload/contract/objects'
import { given } from '../../../kernel/given'
import { isGpuResource } from '../../../kernel/inventory'
import { parseQuantity } from '../../../kernel/quantities'
import { containersOf, ended, endWords, isStarting, waitingReason, waitWords } from './containers'
import {
  at,
  conditionOf,
  conditionsOf,
  groupKind,
  isTrue,
  listAt,
  numberAt,
  plainAt,
  textAt,
  type Raw,
  type Plain,
} from './raw'

export interface Standing {
  sign: ObjectSign
  word: string
  says: string
}
type About = NonNullable<ObjectStory['object']>
const standing = (sign: ObjectSign, word: string, says = ''): Standing => ({ sign, word, says })
const reasonOf = (one: { reason: string; message: string } | undefined) =>
  one?.message || one?.reason || ''

function pod(raw: Raw): Standing {
  const phase = textAt(raw, 'status', 'phase') ?? 'Pending'
  const containers = containersOf(raw)
  if (phase === 'Succeeded' || phase === 'Failed') return endedPod(raw, phase)
  const stuck = containers.find((container) => {
    const reason = waitingReason(container)
    return reason !== undefined && !isStarting(reason)
  })
  if (stuck) return stuckPod(waitingReason(stuck) ?? '', ended(stuck.status, 'lastState'))
  if (phase === 'Pending') return pendingPod(raw)
  return isTrue(raw, 'Ready')
    ? standing('running', 'Running')
    : standing('starting', 'Running', 'not ready yet')
}
function endedPod(raw: Raw, phase: 'Succeeded' | 'Failed'): Standing {
  const ends = containersOf(raw).flatMap(({ status }) => ended(status) ?? [])
  const end = ends.find(({ exitCode }) => exitCode !== 0) ?? ends[0]
  if (phase === 'Succeeded') return standing('done', 'Done', end ? endWords(end) : '')
  return standing(
    'failed',
    'Failed',
    end
      ? endWords(end)
      : (textAt(raw, 'status', 'message') ?? textAt(raw, 'status', 'reason') ?? ''),
  )
}
function pendingPod(raw: Raw): Standing {
  const scheduled = conditionOf(raw, 'PodScheduled')
  const placed = scheduled?.status === 'True' || textAt(raw, 'spec', 'nodeName') !== undefined
  return placed
    ? standing('starting', 'Starting', 'the node prepares it')
    : standing('waiting', 'Waiting', reasonOf(scheduled) || 'no node yet')
}
const stuckPod = (reason: string, last: ReturnType<typeof ended>): Standing =>
  reason === 'CrashLoopBackOff'
    ? standing('warning', 'Restarting', last ? endWords(last) : waitWords(reason))
    : standing('warning', 'Cannot start', waitWords(reason))

function job(raw: Raw): Standing {
  const failed = conditionOf(raw, 'Failed')
  if (failed?.status === 'True') return standing('failed', 'Failed', reasonOf(failed))
  const complete = ['Complete', 'Succeeded', 'SuccessCriteriaMet'].find((type) => isTrue(raw, type))
  if (complete) return standing('done', 'Done')
  if (isSuspended(raw))
    return standing('waiting', 'Suspended', reasonOf(conditionOf(raw, 'Suspended')))
  const active = numberAt(raw, 'status', 'active') ?? 0
  if (active === 0) return standing('waiting', 'Waiting', 'no pod yet')
  const pods = `${String(active)} ${active === 1 ? 'pod' : 'pods'}`
  return (numberAt(raw, 'status', 'ready') ?? active) > 0
    ? standing('running', 'Running', pods)
    : standing('starting', 'Starting', `${pods}, none ready`)
}
function replicated(raw: Raw): Standing {
  const { wanted, ready } = replicasOf(raw) ?? { wanted: 0, ready: 0 }
  const stalled = conditionOf(raw, 'Progressing')
  if (stalled?.status === 'False') return standing('failed', 'Stalled', reasonOf(stalled))
  if (wanted === 0) return standing('done', 'Scaled to 0')
  const says = `${String(ready)} of ${String(wanted)} ready`
  return ready >= wanted
    ? standing('running', 'Running', says)
    : standing(ready > 0 ? 'warning' : 'starting', ready > 0 ? 'Partly ready' : 'Starting', says)
}
function workload(raw: Raw): Standing {
  const finished = conditionOf(raw, 'Finished')
  if (finished?.status === 'True')
    return standing(
      /fail/i.test(finished.reason) ? 'failed' : 'done',
      /fail/i.test(finished.reason) ? 'Failed' : 'Done',
      finished.message,
    )
  const quota = conditionOf(raw, 'QuotaReserved')
  if (isTrue(raw, 'Admitted'))
    return standing('running', 'Admitted', isTrue(raw, 'PodsReady') ? 'its pods are ready' : '')
  if (quota?.status === 'True')
    return standing('starting', 'Quota reserved', 'waits for its admission checks')
  return standing('waiting', 'Waiting', reasonOf(quota) || 'not considered yet')
}
function node(raw: Raw): Standing {
  const ready = conditionOf(raw, 'Ready')
  if (ready?.status !== 'True') return standing('failed', 'Not ready', reasonOf(ready))
  return at(raw, 'spec', 'unschedulable') === true
    ? standing('warning', 'Draining', 'takes no new pods')
    : standing('running', 'Ready')
}
function claim(raw: Raw): Standing {
  const phase = textAt(raw, 'status', 'phase') ?? 'Pending'
  if (phase === 'Bound') return standing('running', 'Bound')
  return phase === 'Lost'
    ? standing('failed', 'Lost', 'its volume is gone')
    : standing('waiting', 'Waiting', 'no volume yet')
}
const GOOD = [
  'Ready',
  'Available',
  'Active',
  'Running',
  'Succeeded',
  'Complete',
  'Bound',
  'Established',
]
/** Any other kind: its conditions say how it stands, else its phase, else only that it is there. */
function other(raw: Raw): Standing {
  const failed = conditionsOf(raw).find(
    ({ type, status }) => /^(Failed|Degraded|Stalled)$/.test(type) && status === 'True',
  )
  if (failed) return standing('failed', 'Failed', reasonOf(failed))
  const good = GOOD.map((type) => conditionOf(raw, type)).find((one) => one !== undefined)
  if (good)
    return good.status === 'True'
      ? standing('running', good.type)
      : standing('waiting', `Not ${good.type.toLowerCase()}`, reasonOf(good))
  const phase = textAt(raw, 'status', 'phase')
  if (phase !== undefined)
    return standing(
      /fail|error|lost/i.test(phase)
        ? 'failed'
        : /pend|wait|request/i.test(phase)
          ? 'waiting'
          : GOOD.includes(phase)
            ? 'running'
            : 'unknown',
      phase,
    )
  return standing('done', 'Present')
}
const BY_KIND: Record<string, (raw: Raw) => Standing> = {
  '/Pod': pod,
  'batch/Job': job,
  'kubeflow.org/PyTorchJob': job,
  'trainer.kubeflow.org/TrainJob': job,
  'jobset.x-k8s.io/JobSet': job,
  'apps/Deployment': replicated,
  'apps/StatefulSet': replicated,
  'apps/ReplicaSet': replicated,
  'apps/DaemonSet': replicated,
  'kueue.x-k8s.io/Workload': workload,
  '/Node': node,
  '/PersistentVolumeClaim': claim,
}
/** How an object stands, for any kind. */
export function standingOf(raw: Raw): Standing {
  if (raw.metadata.deletionTimestamp !== undefined)
    return standing(
      'ending',
      'Ending',
      (raw.metadata.finalizers ?? []).length > 0
        ? `waits for ${(raw.metadata.finalizers ?? []).join(', ')}`
        : '',
    )
  return (BY_KIND[groupKind(raw)] ?? other)(raw)
}

/** Where a kind keeps the word that suspends it. */
export const SUSPEND_AT: Record<string, string[]> = {
  'batch/Job': ['spec', 'suspend'],
  'batch/CronJob': ['spec', 'suspend'],
  'kubeflow.org/PyTorchJob': ['spec', 'runPolicy', 'suspend'],
  'trainer.kubeflow.org/TrainJob': ['spec', 'suspend'],
  'jobset.x-k8s.io/JobSet': ['spec', 'suspend'],
}
export const isSuspended = (raw: Raw): boolean | undefined => {
  const path = SUSPEND_AT[groupKind(raw)]
  return path && at(raw, ...path) === true
}
export function replicasOf(raw: Raw): { wanted: number; ready: number } | undefined {
  if (groupKind(raw) === 'apps/DaemonSet')
    return {
      wanted: numberAt(raw, 'status', 'desiredNumberScheduled') ?? 0,
      ready: numberAt(raw, 'status', 'numberReady') ?? 0,
    }
  const wanted =
    numberAt(raw, 'spec', 'replicas') ??
    (/^apps\/(Deployment|StatefulSet|ReplicaSet)$/.test(groupKind(raw)) ? 1 : undefined)
  return wanted === undefined
    ? undefined
    : { wanted, ready: numberAt(raw, 'status', 'readyReplicas') ?? 0 }
}
/** What the pod template or pod of an object asks for, resource by resource in base units. */
export function requestsOf(raw: Raw): Record<string, number> {
  return requestsOfPod(
    groupKind(raw) === '/Pod' ? plainAt(raw, 'spec') : plainAt(raw, 'spec', 'template', 'spec'),
  )
}
/** What the containers of a pod ask for together; a limit counts where nothing is requested. */
export function requestsOfPod(spec: Plain): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const container of listAt(spec, 'containers')) {
    for (const [name, asked] of Object.entries({
      ...plainAt(container, 'resources', 'limits'),
      ...plainAt(container, 'resources', 'requests'),
    })) {
      sum[name] =
        (sum[name] ?? 0) +
        (typeof asked === 'string' || typeof asked === 'number' ? (parseQuantity(asked) ?? 0) : 0)
    }
  }
  return sum
}
export const gpusOf = (requests: Record<string, number>): number =>
  Object.entries(requests).reduce(
    (sum, [name, asked]) => (isGpuResource(name) ? sum + asked : sum),
    0,
  )

const gib = (bytes: number) =>
  bytes >= 2 ** 30
    ? `${String(Math.round(bytes / 2 ** 30))} GiB`
    : `${String(Math.round(bytes / 2 ** 20))} MiB`
function factsOf(raw: Raw, requests: Record<string, number>): About['facts'] {
  const queue =
    raw.metadata.labels?.['kueue.x-k8s.io/queue-name'] ?? textAt(raw, 'spec', 'queueName')
  const found: [label: string, value: string | undefined][] = [
    ['Node', textAt(raw, 'spec', 'nodeName')],
    ['Queue', queue],
    ['GPUs', requestedGpus(requests)],
    ['CPU', requests['cpu'] === undefined ? undefined : `${String(requests['cpu'])} cores`],
    ['Memory', requests['memory'] === undefined ? undefined : gib(requests['memory'])],
    ['Priority', textAt(raw, 'spec', 'priorityClassName')],
    ['Service account', textAt(raw, 'spec', 'serviceAccountName')],
    ['Type', textAt(raw, 'spec', 'type')],
    ['Storage class', textAt(raw, 'spec', 'storageClassName')],
    ['Address', textAt(raw, 'status', 'podIP') ?? textAt(raw, 'spec', 'clusterIP')],
  ]
  return found.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]))
}
const requestedGpus = (requests: Record<string, number>): string | undefined => {
  const words = Object.entries(requests)
    .filter(([name, asked]) => isGpuResource(name) && asked > 0)
    .map(([name, asked]) =>
      name === 'nvidia.com/gpu'
        ? String(asked)
        : `${String(asked)} × ${name.replace('nvidia.com/', '')}`,
    )
  return words.length > 0 ? words.join(', ') : undefined
}

/** The head of an object's story. */
export function describe(raw: Raw, resource: About['resource']): About {
  const {
    name,
    namespace,
    uid = '',
    resourceVersion = '',
    creationTimestamp,
    labels = {},
    ownerReferences = [],
  } = raw.metadata
  const requests = requestsOf(raw)
  const owner = ownerReferences.find(({ controller }) => controller) ?? ownerReferences[0]
  const gpus = gpusOf(requests)
  return {
    apiVersion: raw.apiVersion,
    kind: raw.kind,
    resource,
    name,
    uid,
    resourceVersion,
    ...standingOf(raw),
    labels,
    facts: factsOf(raw, requests),
    ...given({
      namespace,
      createdAt: creationTimestamp,
      node: textAt(raw, 'spec', 'nodeName'),
      owner: owner && { kind: owner.kind, name: owner.name },
      replicas: replicasOf(raw),
      suspended: isSuspended(raw),
      gpus: gpus > 0 ? gpus : undefined,
    }),
  }
}
