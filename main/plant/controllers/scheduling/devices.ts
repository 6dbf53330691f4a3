import { quantityOf } from '../../../kernel/quantities'
import type { Node, Pod } from '../objects'
import type { Room } from './fits'
import { devicesOf, GPU, GPU_FAULTS, MIG_PREFIX, requestsOf, SPLIT_GPUS } from './requests'

/** The GPUs of a node that are split into slices, by index. */
export const splitGpusOf = (node: Node): string[] =>
  node.metadata.annotations?.[SPLIT_GPUS]?.split(',') ?? []

/** The faulted GPUs of a node: index to XID. */
export function faultsOf(node: Node): Record<string, number> {
  const text = node.metadata.annotations?.[GPU_FAULTS]
  return text ? (JSON.parse(text) as Record<string, number>) : {}
}

/** How many GPUs are built into a node, split or faulted ones among them. */
export const builtInGpus = (node: Node) =>
  Number(node.metadata.labels?.['nvidia.com/gpu.count'] ?? quantityOf(node.status?.capacity, GPU))

/** Picks the devices a pod gets on a node: the lowest free ones that are neither faulted nor, for whole GPUs, split. */
export function devicesFor(pod: Pod, room: Room): string[] {
  const taken = new Set(room.pods.flatMap(devicesOf))
  const faults = faultsOf(room.node)
  const split = splitGpusOf(room.node)
  const chosen: string[] = []
  for (const [resource, amount] of requestsOf(pod.spec)) {
    const devices =
      resource === GPU
        ? wholeGpus(room.node, split)
        : resource.startsWith(MIG_PREFIX)
          ? slicesOf(resource, split)
          : []
    chosen.push(
      ...devices
        .filter((device) => !taken.has(device) && faults[device.split(':')[0] ?? ''] === undefined)
        .slice(0, amount),
    )
  }
  return chosen
}

const wholeGpus = (node: Node, split: string[]) =>
  Array.from({ length: builtInGpus(node) }, (_unused, index) => String(index)).filter(
    (index) => !split.includes(index),
  )

// 1g slices: seven to a GPU; 2g: three; 3g: two; 7g: one.
const SLICES: Record<string, number> = { '1g': 7, '2g': 3, '3g': 2, '4g': 1, '7g': 1 }
function slicesOf(resource: string, split: string[]): string[] {
  const count = SLICES[resource.slice(MIG_PREFIX.length).split('.')[0] ?? ''] ?? 0
  return split.flatMap((gpu) =>
    Array.from({ length: count }, (_unused, slice) => `${gpu}:${String(slice)}`),
  )
}
