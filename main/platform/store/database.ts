import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { failure } from '../../../preload/contract/failures'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import { MIGRATIONS } from './migrations'

const BUSY = 5
const CORRUPT = 11
const FULL = 13
const NOT_A_DATABASE = 26

const codeOf = (error: unknown): number =>
  typeof error === 'object' &&
  error !== null &&
  'errcode' in error &&
  typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : 0
const isFull = (error: unknown) =>
  codeOf(error) === FULL || (error as NodeJS.ErrnoException | undefined)?.code === 'ENOSPC'

export interface Row {
  [column: string]: unknown
}

/** One SQLite file, held by this process alone; its errors that people can act on are typed. */
export class Database {
  readonly file: string
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #depth = 0
  constructor(file: string, db: DatabaseSync) {
    this.file = file
    this.#db = db
  }
  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[]
  }
  one(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined
  }
  run(sql: string, ...values: SQLInputValue[]): void {
    this.#prepare(sql).run(...values)
  }

  /** Everything in `work` or nothing of it; a full disk is a failure, not a crash. */
  write(work: () => void): Outcome<void> {
    if (this.#depth > 0) {
      work()
      return succeed(undefined)
    }
    try {
      this.#db.exec('BEGIN IMMEDIATE')
      this.#depth++
      try {
        work()
        this.#db.exec('COMMIT')
      } finally {
        this.#depth--
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      }
      return succeed(undefined)
    } catch (error) {
      if (isFull(error)) return fail(failure('STORE_FULL', { file: this.file }))
      throw error
    }
  }
  get open() {
    return this.#db.isOpen
  }
  close() {
    this.#statements.clear()
    if (this.#db.isOpen) this.#db.close()
  }
  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

interface Opening {
  pid: number
  setAside(file: string): string
  onSetAside?(file: string): void
  /** For tests of a full disk. */ maxPages?: number
}

/** Opens takt.db in a folder. The file lock is the operating system's, so it goes with the process that held it, however that ended. */
export function openDatabase(folder: string, opening: Opening): Outcome<Database> {
  const file = join(folder, 'takt.db')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    if (isFull(error)) return fail(failure('STORE_FULL', { file }))
    throw error
  }
  try {
    return openFile(folder, file, opening)
  } catch (error) {
    if (codeOf(error) === BUSY)
      return fail(failure('STORE_IN_USE', { file, holder: holderOf(folder) }))
    if (isFull(error)) return fail(failure('STORE_FULL', { file }))
    if (codeOf(error) !== CORRUPT && codeOf(error) !== NOT_A_DATABASE) throw error
    const aside = opening.setAside(file)
    renameSync(file, aside)
    for (const suffix of ['-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
    opening.onSetAside?.(aside)
    return openFile(folder, file, opening)
  }
}

function openFile(folder: string, file: string, { pid, maxPages }: Opening): Outcome<Database> {
  const db = new DatabaseSync(file)
  try {
    // Exclusive before WAL: the lock is then taken with the first write below and kept until this process ends.
    db.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 0',
    )
    if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${maxPages}`)
    db.exec('BEGIN IMMEDIATE')
    const version = Number((db.prepare('PRAGMA user_version').get() as Row)['user_version'])
    for (const migration of MIGRATIONS.slice(version)) db.exec(migration)
    if (version < MIGRATIONS.length) db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
    db.exec('COMMIT')
    writeFileSync(join(folder, 'holder'), `process ${pid}`)
    return succeed(new Database(file, db))
  } catch (error) {
    db.close()
    throw error
  }
}

function holderOf(folder: string): string {
  try {
    return readFileSync(join(folder, 'holder'), 'utf8').slice(0, 100) || 'another process'
  } catch {
    return 'another process'
  }
}
