import type { Phase } from '../../../../preload/contract/projects'
import type { PodFacts } from '../../../kernel/inventory'
import { plainRefusal } from '../../../kernel/scheduling'

export interface EventFacts {
  metadata: { name: string; namespace?: string }
  about: { kind: string; name: string }
  type: string
  reason: string
  message: string
  at: number
}
export interface ClaimFacts {
  metadata: { name: string; namespace?: string }
  phase: string
}
/** What was observed of one environment; times in milliseconds of the site's clock. */
export interface Observed {
  pod?: PodFacts
  claims: ClaimFacts[]
  events: EventFacts[]
  workload: string
  since: number
  now: number
}
type Without<T> = Omit<T, 'id' | 'title'>

const TITLES: Record<Phase['id'], string> = {
  quota: 'Quota',
  node: 'Node',
  image: 'Image',
  volumes: 'Volumes',
  server: 'Server start',
}
const BROKEN_IMAGE = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
])
const seconds = (from: number, to: number) => Math.max(0, Math.round((to - from) / 1000))
const about = ({ events }: Observed, name: string) =>
  events.filter((event) => event.about.name === name)
const last = (events: EventFacts[], reason: string) =>
  events.findLast((event) => event.reason === reason)

/** Why a claim cannot be bound, as its provisioner said last. */
const claimTrouble = (seen: Observed): string | undefined =>
  seen.claims
    .filter(({ phase }) => phase !== 'Bound')
    .flatMap(
      (claim) =>
        about(seen, claim.metadata.name).findLast(({ type }) => type === 'Warning')?.message ?? [],
    )[0]

function quota(seen: Observed): Without<Phase> {
  if (seen.pod)
    return { state: 'done', says: 'allowed', seconds: seconds(seen.since, seen.pod.createdAt) }
  const refused = about(seen, seen.workload).findLast(
    ({ reason, message }) => reason === 'FailedCreate' && /quota/.test(message),
  )
  if (refused)
    return {
      state: 'failed',
      says: refused.message.replace(/^.*exceeded quota:\s*/, 'exceeded quota '),
    }
  return { state: 'running', says: 'waiting for the pod to be made' }
}

function node(seen: Observed): Without<Phase> {
  const { pod, now } = seen
  if (!pod) return { state: 'waiting', says: '' }
  if (pod.node !== undefined)
    return {
      state: 'done',
      says: `on ${pod.node}`,
      seconds: seconds(pod.createdAt, pod.scheduledAt ?? now),
    }
  const trouble = claimTrouble(seen)
  const says =
    trouble !== undefined
      ? `its volume is not ready: ${trouble}`
      : pod.unschedulable
        ? `waits: ${plainRefusal(pod.unschedulable)}`
        : 'looking for a node'
  return { state: 'running', says, seconds: seconds(pod.createdAt, now) }
}

function image(seen: Observed): Without<Phase> {
  const { pod, now } = seen
  if (pod?.node === undefined) return { state: 'waiting', says: '' }
  const events = about(seen, pod.metadata.name)
  const [pulling, pulled] = [last(events, 'Pulling'), last(events, 'Pulled')]
  if (pod.waiting && BROKEN_IMAGE.has(pod.waiting.reason))
    return { state: 'failed', says: pod.waiting.message || pod.waiting.reason }
  if (pulled)
    return {
      state: 'done',
      says: /already present/.test(pulled.message) ? 'was on the node already' : 'pulled',
      ...(pulling && { seconds: seconds(pulling.at, pulled.at) }),
    }
  if (started(pod)) return { state: 'done', says: 'there' }
  return pulling
    ? { state: 'running', says: 'pulling', seconds: seconds(pulling.at, now) }
    : { state: 'waiting', says: '' }
}
const started = (pod: PodFacts) =>
  pod.ready || (pod.phase === 'Running' && pod.waiting === undefined)

function volumes(seen: Observed): Without<Phase> {
  const { pod, claims, now } = seen
  const open = claims.filter(({ phase }) => phase !== 'Bound')
  const lost = claims.find(({ phase }) => phase === 'Lost')
  if (lost) return { state: 'failed', says: `volume ${lost.metadata.name} was lost` }
  if (open.length > 0)
    return {
      state: 'running',
      says: claimTrouble(seen) ?? `making ${open.map(({ metadata }) => metadata.name).join(', ')}`,
      seconds: seconds(seen.since, now),
    }
  return pod?.node === undefined ? { state: 'waiting', says: '' } : mounting(seen, pod)
}
function mounting(seen: Observed, pod: PodFacts): Without<Phase> {
  const { claims, now } = seen
  const events = about(seen, pod.metadata.name)
  const mounted = events.find(
    ({ reason }) => reason === 'Pulling' || reason === 'Pulled' || reason === 'Created',
  )
  if (mounted || started(pod))
    return {
      state: 'done',
      says: `${String(claims.length)} mounted`,
      ...(mounted && { seconds: seconds(pod.scheduledAt ?? pod.createdAt, mounted.at) }),
    }
  const failed = last(events, 'FailedMount') ?? last(events, 'FailedAttachVolume')
  return {
    state: 'running',
    says: failed?.message ?? 'mounting',
    seconds: seconds(pod.scheduledAt ?? pod.createdAt, now),
  }
}

function server({ pod, now }: Observed): Without<Phase> {
  if (!pod) return { state: 'waiting', says: '' }
  if (pod.ready)
    return {
      state: 'done',
      says: 'answers',
      ...(pod.readyAt !== undefined &&
        pod.startedAt !== undefined && { seconds: seconds(pod.startedAt, pod.readyAt) }),
    }
  if (pod.waiting?.reason === 'CrashLoopBackOff')
    return { state: 'failed', says: pod.waiting.message || 'its server ends as soon as it starts' }
  return started(pod)
    ? { state: 'running', says: 'starting', seconds: seconds(pod.startedAt ?? pod.createdAt, now) }
    : { state: 'waiting', says: '' }
}

/** The five phases of a start as they stand; later ones wait for earlier ones. */
export const phasesOf = (seen: Observed): Phase[] =>
  (
    Object.entries({
      quota: quota(seen),
      node: node(seen),
      image: image(seen),
      volumes: volumes(seen),
      server: server(seen),
    }) as [Phase['id'], Without<Phase>][]
  ).map(([id, phase]) => ({ id, title: TITLES[id], ...phase }))

/** Whether the start had to pull its image, which makes the longer promise count. */
export const isCold = (seen: Observed): boolean =>
  seen.pod ? about(seen, seen.pod.metadata.name).some(({ reason }) => reason === 'Pulling') : false
