import { z } from 'zod'
import { parseQuantity } from '../../kernel/quantities'
import type { NodeFacts, PodFacts } from '../../kernel/inventory'

const Quantities = z
  .record(z.string(), z.union([z.string(), z.number()]))
  .default({})
  .transform((list) =>
    Object.fromEntries(
      Object.entries(list).map(([resource, text]): [string, number] => [
        resource,
        parseQuantity(text) ?? 0,
      ]),
    ),
  )
const Texts = z.record(z.string(), z.string()).default({})
const Meta = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: Texts,
  annotations: Texts,
  ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
})
const Condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
  lastTransitionTime: z.string().nullish(),
})

/** Leaves out what is absent: identity as watches want it. */
const identity = ({ name, namespace, uid, resourceVersion }: z.infer<typeof Meta>) => ({
  name,
  ...(namespace !== undefined && { namespace }),
  ...(uid !== undefined && { uid }),
  ...(resourceVersion !== undefined && { resourceVersion }),
})
const instant = (text: string | null | undefined): number | undefined => {
  const at = text ? Date.parse(text) : NaN
  return Number.isNaN(at) ? undefined : at
}

export const NodeObject: z.ZodType<NodeFacts> = z
  .object({
    metadata: Meta,
    spec: z.object({ unschedulable: z.boolean().default(false) }).prefault({}),
    status: z
      .object({
        capacity: Quantities,
        allocatable: Quantities,
        conditions: z.array(Condition).default([]),
        images: z.array(z.object({ names: z.array(z.string()).nullish() })).default([]),
      })
      .prefault({}),
  })
  .transform(({ metadata, spec, status }) => ({
    metadata: identity(metadata),
    labels: metadata.labels,
    annotations: metadata.annotations,
    createdAt: instant(metadata.creationTimestamp) ?? 0,
    ready: status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    cordoned: spec.unschedulable,
    capacity: status.capacity,
    allocatable: status.allocatable,
    conditions: status.conditions.map(({ type, status: is, reason, message }) => ({
      type,
      status: is,
      reason,
      message,
    })),
    images: status.images.flatMap(({ names }) => names ?? []),
  }))

const Resources = z.object({ requests: Quantities, limits: Quantities }).prefault({})
const Container = z.object({
  image: z.string().default(''),
  resources: Resources,
  restartPolicy: z.string().optional(),
})
const State = z
  .object({
    waiting: z
      .object({ reason: z.string().default(''), message: z.string().default('') })
      .optional(),
    running: z.object({ startedAt: z.string().nullish() }).optional(),
    terminated: z.object({ finishedAt: z.string().nullish() }).optional(),
  })
  .default({})
const PodShape = z.object({
  metadata: Meta,
  spec: z
    .object({
      nodeName: z.string().optional(),
      containers: z.array(Container).default([]),
      initContainers: z.array(Container).default([]),
      nodeSelector: Texts,
      activeDeadlineSeconds: z.number().optional(),
      volumes: z
        .array(z.object({ persistentVolumeClaim: z.object({ claimName: z.string() }).optional() }))
        .default([]),
    })
    .prefault({}),
  status: z
    .object({
      phase: z.string().default('Pending'),
      startTime: z.string().nullish(),
      conditions: z.array(Condition).default([]),
      containerStatuses: z
        .array(z.object({ restartCount: z.number().default(0), state: State }))
        .default([]),
    })
    .prefault({}),
})
type PodShape = z.infer<typeof PodShape>

export const PodObject: z.ZodType<PodFacts> = PodShape.transform((pod) => ({
  metadata: identity(pod.metadata),
  namespace: pod.metadata.namespace ?? '',
  labels: pod.metadata.labels,
  annotations: pod.metadata.annotations,
  phase: pod.status.phase,
  requests: requestsOf(pod.spec),
  createdAt: instant(pod.metadata.creationTimestamp) ?? 0,
  deleting: pod.metadata.deletionTimestamp !== undefined,
  restarts: Math.max(0, ...pod.status.containerStatuses.map(({ restartCount }) => restartCount)),
  images: pod.spec.containers.map(({ image }) => image),
  claims: pod.spec.volumes.flatMap(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
  ),
  nodeSelector: pod.spec.nodeSelector,
  ...placement(pod),
  ...course(pod),
}))

function placement({ metadata, spec }: PodShape) {
  const [owner] = metadata.ownerReferences
  return {
    ...(owner && { owner: { kind: owner.kind, name: owner.name } }),
    ...(spec.nodeName && { node: spec.nodeName }),
    ...(spec.activeDeadlineSeconds !== undefined && {
      deadlineSeconds: spec.activeDeadlineSeconds,
    }),
  }
}

function course({ status }: PodShape) {
  const since = (type: string) =>
    status.conditions.find((condition) => condition.type === type && condition.status === 'True')
      ?.lastTransitionTime
  const unscheduled = status.conditions.find(
    ({ type, status: is }) => type === 'PodScheduled' && is === 'False',
  )
  const waiting = status.containerStatuses.find(({ state }) => state.waiting)?.state.waiting
  const times = {
    scheduledAt: instant(since('PodScheduled')),
    startedAt: instant(status.startTime),
    readyAt: instant(since('Ready')),
    finishedAt:
      Math.max(
        0,
        ...status.containerStatuses.map(({ state }) => instant(state.terminated?.finishedAt) ?? 0),
      ) || undefined,
  }
  return {
    ready: status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    ...defined(times),
    ...(unscheduled && { unschedulable: unscheduled.message || unscheduled.reason }),
    ...(waiting && { waiting }),
  }
}
const defined = <T extends Record<string, number | undefined>>(times: T) =>
  Object.fromEntries(Object.entries(times).filter(([, at]) => at !== undefined)) as {
    [K in keyof T]?: number
  }

/** What a pod asks for: containers summed, or the largest init container where that is more; a limit counts where no request is given. */
function requestsOf({ containers, initContainers }: PodShape['spec']): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const { resources } of containers)
    for (const [name, asked] of Object.entries({ ...resources.limits, ...resources.requests }))
      sum[name] = (sum[name] ?? 0) + asked
  for (const { resources } of initContainers)
    for (const [name, asked] of Object.entries({ ...resources.limits, ...resources.requests }))
      sum[name] = Math.max(sum[name] ?? 0, asked)
  return sum
}
