import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DatabaseSync } from 'node:sqlite'
import { failure } from '../../../preload/contract/failures'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import { makeBackup } from './backups'
import { Database, StoreDamagedError, type Row } from './database'
import { MIGRATIONS } from './migrations'
import { isWritable, privateFiles, privateFolder } from './private-files'
import { savedCopies } from './recovery'
import { storeTables } from './salvage'
import { isBusy, isDamage, isFull, isReadOnly } from './sqlite-errors'

export interface Opening {
  pid: number
  now(): number
  /** For tests of a full disk. */ maxPages?: number
}
export interface Opened {
  db: Database
  /** True where the store was closed cleanly the last time: its pages can then be looked at without anybody waiting. */
  closedCleanly: boolean
}

const storeFile = (folder: string) => join(folder, 'takt.db')
const holderFile = (folder: string) => join(folder, 'holder')

/**
 * Opens takt.db in a folder. The file lock is the operating system's, so it goes with the process that held it, however that ended.
 * A damaged file and one of a newer Takt are left exactly as they are; what may only be read is opened so.
 */
export function openDatabase(folder: string, opening: Opening): Outcome<Opened> {
  const file = storeFile(folder)
  try {
    privateFolder(folder)
    if (!isWritable(folder) || (existsSync(file) && !isWritable(file))) return openToRead(folder)
    privateFiles(folder)
    return openToWrite(folder, opening)
  } catch (error) {
    if (isBusy(error)) return fail(failure('STORE_IN_USE', { file, holder: holderOf(folder) }))
    if (isFull(error)) return fail(failure('STORE_FULL', { file }))
    if (isDamage(error) || error instanceof StoreDamagedError)
      return fail(failure('STORE_DAMAGED', { file, saved: savedCopies(folder) }))
    if (isReadOnly(error)) return fail(failure('STORE_READ_ONLY', { file }))
    throw error
  }
}

function openToWrite(folder: string, opening: Opening): Outcome<Opened> {
  const file = storeFile(folder)
  const closedCleanly = !existsSync(holderFile(folder))
  const db = new DatabaseSync(file)
  try {
    // Exclusive before WAL: the lock is then taken with the first write below and kept until this process ends.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 0')
    const version = versionOf(db)
    if (version > MIGRATIONS.length) {
      db.close()
      return fail(tooNew(file, version))
    }
    assertPlausible(db, version)
    // Freed pages go back to the disk bit by bit; a file that has tables takes this over only by being written anew.
    db.exec('PRAGMA auto_vacuum = INCREMENTAL; BEGIN IMMEDIATE; COMMIT')
    if (!closedCleanly) assertSound(db)
    prepare(db, { ...opening, folder, version })
    writeFileSync(holderFile(folder), `process ${opening.pid}`, { mode: 0o600 })
    privateFiles(folder)
    return succeed({ db: new Database(file, db), closedCleanly })
  } catch (error) {
    if (db.isOpen) db.close()
    throw error
  }
}

function prepare(
  db: DatabaseSync,
  { folder, version, maxPages, now }: Opening & { folder: string; version: number },
) {
  const isNew = version === 0
  db.exec('PRAGMA journal_mode = WAL')
  if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${maxPages}`)
  const givesPagesBack =
    isNew || (db.prepare('PRAGMA auto_vacuum').get() as Row)['auto_vacuum'] === INCREMENTAL
  const isOld = version < MIGRATIONS.length
  if (!isNew && (isOld || !givesPagesBack))
    makeBackup(new Database(storeFile(folder), db), folder, now())
  if (!givesPagesBack) db.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM')
  if (!isOld) return
  db.exec('BEGIN IMMEDIATE')
  for (const migration of MIGRATIONS.slice(version)) db.exec(migration)
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`)
}
const INCREMENTAL = 2

/** `immutable` makes SQLite write no journal and take no lock, for neither can be had beside a file that may only be read. */
function openToRead(folder: string): Outcome<Opened> {
  const file = storeFile(folder)
  if (!existsSync(file)) return fail(failure('STORE_READ_ONLY', { file }))
  const url = pathToFileURL(file)
  url.searchParams.set('immutable', '1')
  const db = new DatabaseSync(url, { readOnly: true })
  try {
    const version = versionOf(db)
    if (version !== MIGRATIONS.length) {
      db.close()
      return fail(
        version > MIGRATIONS.length ? tooNew(file, version) : failure('STORE_READ_ONLY', { file }),
      )
    }
    assertSound(db)
    return succeed({ db: new Database(file, db, false), closedCleanly: true })
  } catch (error) {
    if (db.isOpen) db.close()
    throw error
  }
}

/** A version that no Takt ever wrote, or tables in a file that says it is empty, are damage of the header: nothing is migrated over it. */
function assertPlausible(db: DatabaseSync, version: number) {
  const known = new Set(storeTables().map(({ table }) => table))
  const found = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as Row[]
  const isEmpty = !found.some(({ name }) => known.has(String(name)))
  if (version < 0 || (version === 0) !== isEmpty)
    throw new StoreDamagedError('takt.db', `version ${String(version)}`)
}

const tooNew = (file: string, version: number) =>
  failure('STORE_NEWER', { file, version, known: MIGRATIONS.length })
const versionOf = (db: DatabaseSync): number =>
  Number((db.prepare('PRAGMA user_version').get() as Row)['user_version'])

/** Throws as SQLite does when a page cannot be read: a damaged index or cell is only found by walking them all. */
function assertSound(db: DatabaseSync) {
  const found = db.prepare('PRAGMA quick_check(1)').get() as Row
  if (found['quick_check'] !== 'ok')
    throw Object.assign(new Error(String(found['quick_check'])), { errcode: SQLITE_CORRUPT })
}
const SQLITE_CORRUPT = 11

/** Removes the mark of a holder: the next opening may then trust the file without walking it first. */
export const markClosed = (folder: string): void => rmSync(holderFile(folder), { force: true })

function holderOf(folder: string): string {
  try {
    return readFileSync(holderFile(folder), 'utf8').slice(0, 100) || 'another process'
  } catch {
    return 'another process'
  }
}
