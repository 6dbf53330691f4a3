import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { entry, Name, NamespacedRef, Timestamp } from './common'
import { FailureRecord } from './failures'
import { decimalNumber, wholeNumber } from './inputs'
import { Plan } from './operations'

export const CapacityType = z.enum(['on-demand', 'spot'])
export type CapacityType = z.infer<typeof CapacityType>
/** One price of one machine: where it was read, and how old it is. A stale one is shown, and never used without asking. */
export const CloudPrice = z.object({
  instanceType: z.string(),
  region: z.string(),
  zone: z.string().optional(),
  capacityType: CapacityType,
  usd: z.number().min(0),
  unit: z.literal('instance-hour'),
  source: z.enum(['aws-pricing', 'aws-spot-history', 'price-list']),
  sourceSays: z.string().describe('Where a person can look it up'),
  asOf: Timestamp,
  ageSeconds: z.number().min(0),
  stale: z.boolean(),
})
export type CloudPrice = z.infer<typeof CloudPrice>

/** Whose something of an account is: Takt made it for this cluster, a lead adopted it, it bears another cluster's mark, or none. */
export const CloudOwnership = z.enum(['made', 'adopted', 'another-cluster', 'unmarked'])
export type CloudOwnership = z.infer<typeof CloudOwnership>

export const NodeTaint = z.object({
  key: z.string().min(1).max(253),
  value: z.string().max(63).optional(),
  effect: z.enum(['NoSchedule', 'NoExecute', 'PreferNoSchedule']),
})
export type NodeTaint = z.infer<typeof NodeTaint>
export const PoolGpu = z.object({
  model: z.string(),
  resource: z.string(),
  count: z.number().int().min(0),
})

/** Machines that can be asked for on a cloud site: an instance type in its zones, by the hour or from the spot market. */
export const CloudPool = z.object({
  /** site/node group: what every other entry and the planner call it. */
  id: z.string(),
  site: z.string(),
  name: z.string(),
  region: z.string(),
  provisioner: z.enum(['node-group', 'karpenter']),
  instanceType: z.string(),
  alternativeTypes: z.array(z.string()),
  zones: z.array(z.string()),
  capacityType: CapacityType,
  gpu: PoolGpu,
  cpuCores: z.number(),
  memoryGi: z.number(),
  labels: z.record(z.string(), z.string()),
  taints: z.array(NodeTaint),
  price: CloudPrice.optional(),
  bootSeconds: z.number(),
  /** Most nodes the group may have, and how many more can be asked for now under it, the account's quota and what the zone gives. */
  maxNodes: z.number().int(),
  nodesLeft: z.number().int(),
  quota: z.object({ name: z.string(), usedCores: z.number(), limitCores: z.number() }).optional(),
  capacity: z.enum(['available', 'short', 'quota', 'unknown']),
  capacitySays: z.string().optional(),
  ownership: CloudOwnership,
})
export type CloudPool = z.infer<typeof CloudPool>

export const NodeState = z.enum(['booting', 'busy', 'idle', 'draining', 'unready'])
export const CloudNodeView = z.object({
  name: z.string(),
  instanceId: z.string().optional(),
  zone: z.string().optional(),
  state: NodeState,
  since: Timestamp,
  idleSeconds: z.number().optional(),
  gpus: z.number().int(),
  gpusHeld: z.number().int(),
  pods: z.array(z.string()).max(200),
  usdPerHour: z.number().optional(),
})
export type CloudNodeView = z.infer<typeof CloudNodeView>
export const NodeGroupView = z.object({
  id: z.string(),
  site: z.string(),
  name: z.string(),
  region: z.string(),
  provisioner: CloudPool.shape.provisioner,
  status: z.enum(['creating', 'active', 'updating', 'degraded', 'deleting', 'failed']),
  instanceTypes: z.array(z.string()),
  capacityType: CapacityType,
  desired: z.number().int(),
  ready: z.number().int(),
  idle: z.number().int(),
  booting: z.number().int(),
  min: z.number().int(),
  max: z.number().int(),
  nodes: z.array(CloudNodeView).max(500),
  usdPerHourNow: z.number().optional(),
  price: CloudPrice.optional(),
  ownership: CloudOwnership,
  simulated: z.boolean(),
  health: z.array(z.object({ code: z.string(), says: z.string(), remedy: z.string() })),
})
export type NodeGroupView = z.infer<typeof NodeGroupView>
export const NodeGroupsView = z.object({
  asOf: Timestamp,
  usdPerHourNow: z.number(),
  groups: z.array(NodeGroupView),
  unread: z
    .array(z.object({ site: z.string(), failure: FailureRecord }))
    .describe('Sites whose node groups could not be read'),
})
export type NodeGroupsView = z.infer<typeof NodeGroupsView>

