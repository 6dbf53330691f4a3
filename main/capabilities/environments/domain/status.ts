import type { EnvironmentSpec } from '../../../../preload/contract/records/environment'
import type { WorkEvent } from '../../../../preload/contract/records/work'
import type { Environment, WorkItem } from '../../../../preload/contract/records'
import { timestamp } from '../../../kernel/clock'
import { given } from '../../../kernel/given'
import type { PodFacts } from '../../../kernel/inventory'
import { plainRefusal, waitCause } from '../../../kernel/scheduling'

type Status = Environment['status']
type Condition = NonNullable<Status['conditions']>[number]
const BROKEN = new Set(['CrashLoopBackOff', 'ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'])

/** The pod that counts: the ready one, else the newest that is not going away. */
export const currentPod = (pods: PodFacts[]): PodFacts | undefined => {
  const alive = pods.filter(
    ({ deleting, phase }) => !deleting && phase !== 'Failed' && phase !== 'Succeeded',
  )
  return alive.find(({ ready }) => ready) ?? alive.toSorted((a, b) => b.createdAt - a.createdAt)[0]
}

function phaseOf(
  spec: EnvironmentSpec,
  pod: PodFacts | undefined,
  deleting: boolean,
): Status['phase'] {
  if (deleting) return 'Deleting'
  if (!pod) return spec.state === 'paused' ? 'Paused' : 'Pending'
  if (pod.ready) return 'Ready'
  return pod.waiting && BROKEN.has(pod.waiting.reason) ? 'Failed' : 'Starting'
}

function readiness(
  pod: PodFacts | undefined,
  state: EnvironmentSpec['state'],
): Pick<Condition, 'status' | 'reason' | 'message'> {
  if (!pod)
    return state === 'paused'
      ? { status: 'False', reason: 'Paused', message: 'Paused; its volume is kept.' }
      : { status: 'False', reason: 'NoPod', message: 'Its pod is not made yet.' }
  if (pod.ready)
    return { status: 'True', reason: 'Serving', message: `Answers on ${pod.node ?? 'a node'}.` }
  if (pod.node === undefined)
    return {
      status: 'False',
      reason: 'WaitsForNode',
      message: pod.unschedulable
        ? `Waits: ${plainRefusal(pod.unschedulable)}.`
        : 'Waits for a node.',
    }
  return {
    status: 'False',
    reason: pod.waiting?.reason || 'Starting',
    message: pod.waiting?.message || 'Its server is starting.',
  }
}

/** The status that what was observed amounts to; conditions keep the time since when they are so. */
export function statusOf(
  environment: Pick<Environment, 'spec' | 'meta' | 'status'>,
  pods: PodFacts[],
  now: number,
): Status {
  const { spec, meta, status } = environment
  const pod = currentPod(pods)
  const ready = readiness(pod, spec.state)
  const before = status.conditions?.find(({ type }) => type === 'Ready')
  const since =
    before?.status === ready.status && before.reason === ready.reason
      ? before.lastTransitionTime
      : timestamp(now)
  const others = (status.conditions ?? []).filter(({ type }) => type !== 'Ready')
  return {
    phase: phaseOf(spec, pod, meta.deleting === true),
    ...given({ workload: status.workload }),
    ...(pod ? whereabouts(pod) : given({ startedAt: status.startedAt })),
    conditions: [...others, { type: 'Ready', ...ready, lastTransitionTime: since }],
  }
}
const whereabouts = (pod: PodFacts) =>
  given({
    pod: pod.metadata.name,
    node: pod.node,
    readyAt: pod.readyAt === undefined ? undefined : timestamp(pod.readyAt),
    startedAt: timestamp(pod.createdAt),
  })

/** A status as a merge patch: what is no longer so is cleared. */
export const cleared = (status: Status): Status =>
  ({ pod: null, node: null, readyAt: null, ...status }) as unknown as Status
export const sameStatus = (a: Status, b: Status): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
const sorted = (value: object) =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined && each !== null)
      .sort(([a], [b]) => a.localeCompare(b)),
  )

const PATIENCE_MS = 10_000
/**
 * What the course of an environment says about its work item: on the button until it is ready, then at work; waiting for what its pod
 * waits for. Ids follow from what was observed, so that two desktops that saw the same write it once.
 */
export function workEvents(
  item: Pick<WorkItem, 'status'>,
  seen: { namespace: string; pod: PodFacts | undefined; now: number },
): WorkEvent[] {
  const { pod, namespace, now } = seen
  const { station, events = [] } = item.status
  if (!pod || (station !== 'button' && station !== 'work')) return []
  const told: Told = {
    pod,
    station,
    now,
    object: `Pod/${namespace}/${pod.metadata.name}`,
    key: (pod.metadata.uid ?? pod.metadata.name).slice(0, 12),
  }
  const last = events.findLast(({ type }) => type === 'waiting' || type === 'resumed')
  const waits = last?.type === 'waiting' && last.object === told.object
  return pod.node === undefined
    ? waits
      ? []
      : waitingFor(told)
    : [...(waits ? [resumed(told)] : []), ...atWork(told)]
}
interface Told {
  pod: PodFacts
  station: 'button' | 'work'
  now: number
  object: string
  key: string
}
const waitingFor = ({ pod, station, now, object, key }: Told): WorkEvent[] =>
  pod.unschedulable === undefined || now - pod.createdAt <= PATIENCE_MS
    ? []
    : [
        {
          id: `waiting-${key}`,
          at: timestamp(pod.createdAt),
          type: 'waiting',
          station,
          cause: waitCause(pod.unschedulable),
          object,
          text: plainRefusal(pod.unschedulable).slice(0, 1000),
        },
      ]
const resumed = ({ pod, station, now, object, key }: Told): WorkEvent => ({
  id: `resumed-${key}`,
  at: timestamp(pod.scheduledAt ?? now),
  type: 'resumed',
  station,
  object,
})
function atWork({ pod, station, now, object, key }: Told): WorkEvent[] {
  if (!pod.ready || station === 'work') return []
  const at = timestamp(pod.readyAt ?? now)
  return [
    { id: `left-button-${key}`, at, type: 'left', station: 'button', object },
    { id: `entered-work-${key}`, at, type: 'entered', station: 'work', object },
  ]
}
