import { z } from 'zod'
import type { PodFacts } from '../../kernel/inventory'
import { parseQuantity } from '../../kernel/quantities'
import { getFromPod } from '../../platform/kubernetes/pod-request'
import type { KubeClient } from '../../platform/kubernetes/types'
import { listVisible } from '../../platform/kubernetes/visible'
import { KUBE } from '../plans'
import type { UseFacts } from './domain/lanes'
import type { QueuedJob } from './domain/waiting'

const Amounts = z
  .record(z.string(), z.union([z.string(), z.number()]))
  .default({})
  .transform((list) =>
    Object.fromEntries(
      Object.entries(list).map(([name, text]): [string, number] => [
        name,
        parseQuantity(text) ?? 0,
      ]),
    ),
  )
const PodSet = z.object({
  count: z.number().default(1),
  template: z
    .object({
      spec: z
        .object({
          nodeSelector: z.record(z.string(), z.string()).default({}),
          containers: z
            .array(
              z.object({
                resources: z.object({ requests: Amounts, limits: Amounts }).prefault({}),
              }),
            )
            .default([]),
        })
        .prefault({}),
    })
    .prefault({}),
})
const Workload = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().default(''),
    uid: z.string().default(''),
    creationTimestamp: z.string().optional(),
    ownerReferences: z.array(z.object({ name: z.string() })).default([]),
  }),
  spec: z.object({ podSets: z.array(PodSet).default([]) }).prefault({}),
  status: z
    .object({
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: z.string().default('') }))
        .default([]),
    })
    .prefault({}),
})

/** One workload of Kueue as the map needs it. */
export const QueuedObject: z.ZodType<QueuedJob> = Workload.transform(
  ({ metadata, spec, status }) => {
    const requests: Record<string, number> = {}
    for (const { count, template } of spec.podSets) {
      for (const { resources } of template.spec.containers)
        for (const [name, asked] of Object.entries({ ...resources.limits, ...resources.requests }))
          requests[name] = (requests[name] ?? 0) + asked * count
    }
    const [first] = spec.podSets
    return {
      namespace: metadata.namespace,
      name: metadata.ownerReferences[0]?.name ?? metadata.name,
      uid: metadata.uid,
      requests,
      model: first?.template.spec.nodeSelector['nvidia.com/gpu.product'] ?? '',
      queuedAt: Date.parse(metadata.creationTimestamp ?? '') || 0,
      ...courseOf(status.conditions),
    }
  },
)
function courseOf(conditions: z.infer<typeof Workload>['status']['conditions']) {
  const has = (type: string) =>
    conditions.some((condition) => condition.type === type && condition.status === 'True')
  return {
    reserved: has('QuotaReserved'),
    finished: has('Finished'),
    message:
      conditions.find(({ type, status }) => type === 'QuotaReserved' && status === 'False')
        ?.message ?? '',
  }
}

/** The jobs in Kueue's queues; none where Kueue is absent or closed to this person. */
export async function queuedJobs(client: KubeClient, signal?: AbortSignal): Promise<QueuedJob[]> {
  const offered = await client.offers(KUBE.workloads, signal)
  if (!offered.ok || !offered.value) return []
  const jobs = await listVisible(client, { resource: KUBE.workloads, parse: QueuedObject }, signal)
  return jobs.ok ? jobs.value.items : []
}

const Vector = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
})
const NOW = 'avg_over_time(DCGM_FI_PROF_GR_ENGINE_ACTIVE[5m])'
const LATELY = 'max_over_time(DCGM_FI_PROF_GR_ENGINE_ACTIVE[30m])'
const IDLE_BELOW = 0.05
const PORT = 9090
const isPrometheus = ({ labels, ready }: PodFacts) =>
  ready && labels['app.kubernetes.io/name'] === 'prometheus'

/** How busy the GPUs are, from a Prometheus with the GPU exporter's metrics where the site runs one; undefined where it does not. */
export async function gpuUse(
  client: KubeClient,
  pods: PodFacts[],
  signal?: AbortSignal,
): Promise<UseFacts | undefined> {
  const prometheus = pods.find(isPrometheus)
  if (!prometheus) return undefined
  const ask = async (query: string) => {
    const pod = { namespace: prometheus.namespace, name: prometheus.metadata.name }
    const answer = await getFromPod(
      client,
      { pod, port: PORT, path: `/api/v1/query?query=${encodeURIComponent(query)}` },
      signal,
    )
    const parsed = answer.ok ? Vector.safeParse(parseJson(answer.value)) : undefined
    return parsed?.success ? parsed.data.data.result : undefined
  }
  const [now, lately] = [await ask(NOW), await ask(LATELY)]
  if (!now || now.length === 0) return undefined
  const podOf = (metric: Record<string, string>) =>
    (metric['exported_pod'] ?? metric['pod'])
      ? `${metric['exported_namespace'] ?? metric['namespace'] ?? ''}/${metric['exported_pod'] ?? metric['pod'] ?? ''}`
      : undefined
  const byPod = new Map<string, number[]>()
  for (const { metric, value } of now) {
    const pod = podOf(metric)
    if (pod !== undefined) byPod.set(pod, [...(byPod.get(pod) ?? []), Number(value[1])])
  }
  const most = new Map<string, number>()
  for (const { metric, value } of lately ?? []) {
    const pod = podOf(metric)
    if (pod !== undefined) most.set(pod, Math.max(most.get(pod) ?? 0, Number(value[1])))
  }
  return {
    byPod,
    idlePods: new Set([...most].filter(([, use]) => use < IDLE_BELOW).map(([pod]) => pod)),
  }
}
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
