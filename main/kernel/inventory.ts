/** What a cluster tells about a machine, in base units (cores, bytes, devices). */
export interface NodeFacts {
  metadata: { name: string; uid?: string; resourceVersion?: string }
  labels: Record<string, string>
  annotations: Record<string, string>
  createdAt: number
  ready: boolean
  cordoned: boolean
  capacity: Record<string, number>
  allocatable: Record<string, number>
  conditions: { type: string; status: string; reason: string; message: string }[]
  images: string[]
}
/** What a cluster tells about a pod, in base units; times in milliseconds since 1970. */
export interface PodFacts {
  metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string }
  namespace: string
  labels: Record<string, string>
  annotations: Record<string, string>
  owner?: { kind: string; name: string }
  node?: string
  phase: string
  requests: Record<string, number>
  createdAt: number
  scheduledAt?: number
  startedAt?: number
  readyAt?: number
  finishedAt?: number
  ready: boolean
  deleting: boolean
  restarts: number
  deadlineSeconds?: number
  images: string[]
  claims: string[]
  nodeSelector: Record<string, string>
  unschedulable?: string
  waiting?: { reason: string; message: string }
}
/** What one site has and what runs there, at one moment of the site's clock. */
export interface Inventory {
  site: string
  at: number
  nodes: NodeFacts[]
  pods: PodFacts[]
  /** The namespaces whose pods are known, where this person may not see all: what others hold is not told by them. */
  only?: string[]
}

export const GPU = 'nvidia.com/gpu'
export const MIG = 'nvidia.com/mig-'
export const isGpuResource = (resource: string): boolean =>
  resource === GPU || resource.startsWith(MIG) || /\/gpu$/.test(resource)
/** The GPU product label of a node, without the maker's name: "A100-SXM4-80GB". */
export const gpuModelOf = (node: Pick<NodeFacts, 'labels'>): string =>
  (node.labels['nvidia.com/gpu.product'] ?? '').replace(/^NVIDIA-/, '')
/** Whether a pod still holds what it asked for. */
export const holds = (pod: PodFacts): boolean =>
  pod.node !== undefined && pod.phase !== 'Succeeded' && pod.phase !== 'Failed'
export const amount = (list: Readonly<Record<string, number>>, resource: string): number =>
  list[resource] ?? 0

/** Sums what the pods ask for, resource by resource. */
export function sumRequests(pods: readonly PodFacts[]): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const pod of pods)
    for (const [resource, asked] of Object.entries(pod.requests))
      sum[resource] = amount(sum, resource) + asked
  return sum
}

const plain = (model: string) =>
  model
    .toLowerCase()
    .replace(/^nvidia-/, '')
    .replace(/[^a-z0-9]/g, '')
/** Whether a price book's model means the model of a node label: "A100 80GB" and "A100-SXM4-80GB" share their parts. */
export function sameModel(book: string, label: string): boolean {
  const [short, long] = [plain(book), plain(label)]
  if (short === '' || long === '') return false
  return (
    long.includes(short) ||
    short.includes(long) ||
    book.split(/[\s_-]+/).every((part) => long.includes(plain(part)))
  )
}