export const InstanceType = z
  .string()
  .trim()
  .regex(/^(?=.{3,40}$)[a-z0-9-]+\.[a-z0-9-]+$/, 'an instance type such as g5.xlarge')
export const Zone = z
  .string()
  .trim()
  .regex(/^(?=.{4,40}$)[a-z]{2}[a-z0-9-]*-\d[a-z0-9-]*$/, 'a zone such as eu-north-1a')
export const NodeCount = wholeNumber({ from: 0, to: 100, such: 2, unit: 'machines' })
/** What a node group is made from; what is left out is chosen by price. */
export const PoolTemplate = z.object({
  name: Name,
  provisioner: CloudPool.shape.provisioner.default('node-group'),
  instanceTypes: z.array(InstanceType).min(1, 'an instance type such as g5.xlarge').max(10),
  capacityType: CapacityType,
  zones: z.array(Zone).max(10).default([]),
  maxNodes: wholeNumber({ from: 1, to: 100, such: 4, unit: 'machines' }),
  diskGi: wholeNumber({ from: 20, to: 16_000, such: 200, unit: 'GiB' }).default(200),
  labels: z.record(z.string().max(253), z.string().max(63)).default({}),
  taints: z.array(NodeTaint).max(20).default([]),
})
export type PoolTemplate = z.infer<typeof PoolTemplate>

export const OrphanKind = z.enum(['instance', 'volume', 'node-group', 'upload', 'idle-node'])
/** Something that costs money and that nothing Takt knows of needs. Only what Takt made may be removed; the rest is seen, not ours. */
export const Orphan = z.object({
  id: z.string(),
  site: z.string(),
  region: z.string(),
  kind: OrphanKind,
  name: z.string(),
  says: z.string().describe('Why it counts as left over'),
  since: Timestamp.optional(),
  usdPerHour: z.number().optional(),
  ownership: CloudOwnership,
  whose: z.string().optional().describe('Why it is not for Takt to remove'),
  tags: z.record(z.string(), z.string()),
})
export type Orphan = z.infer<typeof Orphan>

export const ShipmentState = z.enum([
  'planned',
  'shipping',
  'verifying',
  'done',
  'failed',
  'cancelled',
])
/** Data on its way to where its workload goes, or results on their way back. */
export const Shipment = z.object({
  id: z.string(),
  direction: z.enum(['out', 'back']),
  title: z.string(),
  from: z.string(),
  to: z.string(),
  fromSite: z.string(),
  toSite: z.string(),
  state: ShipmentState,
  bytes: z.number(),
  bytesDone: z.number(),
  objects: z.number().int(),
  objectsDone: z.number().int(),
  objectsThere: z.number().int().describe('Were there already, with the same checksum'),
  bytesThere: z.number(),
  bytesPerSecond: z.number().optional(),
  capBytesPerSecond: z.number().optional(),
  etaSeconds: z.number().optional(),
  verified: z.number().int().describe('Objects whose checksum was compared at the other end'),
  checksum: z.enum(['sha256', 'etag']),
  manifestHash: z.string(),
  startedAt: Timestamp,
  endedAt: Timestamp.optional(),
  operationId: z.string().optional(),
  failure: FailureRecord.optional(),
})
export type Shipment = z.infer<typeof Shipment>
export const LinkRate = z.object({
  fromSite: z.string(),
  toSite: z.string(),
  bytesPerSecond: z.number(),
  measuredAt: Timestamp,
  samples: z.number().int(),
  basis: z.enum(['measured', 'assumed']),
})
export type LinkRate = z.infer<typeof LinkRate>

