import type { Size } from '../../../../preload/contract/records/environment'
import { ANNOTATION } from '../../../kernel/manifest'
import { amount, type PodFacts } from '../../../kernel/inventory'
import { freeOn, roomsOf, type Room } from '../../../kernel/rooms'
import { modelFits, roomsFor } from './room'
import { requestsOfSize } from './sizes'

/** Promises of a start in seconds of the site's clock: the image on the node already, or pulled first. */
export const PROMISE = { warm: 40, cold: 180 } as const
export interface Wait {
  seconds?: number
  lowSeconds?: number
  highSeconds?: number
  says: string
}
const LEAST_SAMPLES = 3

const quantile = (sorted: number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(q * (sorted.length - 1))))] ?? 0
const spread = (values: number[]) => {
  const sorted = values.toSorted((a, b) => a - b)
  return {
    seconds: quantile(sorted, 0.5),
    lowSeconds: quantile(sorted, 0.1),
    highSeconds: quantile(sorted, 0.9),
  }
}

/** When a pod will have ended, in milliseconds since 1970, by what it says of itself; undefined where it says nothing. */
export function expectedEnd(pod: PodFacts): number | undefined {
  const seconds = Number(pod.annotations[ANNOTATION.expectedSeconds] ?? pod.deadlineSeconds ?? NaN)
  const began = pod.startedAt ?? pod.scheduledAt
  return Number.isFinite(seconds) && began !== undefined ? began + seconds * 1000 : undefined
}

/** Seconds until running work that tells its end has freed a place of this size, behind what waits already. */
export function releaseWait(
  rooms: Room[],
  size: Size,
  at: { now: number; ahead: number },
): number | undefined {
  const resource = size.gpu?.resource ?? 'cpu'
  const wanted = amount(requestsOfSize(size), resource)
  let queued = at.ahead
  const ends = rooms
    .filter(({ node }) => modelFits(node, size))
    .flatMap((room) => {
      const known = room.pods
        .flatMap((pod) => {
          const end = expectedEnd(pod)
          return end !== undefined && amount(pod.requests, resource) > 0
            ? [{ end, frees: amount(pod.requests, resource) }]
            : []
        })
        .sort((a, b) => a.end - b.end)
      let free = freeOn(room, resource)
      const need = wanted
      return known.flatMap(({ end, frees }) => {
        const before = free
        free += frees
        return before < need && free >= need ? [{ end, room: free }] : []
      })
    })
    .sort((a, b) => a.end - b.end)
  for (const { end, room } of ends) {
    if (queued < 1) return Math.max(0, (end - at.now) / 1000)
    queued -= room
  }
  return undefined
}

/** Seconds that pods asking for the same resource waited for a node, as far as the cluster still remembers them. */
export const pastWaits = (pods: PodFacts[], resource: string): { at: number; seconds: number }[] =>
  pods.flatMap((pod) =>
    amount(pod.requests, resource) > 0 && pod.scheduledAt !== undefined
      ? [{ at: pod.createdAt, seconds: Math.max(0, (pod.scheduledAt - pod.createdAt) / 1000) }]
      : [],
  )

/** How long a start takes once there is room: as environments took here before, else the promise. */
export function startTime(pods: PodFacts[], isEnvironment: (pod: PodFacts) => boolean): Wait {
  const took = pods.flatMap((pod) =>
    isEnvironment(pod) &&
    pod.readyAt !== undefined &&
    pod.scheduledAt !== undefined &&
    pod.restarts === 0
      ? [(pod.readyAt - pod.scheduledAt) / 1000]
      : [],
  )
  if (took.length < LEAST_SAMPLES)
    return {
      seconds: PROMISE.warm,
      highSeconds: PROMISE.cold,
      says: `promised ${String(PROMISE.warm)} s with the image on the node, ${String(PROMISE.cold / 60)} min with a pull`,
    }
  return { ...spread(took), says: `80 % range of ${String(took.length)} starts here` }
}

/** When an environment of this size would be usable, and what that is based on. */
export function waitFor(
  inventory: { nodes: Parameters<typeof roomsOf>[0]['nodes']; pods: PodFacts[] },
  size: Size,
  at: { now: number; start: Wait },
): Wait {
  const rooms = roomsOf(inventory)
  if (roomsFor(rooms, size).length > 0) return at.start
  const resource = size.gpu?.resource ?? 'cpu'
  const ahead = inventory.pods
    .filter((pod) => pod.node === undefined && pod.phase === 'Pending')
    .reduce((sum, pod) => sum + amount(pod.requests, resource), 0)
  const release = releaseWait(rooms, size, { now: at.now, ahead })
  const after = at.start.seconds ?? PROMISE.warm
  if (release !== undefined)
    return {
      seconds: release + after,
      says:
        ahead > 0
          ? 'when running jobs end by their own estimate, behind what waits already'
          : 'when the next running job ends by its own estimate',
    }
  const past = pastWaits(inventory.pods, resource)
    .map(({ seconds }) => seconds)
    .filter((seconds) => seconds > 0)
  if (past.length < LEAST_SAMPLES)
    return { says: 'not known: nothing that runs here tells when it ends' }
  const { seconds, lowSeconds, highSeconds } = spread(past)
  return {
    seconds: seconds + after,
    lowSeconds: lowSeconds + after,
    highSeconds: highSeconds + after,
    says: `80 % range of ${String(past.length)} waits the cluster remembers`,
  }
}

/** Median waits by hour of the day for each kind; null where nothing was seen in that hour. Undefined where the cluster remembers too little. */
export function usualWaits(
  pods: PodFacts[],
  kinds: { name: string; resource: string }[],
  hours: number[],
) {
  const rows = kinds.map(({ name, resource }) => {
    const past = pastWaits(pods, resource)
    return {
      name,
      count: past.length,
      seconds: hours.map((hour) => {
        const own = past
          .filter(({ at }) => new Date(at).getUTCHours() === hour)
          .map(({ seconds }) => seconds)
          .sort((a, b) => a - b)
        return own.length === 0 ? null : quantile(own, 0.5)
      }),
    }
  })
  const samples = rows.reduce((sum, { count }) => sum + count, 0)
  if (samples < 10) return undefined
  return {
    basis: `median of the ${String(samples)} starts the cluster still remembers, by hour (UTC)`,
    hours,
    rows: rows.map(({ name, seconds }) => ({ name, seconds })),
  }
}
