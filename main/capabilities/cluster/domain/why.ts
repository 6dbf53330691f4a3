/** A condition as objects carry it. */
export interface Said {
  type: string
  status: string
  reason: string
  message: string
}

const GPU = /(?:[a-z0-9.-]+\/)?(?:gpu|mig-[a-z0-9.]+)/
const resourceWord = (resource: string): string =>
  /\/gpu(\.shared)?$/.test(resource)
    ? 'GPUs'
    : /\/mig-/.test(resource)
      ? `MIG ${resource.replace(/^.*\/mig-/, '')}`
      : ({ cpu: 'CPU', memory: 'memory', pods: 'pod places', 'ephemeral-storage': 'disk' }[
          resource
        ] ?? resource)
const amountOf = (amount: string, resource: string): string =>
  `${amount} ${amount === '1' ? resourceWord(resource).replace(/^GPUs$/, 'GPU') : resourceWord(resource)}`
const nodes = (count: number) => (count === 1 ? '1 node' : `${count.toLocaleString('en')} nodes`)

// What the scheduler says of groups of nodes, in the order in which it matters to whoever waits.
const PARTS: [RegExp, (found: RegExpExecArray, count: number) => string][] = [
  [
    /^Insufficient (\S+)$/,
    ([, resource = ''], count) => `${nodes(count)} without enough free ${resourceWord(resource)}`,
  ],
  [
    /^node\(s\) had untolerated taint(?:\(s\))?(?: \{([^:}]+).*\})?$/,
    ([, taint], count) => `${nodes(count)} kept for others${taint ? ` (${taint.trim()})` : ''}`,
  ],
  [
    /^node\(s\) didn't match Pod's node affinity\/selector$/,
    (_found, count) => `${nodes(count)} of another kind`,
  ],
  [/^node\(s\) were unschedulable$/, (_found, count) => `${nodes(count)} draining`],
  [/^node\(s\) were not ready$/, (_found, count) => `${nodes(count)} down`],
  [
    /^node\(s\) had volume node affinity conflict$/,
    (_found, count) => `${nodes(count)} away from its volume`,
  ],
  [
    /^node\(s\) didn't match pod anti-affinity rules$/,
    (_found, count) => `${nodes(count)} it must not share`,
  ],
  [
    /^node\(s\) didn't match pod affinity rules$/,
    (_found, count) => `${nodes(count)} away from the pods it wants to be with`,
  ],
  [
    /^node\(s\) didn't match pod topology spread constraints/,
    (_found, count) => `${nodes(count)} that would be uneven`,
  ],
  [/^Too many pods$/, (_found, count) => `${nodes(count)} with no pod place left`],
  [
    /^(?:cannot allocate all claims|node\(s\) .*resourceclaim.*)$/i,
    (_found, count) => `${nodes(count)} without the devices it claims`,
  ],
]
const WHOLE: [RegExp, (found: RegExpExecArray) => string][] = [
  [
    /persistentvolumeclaim "([^"]+)" not found/,
    ([, claim = '']) => `the volume claim ${claim} does not exist`,
  ],
  [/pod has unbound immediate PersistentVolumeClaims/, () => 'its volume is not there yet'],
  [/no nodes available to schedule pods/, () => 'there is no node at all'],
  [
    /resourceclaim "([^"]+)" not found/i,
    ([, claim = '']) => `the device claim ${claim} does not exist`,
  ],
]