export const ShipRequest = z.object({
  snapshot: NamespacedRef.describe('The snapshot whose objects go'),
  toSite: z.string().min(1).max(500),
  direction: z.enum(['out', 'back']).default('out'),
  capMegabytesPerSecond: decimalNumber({
    from: 0.1,
    to: 100_000,
    such: 100,
    unit: 'MB/s',
  }).optional(),
})
export type ShipRequest = z.infer<typeof ShipRequest>

const Site = z.object({ site: z.string().min(1).max(500) })
const Group = Site.extend({ nodeGroup: z.string().min(1).max(63) })

/** Node groups, prices and what is billed. */
export const cloud = {
  pools: entry
    .meta({
      says: 'Machines that can be asked for on the connected cloud sites, each with its price and age, quota and whether capacity is short.',
    })
    .input(z.object({ site: z.string().max(500).optional() }))
    .output(
      z.object({ asOf: Timestamp, pools: z.array(CloudPool), unread: NodeGroupsView.shape.unread }),
    ),
  nodeGroups: entry
    .meta({
      says: 'Node groups with their nodes, what is idle and what all of it costs an hour now; whole again after changes.',
    })
    .output(eventIterator(NodeGroupsView)),
  planScale: entry
    .meta({
      says: 'What changing the number of nodes of a group would do: price, quota, which nodes go and what runs there.',
    })
    .input(Group.extend({ desired: NodeCount }))
    .output(Plan),
  planCreatePool: entry
    .meta({
      says: 'What a new node group (or NodePool where Karpenter is installed) would be, with its price; it begins with no nodes.',
    })
    .input(Site.extend({ template: PoolTemplate }))
    .output(Plan),
  planDrain: entry
    .meta({
      says: 'Cordons the nodes of a group, or one of them, and moves off what runs there; then the group may be scaled down.',
    })
    .input(
      Group.extend({
        node: z.string().max(253).optional(),
        then: z.enum(['keep', 'scale-to-zero', 'delete']).default('scale-to-zero'),
      }),
    )
    .output(Plan),
  planAdopt: entry
    .meta({
      says: 'Lets Takt change the size of a node group that somebody else made, by a tag; a lead decides, and it is never deleted.',
    })
    .input(Group)
    .output(Plan),
  planDeletePool: entry
    .meta({ says: 'Drains and deletes a node group that Takt made.' })
    .input(Group)
    .output(Plan),
  orphans: entry
    .meta({
      says: 'Everything billed that nothing accounts for: instances, volumes, node groups, unfinished uploads, idle nodes.',
    })
    .output(
      z.object({
        asOf: Timestamp,
        usdPerHour: z.number().describe('Of those that are for Takt to remove'),
        orphans: z.array(Orphan),
        looked: z.array(z.string()).describe('What was looked at'),
        unread: NodeGroupsView.shape.unread,
      }),
    ),
  planRemoveOrphan: entry
    .meta({ says: 'What deleting one left-over thing would do.' })
    .input(Site.extend({ kind: OrphanKind, id: z.string().min(1).max(500) }))
    .output(Plan),
  prices: entry
    .meta({
      says: 'Every known price with its source and age; refresh asks AWS first and keeps what it cannot read.',
    })
    .input(z.object({ refresh: z.boolean().default(false) }))
    .output(
      z.object({
        asOf: Timestamp,
        staleAfterSeconds: z.number(),
        prices: z.array(CloudPrice),
        unread: NodeGroupsView.shape.unread,
      }),
    ),
  shipments: entry
    .meta({
      says: 'Data under way between sites and what went before, newest first; whole again after changes.',
    })
    .output(
      eventIterator(
        z.object({ asOf: Timestamp, shipments: z.array(Shipment), links: z.array(LinkRate) }),
      ),
    ),
  planShip: entry
    .meta({
      says: 'What would have to travel: objects missing at the other end, bytes, time over the measured link, price, and whether the data may leave.',
    })
    .input(ShipRequest)
    .output(Plan),
}
