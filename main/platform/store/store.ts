import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../kernel/clock'
import { parseExact, stringifyExact } from '../../kernel/exact-json'
import type { Outcome } from '../../kernel/outcome'
import { succeed } from '../../kernel/outcome'
import { backUpDaily, backUpNow, type Backup } from './backups'
import type { Database } from './database'
import { findDamage } from './integrity'
import { markClosed, openDatabase } from './opening'

export interface LastSeen {
  items: { key: string; value: unknown }[]
  site: string
  asOf: number
}
export interface StoredOperation {
  id: string
  number: number
  value: unknown
  journal: { at: number; says: string }[]
}

/** What this machine remembers. Reading answers what was written as unknown values, to be parsed by whoever asks; times are milliseconds since 1970. */
export interface Store {
  readonly folder: string
  readonly file: string
  /** Last seen lists, one per kind. */
  readonly records: {
    load(kind: string): LastSeen | undefined
    replace(kind: string, seen: LastSeen): Outcome<void>
    change(
      kind: string,
      change: { upserts: LastSeen['items']; removed: string[]; asOf: number },
    ): Outcome<void>
  }
  /** Whole views for the first paint. */
  readonly views: {
    get(key: string): { value: unknown; asOf: number } | undefined
    set(key: string, value: unknown, asOf: number): Outcome<void>
  }
  readonly drafts: {
    list(): { id: string; value: unknown; savedAt: number }[]
    put(draft: { id: string; value: unknown; savedAt: number }): Outcome<void>
    remove(id: string): Outcome<void>
  }
  readonly settings: {
    get(key: string): unknown
    set(key: string, value: unknown): Outcome<void>
    remove(key: string): Outcome<void>
  }
  /** Measurements over time, such as the use of GPUs. */
  readonly samples: {
    add(series: string, at: number, value: unknown): Outcome<void>
    between(series: string, from: number, to: number): { at: number; value: unknown }[]
    /** Each series has the time of its own site, so each is told its own limit. */
    forgetBefore(series: string, at: number): Outcome<void>
  }
  readonly operations: {
    load(): StoredOperation[]
    save(operation: Omit<StoredOperation, 'journal'> & { ended: boolean }): Outcome<void>
    note(id: string, at: number, says: string): Outcome<void>
    forget(keep: number): Outcome<void>
  }
  readonly blobs: {
    get(key: string): Uint8Array | undefined
    set(key: string, bytes: Uint8Array): Outcome<void>
    remove(key: string): Outcome<void>
  }
  /** Several writes as one: all of them or none. */
  together(work: () => void): Outcome<void>
  /** False where the folder or the file may only be read. */
  readonly writable: boolean
  isOpen(): boolean
  /** A copy besides the daily ones, for a person who asks for it. */
  backUp(at: number): Outcome<Backup>
  /** Daily copies and a look at every page, until the signal. */
  care(options: CareOptions, signal: AbortSignal): Promise<void>
  close(): void
}

// What is written down may hold objects of a cluster, whose long numbers are sent back as they stood.
const text = (value: unknown) => stringifyExact(value)
/** A text that is not whole any more counts as not there: whoever asks parses what it gets in any case. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return undefined
  try {
    return parseExact(value)
  } catch {
    return undefined
  }
}

export interface OpenStoreOptions {
  pid: number
  now(): number
  /** For tests of a full disk. */
  maxPages?: number
}
export interface CareOptions {
  clock: Clock
  /** Called once where a page turns out to be damaged while the store is in use. */
  onDamage(file: string): void
  /** A copy that could not be made, on a full disk say: the store itself goes on. */
  onBackupFailed(error: unknown): void
}

/**
 * Opens the store of a folder, or says why not: held by another process, full, damaged (with what was saved), of a newer Takt, or not to be
 * read. Where it may only be read it opens all the same, and every write answers STORE_READ_ONLY.
 */
