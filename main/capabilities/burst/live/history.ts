import { z } from 'zod'
import type { RunEstimate } from '../../../../preload/contract/burst'
import type { Store } from '../../../platform/store'
import { calibrate, estimator, type Estimate, type PastJob } from '../domain/estimate'
import type { RunTime } from '../domain/snapshot'
import type { WorkloadFacts } from './workload'

const SERIES = 'burst.history'
const KEPT_MS = 180 * 86_400_000
const Past = z.object({
  uid: z.string(),
  user: z.string(),
  name: z.string(),
  gpus: z.number(),
  seconds: z.number(),
  toldSeconds: z.number().optional(),
})
type Past = z.infer<typeof Past>

/** How long things ran, kept on this machine: what estimates rest on. */
export class History {
  readonly #store: Store['samples']
  readonly #seen = new Map<string, Past & { at: number }>()
  #loaded = false
  #estimate: ReturnType<typeof estimator> | undefined
  #ratios: Map<string, Float64Array> | undefined
  constructor(store: Store['samples']) {
    this.#store = store
  }

  /** Takes what ended successfully; answers how many were new. */
  learn(workloads: readonly WorkloadFacts[], now: number): number {
    this.#load(now)
    let fresh = 0
    for (const work of workloads) {
      const seconds =
        work.ended && !work.ended.failed && work.startedAt !== undefined
          ? (work.ended.at - work.startedAt) / 1000
          : 0
      if (!work.ended || seconds < 1 || this.#seen.has(work.uid)) continue
      const past = {
        uid: work.uid,
        user: work.by ?? work.namespace,
        name: work.name,
        gpus: work.gpus.count,
        seconds,
        ...(work.toldSeconds !== undefined && { toldSeconds: work.toldSeconds }),
      }
      // Two that end in the same millisecond would be one: the instant is only the key.
      let at = work.ended.at
      while ([...this.#seen.values()].some((other) => other.at === at)) at += 1
      this.#seen.set(work.uid, { ...past, at })
      this.#store.add(SERIES, at, past)
      fresh += 1
    }
    if (fresh > 0) this.#estimate = this.#ratios = undefined
    return fresh
  }
  get jobs(): PastJob[] {
    return [...this.#seen.values()]
  }

  /** How long a workload is expected to run from its start: what it reports, else what its owner said (corrected by how such words turned out), else history, else a probe. */
  estimate(work: WorkloadFacts): Estimate & { says: string; contractBasis: RunEstimate['basis'] } {
    this.#estimate ??= estimator(this.jobs)
    const key = { user: work.by ?? work.namespace, name: work.name, gpus: work.gpus.count }
    if (work.remainingSeconds !== undefined)
      return {
        ...this.#estimate(key, work.remainingSeconds),
        says: 'It reports what it has left.',
        contractBasis: 'reported',
      }
    if (work.toldSeconds !== undefined) return this.#told(work.toldSeconds, key.user)
    const found = this.#estimate(key)
    return { ...found, says: SAYS[found.basis](found.from), contractBasis: found.basis }
  }

  #told(toldSeconds: number, user: string) {
    const runTime: RunTime = { p10: toldSeconds * 0.75, p50: toldSeconds, p90: toldSeconds * 1.35 }
    const own = this.#byUser().get(user) ?? new Float64Array()
    const ratios = own.length >= ENOUGH ? own : (this.#byUser().get('') ?? new Float64Array())
    const says =
      ratios.length >= ENOUGH
        ? `Its owner said so; corrected by how ${ratios === own ? 'their' : "everybody's"} last ${String(ratios.length)} words turned out.`
        : 'Its owner said so; too few have ended to correct it.'
    return {
      runTime: calibrate(runTime, ratios),
      basis: 'user-name-gpus' as const,
      from: ratios.length,
      says,
      contractBasis: 'told' as const,
    }
  }
  #byUser(): Map<string, Float64Array> {
    if (this.#ratios) return this.#ratios
    const lists = new Map<string, number[]>()
    for (const { user, seconds, toldSeconds } of this.#seen.values()) {
      if (toldSeconds === undefined) continue
      for (const key of [user, ''])
        lists.set(key, [...(lists.get(key) ?? []), seconds / toldSeconds])
    }
    this.#ratios = new Map(
      [...lists].map(([user, list]) => [user, Float64Array.from(list.slice(-REMEMBERED))]),
    )
    return this.#ratios
  }
  #load(now: number): void {
    if (this.#loaded) return
    this.#loaded = true
    for (const { at, value } of this.#store.between(SERIES, now - KEPT_MS, now + KEPT_MS)) {
      const past = Past.safeParse(value)
      if (past.success) this.#seen.set(past.data.uid, { ...past.data, at })
    }
  }
}
/** So few say little about the ends of a band. */
const ENOUGH = 12
const REMEMBERED = 300
const SAYS: Record<Estimate['basis'], (from: number) => string> = {
  reported: () => 'It reports what it has left.',
  'user-name-gpus': (from) => `From ${String(from)} runs of the same name, person and size.`,
  'user-gpus': (from) => `From ${String(from)} runs of the same person and size.`,
  gpus: (from) => `From ${String(from)} runs of the same size.`,
  everything: (from) => `From all ${String(from)} runs that ended.`,
  probe: () => 'Nothing like it has ended yet: between ten minutes and eight hours.',
}
