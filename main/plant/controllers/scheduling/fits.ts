import { quantityOf } from '../../../kernel/quantities'
import {
  meets,
  type Node,
  type NodeSelectorTerm,
  type Pod,
  type PodSpec,
  type Taint,
  type Toleration,
} from '../objects'
import { requestsOf } from './requests'

/** A node with the sum of what its unfinished pods asked for. */
export interface Room {
  node: Node
  used: Map<string, number>
  pods: Pod[]
}
/** Why a node does not take a pod; `resolvable` when fewer pods on it would help. */
export interface Refusal {
  reason: string
  resolvable: boolean
}

export function roomsOf(nodes: Node[], pods: Pod[]): Room[] {
  const rooms = new Map(
    nodes.map((node): [string, Room] => [node.metadata.name, { node, used: new Map(), pods: [] }]),
  )
  for (const pod of pods) {
    const room = rooms.get(pod.spec.nodeName ?? '')
    if (room && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed')
      occupy(room, pod)
  }
  return [...rooms.values()]
}

export function occupy(room: Room, pod: Pod) {
  room.pods.push(pod)
  for (const [resource, amount] of requestsOf(pod.spec))
    room.used.set(resource, (room.used.get(resource) ?? 0) + amount)
}

/** Why the node refuses the pod, in the scheduler's words; empty where it fits. */
export function refusalsOf(pod: Pod, room: Room): Refusal[] {
  const closed = closedTo(pod.spec, room.node)
  return closed === undefined ? shortagesOf(pod, room) : [{ reason: closed, resolvable: false }]
}

function closedTo(spec: PodSpec, node: Node): string | undefined {
  if (node.spec?.unschedulable) return 'node(s) were unschedulable'
  const taint = (node.spec?.taints ?? []).find(
    (each) => each.effect !== 'PreferNoSchedule' && !tolerates(spec, each),
  )
  if (taint) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`
  return matchesNode(spec, node) ? undefined : "node(s) didn't match Pod's node affinity/selector"
}

function shortagesOf(pod: Pod, { node, used, pods }: Room): Refusal[] {
  const allocatable = (resource: string) => quantityOf(node.status?.allocatable, resource)
  const full = allocatable('pods') > 0 && pods.length >= allocatable('pods')
  const short = [...requestsOf(pod.spec)].filter(
    ([resource, amount]) =>
      amount > 0 && amount > allocatable(resource) - (used.get(resource) ?? 0) + 1e-9,
  )
  return [
    ...(full ? [{ reason: 'Too many pods', resolvable: true }] : []),
    ...short.map(([resource, amount]) => ({
      reason: `Insufficient ${resource}`,
      resolvable: amount <= allocatable(resource),
    })),
  ]
}

export function matchesNode(spec: PodSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {}
  if (!Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value))
    return false
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return !terms || terms.some((term) => matchesTerm(term, node))
}

function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? []
  const fields = term.matchFields ?? []
  if (expressions.length + fields.length === 0) return false
  return (
    expressions.every((expression) => meets(expression, node.metadata.labels?.[expression.key])) &&
    fields.every(
      (expression) => expression.key === 'metadata.name' && meets(expression, node.metadata.name),
    )
  )
}

export const tolerates = (spec: PodSpec, taint: Taint) => toleranceOf(spec, taint) !== undefined

/** The toleration that meets a taint: the one that holds longest, as eviction counts it. */
export function toleranceOf(spec: PodSpec, taint: Taint): Toleration | undefined {
  return (spec.tolerations ?? []).find(
    (toleration) =>
      (!toleration.effect || toleration.effect === taint.effect) &&
      (toleration.key ? toleration.key === taint.key : toleration.operator === 'Exists') &&
      (toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '')),
  )
}

/** The sentence of a real scheduler: reasons counted and sorted as text. */
export function explainRefusals(refusals: Refusal[][]): string {
  const counts = new Map<string, number>()
  for (const reason of refusals.flat().map((refusal) => refusal.reason))
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const words = [...counts].map(([reason, count]) => `${String(count)} ${reason}`).sort()
  return `0/${String(refusals.length)} nodes are available: ${words.join(', ')}.`
}

/** What a real scheduler says about preemption that would not help. */
export function explainPreemption(refusals: Refusal[][]): string {
  const helpless = refusals.filter((node) => node.some(({ resolvable }) => !resolvable)).length
  const words = [
    ...(refusals.length > helpless
      ? [`${String(refusals.length - helpless)} No preemption victims found for incoming pod`]
      : []),
    ...(helpless > 0 ? [`${String(helpless)} Preemption is not helpful for scheduling`] : []),
  ].sort()
  return `preemption: 0/${String(refusals.length)} nodes are available: ${words.join(', ')}.`
}

/** Orders nodes that fit: soft taints last, then the fullest by GPU (whole nodes stay free), then the emptiest by CPU. */
export function rank(pod: Pod, rooms: Room[]): Room[] {
  const gpuResource = [...requestsOf(pod.spec).keys()].find((resource) =>
    resource.startsWith('nvidia.com/'),
  )
  const score = (room: Room) => {
    const soft = (room.node.spec?.taints ?? []).filter(
      (taint) => taint.effect === 'PreferNoSchedule' && !tolerates(pod.spec, taint),
    ).length
    const freeGpus = gpuResource
      ? quantityOf(room.node.status?.allocatable, gpuResource) - (room.used.get(gpuResource) ?? 0)
      : 0
    const cpuShare =
      (room.used.get('cpu') ?? 0) / Math.max(1, quantityOf(room.node.status?.allocatable, 'cpu'))
    return [gpuResource ? 0 : soft, freeGpus, cpuShare] as const
  }
  return rooms
    .map((room) => ({ room, score: score(room) }))
    .sort(
      (a, b) =>
        a.score[0] - b.score[0] ||
        a.score[1] - b.score[1] ||
        a.score[2] - b.score[2] ||
        a.room.node.metadata.name.localeCompare(b.room.node.metadata.name),
    )
    .map(({ room }) => room)
}
