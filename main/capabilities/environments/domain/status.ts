import type { EnvironmentSpec } from '../../../../preload/contract/records/environment'
import type { WorkEvent } from '../../../../preload/contract/records/work'
import type { Environment, WorkItem } from '../../../../preload/contract/records'
import { timestamp } from '../../../kernel/clock'
import type { PodFacts } from '../../../kernel/inventory'
import { plainRefusal, waitCause } from '../../../kernel/scheduling'

type Status = Environment['status']
type Condition = NonNullable<Status['conditions']>[number]
const BROKEN = new Set(['CrashLoopBackOff', 'ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'])

/** The pod that counts: the ready one, else the newest that is not going away. */
export const currentPod = (pods: PodFacts[]): PodFacts | undefined => {
  const alive = pods.filter(({ deleting, phase }) => !deleting && phase !== 'Failed' && phase !== 'Succeeded')
  return alive.find(({ ready }) => ready) ?? alive.toSorted((a, b) => b.createdAt - a.createdAt)[0]
}

function phaseOf(spec: EnvironmentSpec, pod: PodFacts | undefined, deleting: boolean): Status['phase'] {
  if (deleting) return 'Deleting'
  if (!pod) return spec.state === 'paused' ? 'Paused' : 'Pending'
  if (pod.ready) return 'Ready'
  return pod.waiting && BROKEN.has(pod.waiting.reason) ? 'Failed' : 'Starting'
}

function readiness(pod: PodFacts | undefined, state: EnvironmentSpec['state']): Pick<Condition, 'status' | 'reason' | 'message'> {
  if (!pod) return state === 'paused' ? { status: 'False', reason: 'Paused', message: 'Paused; its volume is kept.' } : { status: 'False', reason: 'NoPod', message: 'Its pod is not made yet.' }
  if (pod.ready) return { status: 'True', reason: 'Serving', message: `Answers on ${pod.node ?? 'a node'}.` }
  if (pod.node === undefined) return { status: 'False', reason: 'WaitsForNode', message: pod.unschedulable ? `Waits: ${plainRefusal(pod.unschedulable)}.` : 'Waits for a node.' }
  return { status: 'False', reason: pod.waiting?.reason || 'Starting', message: pod.waiting?.message || 'Its server is starting.' }
}

/** The status that what was observed amounts to; conditions keep the time since when they are so. */
export function statusOf(environment: Pick<Environment, 'spec' | 'meta' | 'status'>, pods: PodFacts[], now: number): Status {
  const { spec, meta, status } = environment
  const pod = currentPod(pods)
  const ready = readiness(pod, spec.state)
  const before = status.conditions?.find(({ type }) => type === 'Ready')
  const since = before?.status === ready.status && before.reason === ready.reason ? before.lastTransitionTime : timestamp(now)
  const others = (status.conditions ?? []).filter(({ type }) => type !== 'Ready')
  const startedAt = pod ? timestamp(pod.createdAt) : status.startedAt
  return {
    phase: phaseOf(spec, pod, meta.deleting === true), ...(status.workload !== undefined && { workload: status.workload }), ...(pod && { pod: pod.metadata.name }), ...(pod?.node !== undefined && { node: pod.node }),
    ...(pod?.readyAt !== undefined && { readyAt: timestamp(pod.readyAt) }), ...(startedAt !== undefined && { startedAt }),
    conditions: [...others, { type: 'Ready', ...ready, lastTransitionTime: since }],
  }
}

/** A status as a merge patch: what is no longer so is cleared. */
export const cleared = (status: Status): Status => ({ pod: null, node: null, readyAt: null, ...status } as unknown as Status)
export const sameStatus = (a: Status, b: Status): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
const sorted = (value: object) => Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined && each !== null).sort(([a], [b]) => a.localeCompare(b)))

const PATIENCE_MS = 10_000
/**
 * What the course of an environment says about its work item: on the button until it is ready, then at work; waiting for what its pod
 * waits for. Ids follow from what was observed, so that two desktops that saw the same write it once.
 */
export function workEvents(item: Pick<WorkItem, 'status'>, seen: { namespace: string; pod: PodFacts | undefined; now: number }): WorkEvent[] {
  const { pod, namespace, now } = seen
  if (!pod || (item.status.station !== 'button' && item.status.station !== 'work')) return []
  const object = `Pod/${namespace}/${pod.metadata.name}`
  const key = (pod.metadata.uid ?? pod.metadata.name).slice(0, 12)
  const waiting = item.status.events?.findLast(({ type }) => type === 'waiting' || type === 'resumed')
  const waits = waiting?.type === 'waiting' && waiting.object === object
  if (pod.node === undefined && pod.unschedulable !== undefined && now - pod.createdAt > PATIENCE_MS && !waits) {
    return [{ id: `waiting-${key}`, at: timestamp(pod.createdAt), type: 'waiting', station: item.status.station, cause: waitCause(pod.unschedulable), object, text: plainRefusal(pod.unschedulable).slice(0, 1000) }]
  }
  const resumed: WorkEvent[] = pod.node !== undefined && waits ? [{ id: `resumed-${key}`, at: timestamp(pod.scheduledAt ?? now), type: 'resumed', station: item.status.station, object }] : []
  if (!pod.ready || item.status.station === 'work') return resumed
  const at = timestamp(pod.readyAt ?? now)
  return [...resumed, { id: `left-button-${key}`, at, type: 'left', station: 'button', object }, { id: `entered-work-${key}`, at, type: 'entered', station: 'work', object }]
}
