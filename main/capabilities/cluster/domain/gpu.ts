import { parseQuantity } from '../../../kernel/quantities'
import type { GpuKind } from '../../../../preload/contract/cluster'
import { at, entries, items, text, type Peek } from './peek'

export type { GpuKind } from '../../../../preload/contract/cluster'

/** The number a quantity stands for, 0 where it is none. */
export const quantity = (of: unknown): number =>
  typeof of === 'string' || typeof of === 'number' ? (parseQuantity(of) ?? 0) : 0

/** GPUs of one kind: whole devices, slices by their profile, or shares of a device. */
export interface Devices {
  kind: GpuKind
  resource: string
  count: number
}

const MIG = /\/mig-/
const SHARED = /\/gpu\.shared$/
const WHOLE = /\/gpu$/
export const gpuKindOf = (resource: string): GpuKind | undefined =>
  MIG.test(resource)
    ? 'mig'
    : SHARED.test(resource)
      ? 'shared'
      : WHOLE.test(resource)
        ? 'whole'
        : undefined

/** GPU resources of a resource list, by kind. */
export function devicesOf(list: Peek, { shared = false } = {}): Devices[] {
  return entries({ list }, 'list').flatMap(([resource, quantity]) => {
    const kind = gpuKindOf(resource)
    const amount = kind && parseQuantity(quantity)
    return kind && amount
      ? [{ kind: shared && kind === 'whole' ? ('shared' as const) : kind, resource, count: amount }]
      : []
  })
}

/** What a pod template asks for: containers summed, or the largest init container where that is more. */
export function askedBy(spec: Peek): readonly Devices[] {
  let asked: Map<string, Devices> | undefined
  const take = (container: unknown, join: (before: number, more: number) => number) => {
    for (const device of askedByOne(container)) {
      asked ??= new Map()
      asked.set(device.resource, {
        ...device,
        count: join(asked.get(device.resource)?.count ?? 0, device.count),
      })
    }
  }
  for (const container of items(spec, 'containers'))
    take(container, (before, more) => before + more)
  for (const container of items(spec, 'initContainers')) take(container, Math.max)
  return asked ? [...asked.values()] : NOTHING
}
const NOTHING: readonly Devices[] = []
/** A limit counts where no request is given, so requests are read last. */
function askedByOne(container: Peek): readonly Devices[] {
  let found: Devices[] | undefined
  for (const which of ['limits', 'requests']) {
    const list = at(container, 'resources', which)
    if (typeof list !== 'object' || list === null) continue
    for (const resource of Object.keys(list)) {
      const kind = kindOnce(resource)
      if (kind === undefined) continue
      const many = quantity((list as Record<string, unknown>)[resource])
      found = [
        ...(found ?? []).filter((one) => one.resource !== resource),
        ...(many > 0 ? [{ kind, resource, count: many }] : []),
      ]
    }
  }
  return found ?? NOTHING
}
const KNOWN = new Map<string, GpuKind | undefined>()
/** Clusters name few resources, and name them often. */
function kindOnce(resource: string): GpuKind | undefined {
  if (KNOWN.has(resource)) return KNOWN.get(resource)
  const kind = gpuKindOf(resource)
  if (KNOWN.size < 1_000) KNOWN.set(resource, kind)
  return kind
}

export const sumOf = (devices: readonly Devices[]): number =>
  devices.reduce((sum, { count }) => sum + count, 0)
/** How a device is called in a list: nothing for whole GPUs, the profile of a slice, a word for the rest. */
export function deviceWord(devices: readonly Devices[]): string {
  return [
    ...new Set(
      devices.map(({ kind, resource }) =>
        kind === 'mig' ? `MIG ${resource.replace(/^.*\/mig-/, '')}` : kind,
      ),
    ),
  ].join(', ')
}

/** Whether a node hands the same GPU to several pods at once. */
export const isSharing = (node: Peek): boolean => {
  const label = (name: string) => text(node, 'metadata', 'labels', name)
  return (
    Number(label('nvidia.com/gpu.replicas')) > 1 ||
    /^(mps|time-slicing)$/.test(label('nvidia.com/gpu.sharing-strategy'))
  )
}
export const modelOf = (node: Peek): string =>
  text(node, 'metadata', 'labels', 'nvidia.com/gpu.product').replace(/^NVIDIA-/, '')
