import { z } from 'zod'
import { explain } from '../../../preload/contract/explain'
import { parseQuantity } from '../../kernel/quantities'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient, Resource } from '../../platform/kubernetes/types'
import type { Prometheus } from './adapters/prometheus'
import { METRICS, selectorsFor, type Sample } from './domain/metrics'
import type { Source } from './sources'

export interface LoadAsk {
  namespace: string
  pod: string
  /** How far back it looks. */
  minutes: number
}
/** What a pod really used within so many minutes; a sentence where nobody can tell. */
export interface PodLoad {
  /** The highest share one of its GPUs was busy. */
  gpuShare: { known: true; value: number } | { known: false; says: string }
  /** CPU cores it used on average. */
  cpuCores: { known: true; value: number } | { known: false; says: string }
}
const POD_METRICS: Resource = { group: 'metrics.k8s.io', version: 'v1beta1', plural: 'pods' }
const PodMetrics = z.object({
  containers: z.array(z.object({ usage: z.object({ cpu: z.string().default('0') }) })),
})
const quoted = (text: string) => JSON.stringify(text)

/** Asks Prometheus first; of CPU also the metrics API, which tells of the last minute only. */
export async function podLoad(
  { client, source }: { client: KubeClient; source: Source },
  ask: LoadAsk,
  signal: AbortSignal,
): Promise<PodLoad> {
  const { prometheus, told } = source
  const [gpu, cpu] = await Promise.all([
    prometheus ? gpuShare(prometheus, ask, signal) : undefined,
    prometheus ? cpuCores(prometheus, ask, signal) : undefined,
  ])
  return {
    gpuShare: toReading(gpu, `the use of its GPUs: ${told.says}`),
    cpuCores:
      cpu?.ok && cpu.value !== undefined
        ? { known: true, value: cpu.value }
        : toReading(
            await cpuNow(client, ask, signal),
            'the use of its CPUs: neither Prometheus nor the metrics API measures it',
          ),
  }
}
type Told = Outcome<number | undefined> | undefined
const toReading = (told: Told, otherwise: string): PodLoad['gpuShare'] => {
  if (told && !told.ok) return { known: false, says: explain(told.failure).says }
  return told?.value === undefined
    ? { known: false, says: otherwise }
    : { known: true, value: told.value }
}

async function gpuShare(
  prometheus: Prometheus,
  { namespace, pod, minutes }: LoadAsk,
  signal: AbortSignal,
): Promise<Outcome<number | undefined>> {
  for (const selector of selectorsFor({ what: 'pod', namespace, pod })) {
    const told = await prometheus.now(
      `max(max_over_time(${METRICS.engine}${selector}[${String(minutes)}m]))`,
      signal,
    )
    if (!told.ok || told.value.length > 0) return told.ok ? succeed(first(told.value)) : told
  }
  return succeed(undefined)
}
async function cpuCores(
  prometheus: Prometheus,
  { namespace, pod, minutes }: LoadAsk,
  signal: AbortSignal,
): Promise<Outcome<number | undefined>> {
  const told = await prometheus.now(
    `sum(rate(container_cpu_usage_seconds_total{namespace=${quoted(namespace)},pod=${quoted(pod)},container!=""}[${String(minutes)}m]))`,
    signal,
  )
  return told.ok ? succeed(first(told.value)) : told
}
const first = ([sample]: readonly Sample[]) => sample?.value

async function cpuNow(
  client: KubeClient,
  { namespace, pod }: LoadAsk,
  signal: AbortSignal,
): Promise<Outcome<number | undefined>> {
  const offered = await client.offers(POD_METRICS, signal)
  if (!offered.ok || !offered.value) return succeed(undefined)
  const told = await client.get(POD_METRICS, { namespace, name: pod }, PodMetrics, signal)
  if (!told.ok || !told.value) return told.ok ? succeed(undefined) : told
  return succeed(
    told.value.containers.reduce((sum, { usage }) => sum + (parseQuantity(usage.cpu) ?? 0), 0),
  )
}
