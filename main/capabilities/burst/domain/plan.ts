import type { Profile, Slot } from './profile'

/** A job that waits, as the planner sees it. Times are seconds. */
export interface Candidate {
  readonly job: number
  readonly gpus: number
  /** How long it is expected to run. */
  readonly seconds: number
  /** The last moment at which starting in the building is better than having gone to the cloud. */
  readonly latestStartS: number
  /** Where it stands in the queue: earlier first. */
  readonly orderS: number
  /** What an earlier plan promised it: kept unless facts changed, and only ever replaced by something earlier. */
  readonly promised?: Slot | undefined
}

/** The way out of the building. */
export interface Exit {
  /** What sending a job now adds to the bill, in dollars; Infinity where it may not leave. */
  usd(job: number): number
  /** Sends it now, because it is late itself or to make room for a dearer one. */
  go(job: number, why: 'late' | 'makes-room'): void
}

/** Where a plan starts from: puts what is running into the profile, afresh. */
export type Ground = (profile: Profile) => void

export interface Planned {
  candidate: Candidate
  slot: Slot
}

/**
 * Gives every waiting job a reservation, in order, so that none is pushed back by a later one. As soon as the plan shows that a job cannot start
 * in time, a cheaper one ahead of it leaves now if that makes room, else it leaves itself: waiting longer would cost the wait and the cloud too.
 * Beyond `depth` reservations the rest of a very long queue only fills holes that are open now.
 */
export function plan(
  where: { profile: Profile; ground: Ground; nowS: number; depth?: number },
  queue: readonly Candidate[],
  exit: Exit,
): Planned[] {
  const { profile, ground, nowS, depth = Infinity } = where
  const planned = new Map<number, Planned>()
  ground(profile)
  const promised = keepPromises(profile, queue)
  for (const candidate of queue.toSorted((a, b) => a.orderS - b.orderS || a.job - b.job)) {
    if (candidate.promised && promised.delete(candidate.job))
      profile.free(candidate.promised, candidate.seconds)
    const deep = planned.size >= depth && candidate.latestStartS > nowS
    const slot = deep
      ? profile.findNow(candidate.gpus, candidate.seconds)
      : profile.find(candidate.gpus, candidate.seconds)
    if (!slot) continue
    const settled =
      slot.startS <= Math.max(nowS, candidate.latestStartS)
        ? { candidate, slot }
        : makeRoom({ profile, planned, nowS }, { candidate, slot }, exit)
    if (!settled) continue
    if (settled.slot.startS < Infinity) profile.hold(settled.slot, candidate.seconds)
    planned.set(candidate.job, settled)
  }
  return [...planned.values()]
}

/** Holds what earlier plans promised, as far as it is still open, before anyone else is served; answers whose promises hold. */
function keepPromises(profile: Profile, queue: readonly Candidate[]): Set<number> {
  const kept = new Set<number>()
  for (const { job, seconds, promised } of queue) {
    if (!promised || !profile.fits(promised, seconds)) continue
    profile.hold(promised, seconds)
    kept.add(job)
  }
  return kept
}

/** How many cheaper jobs are tried in place of one that is late. */
const TRIED = 8

/** Settles a late job: in the place of a cheaper one that leaves, or by leaving itself (undefined), or late where nothing may leave. */
function makeRoom(
  at: { profile: Profile; planned: Map<number, Planned>; nowS: number },
  late: Planned,
  exit: Exit,
): Planned | undefined {
  const { profile, planned, nowS } = at
  const { candidate } = late
  const ownUsd = exit.usd(candidate.job)
  for (const ahead of smallest(planned, candidate, nowS)) {
    if (exit.usd(ahead.candidate.job) >= ownUsd) continue
    profile.free(ahead.slot, ahead.candidate.seconds)
    const slot = profile.find(candidate.gpus, candidate.seconds)
    if (slot.startS <= candidate.latestStartS) {
      planned.delete(ahead.candidate.job)
      exit.go(ahead.candidate.job, 'makes-room')
      return { candidate, slot }
    }
    profile.hold(ahead.slot, ahead.candidate.seconds)
  }
  if (ownUsd === Infinity) return late
  exit.go(candidate.job, 'late')
  return undefined
}

/** The smallest jobs that hold a reservation for later, smaller than the given one. */
function smallest(planned: ReadonlyMap<number, Planned>, than: Candidate, nowS: number): Planned[] {
  const size = ({ gpus, seconds }: Candidate) => gpus * seconds
  const limit = size(than)
  const found: Planned[] = []
  for (const entry of planned.values()) {
    if (
      entry.slot.startS <= nowS ||
      entry.slot.startS === Infinity ||
      size(entry.candidate) >= limit
    )
      continue
    let index = found.length
    while (index > 0 && size(found[index - 1]?.candidate ?? than) > size(entry.candidate))
      index -= 1
    found.splice(index, 0, entry)
    if (found.length > TRIED) found.pop()
  }
  return found
}
