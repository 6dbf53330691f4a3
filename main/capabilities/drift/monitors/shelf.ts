import { z } from 'zod'
import { VerdictOperation } from '../../../../preload/contract/drift'
import { ModelDrift, MonitorSettings } from '../../../../preload/contract/drift-review'
import type { Outcome } from '../../../kernel/outcome'
import { succeed } from '../../../kernel/outcome'
import type { Store } from '../../../platform/store'
import type { BookAt, Summary } from '../desk/questions'
import { sha256 } from '../hash'

export interface Monitor {
  id: string
  settings: MonitorSettings
  simulated: boolean
}
const Stored = z.array(
  z.object({ id: z.string(), settings: MonitorSettings, simulated: z.boolean() }),
)
const Score = z.object({
  column: z.string(),
  kind: z.enum(['numeric', 'categorical', 'unscored']),
  decision: z.enum(['stable', 'drifted', 'unscored']),
  unjudged: z.literal(true).optional(),
  severity: z.number().nullable(),
  p: z.number().nullable(),
  pAdjusted: z.number().nullable(),
  nullRate: z.number().nullable(),
  missing: z.number(),
  quality: z.array(z.string()),
})
/** A summary as the local store has it. */
export const StoredSummary: z.ZodType<Summary> = z.object({
  id: z.string(),
  settings: MonitorSettings,
  simulated: z.boolean(),
  madeAt: z.string(),
  profile: z.object({ hash: z.string(), rows: z.number() }),
  windows: z.array(
    z.object({
      name: z.string(),
      from: z.string().optional(),
      to: z.string().optional(),
      rows: z.number(),
      columns: z.array(Score),
      schema: z.array(z.string()),
    }),
  ),
  quality: ModelDrift.shape.quality,
  qualityMissing: z.string().optional(),
  events: ModelDrift.shape.events,
  verdicts: z.array(VerdictOperation),
  segments: z.array(z.string()),
}) as z.ZodType<Summary>

const LIST = 'drift.monitors'
const bookKey = (id: string) => `drift.book.${id}`
const summaryKey = (id: string) => `drift.summary.${id}`
type Tables = Pick<Store, 'settings' | 'blobs' | 'views' | 'together'>

/** What is watched on this machine: settings, the book of each model, and its summary. */
export class Monitors {
  readonly #store: Tables
  #list: Monitor[] | undefined
  readonly #summaries = new Map<string, Summary | undefined>()
  constructor(store: Tables) {
    this.#store = store
  }

  list(): readonly Monitor[] {
    return (this.#list ??= Stored.safeParse(this.#store.settings.get(LIST) ?? []).data ?? [])
  }
  get(id: string): Monitor | undefined {
    return this.list().find((monitor) => monitor.id === id)
  }
  save(monitor: Monitor): Outcome<void> {
    return this.#write([...this.list().filter(({ id }) => id !== monitor.id), monitor])
  }
  remove(id: string): Outcome<void> {
    this.#store.blobs.remove(bookKey(id))
    this.#store.views.set(summaryKey(id), null, 0)
    this.#summaries.delete(id)
    return this.#write(this.list().filter((monitor) => monitor.id !== id))
  }
  #write(list: Monitor[]): Outcome<void> {
    const kept = this.#store.settings.set(LIST, list)
    if (!kept.ok) return kept
    this.#list = list
    return succeed(undefined)
  }

  summary(id: string): Summary | undefined {
    if (!this.#summaries.has(id))
      this.#summaries.set(
        id,
        StoredSummary.safeParse(this.#store.views.get(summaryKey(id))?.value).data,
      )
    return this.#summaries.get(id)
  }
  book(id: string): BookAt | undefined {
    const bytes = this.#store.blobs.get(bookKey(id))
    return bytes && { key: sha256(bytes), bytes }
  }
  keep(
    id: string,
    { book, summary, at }: { book: Uint8Array; summary: Summary; at: number },
  ): Outcome<void> {
    const kept = this.#store.together(() => {
      this.#store.blobs.set(bookKey(id), book)
      this.#store.views.set(summaryKey(id), summary, at)
    })
    if (kept.ok) this.#summaries.set(id, summary)
    return kept
  }
}