/** Why no node takes a pod, from the scheduler's message: the shortage first. Messages it does not know come as they are. */
export function whyUnschedulable(message: string): string {
  const whole = said(WHOLE, message)
  if (whole) return whole
  const [, fits = '', of = '', rest] =
    /^(\d+)\/(\d+) nodes are available: (.*?)\.?(?: preemption:.*| no new claims.*)?$/s.exec(
      message,
    ) ?? []
  if (rest === undefined) return brief(message) || 'no node has been found yet'
  const sorted = rest
    .split(/, (?=\d+ )/)
    .map(groupOfNodes)
    .sort((a, b) => a.order - b.order)
    .map(({ says }) => says)
  return `${fits === '0' ? 'no node fits' : `${fits} of ${of} nodes fit`}: ${sorted.join(', ')}`
}
function groupOfNodes(part: string): { order: number; says: string } {
  const [, many = '0', what = ''] = /^(\d+) (.*?)\.?$/s.exec(part.trim()) ?? []
  for (const [order, [pattern, says]] of PARTS.entries()) {
    const found = pattern.exec(what)
    if (found) return { order, says: says(found, Number(many)) }
  }
  return { order: PARTS.length, says: `${nodes(Number(many))}: ${what}` }
}

const said = (
  table: [RegExp, (found: RegExpExecArray) => string][],
  message: string,
): string | undefined => {
  for (const [pattern, says] of table) {
    const found = pattern.exec(message)
    if (found) return says(found)
  }
  return undefined
}
const brief = (message: string): string => message.replace(/\s+/g, ' ').trim().slice(0, 160)

