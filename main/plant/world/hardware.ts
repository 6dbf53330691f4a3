import { hexOf } from '../controllers/objects'
import { imageBytes, imageId } from '../controllers/kubelet/images'
import { SPLIT_GPUS } from '../controllers/scheduling/requests'
import type { KubeObject, PlantApi } from '../types'

export const A100 = 'NVIDIA-A100-SXM4-80GB'
export const A100_40 = 'NVIDIA-A100-SXM4-40GB'
export const L40S = 'NVIDIA-L40S'

export interface Machine {
  name: string
  cores: number
  memoryGi: number
  address: string
  instanceType: string
  region: string
  gpus?: { product: string; count: number; memoryMib: number; split?: string[] }
  labels?: Record<string, string>
  images?: string[]
  /** What the provider of a rented machine calls it. */
  providerId?: string
}

/** The node of a machine, as its kubelet and the GPU operator report it. */
export function makeNode(api: PlantApi, machine: Machine): KubeObject {
  const { name, gpus } = machine
  const capacity = capacityOf(machine)
  const node = api.create(
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: { ...labelsOf(machine), ...machine.labels },
        ...(gpus?.split && { annotations: { [SPLIT_GPUS]: gpus.split.join(',') } }),
      },
      spec: {
        providerID: machine.providerId ?? `${machine.region}:///${name}`,
        ...(gpus && {
          taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'PreferNoSchedule' }],
        }),
      },
    },
    'kubelet',
  )
  const conditions = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({
    type,
    status: 'False',
    reason: 'KubeletHasSufficient',
    message: 'kubelet has enough of it',
    lastTransitionTime: node.metadata.creationTimestamp,
  }))
  return api.updateStatus(
    {
      ...node,
      status: {
        capacity,
        allocatable: capacity,
        addresses: [
          { type: 'InternalIP', address: machine.address },
          { type: 'Hostname', address: name },
        ],
        conditions: [
          ...conditions,
          {
            type: 'Ready',
            status: 'True',
            reason: 'KubeletReady',
            message: 'kubelet is posting ready status',
            lastTransitionTime: node.metadata.creationTimestamp,
          },
        ],
        images: (machine.images ?? []).map((image) => ({
          names: image.includes('@') ? [image] : [imageId(image), image],
          sizeBytes: imageBytes(image),
        })),
        nodeInfo: {
          architecture: 'amd64',
          operatingSystem: 'linux',
          osImage: 'Ubuntu 24.04.3 LTS',
          kernelVersion: '6.8.0-86-generic',
          kubeletVersion: 'v1.34.4',
          kubeProxyVersion: '',
          containerRuntimeVersion: 'containerd://2.1.4',
          machineID: hexOf(`machine${name}`, 32),
          systemUUID: hexOf(`system${name}`, 32),
          bootID: hexOf(`boot${name}`, 32),
        },
      },
    },
    'kubelet',
  )
}

function capacityOf({ cores, memoryGi, gpus }: Machine): Record<string, string> {
  const base = {
    cpu: String(cores),
    memory: `${String(memoryGi)}Gi`,
    'ephemeral-storage': '3500Gi',
    pods: '250',
  }
  if (!gpus) return base
  const split = gpus.split?.length ?? 0
  return {
    ...base,
    'nvidia.com/gpu': String(gpus.count - split),
    ...(split > 0 && { 'nvidia.com/mig-1g.10gb': String(7 * split) }),
  }
}

const labelsOf = ({ name, gpus, instanceType, region }: Machine): Record<string, string> => ({
  'kubernetes.io/hostname': name,
  'kubernetes.io/os': 'linux',
  'kubernetes.io/arch': 'amd64',
  'node.kubernetes.io/instance-type': instanceType,
  'topology.kubernetes.io/region': region,
  ...(gpus && {
    'nvidia.com/gpu.present': 'true',
    'nvidia.com/gpu.product': gpus.product,
    'nvidia.com/gpu.count': String(gpus.count),
    'nvidia.com/gpu.memory': String(gpus.memoryMib),
    'nvidia.com/mig.strategy': gpus.split ? 'mixed' : 'none',
    ...(gpus.split && {
      'nvidia.com/mig-1g.10gb.count': String(7 * gpus.split.length),
      'nvidia.com/mig-1g.10gb.memory': '9856',
    }),
  }),
})

