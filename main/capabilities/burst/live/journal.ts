import { z } from 'zod'
import {
  JournalEntry,
  type BurstDecision,
  type BurstJournal,
  type ForecastQuality,
} from '../../../../preload/contract/burst'
import { timestamp } from '../../../kernel/clock'
import { given } from '../../../kernel/given'
import type { Store } from '../../../platform/store'
import { accuracy } from '../domain/forecast'
import { Ended, jsonMark } from './budgets'
import type { PlannedQueue } from './planner'
import { MARK, type WorkloadFacts } from './workload'

const SERIES = 'burst.journal'
const KEPT_MS = 400 * 86_400_000
const Stored = z.object({ uid: z.string(), entry: JournalEntry })
interface Kept {
  key: number
  uid: string
  entry: JournalEntry
}
export interface Noted {
  uid: string
  entry: Omit<JournalEntry, 'id'>
}

/** Every decision with what was predicted, and what became of it. Kept on this machine. */
export class Journal {
  readonly #store: Store['samples']
  readonly #entries = new Map<string, Kept>()
  readonly #open = new Map<string, string[]>()
  #loaded = false
  #last = 0
  constructor(store: Store['samples']) {
    this.#store = store
  }

  /** Writes down what a plan decided anew, and closes what has ended since. */
  follow({ plan, known, seen, policyName }: PlannedQueue): void {
    this.#load(seen.now)
    const decisions = new Map(plan.decisions.map((decision) => [decision.job, decision]))
    for (const { work, key, state } of known) {
      const decision = decisions.get(key)
      if (state === 'waiting' && decision && this.#isNews(work.uid, decision))
        this.note({
          uid: work.uid,
          entry: entryOf(work, decision, {
            site: seen.site,
            at: seen.now,
            by: `planner, ${policyName}`,
            mode: seen.policy.mode,
          }),
        })
    }
    for (const work of seen.work.workloads) this.#settle(work, seen)
  }
  note({ uid, entry }: Noted): JournalEntry {
    this.#load(Date.parse(entry.at))
    const key = Math.max(Date.parse(entry.at), this.#last + 1)
    const kept: Kept = { key, uid, entry: { ...entry, id: String(key) } }
    this.#keep(kept)
    return kept.entry
  }
  /** What came of a move, told by whoever watches the copy. */
  moved(uid: string, actual: NonNullable<JournalEntry['actual']>): void {
    const own = this.#of(uid)
    // A plan made while it left may have written once more that it should go: what ends is the move itself.
    const last =
      own.findLast(({ entry }) => entry.kind === 'go' && entry.actual?.outcome === 'running') ??
      own.findLast(({ entry }) => entry.kind === 'go' || entry.kind === 'return')
    if (last && last.entry.actual?.endedAt === undefined)
      this.#keep({ ...last, entry: closed(last.entry, actual) })
  }

  /** Whether anything that was moved has not come to its end yet, as far as this machine knows. */
  hasAway(now: number): boolean {
    return this.#some(now, ({ kind, actual }) => kind === 'go' && actual?.outcome === 'running')
  }
  /** Whether anything of this copy of Takt ever went, so that results of it may still be over there. */
  hasGone(now: number): boolean {
    return this.#some(now, ({ kind, actual }) => kind === 'go' && actual !== undefined)
  }
  #some(now: number, is: (entry: JournalEntry) => boolean): boolean {
    this.#load(now)
    return [...this.#entries.values()].some(({ entry }) => is(entry))
  }
  read({
    limit,
    job,
    now,
  }: {
    limit: number
    job?: string | undefined
    now: number
  }): BurstJournal {
    this.#load(now)
    const all = [...this.#entries.values()]
      .toSorted((a, b) => b.key - a.key)
      .map(({ entry }) => entry)
    const moves = all.filter(({ kind, actual }) => kind === 'go' && actual?.usd !== undefined)
    const sum = (of: (entry: JournalEntry) => number) =>
      Math.round(moves.reduce((usd, entry) => usd + of(entry), 0) * 100) / 100
    return {
      entries: all.filter(({ ref }) => job === undefined || ref.name === job).slice(0, limit),
      forecasts: this.quality(now),
      calibration: calibrationOf(all),
      usd: {
        predicted: sum(({ predicted }) => predicted.usd),
        actual: sum(({ actual }) => actual?.usd ?? 0),
        of: moves.length,
      },
    }
  }
  /** How good the last forty forecasts were. */
  quality(now: number): ForecastQuality {
    this.#load(now)
    const ended = [...this.#entries.values()]
      .filter(({ entry }) => entry.errorShare !== undefined)
      .toSorted((a, b) => a.key - b.key)
      .slice(-SHOWN)
    const records = ended.map(({ entry }) => ({
      job: entry.ref.name,
      at: entry.at,
      errorShare: entry.errorShare ?? 0,
      held: entry.held ?? false,
    }))
    const held = records.filter((one) => one.held).length
    const told = accuracy(ended.flatMap(({ entry, key }) => forecastOf(entry, key)))
    return {
      records,
      held,
      of: records.length,
      ...(records.length > 0 && { p50: told.p50, p90: told.p90 }),
      says:
        records.length === 0
          ? 'No forecast has come to its end yet.'
          : `${String(held)} of ${String(records.length)} ended inside the 80 % band.`,
    }
  }

  #isNews(uid: string, decision: BurstDecision): boolean {
    const last = this.#of(uid).at(-1)?.entry
    return (
      !last ||
      last.kind !== decision.kind ||
      (decision.kind === 'go' && last.pool !== decision.pool)
    )
  }
  #of(uid: string): Kept[] {
    return (this.#open.get(uid) ?? []).flatMap((id) => this.#entries.get(id) ?? [])
  }

  /** What ended at home closes its last forecast; what ended away says so on its original. */
  #settle(work: WorkloadFacts, seen: PlannedQueue['seen']): void {
    const last = this.#of(work.uid).at(-1)
    if (!last || last.entry.actual?.endedAt !== undefined) return
    const away = jsonMark(work.annotations, MARK.ended, Ended)
    if (away)
      return this.moved(work.uid, {
        place: 'cloud',
        endedAt: away.at,
        usd: away.usd,
        outcome: away.outcome,
        ...given({ startedAt: away.startedAt }),
      })
    if (last.entry.kind === 'go' || !work.ended) return
    const startedAt = work.startedAt === undefined ? undefined : timestamp(work.startedAt)
    this.#keep({
      ...last,
      entry: closed(last.entry, {
        place: 'on-prem',
        endedAt: timestamp(Math.min(work.ended.at, seen.now)),
        outcome: work.ended.failed ? 'failed' : 'complete',
        usd: 0,
        ...given({ startedAt }),
      }),
    })
  }
  #keep(kept: Kept): void {
    this.#last = Math.max(this.#last, kept.key)
    const ids = this.#open.get(kept.uid) ?? []
    if (!ids.includes(kept.entry.id)) this.#open.set(kept.uid, [...ids, kept.entry.id])
    this.#entries.set(kept.entry.id, kept)
    this.#store.add(SERIES, kept.key, { uid: kept.uid, entry: kept.entry })
  }
  #load(now: number): void {
    if (this.#loaded) return
    this.#loaded = true
    for (const { at, value } of this.#store.between(SERIES, now - KEPT_MS, now + KEPT_MS)) {
      const stored = Stored.safeParse(value)
      if (!stored.success) continue
      this.#last = Math.max(this.#last, at)
      this.#entries.set(stored.data.entry.id, { key: at, ...stored.data })
      this.#open.set(stored.data.uid, [
        ...(this.#open.get(stored.data.uid) ?? []),
        stored.data.entry.id,
      ])
    }
  }
}
const SHOWN = 40

