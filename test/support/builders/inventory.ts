import type { Inventory, NodeFacts, PodFacts } from '../../../main/kernel/inventory'

export const NOW = Date.parse('2026-11-18T14:32:00Z')
const GI = 2 ** 30
const A100 = 'NVIDIA-A100-SXM4-80GB'

/** A GPU node as facts: eight A100 unless told otherwise. */
export const aNode = (
  name: string,
  more: Partial<NodeFacts> & { gpus?: number; model?: string; cores?: number } = {},
): NodeFacts => {
  const { gpus = 8, model = A100, cores = 128, ...rest } = more
  const capacity = {
    cpu: cores,
    memory: 1024 * GI,
    pods: 110,
    ...(gpus > 0 && { 'nvidia.com/gpu': gpus }),
  }
  return {
    metadata: { name },
    labels:
      gpus > 0 ? { 'nvidia.com/gpu.product': model, 'nvidia.com/gpu.count': String(gpus) } : {},
    annotations: {},
    createdAt: NOW - 86_400_000,
    ready: true,
    cordoned: false,
    capacity,
    allocatable: capacity,
    conditions: [],
    images: [],
    ...rest,
  }
}
/** A running pod as facts; without a node it is pending. */
export const aPod = (name: string, more: Partial<PodFacts> & { gpus?: number } = {}): PodFacts => {
  const { gpus = 0, node, ...rest } = more
  return {
    metadata: { name, namespace: rest.namespace ?? 'team', uid: `uid-${name}` },
    namespace: 'team',
    labels: {},
    annotations: {},
    phase: node === undefined ? 'Pending' : 'Running',
    createdAt: NOW - 3_600_000,
    requests: { cpu: 4, memory: 16 * GI, ...(gpus > 0 && { 'nvidia.com/gpu': gpus }) },
    ready: node !== undefined,
    deleting: false,
    restarts: 0,
    images: [],
    claims: [],
    nodeSelector: {},
    ...(node !== undefined && {
      node,
      scheduledAt: NOW - 3_590_000,
      startedAt: NOW - 3_590_000,
      readyAt: NOW - 3_560_000,
    }),
    ...rest,
  }
}
export const anInventory = (nodes: NodeFacts[], pods: PodFacts[] = []): Inventory => ({
  site: 'oslo',
  at: NOW,
  nodes,
  pods,
})