export function openStore(folder: string, options: OpenStoreOptions): Outcome<Store> {
  const opened = openDatabase(folder, options)
  if (!opened.ok) return opened
  const { db, closedCleanly } = opened.value
  return succeed({
    folder,
    file: db.file,
    writable: db.writable,
    records: recordTables(db),
    views: viewTable(db),
    drafts: draftTable(db),
    settings: settingTable(db),
    samples: sampleTable(db),
    operations: operationTables(db),
    blobs: blobTable(db),
    together: (work) => db.write(work),
    isOpen: () => db.open,
    backUp: (at) => backUpNow(db, folder, at),
    care: (care, signal) => lookAfter(db, { ...care, folder, closedCleanly }, signal),
    close: () => {
      db.close()
      // A damaged store keeps its mark, so that the next opening walks it before anything else.
      if (db.writable && !db.isDamaged) markClosed(folder)
    },
  })
}

/** Copies the store daily, and walks its pages once where that was not done at opening. */
async function lookAfter(
  db: Database,
  { folder, clock, closedCleanly, onDamage, onBackupFailed }: Caring,
  signal: AbortSignal,
): Promise<void> {
  if (!db.writable) return
  if (closedCleanly && (await findDamage(db, clock, signal))) return onDamage(db.file)
  await backUpDaily(db, { storeFolder: folder, clock, onFailure: onBackupFailed }, signal)
}
type Caring = CareOptions & { folder: string; closedCleanly: boolean }

