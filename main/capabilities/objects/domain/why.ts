import type { ObjectEvent, ObjectStory } from '../../../../preload/contract/objects'
import { given } from '../../../kernel/given'
import {
  gpuModelOf,
  holds,
  isGpuResource,
  sumRequests,
  type NodeFacts,
  type PodFacts,
} from '../../../kernel/inventory'
import { containersOf, ended, endWords, isStarting, waitingReason } from './containers'
import { gpusOf, isSuspended, requestsOf, standingOf } from './describe'
import { conditionOf, groupKind, plainAt, textAt, type Raw } from './raw'

export type Why = NonNullable<ObjectStory['why']>
/** What is known around an object that waits. `nodes` is absent where they could not be read. */
export interface Around {
  nodes?: NodeFacts[] | undefined
  pods: PodFacts[]
  owned: Raw[]
  events: ObjectEvent[]
  nodesLeftOut: number
}
const MOST_PIECES = 24

const why = (told: Partial<Why> & Pick<Why, 'says' | 'basis'>): Why => ({
  more: [],
  pieces: [],
  ...told,
})
const plural = (count: number, one: string, many = `${one}s`) =>
  `${String(count)} ${count === 1 ? one : many}`

/** Why an object waits or failed, in words, with the missing piece; undefined where it does neither. */
export function whyOf(raw: Raw, around: Around): Why | undefined {
  if (groupKind(raw) === '/Pod') return podWhy(raw, around)
  if (groupKind(raw) === 'kueue.x-k8s.io/Workload') return workloadWhy(raw)
  const { sign } = standingOf(raw)
  if (sign === 'running' || sign === 'done') return undefined
  const workload = around.owned.find((one) => groupKind(one) === 'kueue.x-k8s.io/Workload')
  const queued = workload && workloadWhy(workload)
  if (queued) return queued
  const quota = around.events.find(
    ({ reason, says }) => reason === 'FailedCreate' && /exceeded quota/.test(says),
  )
  if (quota)
    return why({
      says: `The quota of the namespace is used up: ${quota.says.replace(/^.*exceeded quota: /, '')}.`,
      basis: `event ${quota.reason} by ${quota.by}`,
      remedy: 'Stop something in this namespace, or ask a lead to raise its quota.',
    })
  if (isSuspended(raw))
    return why({
      says: 'It is suspended: nothing starts until somebody resumes it.',
      basis: 'spec.suspend',
      remedy: 'Resume it.',
    })
  return ofPods(raw, around)
}

function ofPods(raw: Raw, around: Around): Why | undefined {
  const pods = around.owned.filter((one) => groupKind(one) === '/Pod')
  const reasons = pods.flatMap((pod) => {
    const found = podWhy(pod, around)
    return found ? [{ pod, found }] : []
  })
  const [first] = reasons
  if (first)
    return {
      ...first.found,
      says: `${first.pod.metadata.name}: ${first.found.says}`,
      more: [
        ...(reasons.length > 1
          ? [
              `${plural(reasons.length, 'pod waits or failed', 'pods wait or failed')} of ${String(pods.length)}.`,
            ]
          : []),
        ...first.found.more,
      ],
    }
  const { sign, says } = standingOf(raw)
  if (sign !== 'failed' && sign !== 'waiting') return undefined
  return says
    ? why({ says: says.endsWith('.') ? says : `${says}.`, basis: 'its conditions' })
    : undefined
}

function podWhy(pod: Raw, around: Around): Why | undefined {
  const { sign } = standingOf(pod)
  if (sign === 'running' || sign === 'done') return undefined
  const scheduled = conditionOf(pod, 'PodScheduled')
  if (scheduled?.status === 'False')
    return scheduled.reason === 'SchedulingGated'
      ? gated(pod)
      : unschedulable(pod, scheduled.message, around)
  const stuck = containersOf(pod).find((container) => {
    const reason = waitingReason(container)
    return reason !== undefined && !isStarting(reason)
  })
  if (stuck) return stuckWhy(stuck, around)
  if (sign === 'failed') return failedWhy(pod)
  if (sign === 'ending')
    return why({
      says: standingOf(pod).says
        ? `It is being deleted and ${standingOf(pod).says}.`
        : 'It is being deleted: its containers are given time to end.',
      basis: 'metadata.deletionTimestamp',
    })
  const mount = around.events.find(
    ({ reason, of }) =>
      /FailedMount|FailedAttachVolume/.test(reason) && of.name === pod.metadata.name,
  )
  if (mount)
    return why({
      says: `A volume cannot be attached: ${mount.says}`,
      basis: `event ${mount.reason}`,
      remedy: 'Look at its claims in the owner tree.',
    })
  return textAt(pod, 'spec', 'nodeName') === undefined
    ? why({ says: 'The scheduler has not looked at it yet.', basis: 'no PodScheduled condition' })
    : undefined
}
const gated = (pod: Raw): Why =>
  why({
    says: 'It is held by a scheduling gate until its queue lets it go.',
    basis: 'spec.schedulingGates',
    more: [
      String(
        (pod['spec'] as { schedulingGates?: { name?: string }[] } | undefined)?.schedulingGates
          ?.map(({ name }) => name)
          .join(', ') ?? '',
      ),
    ],
  })

