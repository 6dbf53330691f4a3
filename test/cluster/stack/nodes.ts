import { stringify } from 'yaml'
import type { Manifest } from './manifests'
import { podStages } from './stages'

export interface GpuNodes {
  count: number
  gpusEach: number
  /** As the GPU feature discovery labels it, such as NVIDIA-A100-SXM4-80GB. */
  product: string
  cpus?: number
  memoryGib?: number
  prefix?: string
}

/** Plain Node objects; KWOK makes them Ready and runs what the real scheduler puts on them. */
export function gpuNodes({
  count,
  gpusEach,
  product,
  cpus = 64,
  memoryGib = 512,
  prefix = 'gpu',
}: GpuNodes): Manifest[] {
  const room = {
    cpu: String(cpus),
    memory: `${memoryGib}Gi`,
    pods: '110',
    'ephemeral-storage': '1Ti',
    ...(gpusEach > 0 && { 'nvidia.com/gpu': String(gpusEach) }),
  }
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `${prefix}-${index}`,
      labels: {
        'kubernetes.io/hostname': `${prefix}-${index}`,
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        ...(gpusEach > 0 && {
          'nvidia.com/gpu.product': product,
          'nvidia.com/gpu.count': String(gpusEach),
        }),
      },
    },
    status: { capacity: room, allocatable: room },
  }))
}

const everywhere = (kind: string, spec: object): Manifest => ({
  apiVersion: 'kwok.x-k8s.io/v1alpha1',
  kind,
  metadata: { name: 'everywhere' },
  spec: { selector: { matchNamespaces: [] }, ...spec },
})

/** KWOK's settings: how pods live, logs from a file, commands run on this machine, every forwarded port leads to one page. */
export function nodesSettings(plays: { logFile: string; pagePort: number }): string {
  const documents = [
    everywhere('ClusterLogs', { logs: [{ logsFile: plays.logFile }] }),
    everywhere('ClusterExec', { execs: [{ local: { workDir: '/' } }] }),
    everywhere('ClusterPortForward', {
      forwards: [{ target: { address: '127.0.0.1', port: plays.pagePort } }],
    }),
    ...podStages.map(({ name, spec }) => ({
      apiVersion: 'kwok.x-k8s.io/v1alpha1',
      kind: 'Stage',
      metadata: { name },
      spec,
    })),
  ]
  return documents.map((each) => stringify(each)).join('---\n')
}
