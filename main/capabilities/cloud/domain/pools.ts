import type { CapacityType, CloudPool } from '../../../../preload/contract/cloud'
import { given } from '../../../kernel/given'
import type { GroupFacts, PriceFact, QuotaFact, TypeFacts } from './facts'
import { mayChange, whoseSays, type CloudOwnership } from './ownership'
import { shownPrice } from './prices'

// Quotas count virtual CPUs by family and by how they are paid; https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
const QUOTA_CODES: { family: RegExp; capacityType: CapacityType; code: string }[] = [
  { family: /^p5/, capacityType: 'spot', code: 'L-C4BD4855' },
  { family: /^p[234]/, capacityType: 'spot', code: 'L-7212CCBC' },
  { family: /^p/, capacityType: 'on-demand', code: 'L-417A185B' },
  { family: /^(g|vt)/, capacityType: 'spot', code: 'L-3819A6DF' },
  { family: /^(g|vt)/, capacityType: 'on-demand', code: 'L-DB2E81BA' },
  { family: /^[acdhimrtz]/, capacityType: 'spot', code: 'L-34B43A08' },
  { family: /^[acdhimrtz]/, capacityType: 'on-demand', code: 'L-1216C47A' },
]
export const quotaCode = (type: string, capacityType: CapacityType): string | undefined =>
  QUOTA_CODES.find((one) => one.capacityType === capacityType && one.family.test(type))?.code

export interface Running {
  type: string
  spot: boolean
}
/** Virtual CPUs that count against a quota now. */
export function usedCores(
  running: readonly Running[],
  code: string,
  types: ReadonlyMap<string, TypeFacts>,
): number {
  return running
    .filter(({ type, spot }) => quotaCode(type, spot ? 'spot' : 'on-demand') === code)
    .reduce((sum, { type }) => sum + (types.get(type)?.vcpus ?? 0), 0)
}

export interface PoolSight {
  site: string
  region: string
  group: GroupFacts
  provisioner: CloudPool['provisioner']
  ownership: CloudOwnership
  type: TypeFacts
  zones: string[]
  price: PriceFact | undefined
  nodes: number
  product: string | undefined
  quotas: readonly QuotaFact[]
  running: readonly Running[]
  types: ReadonlyMap<string, TypeFacts>
  shortUntil: number | undefined
  now: number
}
export const SHORT_MS = 30 * 60_000
export const BOOT_S = 360

type Room = Pick<CloudPool, 'nodesLeft' | 'capacity'> & {
  capacitySays?: string | undefined
  quota?: CloudPool['quota'] | undefined
}
/** How many more machines of a group can be asked for, and what binds. */
export function roomOf(sight: PoolSight): Room {
  const { group, type, quotas, running, types, nodes } = sight
  const code = quotaCode(type.type, group.capacityType)
  const limit = quotas.find((quota) => quota.code === code)
  const used = code === undefined ? 0 : usedCores(running, code, types)
  const quota = limit && { name: limit.name, usedCores: used, limitCores: limit.value }
  const theirs = notOurs(sight)
  if (theirs !== undefined)
    return { nodesLeft: 0, capacity: 'unknown', capacitySays: theirs, quota }
  const short = shortage(sight)
  if (short !== undefined) return { nodesLeft: 0, capacity: 'short', capacitySays: short, quota }
  const byGroup = Math.max(0, group.max - Math.max(nodes, group.desired))
  if (!limit)
    return {
      nodesLeft: byGroup,
      capacity: 'unknown',
      capacitySays: "The account's quotas could not be read.",
    }
  const byQuota = Math.max(0, Math.floor((limit.value - used) / Math.max(1, type.vcpus)))
  if (byQuota === 0)
    return {
      nodesLeft: 0,
      capacity: 'quota',
      capacitySays: `The account's quota "${limit.name}" of ${String(limit.value)} virtual CPUs is used up.`,
      quota,
    }
  return {
    nodesLeft: Math.min(byQuota, byGroup),
    capacity: 'available',
    capacitySays:
      byGroup < byQuota ? `The group may have at most ${String(group.max)} machines.` : undefined,
    quota,
  }
}
/** Machines of somebody else's group are used while they run, and never asked for. Karpenter's come by themselves for whatever waits. */
const notOurs = ({ provisioner, ownership, group }: PoolSight): string | undefined =>
  provisioner === 'node-group' && !mayChange(ownership)
    ? `${whoseSays(ownership, group.tags) ?? ''} Takt does not change its size.`
    : undefined