export function entryOf(
  work: WorkloadFacts,
  decision: BurstDecision,
  at: { site: string; at: number; by: string; mode: JournalEntry['mode'] },
): Omit<JournalEntry, 'id'> {
  const way = decision.kind === 'go' && decision.go ? decision.go : decision.stay
  return {
    at: timestamp(at.at),
    ref: { site: at.site, kind: work.kind, namespace: work.namespace, name: work.name },
    by: at.by,
    mode: at.mode,
    kind: decision.kind,
    says: decision.says,
    ...given({ pool: decision.pool }),
    predicted: {
      usd: decision.kind === 'go' ? way.usd : 0,
      ...given({ startsAt: way.startsAt, finishes: way.finishes }),
    },
  }
}
const seconds = (text: string) => Date.parse(text) / 1000

function closed(entry: JournalEntry, actual: NonNullable<JournalEntry['actual']>): JournalEntry {
  const { finishes } = entry.predicted
  if (!finishes || actual.endedAt === undefined || actual.outcome !== 'complete')
    return { ...entry, actual }
  const [began, said, was] = [seconds(entry.at), seconds(finishes.at), seconds(actual.endedAt)]
  return {
    ...entry,
    actual,
    errorShare: (was - said) / Math.max(1, said - began),
    held: was >= seconds(finishes.earliest) && was <= seconds(finishes.latest),
  }
}
const forecastOf = (entry: JournalEntry, job: number) =>
  entry.predicted.finishes && entry.actual?.endedAt !== undefined
    ? [
        {
          job,
          submitS: seconds(entry.at),
          finishS: seconds(entry.predicted.finishes.at),
          earliestS: seconds(entry.predicted.finishes.earliest),
          latestS: seconds(entry.predicted.finishes.latest),
          endS: seconds(entry.actual.endedAt),
        },
      ]
    : []

/** Of the jobs said to be done by a moment with some chance, the share that was: at the ends of the band and in its middle. */
function calibrationOf(entries: readonly JournalEntry[]): BurstJournal['calibration'] {
  const ended = entries.filter((entry) => entry.errorShare !== undefined)
  const share = (said: number, by: (entry: JournalEntry) => string | undefined) => {
    const was = ended.filter(
      (entry) => seconds(entry.actual?.endedAt ?? '') <= seconds(by(entry) ?? ''),
    ).length
    return { said, was: ended.length === 0 ? 0 : was / ended.length, of: ended.length }
  }
  return [
    share(0.1, ({ predicted }) => predicted.finishes?.earliest),
    share(0.5, ({ predicted }) => predicted.finishes?.at),
    share(0.9, ({ predicted }) => predicted.finishes?.latest),
  ]
}
