import type { CloudNodeView, NodeGroupView } from '../../../../preload/contract/cloud'
import { timestamp } from '../../../kernel/clock'
import { given } from '../../../kernel/given'
import {
  amount,
  GPU,
  holds,
  isGpuResource,
  type Inventory,
  type NodeFacts,
  type PodFacts,
} from '../../../kernel/inventory'
import type { CloudOwnership } from './ownership'
import { KARPENTER_LABEL, NODE_GROUP_LABEL, type GroupFacts, type PriceFact } from './facts'
import { shownPrice } from './prices'

export const groupOf = (node: Pick<NodeFacts, 'labels'>): string | undefined =>
  node.labels[NODE_GROUP_LABEL] ?? node.labels[KARPENTER_LABEL]
const gpusHeld = (pods: readonly PodFacts[]) =>
  pods.reduce(
    (sum, { requests }) =>
      sum +
      Object.entries(requests).reduce(
        (all, [resource, count]) => all + (isGpuResource(resource) ? count : 0),
        0,
      ),
    0,
  )
// What every node runs for the cluster itself does not keep a machine busy.
const isWork = ({ owner, namespace }: PodFacts) =>
  owner?.kind !== 'DaemonSet' && namespace !== 'kube-system'
export const workOn = (inventory: Inventory, node: string): PodFacts[] =>
  inventory.pods.filter((pod) => pod.node === node && holds(pod) && isWork(pod))

/** Since when nothing works on a node: the last end of a pod there, else since it is ready. */
function idleSince(inventory: Inventory, node: NodeFacts): number {
  const ends = inventory.pods
    .filter((pod) => pod.node === node.metadata.name && isWork(pod))
    .map(({ finishedAt }) => finishedAt ?? 0)
  return Math.max(node.createdAt, ...ends)
}
function stateOf(
  node: NodeFacts,
  { busy, bootingFor }: { busy: boolean; bootingFor: number },
): CloudNodeView['state'] {
  if (!node.ready) return bootingFor < 15 * 60_000 ? 'booting' : 'unready'
  if (node.cordoned) return 'draining'
  return busy ? 'busy' : 'idle'
}

export function nodeView(
  inventory: Inventory,
  node: NodeFacts,
  usd: number | undefined,
): CloudNodeView {
  const work = workOn(inventory, node.metadata.name)
  const state = stateOf(node, { busy: work.length > 0, bootingFor: inventory.at - node.createdAt })
  const since = work.length > 0 ? node.createdAt : idleSince(inventory, node)
  return given({
    name: node.metadata.name,
    zone: node.labels['topology.kubernetes.io/zone'],
    state,
    since: timestamp(since),
    idleSeconds:
      state === 'idle' ? Math.max(0, Math.round((inventory.at - since) / 1000)) : undefined,
    gpus: amount(node.capacity, GPU),
    gpusHeld: gpusHeld(work),
    pods: work.map(({ namespace, metadata }) => `${namespace}/${metadata.name}`).slice(0, 200),
    usdPerHour: usd,
  })
}

const STATUS: Record<string, NodeGroupView['status']> = {
  CREATING: 'creating',
  ACTIVE: 'active',
  UPDATING: 'updating',
  DEGRADED: 'degraded',
  DELETING: 'deleting',
  CREATE_FAILED: 'failed',
  DELETE_FAILED: 'failed',
}
const REMEDY: Record<string, string> = {
  AsgInstanceLaunchFailures:
    'Use a group in another zone or of another type; Takt offers the next by price. Nothing is billed for machines that never came.',
  NodeCreationFailure:
    'The machines start but do not join the cluster: look at the role and the network of the group.',
  AccessDenied: 'The role of the group lacks a right: whoever runs the AWS account can grant it.',
  InsufficientFreeAddresses: 'The subnet has no free addresses: use another one.',
}
const plainHealth = (message: string) =>
  message.replace(/Launching EC2 instance failed\.?/, '').trim()

export interface GroupSight {
  site: string
  region: string
  simulated: boolean
  group: GroupFacts
  inventory: Inventory | undefined
  price: PriceFact | undefined
  provisioner: NodeGroupView['provisioner']
  ownership: CloudOwnership
  now: number
}
/** A node group with its machines, what is idle and what it costs an hour. Machines that boot are billed already. */
export function groupView({
  site,
  region,
  simulated,
  group,
  inventory,
  price,
  provisioner,
  ownership,
  now,
}: GroupSight): NodeGroupView {
  const nodes = inventory
    ? inventory.nodes
        .filter((node) => groupOf(node) === group.name)
        .map((node) => nodeView(inventory, node, price?.usd))
    : []
  const ready = nodes.filter(({ state }) => state !== 'booting' && state !== 'unready').length
  const short = group.health.some(({ code }) => code === 'AsgInstanceLaunchFailures')
  const launching = short ? 0 : Math.max(0, group.desired - nodes.length)
  return given({
    id: `${site}/${group.name}`,
    site,
    name: group.name,
    region,
    provisioner,
    status: STATUS[group.status] ?? 'failed',
    instanceTypes: group.instanceTypes,
    capacityType: group.capacityType,
    desired: group.desired,
    ready,
    idle: nodes.filter(({ state }) => state === 'idle').length,
    booting: nodes.filter(({ state }) => state === 'booting').length + launching,
    min: group.min,
    max: group.max,
    nodes,
    usdPerHourNow: price && price.usd * (nodes.length + launching),
    price: price && shownPrice(price, now),
    ownership,
    simulated,
    health: group.health.map(({ code, message }) => ({
      code,
      says: plainHealth(message),
      remedy: REMEDY[code] ?? 'Look at the group in the AWS console.',
    })),
  })
}
