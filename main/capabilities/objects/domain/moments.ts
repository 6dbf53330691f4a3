import type { Moment, ObjectEvent, ObjectSign } from '../../../../preload/contract/objects'
import { timestamp } from '../../../kernel/clock'
import { containersOf, ended, endWords, isStarting, waitingReason, waitWords } from './containers'
import { madeBy, momentsOfEdits } from './edits'
import { conditionsOf, instantOf, numberAt, textAt, type Raw, type RawCondition } from './raw'

/** A moment before it is known whether the cluster still says so. */
export type Seen = Omit<Moment, 'overwritten'>
export const MOST_MOMENTS = 500
export const MOST_EVENTS = 500

/** What a condition's turn means, where its name alone would puzzle. */
const TITLES: Record<string, { True: string; False: string }> = {
  PodScheduled: { True: 'Found a node', False: 'No node fits' },
  Initialized: { True: 'Init containers done', False: 'Init containers run' },
  ContainersReady: { True: 'Containers ready', False: 'Containers not ready' },
  Ready: { True: 'Ready', False: 'Not ready' },
  PodReadyToStartContainers: { True: 'Network ready', False: 'Network is prepared' },
  QuotaReserved: { True: 'Quota reserved', False: 'Waits for quota' },
  Admitted: { True: 'Admitted', False: 'Not admitted' },
  Evicted: { True: 'Evicted', False: 'Not evicted any more' },
  Requeued: { True: 'Requeued', False: 'Not requeued' },
  PodsReady: { True: 'Pods ready', False: 'Pods ready: no' },
  Suspended: { True: 'Suspended', False: 'Resumed' },
  Complete: { True: 'Complete', False: 'Not complete' },
  Failed: { True: 'Failed', False: 'Has not failed' },
  Finished: { True: 'Finished', False: 'Not finished' },
  Progressing: { True: 'Progressing', False: 'Stalled' },
  Available: { True: 'Available', False: 'Not available' },
  DisruptionTarget: { True: 'About to be disrupted', False: 'No disruption' },
  MemoryPressure: { True: 'Memory pressure', False: 'Enough memory' },
  DiskPressure: { True: 'Disk pressure', False: 'Enough disk' },
  PIDPressure: { True: 'Too many processes', False: 'Enough process numbers' },
}
const BAD_WHEN_TRUE =
  /^(Failed|Evicted|DisruptionTarget|Degraded|Stalled|.*Pressure|NetworkUnavailable)$/
const NEUTRAL = /^(Suspended|Requeued|Finished|Complete)$/

function signOf({ type, status }: RawCondition): ObjectSign {
  if (status === 'Unknown') return 'unknown'
  if (BAD_WHEN_TRUE.test(type))
    return status === 'True' ? (type === 'Failed' ? 'failed' : 'warning') : 'done'
  if (NEUTRAL.test(type)) return 'done'
  return status === 'True' ? 'done' : 'waiting'
}
const titleOf = ({ type, status }: RawCondition): string =>
  status === 'Unknown'
    ? `${type}: not known`
    : (TITLES[type]?.[status as 'True' | 'False'] ?? (status === 'True' ? type : `${type}: no`))
const ofWhom = (raw: Raw) => ({ kind: raw.kind, name: raw.metadata.name })

function ofConditions(raw: Raw): Seen[] {
  return conditionsOf(raw).flatMap((one): Seen[] => {
    const at = one.at ?? instantOf(raw.metadata.creationTimestamp)
    if (at === undefined) return []
    const says = one.message || one.reason
    return [
      {
        id: `condition/${raw.metadata.uid ?? ''}/${one.type}/${one.status}/${one.reason}/${timestamp(at)}`,
        at: timestamp(at),
        title: titleOf(one),
        says,
        sign: signOf(one),
        source: 'condition',
        of: ofWhom(raw),
      },
    ]
  })
}

function ofContainers(raw: Raw): Seen[] {
  if (raw.kind !== 'Pod') return []
  return containersOf(raw).flatMap((container): Seen[] => {
    const { name, status } = container
    const restarts = numberAt(status, 'restartCount') ?? 0
    const base = { source: 'container' as const, of: ofWhom(raw) }
    const id = (what: string, at: string) =>
      `container/${raw.metadata.uid ?? ''}/${name}/${what}/${at}`
    const began = textAt(status, 'state', 'running', 'startedAt')
    const ends = [ended(status, 'lastState'), ended(status)].flatMap((end) => (end ? [end] : []))
    const waits = waitingReason(container)
    const started = [began, ...ends.map(({ startedAt }) => startedAt)].flatMap((at) =>
      at === undefined ? [] : [at],
    )
    return [
      ...started.map((at): Seen => ({
        ...base,
        id: id('start', at),
        at,
        title: `${name} started`,
        says: restarts > 0 && at === began ? `restart ${String(restarts)}` : '',
        sign: 'running',
      })),
      ...ends.flatMap((end): Seen[] =>
        end.finishedAt === undefined
          ? []
          : [
              {
                ...base,
                id: id('end', end.finishedAt),
                at: end.finishedAt,
                title: `${name} ${end.exitCode === 0 ? 'ended' : 'failed'}`,
                says: endWords(end),
                sign: end.exitCode === 0 ? 'done' : 'failed',
              },
            ],
      ),
      ...(waits !== undefined && !isStarting(waits)
        ? waitingMoment(raw, { base, name, waits, last: ends[0]?.finishedAt })
        : []),
    ]
  })
}
// A container that waits has no time of its own: the end before it, or the pod's start, is when it began to wait.
function waitingMoment(
  raw: Raw,
  {
    base,
    name,
    waits,
    last,
  }: {
    base: { source: 'container'; of: { kind: string; name: string } }
    name: string
    waits: string
    last: string | undefined
  },
): Seen[] {
  const at = last ?? textAt(raw, 'status', 'startTime') ?? raw.metadata.creationTimestamp
  return at === undefined
    ? []
    : [
        {
          ...base,
          id: `container/${raw.metadata.uid ?? ''}/${name}/wait/${waits}/${at}`,
          at,
          title: `${name} cannot start`,
          says: waitWords(waits),
          sign: 'warning',
        },
      ]
}