const REMEDY: Record<string, string> = {
  ImagePullBackOff: 'Check the image name, and that this namespace may pull from that registry.',
  ErrImagePull: 'Check the image name, and that this namespace may pull from that registry.',
  InvalidImageName: 'Correct the image name.',
  CreateContainerConfigError: 'Create the config map or secret it names, or correct the name.',
  CrashLoopBackOff: 'Read the logs of the previous attempt.',
}
function stuckWhy(container: ReturnType<typeof containersOf>[number], around: Around): Why {
  const reason = waitingReason(container) ?? ''
  const last = ended(container.status, 'lastState')
  const message = textAt(container.status, 'state', 'waiting', 'message') ?? ''
  const image = textAt(container.spec, 'image') ?? ''
  const told = around.events.find(
    (event) => event.type === 'Warning' && /Failed|BackOff/.test(event.reason),
  )
  if (reason === 'CrashLoopBackOff')
    return why({
      says: `${container.name} ${last ? endWords(last) : 'ends'} each time it starts; the node waits longer before each new try.`,
      basis: reason,
      ...given({ remedy: REMEDY[reason] }),
      more: message ? [message] : [],
    })
  if (/Image/.test(reason))
    return why({
      says: `The image ${image} cannot be pulled.`,
      basis: reason,
      ...given({ remedy: REMEDY[reason] }),
      more: [message || told?.says || ''].filter(Boolean),
    })
  return why({
    says: `${container.name} cannot start: ${message || reason}.`,
    basis: reason,
    ...given({ remedy: REMEDY[reason] }),
  })
}
function failedWhy(pod: Raw): Why {
  const container = containersOf(pod).find(({ status }) => (ended(status)?.exitCode ?? 0) !== 0)
  const end = container && ended(container.status)
  const evicted = textAt(pod, 'status', 'reason')
  if (!end)
    return why({
      says: `${evicted ?? 'It failed'}: ${textAt(pod, 'status', 'message') ?? 'the cluster gives no reason'}.`,
      basis: 'status.reason',
    })
  return why({
    says: `${container.name} ${endWords(end)}.`,
    basis: end.reason || 'exit code',
    remedy:
      end.reason === 'OOMKilled'
        ? 'Ask for more memory, or make it use less.'
        : 'Read its last log lines.',
  })
}

