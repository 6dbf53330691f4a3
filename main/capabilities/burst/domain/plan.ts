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
}

/** The way out of the building. */
export interface Exit {
  /** What sending a job now adds to the bill, in dollars; Infinity where it may not leave. */
  usd(job: number): number
  /** Sends it now. */
  go(job: number): void
}

/** Where a plan starts from: puts what is running into the profile, afresh. */
export type Ground = (profile: Profile) => void

export interface Planned { candidate: Candidate; slot: Slot }

/**
 * Gives every waiting job a reservation, in order, so that none is pushed back by a later one. As soon as the plan shows that a job cannot start
 * in time, the job ahead of it (or itself) that is cheapest to send leaves now: waiting longer would cost the wait and the cloud too.
 * Beyond `depth` reservations the rest of a very long queue only fills holes that are open now.
 */
export function plan(where: { profile: Profile; ground: Ground; nowS: number; depth?: number }, queue: readonly Candidate[], exit: Exit): Planned[] {
  const { profile, ground, nowS, depth = Infinity } = where
  let staying = queue.toSorted((a, b) => a.orderS - b.orderS || a.job - b.job)
  for (;;) {
    ground(profile)
    const planned: Planned[] = []
    const gone = new Set<number>()
    let redo = false
    for (const candidate of staying) {
      const slot = planned.length < depth || candidate.latestStartS <= nowS ? profile.find(candidate.gpus, candidate.seconds) : profile.findNow(candidate.gpus, candidate.seconds)
      if (!slot) continue
      if (slot.startS <= Math.max(nowS, candidate.latestStartS)) {
        profile.hold(slot, candidate.seconds)
        planned.push({ candidate, slot })
        continue
      }
      const leaving = cheapest(planned.filter((ahead) => ahead.slot.startS > nowS).map((ahead) => ahead.candidate), candidate, exit)
      if (!leaving) {
        if (slot.startS < Infinity) profile.hold(slot, candidate.seconds)
        planned.push({ candidate, slot })
        continue
      }
      exit.go(leaving.job)
      gone.add(leaving.job)
      redo = leaving !== candidate
      if (redo) break
    }
    if (!redo) return planned
    staying = staying.filter(({ job }) => !gone.has(job))
  }
}

/** The job whose leaving adds least to the bill; undefined if none may leave. */
function cheapest(ahead: readonly Candidate[], late: Candidate, exit: Exit): Candidate | undefined {
  let [least, leastUsd] = [late, exit.usd(late.job)]
  for (const candidate of ahead) {
    const usd = exit.usd(candidate.job)
    if (usd < leastUsd) [least, leastUsd] = [candidate, usd]
  }
  return leastUsd < Infinity ? least : undefined
}
