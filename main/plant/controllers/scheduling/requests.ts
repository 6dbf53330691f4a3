import { quantityOf } from '../../../kernel/quantities'
import type { Container, Pod, PodSpec } from '../objects'

export const GPU = 'nvidia.com/gpu'
export const MIG_PREFIX = 'nvidia.com/mig-'

/** What a pod asks of a node, in base units (cores, bytes, devices); a limit counts where no request is given. */
export function requestsOf(spec: PodSpec): Map<string, number> {
  const sum = new Map<string, number>()
  for (const container of spec.containers) {
    for (const [resource, amount] of requestsOfContainer(container))
      sum.set(resource, (sum.get(resource) ?? 0) + amount)
  }
  for (const container of spec.initContainers ?? []) {
    for (const [resource, amount] of requestsOfContainer(container))
      sum.set(resource, Math.max(sum.get(resource) ?? 0, amount))
  }
  return sum
}

function requestsOfContainer({ resources }: Container): Map<string, number> {
  const names = new Set([
    ...Object.keys(resources?.requests ?? {}),
    ...Object.keys(resources?.limits ?? {}),
  ])
  return new Map(
    [...names].map((name) => [
      name,
      quantityOf(
        resources?.requests?.[name] === undefined ? resources?.limits : resources.requests,
        name,
      ),
    ]),
  )
}

/** How many whole GPUs a pod asks for. */
export const gpusOf = (spec: PodSpec) => requestsOf(spec).get(GPU) ?? 0
/** The devices a pod holds on its node: "3" is a whole GPU, "7:2" a slice of GPU 7. */
export const devicesOf = (pod: Pod): string[] =>
  pod.metadata.annotations?.[DEVICES]?.split(',').filter((device) => device !== '') ?? []

/** Which devices a pod holds; a cluster keeps this in the kubelet's checkpoint, where nobody can read it after a restart of the plant. */
export const DEVICES = 'plant.takt.dev/devices'
/** On a node: the GPUs that are split into MIG slices, by index. */
export const SPLIT_GPUS = 'plant.takt.dev/split-gpus'
/** On a node: GPU index to XID number, as JSON. */
export const GPU_FAULTS = 'plant.takt.dev/gpu-faults'
