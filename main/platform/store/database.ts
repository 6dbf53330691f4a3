import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { failure, type Failure } from '../../../preload/contract/failures'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import { isDamage, isFull, isReadOnly } from './sqlite-errors'

export interface Row {
  [column: string]: unknown
}

/** A store whose file turned out to be damaged while it was in use: an expected failure that no caller can go on from. */
export class StoreDamagedError extends Error {
  readonly failure: Failure
  constructor(file: string, cause: unknown) {
    super(`The local store ${file} is damaged`, { cause })
    this.failure = failure('STORE_DAMAGED', { file, saved: [] })
  }
}

/** One SQLite file, held by this process alone; its errors that people can act on are typed. */
export class Database {
  readonly file: string
  /** False where the file may only be read: every write then answers STORE_READ_ONLY. */
  readonly writable: boolean
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #depth = 0
  #isDamaged = false
  constructor(file: string, db: DatabaseSync, writable = true) {
    this.file = file
    this.#db = db
    this.writable = writable
  }
  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#known(() => this.#prepare(sql).all(...values) as Row[])
  }
  one(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#known(() => this.#prepare(sql).get(...values) as Row | undefined)
  }
  run(sql: string, ...values: SQLInputValue[]): void {
    this.#known(() => this.#prepare(sql).run(...values))
  }
  /** Statements that answer nothing and belong to no transaction, such as a backup. */
  exec(sql: string): void {
    this.#known(() => this.#db.exec(sql))
  }

  /** Everything in `work` or nothing of it; a full disk or a read-only file is a failure, not a crash. */
  write(work: () => void): Outcome<void> {
    if (!this.writable) return fail(failure('STORE_READ_ONLY', { file: this.file }))
    if (this.#depth > 0) {
      work()
      return succeed(undefined)
    }
    try {
      this.#transact(work)
      return succeed(undefined)
    } catch (error) {
      if (isFull(error)) return fail(failure('STORE_FULL', { file: this.file }))
      if (isReadOnly(error)) return fail(failure('STORE_READ_ONLY', { file: this.file }))
      throw this.#told(error)
    }
  }
  #transact(work: () => void) {
    this.#db.exec('BEGIN IMMEDIATE')
    this.#depth++
    try {
      work()
      this.#db.exec('COMMIT')
    } finally {
      this.#depth--
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
    }
  }
  /** Whether a page could not be read since it was opened. */
  get isDamaged() {
    return this.#isDamaged
  }
  markDamaged() {
    this.#isDamaged = true
  }
  get open() {
    return this.#db.isOpen
  }
  close() {
    this.#statements.clear()
    if (this.#db.isOpen) this.#db.close()
  }
  #known<T>(ask: () => T): T {
    try {
      return ask()
    } catch (error) {
      throw this.#told(error)
    }
  }
  #told(error: unknown): unknown {
    if (!isDamage(error)) return error
    this.#isDamaged = true
    return new StoreDamagedError(this.file, error)
  }
  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}