const a100 = { product: A100, count: 8, memoryMib: 81_920 }
const l40s = { product: L40S, count: 8, memoryMib: 46_068 }
const gpuNode = (name: string, last: number, gpus: NonNullable<Machine['gpus']>): Machine => ({
  name,
  gpus,
  cores: gpus.product === A100 ? 144 : 112,
  memoryGi: gpus.product === A100 ? 1_720 : 860,
  address: `10.20.0.${String(last)}`,
  instanceType: gpus.product === A100 ? 'hgx-a100' : 'l40s-8u',
  region: 'oslo',
})
export const OSLO: Machine[] = [
  gpuNode('a100-1', 11, a100),
  gpuNode('a100-2', 12, { ...a100, split: ['7'] }),
  gpuNode('l40s-1', 13, l40s),
  gpuNode('l40s-2', 14, l40s),
  ...['cpu-1', 'cpu-2'].map((name, index): Machine => ({
    name,
    cores: 192,
    memoryGi: 768,
    address: `10.20.0.${String(21 + index)}`,
    instanceType: 'epyc-192',
    region: 'oslo',
  })),
]

const FAST_DRIVER = 'fast.csi.plant.takt.dev'
const BULK_DRIVER = 'bulk.csi.plant.takt.dev'
const storageClass = (
  name: string,
  provisioner: string,
  more: { annotations?: Record<string, string>; parameters: Record<string, string> },
): KubeObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name, ...(more.annotations && { annotations: more.annotations }) },
  provisioner,
  parameters: more.parameters,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: true,
})
const priorityClass = (name: string, value: number, description: string): KubeObject => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name },
  value,
  globalDefault: false,
  description,
  preemptionPolicy: name === 'takt-high' ? 'PreemptLowerPriority' : 'Never',
})

/** Storage and priorities every simulated site has. */
export const FOUNDATION: KubeObject[] = [
  storageClass('fast-ssd', FAST_DRIVER, {
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    parameters: { clones: 'true' },
  }),
  storageClass('bulk-hdd', BULK_DRIVER, { parameters: { clones: 'false' } }),
  {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotClass',
    metadata: {
      name: 'fast-ssd',
      annotations: { 'snapshot.storage.kubernetes.io/is-default-class': 'true' },
    },
    driver: FAST_DRIVER,
    deletionPolicy: 'Delete',
  },
  priorityClass('takt-high', 100_000, 'Environments that must not go away'),
  priorityClass('urgent', 1_000, 'Runs with a date'),
  priorityClass('batch', 0, 'Everything else'),
]

interface FlavorQuota {
  flavor: string
  labels: Record<string, string>
  gpus: number
}
/** Kueue's flavors and the one cluster queue of a site. */
export const queues = (quotas: FlavorQuota[], name: string): KubeObject[] => [
  ...quotas.map(({ flavor, labels }) => ({
    apiVersion: 'kueue.x-k8s.io/v1beta1',
    kind: 'ResourceFlavor',
    metadata: { name: flavor },
    spec: { nodeLabels: labels },
  })),
  {
    apiVersion: 'kueue.x-k8s.io/v1beta1',
    kind: 'ClusterQueue',
    metadata: { name },
    spec: {
      queueingStrategy: 'BestEffortFIFO',
      namespaceSelector: {},
      resourceGroups: [
        {
          coveredResources: ['cpu', 'memory', 'nvidia.com/gpu'],
          flavors: quotas.map(({ flavor, gpus }) => ({
            name: flavor,
            resources: [
              { name: 'cpu', nominalQuota: '2000' },
              { name: 'memory', nominalQuota: '12000Gi' },
              { name: 'nvidia.com/gpu', nominalQuota: gpus },
            ],
          })),
        },
      ],
    },
  },
]
