import type { Engine } from '../engine'
import { busyShare, cpuSeconds, usedMemoryMib } from '../gpu-use'
import { NODE, POD } from '../kinds'
import { isFinished, type Node, type Pod } from '../objects'
import { builtInGpus, faultsOf } from '../scheduling/devices'
import { devicesOf } from '../scheduling/requests'

export interface Series {
  labels: Record<string, string>
  valueAt: (at: number) => number | undefined
}

const CPU = 'container_cpu_usage_seconds_total'
export const METRICS = [
  'DCGM_FI_PROF_GR_ENGINE_ACTIVE',
  'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE',
  'DCGM_FI_DEV_FB_USED',
  'DCGM_FI_DEV_FB_FREE',
  'DCGM_FI_DEV_POWER_USAGE',
  'DCGM_FI_DEV_XID_ERRORS',
  CPU,
] as const
export type Metric = (typeof METRICS)[number]

/** Every series of one DCGM metric: one for each GPU, and for each pod that holds or held it while it is remembered. */
export function seriesOf(engine: Engine, metric: Metric): Series[] {
  const pods = engine.api.list(POD) as Pod[]
  if (metric === CPU) return pods.map(cpuSeries)
  return (engine.api.list(NODE) as Node[])
    .flatMap((node) =>
      Array.from({ length: builtInGpus(node) }, (_unused, gpu) =>
        gpuSeries(metric, { node, gpu: String(gpu), pods }),
      ).flat(),
    )
    .sort((a, b) => JSON.stringify(a.labels).localeCompare(JSON.stringify(b.labels)))
}

interface Gpu {
  node: Node
  gpu: string
  pods: Pod[]
}
function gpuSeries(metric: Metric, { node, gpu, pods }: Gpu): Series[] {
  const labels = {
    __name__: metric,
    Hostname: node.metadata.name,
    gpu,
    device: `nvidia${gpu}`,
    modelName: (node.metadata.labels?.['nvidia.com/gpu.product'] ?? '').replaceAll('-', ' '),
    UUID: `GPU-${node.metadata.uid ?? ''}-${gpu}`,
  }
  const totalMib = Number(node.metadata.labels?.['nvidia.com/gpu.memory'] ?? 0)
  const fault = faultsOf(node)[gpu]
  if (metric === 'DCGM_FI_DEV_XID_ERRORS') return [{ labels, valueAt: () => fault ?? 0 }]
  if (fault !== undefined) return []
  const holders = pods
    .filter((pod) => pod.spec.nodeName === node.metadata.name)
    .flatMap((pod) =>
      devicesOf(pod)
        .filter((device) => device.split(':')[0] === gpu)
        .map((device) => ({ pod, device })),
    )
  const held = holders.map(({ pod, device }): Series => {
    const [from, until] = spanOf(pod)
    const [, slice] = device.split(':')
    return {
      labels: {
        ...labels,
        exported_namespace: pod.metadata.namespace ?? '',
        exported_pod: pod.metadata.name,
        exported_container: pod.spec.containers[0]?.name ?? '',
        ...(slice !== undefined && { GPU_I_ID: slice, GPU_I_PROFILE: '1g.10gb' }),
      },
      valueAt: (at) =>
        at < from || at > until
          ? undefined
          : valueOf(metric, {
              busy: busyShare(pod, device, at),
              usedMib: usedMemoryMib(pod, device, {
                totalMib: slice === undefined ? totalMib : 9_856,
                at,
              }),
              totalMib: slice === undefined ? totalMib : 9_856,
            }),
    }
  })
  const free: Series = {
    labels,
    valueAt: (at) =>
      held.some((series) => series.valueAt(at) !== undefined)
        ? undefined
        : valueOf(metric, { busy: 0, usedMib: 0, totalMib }),
  }
  return [...held, free]
}

/** What the kubelet's cAdvisor counts of a pod's only container. */
function cpuSeries(pod: Pod): Series {
  const [from, until] = spanOf(pod)
  return {
    labels: {
      __name__: CPU,
      namespace: pod.metadata.namespace ?? '',
      pod: pod.metadata.name,
      container: pod.spec.containers[0]?.name ?? '',
    },
    valueAt: (at) => (at < from || at > until ? undefined : cpuSeconds(pod, from, at)),
  }
}

const IDLE_W = 60
const BUSY_W = 340
/** What the exporter tells of a device that is so busy and has so much memory in use. */
function valueOf(
  metric: Metric,
  { busy, usedMib, totalMib }: { busy: number; usedMib: number; totalMib: number },
): number {
  switch (metric) {
    case 'DCGM_FI_PROF_GR_ENGINE_ACTIVE':
      return Number(busy.toFixed(4))
    case 'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE':
      return Number((busy * 0.46).toFixed(4))
    case 'DCGM_FI_DEV_FB_USED':
      return usedMib
    case 'DCGM_FI_DEV_FB_FREE':
      return totalMib - usedMib
    case 'DCGM_FI_DEV_POWER_USAGE':
      return Math.round(IDLE_W + BUSY_W * busy)
    default:
      return 0
  }
}

/** When a pod's containers ran: from their start to their end, in milliseconds since 1970. */
function spanOf(pod: Pod): [from: number, until: number] {
  const { running, terminated } = pod.status?.containerStatuses?.[0]?.state ?? {}
  if (running) return [Date.parse(running.startedAt), Infinity]
  return terminated && isFinished(pod)
    ? [Date.parse(terminated.startedAt), Date.parse(terminated.finishedAt)]
    : [Infinity, 0]
}