const recordTables = (db: Database): Store['records'] => ({
  load(kind) {
    const seen = db.one('SELECT site, asOf FROM seen WHERE kind = ?', kind)
    if (!seen) return undefined
    const items = db
      .all('SELECT key, json FROM record WHERE kind = ?', kind)
      .map(({ key, json }) => ({ key: String(key), value: parsed(json) }))
    return { items, site: String(seen['site']), asOf: Number(seen['asOf']) }
  },
  replace: (kind, { items, site, asOf }) =>
    db.write(() => {
      db.run('DELETE FROM record WHERE kind = ?', kind)
      for (const { key, value } of items)
        db.run(
          'INSERT OR REPLACE INTO record (kind, key, json) VALUES (?, ?, ?)',
          kind,
          key,
          text(value),
        )
      db.run('INSERT OR REPLACE INTO seen (kind, site, asOf) VALUES (?, ?, ?)', kind, site, asOf)
    }),
  change: (kind, { upserts, removed, asOf }) =>
    db.write(() => {
      for (const { key, value } of upserts)
        db.run(
          'INSERT OR REPLACE INTO record (kind, key, json) VALUES (?, ?, ?)',
          kind,
          key,
          text(value),
        )
      for (const key of removed) db.run('DELETE FROM record WHERE kind = ? AND key = ?', kind, key)
      db.run('UPDATE seen SET asOf = ? WHERE kind = ?', asOf, kind)
    }),
})
const viewTable = (db: Database): Store['views'] => ({
  get(key) {
    const row = db.one('SELECT json, asOf FROM view WHERE key = ?', key)
    return row && { value: parsed(row['json']), asOf: Number(row['asOf']) }
  },
  set: (key, value, asOf) =>
    db.write(() =>
      db.run(
        'INSERT OR REPLACE INTO view (key, json, asOf) VALUES (?, ?, ?)',
        key,
        text(value),
        asOf,
      ),
    ),
})
const draftTable = (db: Database): Store['drafts'] => ({
  list: () =>
    db
      .all('SELECT id, json, savedAt FROM draft ORDER BY savedAt DESC')
      .map(({ id, json, savedAt }) => ({
        id: String(id),
        value: parsed(json),
        savedAt: Number(savedAt),
      })),
  put: ({ id, value, savedAt }) =>
    db.write(() =>
      db.run(
        'INSERT OR REPLACE INTO draft (id, json, savedAt) VALUES (?, ?, ?)',
        id,
        text(value),
        savedAt,
      ),
    ),
  remove: (id) => db.write(() => db.run('DELETE FROM draft WHERE id = ?', id)),
})
const settingTable = (db: Database): Store['settings'] => ({
  get: (key) => parsed(db.one('SELECT json FROM setting WHERE key = ?', key)?.['json']),
  set: (key, value) =>
    db.write(() =>
      db.run('INSERT OR REPLACE INTO setting (key, json) VALUES (?, ?)', key, text(value)),
    ),
  remove: (key) => db.write(() => db.run('DELETE FROM setting WHERE key = ?', key)),
})
const sampleTable = (db: Database): Store['samples'] => ({
  add: (series, at, value) =>
    db.write(() =>
      db.run(
        'INSERT OR REPLACE INTO sample (series, at, json) VALUES (?, ?, ?)',
        series,
        at,
        text(value),
      ),
    ),
  between: (series, from, to) =>
    db
      .all(
        'SELECT at, json FROM sample WHERE series = ? AND at BETWEEN ? AND ? ORDER BY at',
        series,
        from,
        to,
      )
      .map(({ at, json }) => ({ at: Number(at), value: parsed(json) })),
  forgetBefore: (series, at) => {
    const forgotten = db.write(() =>
      db.run('DELETE FROM sample WHERE series = ? AND at < ?', series, at),
    )
    giveBack(db)
    return forgotten
  },
})
const operationTables = (db: Database): Store['operations'] => ({
  load: () =>
    db
      .all('SELECT id, number, json FROM operation ORDER BY number')
      .map(({ id, number, json }) => ({
        id: String(id),
        number: Number(number),
        value: parsed(json),
        journal: db
          .all('SELECT at, says FROM journal WHERE operation = ? ORDER BY seq', String(id))
          .map(({ at, says }) => ({ at: Number(at), says: String(says) })),
      })),
  save: ({ id, number, value, ended }) =>
    db.write(() =>
      db.run(
        'INSERT OR REPLACE INTO operation (id, number, ended, json) VALUES (?, ?, ?, ?)',
        id,
        number,
        ended ? 1 : 0,
        text(value),
      ),
    ),
  note: (id, at, says) =>
    db.write(() =>
      db.run(
        'INSERT INTO journal (operation, seq, at, says) VALUES (?, (SELECT COALESCE(MAX(seq), 0) + 1 FROM journal WHERE operation = ?), ?, ?)',
        id,
        id,
        at,
        says,
      ),
    ),
  forget: (keep) => {
    const forgotten = db.write(() => {
      db.run(
        'DELETE FROM operation WHERE ended = 1 AND number <= (SELECT COALESCE(MAX(number), 0) FROM operation) - ?',
        keep,
      )
      db.run('DELETE FROM journal WHERE operation NOT IN (SELECT id FROM operation)')
    })
    giveBack(db)
    return forgotten
  },
})
/** Gives freed pages back to the disk, a few at a time so that nobody waits for it. */
const giveBack = (db: Database) => {
  if (db.writable) db.exec('PRAGMA incremental_vacuum(256)')
}
const blobTable = (db: Database): Store['blobs'] => ({
  get(key) {
    const bytes = db.one('SELECT bytes FROM blob WHERE key = ?', key)?.['bytes']
    return bytes instanceof Uint8Array ? bytes : undefined
  },
  set: (key, bytes) =>
    db.write(() => db.run('INSERT OR REPLACE INTO blob (key, bytes) VALUES (?, ?)', key, bytes)),
  remove: (key) => db.write(() => db.run('DELETE FROM blob WHERE key = ?', key)),
})

/** The version of SQLite inside this Node. */
export const sqliteVersion = (): string => {
  const db = new DatabaseSync(':memory:')
  const version = String(
    (db.prepare('SELECT sqlite_version() AS version').get() as Record<string, unknown>)['version'],
  )
  db.close()
  return version
}