/** "0/20 nodes are available: 8 Insufficient nvidia.com/gpu, 12 node(s) had untolerated taint {a: b}." as counted reasons. */
export function refusalsOf(message: string): { count: number; reason: string }[] {
  const list =
    /nodes are available: (.*?)(?:\.\s*preemption|\.\s*no new claims|\.?\s*$)/s.exec(
      message,
    )?.[1] ?? ''
  return [...list.matchAll(/(\d+) ((?:\{[^}]*\}|[^,])+)/g)].map(([, count = '0', reason = '']) => ({
    count: Number(count),
    reason: reason.trim(),
  }))
}
export function refusalWords({ count, reason }: { count: number; reason: string }): string {
  const nodes = plural(count, 'node')
  const lacks = /^Insufficient (.+)$/.exec(reason)?.[1]
  if (lacks)
    return `${nodes} with too ${isGpuResource(lacks) || lacks === 'pods' ? 'few' : 'little'} ${resourceWords(lacks)} free`
  if (/untolerated taint \{node\.kubernetes\.io\/(not-ready|unreachable)/.test(reason))
    return `${nodes} not ready`
  if (/untolerated taint/.test(reason)) {
    const taint = /\{([^}]+)\}/.exec(reason)?.[1]
    return taint === undefined
      ? `${nodes} kept for others`
      : `${nodes} kept for others (taint ${taint})`
  }
  if (/didn't match Pod's node affinity|node\(s\) didn't match/.test(reason))
    return `${nodes} of another kind than it asks for`
  if (/unschedulable/.test(reason)) return `${nodes} being drained`
  if (/volume/.test(reason)) return `${nodes} where its volume cannot be had`
  return `${nodes}: ${reason.replace(/^node\(s\) /, '')}`
}
const resourceWords = (resource: string): string =>
  resource === 'nvidia.com/gpu'
    ? 'GPUs'
    : resource === 'cpu'
      ? 'CPU'
      : resource.replace('nvidia.com/', '')

function unschedulable(pod: Raw, message: string, around: Around): Why {
  const requests = requestsOf(pod)
  const scarce =
    Object.keys(requests).find(isGpuResource) ??
    /Insufficient (memory|cpu)/.exec(message)?.[1] ??
    'cpu'
  const wanted = requests[scarce] ?? 0
  const asks = isGpuResource(scarce)
    ? `${plural(gpusOf(requests), 'GPU')} on one node`
    : `${resourceWords(scarce)} on one node`
  const { pieces, best } = piecesOf(pod, { scarce, wanted }, around)
  const more = refusalsOf(message).map(refusalWords)
  const leftOut =
    around.nodesLeftOut > 0 ? `; ${plural(around.nodesLeftOut, 'node')} not looked at` : ''
  return why({
    says:
      more.length === 0 && message
        ? message
        : roomWords(asks, { best, wanted, known: around.nodes !== undefined }),
    more,
    pieces,
    basis: `condition PodScheduled${leftOut}`,
    remedy: 'It starts by itself when room is made.',
  })
}
function roomWords(
  asks: string,
  {
    best,
    wanted,
    known,
  }: {
    best: { name: string; free: number; total: number } | undefined
    wanted: number
    known: boolean
  },
): string {
  if (best === undefined)
    return known
      ? `It needs ${asks}, and no node of the kind it asks for is there.`
      : `It needs ${asks}, and no node has room.`
  return best.free < wanted
    ? `It needs ${asks}, and no node has that many free. The closest, ${best.name}, has ${String(best.free)} of ${String(best.total)} free.`
    : `It needs ${asks}; ${best.name} has room, and something else is in the way.`
}

/** The nodes that could take it once they are free enough, with what they have free, best first. */
function piecesOf(
  pod: Raw,
  { scarce, wanted }: { scarce: string; wanted: number },
  { nodes = [], pods }: Around,
) {
  const selector = Object.entries(plainAt(pod, 'spec', 'nodeSelector'))
  const rooms = nodes
    .filter(
      (node) =>
        (node.allocatable[scarce] ?? 0) >= wanted &&
        wanted > 0 &&
        selector.every(([key, value]) => node.labels[key] === value),
    )
    .map((node) => {
      const used = sumRequests(pods.filter((one) => one.node === node.metadata.name && holds(one)))
      const total = node.allocatable[scarce] ?? 0
      return {
        node,
        name: node.metadata.name,
        total,
        free: total - (used[scarce] ?? 0),
        model: gpuModelOf(node),
      }
    })
    .sort((a, b) => b.free - a.free || a.name.localeCompare(b.name))
  const pieces = rooms.slice(0, MOST_PIECES).map(({ node, name, total, free, model }) => ({
    label: name,
    state:
      node.cordoned || !node.ready
        ? ('missing' as const)
        : free >= wanted
          ? ('free' as const)
          : ('busy' as const),
    says: !node.ready
      ? 'not ready'
      : node.cordoned
        ? 'draining'
        : `${String(free)} of ${String(total)}${model ? ` ${model}` : ''} free`,
  }))
  return { pieces, best: rooms.find(({ node }) => node.ready && !node.cordoned) }
}

const LACKING =
  /insufficient (?:unused )?quota(?: in cohort)? for ([^\s,;]+)(?: in flavor ([^\s,;]+))?(?:, (?:request > maximum capacity|(\d+)\S* more needed))?/g
const bare = (word: string) => word.replace(/\.$/, '')
/** What a queue lacks for a workload, in words, as Kueue's own sentence tells. */
const lackingWords = (message: string): string[] =>
  [...message.matchAll(LACKING)].map(
    ([, resource = '', flavor, needed]) =>
      `${needed === undefined ? '' : `${needed} more `}${resourceWords(bare(resource))}${flavor === undefined ? '' : ` of ${bare(flavor)}`}`,
  )

function workloadWhy(workload: Raw): Why | undefined {
  const { sign } = standingOf(workload)
  if (sign === 'running' || sign === 'done' || sign === 'failed') return undefined
  const quota = conditionOf(workload, 'QuotaReserved') ?? { status: 'Unknown', message: '' }
  const evicted = conditionOf(workload, 'Evicted')
  const queue = textAt(workload, 'spec', 'queueName') ?? ''
  if (quota.status === 'True')
    return why({
      says: `Its quota is reserved; it waits for the admission checks of queue ${queue}.`,
      basis: 'condition QuotaReserved',
    })
  const more = evicted?.status === 'True' ? [`It was evicted before: ${evicted.message}`] : []
  const words = lackingWords(quota.message)
  return why({
    says: queueWords(queue, words, quota.message),
    more,
    pieces: words.map((label) => ({ label, state: 'missing', says: 'no quota' })),
    basis: 'condition QuotaReserved',
    remedy: 'It starts by itself when quota is free, or move it to another queue.',
  })
}
function queueWords(queue: string, lacking: string[], message: string): string {
  if (lacking.length > 0)
    return `Queue ${queue} has no quota left for it: it needs ${lacking.join(' and ')}.`
  return message
    ? `Queue ${queue}: ${message.replace(/\.$/, '')}.`
    : `Queue ${queue} has not considered it yet.`
}
