import { z } from 'zod'
import type { MovableKind } from '../../../../preload/contract/burst'
import { isGpuResource } from '../../../kernel/inventory'
import { ANNOTATION, LABEL } from '../../../kernel/manifest'
import { parseQuantity } from '../../../kernel/quantities'
import { QUEUE_LABEL, readLines } from '../domain/lines'
import {
  containersOf,
  isObject,
  kindOf,
  listAt,
  numberAt,
  objectAt,
  podSetsOf,
  textAt,
  type JsonObject,
} from '../domain/movable'

/** What Takt writes on a workload and reads from it. */
export const MARK = {
  movedTo: 'takt.dev/moved-to',
  movedFrom: 'takt.dev/moved-from',
  held: 'takt.dev/held',
  asked: 'takt.dev/burst-asked',
  refused: 'takt.dev/burst-refused',
  ended: 'takt.dev/ended',
  results: 'takt.dev/results',
  checkpoint: 'takt.dev/checkpoint-path',
  due: 'takt.dev/due',
  gpuMemory: 'takt.dev/gpu-memory-gib',
  resultsGb: 'takt.dev/results-gb',
  claim: 'takt.dev/claim',
  released: 'takt.dev/released',
} as const
const PRIORITY_LABELS = ['kueue.x-k8s.io/priority-class']
const Meta = z.looseObject({
  name: z.string(),
  namespace: z.string().default('default'),
  uid: z.string().default(''),
  resourceVersion: z.string().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
  ownerReferences: z
    .array(
      z.looseObject({ kind: z.string(), name: z.string(), controller: z.boolean().optional() }),
    )
    .default([]),
})

/** A GPU workload of a cluster, as far as deciding and moving need it. Times are milliseconds since 1970. */
export interface WorkloadFacts {
  metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string }
  kind: MovableKind
  namespace: string
  name: string
  uid: string
  labels: Record<string, string>
  annotations: Record<string, string>
  createdAt: number
  suspended: boolean
  startedAt: number | undefined
  ended: { at: number; failed: boolean } | undefined
  active: number
  gpus: {
    product: string
    resource: string
    count: number
    perGpu: { cpuCores: number; memoryGi: number }
  }
  queue: string | undefined
  dataUri: string | undefined
  remainingSeconds: number | undefined
  toldSeconds: number | undefined
  priorityClass: string
  by: string | undefined
  madeBy: { kind: string; name: string } | undefined
  deleting: boolean
  object: JsonObject
}

const instant = (text: string | undefined) => {
  const at = text === undefined ? NaN : Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}
const positive = (text: string | undefined) => {
  const value = Number(text)
  return text !== undefined && Number.isFinite(value) && value > 0 ? value : undefined
}

/** Reads one workload; what asks for no GPU is none of burst's business and is left out as undefined. */
export const WorkloadObject = z.unknown().transform((value, context): WorkloadFacts => {
  const object = value as JsonObject
  const kind = isObject(object) ? kindOf(object) : undefined
  const meta = Meta.safeParse(isObject(object) ? object['metadata'] : undefined)
  if (!kind || kind === 'PodTemplate' || kind === 'Pipeline' || !meta.success) {
    context.addIssue({ code: 'custom', message: 'it is no workload that can be read' })
    return z.NEVER
  }
  return factsOf(object, kind, meta.data)
}) as z.ZodType<WorkloadFacts>

function factsOf(object: JsonObject, kind: MovableKind, meta: z.infer<typeof Meta>): WorkloadFacts {
  const found = readLines(object)
  const owner = meta.ownerReferences.find(({ controller }) => controller === true)
  const { annotations, labels } = meta
  return {
    metadata: {
      name: meta.name,
      namespace: meta.namespace,
      uid: meta.uid,
      ...(meta.resourceVersion !== undefined && { resourceVersion: meta.resourceVersion }),
    },
    kind,
    namespace: meta.namespace,
    name: meta.name,
    uid: meta.uid,
    labels,
    annotations,
    createdAt: instant(meta.creationTimestamp) ?? 0,
    deleting: meta.deletionTimestamp !== undefined,
    ...courseOf(object, kind),
    gpus: gpusOf(object, kind),
    queue: labels[QUEUE_LABEL] ?? ('read' in found ? found.read.queue : undefined),
    dataUri: 'read' in found ? found.read.dataUri : undefined,
    remainingSeconds: numberAt(object, 'status', 'trainerStatus', 'estimatedRemainingSeconds'),
    toldSeconds: positive(annotations[ANNOTATION.expectedSeconds]),
    priorityClass:
      PRIORITY_LABELS.map((label) => labels[label]).find((name) => name !== undefined) ??
      podSetsOf(object, kind)
        .map(({ spec }) => textAt(spec, 'priorityClassName'))
        .find((name) => name !== undefined) ??
      '',
    by: labels[LABEL.owner],
    madeBy: owner && { kind: owner.kind, name: owner.name },
    object,
  }
}

type Course = Pick<WorkloadFacts, 'suspended' | 'startedAt' | 'ended' | 'active'>
const SUSPENDED: Record<MovableKind, (object: JsonObject) => boolean> = {
  Job: (object) => objectAt(object, 'spec')['suspend'] === true,
  TrainJob: (object) => objectAt(object, 'spec')['suspend'] === true,
  Workflow: (object) => objectAt(object, 'spec')['suspend'] === true,
  PyTorchJob: (object) => objectAt(object, 'spec', 'runPolicy')['suspend'] === true,
  Pod: (object) => listAt(object, 'spec', 'schedulingGates').length > 0,
}
/** Which words of a status mean that it ended: well, or not. */
const ENDS: { type: string; failed: boolean }[] = [
  { type: 'Complete', failed: false },
  { type: 'Succeeded', failed: false },
  { type: 'Failed', failed: true },
]

