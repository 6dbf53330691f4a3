import type { Size } from '../../../../preload/contract/records/environment'
import { amount, GPU, MIG, type NodeFacts } from '../../../kernel/inventory'

const GI = 2 ** 30
const SHARE = 0.9 // the rest of a node is for the system's own pods
const CPU_SIZES: Size[] = [
  { name: 'CPU small', cpuCores: 4, memoryGi: 16 },
  { name: 'CPU large', cpuCores: 16, memoryGi: 64 },
]

export interface GpuKind {
  resource: string
  model: string
  perNode: number
  cores: number
  memoryGi: number
}

/** The kinds of GPU, and slices of them, that a site's nodes offer. */
export function gpuKinds(nodes: NodeFacts[]): GpuKind[] {
  const kinds = new Map<string, GpuKind>()
  for (const node of nodes) {
    const model = node.labels['nvidia.com/gpu.product'] ?? ''
    for (const [resource, has] of Object.entries(node.capacity)) {
      if (has < 1 || !(resource === GPU || resource.startsWith(MIG))) continue
      const known = kinds.get(`${resource}/${model}`)
      const built = Math.max(1, Number(node.labels['nvidia.com/gpu.count'] ?? has))
      const kind = {
        resource,
        model,
        perNode: has,
        cores: amount(node.allocatable, 'cpu') / built,
        memoryGi: amount(node.allocatable, 'memory') / GI / built,
      }
      if (!known || has > known.perNode) kinds.set(`${resource}/${model}`, kind)
    }
  }
  return [...kinds.values()].sort(
    (a, b) =>
      Number(a.resource === GPU) - Number(b.resource === GPU) ||
      a.model.localeCompare(b.model) ||
      a.resource.localeCompare(b.resource),
  )
}

/** A label's model without its maker: "A100-SXM4-80GB". */
export const plainModel = (model: string) => model.replace(/^NVIDIA-/, '')
const shortModel = (model: string) => plainModel(model).split('-')[0] ?? model
/** "1/7 A100" for mig-1g.10gb: how much of which GPU. */
export function kindName({ resource, model }: Pick<GpuKind, 'resource' | 'model'>): string {
  const slice = /mig-(\d)g\./.exec(resource)
  return slice ? `${slice[1] ?? ''}/7 ${shortModel(model)}` : shortModel(model) || 'GPU'
}
const rounded = (value: number, to: number) =>
  Math.max(1, Math.floor(value / to) * to || Math.floor(value))

function sizesOf(kind: GpuKind): Size[] {
  const slice = /mig-(\d)g\./.exec(kind.resource)
  const share = slice ? Number(slice[1]) / 7 : 1
  const one = (count: number): Size => ({
    name: slice ? kindName(kind) : `${String(count)} × ${kindName(kind)}`,
    cpuCores: rounded(Math.max(2, kind.cores * share * SHARE) * count, slice ? 1 : 2),
    memoryGi: rounded(Math.max(8, kind.memoryGi * share * SHARE) * count, 4),
    gpu: { resource: kind.resource, count, ...(kind.model !== '' && { model: kind.model }) },
  })
  return slice || kind.perNode < 2 ? [one(1)] : [one(1), one(kind.perNode)]
}

/** The sizes to choose from on a site: two without GPU, a slice or one of each kind of GPU, and a whole node of it. */
export const sizesOffered = (nodes: NodeFacts[]): Size[] => {
  const [wholes, ones] = [
    gpuKinds(nodes).flatMap((kind) => sizesOf(kind).slice(1)),
    gpuKinds(nodes).flatMap((kind) => sizesOf(kind).slice(0, 1)),
  ]
  return [...CPU_SIZES, ...ones, ...wholes]
}

export const MOST_GPUS = 4
/** Why an environment may not have this size; undefined where it may. */
export const tooLarge = (size: Size): string | undefined =>
  size.gpu && size.gpu.resource === GPU && size.gpu.count > MOST_GPUS
    ? `More than ${String(MOST_GPUS)} GPUs stand idle while people think: run it as a training job`
    : undefined

/** What a size asks for, in base units. */
export const requestsOfSize = (size: Size): Record<string, number> => ({
  cpu: size.cpuCores,
  memory: size.memoryGi * GI,
  ...(size.gpu && { [size.gpu.resource]: size.gpu.count }),
})
