import { KINDS, type RecordKind, type TaktRecord } from '../../../preload/contract/records'
import type { Clock } from '../../kernel/clock'
import type { Log } from '../../platform/log'
import type { Store } from '../../platform/store'
import { listeners } from '../../platform/streams/latest'
import { keyOf } from './record'

/** All records of one kind in memory: filled from the store, corrected by the watch, kept in the store behind. */
export class Shelf {
  readonly items = new Map<string, TaktRecord>()
  /** Milliseconds of the site's clock; 0 while nothing was ever seen. */
  asOf = 0
  live = false
  /** The site answered that it does not know the kind: there is none of it until the site is prepared. */
  unserved = false
  readonly #kind: RecordKind
  readonly #store: Store['records']
  readonly #log: Log
  readonly #listeners = listeners()
  #site = ''
  #whole = false
  #touched = new Set<string>()

  constructor(
    kind: RecordKind,
    { store, log }: { store: Store['records']; log: Log; clock: Clock },
  ) {
    this.#kind = kind
    this.#store = store
    this.#log = log
    const seen = store.load(kind)
    if (!seen) return
    this.asOf = seen.asOf
    this.#site = seen.site
    for (const { key, value } of seen.items) {
      const parsed = KINDS[kind].schema.safeParse(value)
      if (parsed.success) this.items.set(key, parsed.data as unknown as TaktRecord)
    }
  }
  /** How far what is here can be relied on. */
  get standing(): { asOf: number; live: boolean; unserved?: boolean } {
    return { asOf: this.asOf, live: this.live, ...(this.unserved && { unserved: true }) }
  }
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  reset(records: TaktRecord[], { site, at }: { site: string; at: number }) {
    this.items.clear()
    for (const record of records) this.items.set(keyOf(record.meta), record)
    this.#site = site
    this.#whole = true
    this.#touch(at)
  }
  change(upserts: TaktRecord[], removed: string[], at: number) {
    for (const record of upserts) {
      this.items.set(keyOf(record.meta), record)
      this.#touched.add(keyOf(record.meta))
    }
    for (const key of removed) {
      this.items.delete(key)
      this.#touched.add(key)
    }
    this.#touch(at)
  }
  /** Replaces what is known of one namespace. Whether all of it is live now, `settle` says. */
  resetWithin(
    namespace: string,
    records: TaktRecord[],
    { site, at }: { site: string; at: number },
  ) {
    const fresh = new Set(records.map(({ meta }) => keyOf(meta)))
    const gone = [...this.items]
      .filter(([key, { meta }]) => meta.namespace === namespace && !fresh.has(key))
      .map(([key]) => key)
    this.#site = site
    this.#whole = true
    this.change(records, gone, at)
  }
  /** Forgets the records of every other namespace: of those this person hears nothing. */
  keepOnly(namespaces: ReadonlySet<string>) {
    const gone = [...this.items]
      .filter(([, { meta }]) => !namespaces.has(meta.namespace ?? ''))
      .map(([key]) => key)
    for (const key of gone) {
      this.items.delete(key)
      this.#touched.add(key)
    }
  }
  /** Whether everything this person may read has been heard of since the site was connected. */
  settle(live: boolean, at: number) {
    if (live === this.live && at <= this.asOf) return
    this.live = live
    this.asOf = Math.max(this.asOf, at)
    this.#listeners.tell()
  }
  /** The watch is interrupted: what is here is what was last seen, unless the site does not even know the kind. */
  lose({ unserved }: { unserved: boolean }) {
    if (!this.live && unserved === this.unserved) return
    this.live = false
    this.unserved = unserved
    this.#listeners.tell()
  }
  /** Writes what changed since the last time; what a full disk refused is tried again with the next change. */
  keep() {
    if (!this.#whole && this.#touched.size === 0) return
    const stored = this.#whole
      ? this.#store.replace(this.#kind, {
          site: this.#site,
          asOf: this.asOf,
          items: [...this.items].map(([key, value]) => ({ key, value })),
        })
      : this.#store.change(this.#kind, { ...this.#differences(), asOf: this.asOf })
    if (!stored.ok)
      return this.#log.warn('Last seen records could not be kept.', {
        kind: this.#kind,
        code: stored.failure.code,
      })
    this.#whole = false
    this.#touched.clear()
  }
  #differences() {
    const keys = [...this.#touched]
    return {
      upserts: keys.flatMap((key) => {
        const value = this.items.get(key)
        return value ? [{ key, value }] : []
      }),
      removed: keys.filter((key) => !this.items.has(key)),
    }
  }
  #touch(at: number) {
    this.asOf = at
    this.live = true
    this.unserved = false
    this.#listeners.tell()
  }
}