/** When a pod was taken by its node, when a run began and ended; the end only where no condition tells it. */
function ofCourse(raw: Raw): Seen[] {
  const own = { source: 'object' as const, of: ofWhom(raw), says: '' }
  const [began, over] = [
    textAt(raw, 'status', 'startTime'),
    textAt(raw, 'status', 'completionTime'),
  ]
  const isTold = conditionsOf(raw).some(
    ({ type, status }) => status === 'True' && /^(Complete|Succeeded|Failed|Finished)$/.test(type),
  )
  const uid = raw.metadata.uid ?? ''
  return [
    ...(began === undefined
      ? []
      : [
          {
            ...own,
            id: `object/${uid}/started/${began}`,
            at: began,
            title:
              raw.kind === 'Pod'
                ? `Taken by ${textAt(raw, 'spec', 'nodeName') ?? 'its node'}`
                : 'Started',
            sign: 'running' as const,
          },
        ]),
    ...(over === undefined || isTold
      ? []
      : [
          {
            ...own,
            id: `object/${uid}/completed/${over}`,
            at: over,
            title: 'Completed',
            sign: 'done' as const,
          },
        ]),
  ]
}

/** What an object says of its own course now. */
export function momentsOf(raw: Raw): Seen[] {
  const { creationTimestamp, deletionTimestamp, uid = '' } = raw.metadata
  const own = { source: 'object' as const, of: ofWhom(raw) }
  const maker = madeBy(raw)
  return [
    ...(creationTimestamp
      ? [
          {
            ...own,
            id: `object/${uid}/created`,
            at: creationTimestamp,
            title: 'Created',
            says: maker === undefined ? '' : `by ${maker}`,
            sign: 'done' as const,
          },
        ]
      : []),
    ...ofCourse(raw),
    ...ofConditions(raw),
    ...ofContainers(raw),
    ...momentsOfEdits(raw),
    ...(deletionTimestamp
      ? [
          {
            ...own,
            id: `object/${uid}/deleted`,
            at: deletionTimestamp,
            title: 'Deletion asked for',
            says: (raw.metadata.finalizers ?? []).join(', '),
            sign: 'ending' as const,
          },
        ]
      : []),
  ]
}

const TOLD =
  /^(Preempted|Preempting|Evicted|EvictedDueTo.*|Killing|BackOff|FailedScheduling|FailedCreate|FailedMount|Pulled|OOMKilling|NodeNotReady|Drain|XID.*|Requeued|QuotaReserved|Pending)$/
/** Events worth a place among the moments: warnings, and turns of fate that no condition keeps. */
export const momentsOfEvents = (events: ObjectEvent[]): Seen[] =>
  events
    .filter(({ type, reason }) => type === 'Warning' || (TOLD.test(reason) && reason !== 'Pulled'))
    .map(({ id, since, reason, says, type, of }) => ({
      id: `event/${id}`,
      at: since,
      title: wordsOfReason(reason),
      says,
      sign: type === 'Warning' ? 'warning' : 'done',
      source: 'event',
      of,
    }))
const wordsOfReason = (reason: string) =>
  reason.replace(/([a-z])([A-Z])/g, (_all, a: string, b: string) => `${a} ${b.toLowerCase()}`)

// Within one second, which is as fine as most clusters write, an object is made before it does anything.
const RANK: Record<Seen['source'], number> = { object: 0, condition: 1, event: 2, container: 3 }
const inOrder = (a: Seen, b: Seen) =>
  Date.parse(a.at) - Date.parse(b.at) || RANK[a.source] - RANK[b.source] || a.id.localeCompare(b.id)

/** Joins what is said now with what was kept: what the cluster says no longer is marked, and nothing observed is lost. */
export function withKept(now: Seen[], kept: Seen[]): { timeline: Moment[]; keep: Seen[] } {
  const present = new Set(now.map(({ id }) => id))
  const all = new Map([...kept, ...now].map((one) => [one.id, one]))
  const keep = [...all.values()].sort(inOrder).slice(-MOST_MOMENTS)
  return { keep, timeline: keep.map((one) => ({ ...one, overwritten: !present.has(one.id) })) }
}