const conditionsOf = (object: JsonObject) => listAt(object, 'status', 'conditions').filter(isObject)
const whenTrue = (object: JsonObject, type: string) =>
  conditionsOf(object).find(
    (condition) => condition['type'] === type && condition['status'] === 'True',
  )

/** How a workload ended, from its conditions, else from its phase. */
function endOf(object: JsonObject): { failed: boolean; at: number | undefined } | undefined {
  for (const { type, failed } of ENDS) {
    const condition = whenTrue(object, type)
    if (condition) return { failed, at: instant(textAt(condition, 'lastTransitionTime')) }
  }
  const phase = textAt(object, 'status', 'phase')
  const byPhase = phase === 'Error' ? { failed: true } : ENDS.find(({ type }) => phase === type)
  return byPhase && { failed: byPhase.failed, at: undefined }
}

function courseOf(object: JsonObject, kind: MovableKind): Course {
  const running = whenTrue(object, 'Running')
  const startedAt =
    instant(textAt(object, 'status', 'startTime')) ??
    instant(textAt(object, 'status', 'startedAt')) ??
    instant(running && textAt(running, 'lastTransitionTime'))
  const end = endOf(object)
  const at =
    instant(textAt(object, 'status', 'completionTime')) ??
    instant(textAt(object, 'status', 'finishedAt')) ??
    end?.at ??
    startedAt ??
    0
  return {
    suspended: SUSPENDED[kind](object),
    startedAt,
    active: end ? 0 : activeOf(object),
    ended: end && { at, failed: end.failed },
  }
}
/** How many of its pods are there: each kind counts them elsewhere. */
function activeOf(object: JsonObject): number {
  const counted = [
    ...Object.values(objectAt(object, 'status', 'replicaStatuses')),
    ...listAt(object, 'status', 'jobsStatus'),
  ].reduce<number>((sum, one) => sum + (numberAt(one, 'active') ?? 0), 0)
  return (
    numberAt(object, 'status', 'active') ??
    (textAt(object, 'status', 'phase') === 'Running' ? 1 : counted)
  )
}

const GI = 2 ** 30
function gpusOf(object: JsonObject, kind: MovableKind): WorkloadFacts['gpus'] {
  const total = { count: 0, cpuCores: 0, memory: 0, resource: '', product: '' }
  for (const { spec, count } of podSetsOf(object, kind)) {
    total.product ||= textAt(spec, 'nodeSelector', 'nvidia.com/gpu.product') ?? ''
    for (const container of containersOf(spec)) {
      const asked = {
        ...objectAt(container, 'resources', 'limits'),
        ...objectAt(container, 'resources', 'requests'),
      }
      const amount = (name: string) =>
        count * (parseQuantity((asked[name] as string | number) ?? 0) ?? 0)
      const gpu = Object.keys(asked).find((name) => isGpuResource(name) && amount(name) > 0)
      if (gpu !== undefined) {
        total.resource ||= gpu
        total.count += amount(gpu)
      }
      total.cpuCores += amount('cpu')
      total.memory += amount('memory') / GI
    }
  }
  const gpus = Math.max(1, total.count)
  return {
    product: total.product.replace(/^NVIDIA-/, ''),
    resource: total.resource,
    count: total.count,
    perGpu: { cpuCores: total.cpuCores / gpus, memoryGi: total.memory / gpus },
  }
}

const Condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
  lastTransitionTime: z.string().optional(),
})
/** A Workload of Kueue: what the queue says about a job. */
export interface KueueFacts {
  metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string }
  owner: string | undefined
  active: boolean
  admitted: boolean
  finished: boolean
  clusterQueue: string | undefined
  priority: number
  says: string
}
export const KueueObject: z.ZodType<KueueFacts> = z
  .object({
    metadata: Meta,
    spec: z
      .looseObject({ active: z.boolean().default(true), priority: z.number().default(0) })
      .prefault({}),
    status: z
      .looseObject({
        conditions: z.array(Condition).default([]),
        admission: z.looseObject({ clusterQueue: z.string().optional() }).optional(),
      })
      .prefault({}),
  })
  .transform(({ metadata, spec, status }) => {
    const is = (type: string) =>
      status.conditions.some((condition) => condition.type === type && condition.status === 'True')
    const told =
      status.conditions.find(
        ({ type, status: state }) => type === 'QuotaReserved' && state === 'False',
      ) ??
      status.conditions.find(({ type, status: state }) => type === 'Evicted' && state === 'True')
    const owner = metadata.ownerReferences[0] as { uid?: string } | undefined
    return {
      metadata: {
        name: metadata.name,
        namespace: metadata.namespace,
        uid: metadata.uid,
        ...(metadata.resourceVersion !== undefined && {
          resourceVersion: metadata.resourceVersion,
        }),
      },
      owner: metadata.labels['kueue.x-k8s.io/job-uid'] ?? owner?.uid,
      active: spec.active,
      admitted: is('Admitted'),
      finished: is('Finished'),
      clusterQueue: status.admission?.clusterQueue,
      priority: spec.priority,
      says: told?.message ?? '',
    }
  })

export const keyOf = ({
  site,
  kind,
  namespace,
  name,
}: {
  site: string
  kind: string
  namespace: string
  name: string
}): string => `${site}/${kind}/${namespace}/${name}`