const FLAVOR = '(?:in flavor|for flavor) (\\S+?)'
const QUOTA: [RegExp, (found: RegExpExecArray) => string][] = [
  [
    new RegExp(
      `insufficient unused quota(?: in cohort)? for (${GPU.source}|\\S+) ${FLAVOR}, (\\S+) more needed`,
    ),
    ([, resource = '', flavor = '', more = '']) =>
      `${amountOf(more, resource)} short in quota ${flavor}`,
  ],
  [
    new RegExp(
      `insufficient quota for (\\S+) ${FLAVOR}, request > maximum capacity \\((\\S+) > (\\S+?)\\)`,
    ),
    ([, resource = '', flavor = '', asked = '', most = '']) =>
      `asks for ${amountOf(asked, resource)}, quota ${flavor} has ${most} at most`,
  ],
  [
    new RegExp(`insufficient (?:unused )?quota for (\\S+) ${FLAVOR}(?:[,.]|$)`),
    ([, resource = '', flavor = '']) => `quota ${flavor} has too few ${resourceWord(resource)}`,
  ],
  [
    /resource (\S+) unavailable in ClusterQueue/,
    ([, resource = '']) => `its queue has no quota of ${resourceWord(resource)}`,
  ],
  [/flavor (\S+) doesn't match node affinity/, ([, flavor = '']) => `it may not run on ${flavor}`],
  [/untolerated taint .*in flavor (\S+)/, ([, flavor = '']) => `it does not tolerate ${flavor}`],
  [/LocalQueue (\S+) doesn't exist/, ([, queue = '']) => `the queue ${queue} does not exist`],
  [
    /ClusterQueue (\S+) doesn't exist/,
    ([, queue = '']) => `the cluster queue ${queue} does not exist`,
  ],
  [
    /(?:ClusterQueue|LocalQueue) (\S+) is (?:inactive|stopped)/,
    ([, queue = '']) => `the queue ${queue} is stopped`,
  ],
  [/waiting behind an older one/, () => 'behind an older one, nobody overtakes here'],
  [
    /[Tt]opology .* (?:doesn't|does not) allow to fit (?:only )?(\d+) out of (\d+)/,
    ([, fit = '', of = '']) => `${fit} of ${of} pods fit together`,
  ],
]
/** Why a queue does not let work go, from its message. */
export const whyNoQuota = (message: string): string => said(QUOTA, message) ?? brief(message)

const EVICTED: Record<string, string> = {
  Preempted: 'gave way to more urgent work',
  PodsReadyTimeout: 'its pods were not ready in time',
  AdmissionCheck: 'a check took its place back',
  ClusterQueueStopped: 'its queue was stopped',
  LocalQueueStopped: 'its queue was stopped',
  InactiveWorkload: 'it was deactivated',
  Deactivated: 'it was deactivated',
  NodeFailures: 'a node of it failed',
  MaximumExecutionTimeExceeded: 'its time was over',
}
export interface QueuedWork {
  active: boolean
  queue: string
  conditions: readonly Said[]
  checks: readonly { name: string; state: string; message: string }[]
  position?: number | undefined
}

/** Why queued work has not begun, in one plain sentence part; empty once it is admitted or over. */
export function whyQueued({ active, queue, conditions, checks, position }: QueuedWork): string {
  const of = (type: string) => conditions.find((one) => one.type === type)
  const is = (type: string) => of(type)?.status === 'True'
  if (is('Finished') || is('Admitted')) return ''
  if (!active) return 'held: somebody deactivated it'
  if (is('QuotaReserved')) return whyChecked(checks)
  if (queue === '') return 'it names no queue'
  const evicted = is('Evicted') ? EVICTED[of('Evicted')?.reason ?? ''] : undefined
  const parts = [
    whyNoQuota(of('QuotaReserved')?.message ?? ''),
    evicted,
    placeIn(queue, position),
  ].filter(Boolean)
  return parts.length > 0 ? parts.join('; ') : `in queue ${queue}`
}
function placeIn(queue: string, position: number | undefined): string | undefined {
  if (position === undefined) return undefined
  return position === 1 ? `first in queue ${queue}` : `behind ${position - 1} in queue ${queue}`
}
function whyChecked(checks: QueuedWork['checks']): string {
  const open = checks.find(({ state }) => state !== 'Ready')
  if (!open) return 'quota is reserved, it starts in a moment'
  const words: Record<string, string> = {
    Pending: 'waits for',
    Retry: 'will ask again',
    Rejected: 'was refused by',
  }
  return `quota is reserved, ${words[open.state] ?? 'waits for'} check ${open.name}${open.message ? `: ${brief(open.message)}` : ''}`
}

const WAITING: Record<string, string> = {
  ContainerCreating: 'its containers are being made',
  PodInitializing: 'its first containers run',
  ImagePullBackOff: 'its image cannot be had',
  ErrImagePull: 'its image cannot be had',
  InvalidImageName: 'its image has no valid name',
  CrashLoopBackOff: 'it crashed and is started again later',
  CreateContainerConfigError: 'its configuration is missing something',
  CreateContainerError: 'its container could not be made',
  RunContainerError: 'its container could not be started',
}
/** Why a container has not begun, with what the node said about it. */
export function whyNotStarted(reason: string, message: string): string {
  const says = WAITING[reason] ?? (reason || 'it has not begun')
  const more = brief(
    message.replace(/^Back-off (?:pulling image|restarting failed container)\s*/, ''),
  )
  return more !== '' && reason !== 'ContainerCreating' && reason !== 'CrashLoopBackOff'
    ? `${says}: ${more}`
    : says
}
/** How a container ended, in words; empty where it ended well. */
export function howEnded({
  reason,
  exitCode,
  signal,
}: {
  reason: string
  exitCode: number
  signal: number
}): string {
  if (reason === 'OOMKilled') return 'out of memory'
  if (exitCode === 0 && signal === 0) return ''
  const known = reason !== '' && reason !== 'Error' ? `${reason}, ` : ''
  return signal !== 0 ? `${known}ended by signal ${signal}` : `${known}ended with ${exitCode}`
}
/** Places in a queue, first is 1: by priority, then by how long they wait. Computed here where the cluster does not tell. */
export function positionsOf<
  T extends { clusterQueue: string; priority: number; since: number; name: string },
>(waiting: readonly T[]): Map<T, number> {
  const sorted = [...waiting].sort(
    (a, b) => b.priority - a.priority || a.since - b.since || (a.name < b.name ? -1 : 1),
  )
  const next = new Map<string, number>()
  const places = new Map<T, number>()
  for (const one of sorted) {
    const place = (next.get(one.clusterQueue) ?? 0) + 1
    next.set(one.clusterQueue, place)
    places.set(one, place)
  }
  return places
}