function shortage({ group, type, shortUntil, now }: PoolSight): string | undefined {
  const issue = group.health.find(({ code }) => code === 'AsgInstanceLaunchFailures')
  if (issue) return issue.message
  return shortUntil !== undefined && shortUntil > now
    ? `AWS had none of ${type.type} a moment ago.`
    : undefined
}

export function poolOf(sight: PoolSight): CloudPool {
  const { site, region, group, provisioner, type, zones, price, product, now } = sight
  const { capacity, nodesLeft, capacitySays, quota } = roomOf(sight)
  return given({
    id: `${site}/${group.name}`,
    site,
    name: group.name,
    region,
    provisioner,
    instanceType: type.type,
    alternativeTypes: group.instanceTypes.slice(1),
    zones,
    capacityType: group.capacityType,
    gpu: {
      model: product ?? group.labels['nvidia.com/gpu.product'] ?? modelOf(type) ?? 'none',
      resource: 'nvidia.com/gpu',
      count: type.gpu?.count ?? 0,
    },
    cpuCores: type.vcpus,
    memoryGi: type.memoryGi,
    labels: group.labels,
    taints: group.taints,
    price: price && shownPrice(price, now),
    bootSeconds: BOOT_S,
    maxNodes: group.max,
    nodesLeft,
    quota,
    capacity,
    capacitySays,
    ownership: sight.ownership,
  })
}

// What the GPU operator will call the device on its node, for types that Takt offers before a node of them was ever seen.
const PRODUCTS: [type: RegExp, product: string][] = [
  [/^p4d\./, 'NVIDIA-A100-SXM4-40GB'],
  [/^p4de\./, 'NVIDIA-A100-SXM4-80GB'],
  [/^p5\./, 'NVIDIA-H100-80GB-HBM3'],
  [/^p5en?\./, 'NVIDIA-H200'],
  [/^g6e\./, 'NVIDIA-L40S'],
  [/^g6\./, 'NVIDIA-L4'],
  [/^g5\./, 'NVIDIA-A10G'],
  [/^g4dn\./, 'Tesla-T4'],
]
export const modelOf = ({ type, gpu }: Pick<TypeFacts, 'type' | 'gpu'>): string | undefined =>
  PRODUCTS.find(([pattern]) => pattern.test(type))?.[1] ?? (gpu ? `NVIDIA-${gpu.model}` : undefined)

/** Other pools that could serve instead, cheapest first for each GPU: the next zone, then the next type. Where a type is short in a zone, its spot machines there are short as well. */
export function alternatives(
  pools: readonly CloudPool[],
  { id, gpu, instanceType, zones }: Pick<CloudPool, 'id' | 'gpu' | 'instanceType' | 'zones'>,
): CloudPool[] {
  const same = (pool: CloudPool) =>
    pool.instanceType === instanceType && pool.zones.every((zone) => zones.includes(zone))
  const usdPerGpu = (pool: CloudPool) => (pool.price?.usd ?? Infinity) / Math.max(1, pool.gpu.count)
  return pools
    .filter(
      (pool) =>
        pool.id !== id &&
        !same(pool) &&
        pool.nodesLeft > 0 &&
        pool.gpu.count >= Math.min(gpu.count, 1),
    )
    .toSorted(
      (a, b) =>
        Number(b.gpu.model === gpu.model) - Number(a.gpu.model === gpu.model) ||
        usdPerGpu(a) - usdPerGpu(b),
    )
}
