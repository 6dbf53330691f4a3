import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { MIGRATIONS } from './migrations'

type StoredRow = Record<string, SQLOutputValue>
/** The rows of one table that can be read; `complete` when the table could be walked to its end and every text in it is whole. */
export interface TableRows {
  table: string
  rows: StoredRow[]
  complete: boolean
}
interface Table {
  table: string
  key: string[]
  columns: string[]
}

let described: Table[] | undefined
/** Every table of a store with the columns of its key, as the migrations make them; described when first asked for, since few starts need it. */
export const storeTables = (): readonly Table[] => (described ??= describeTables())

function describeTables(): Table[] {
  const db = new DatabaseSync(':memory:')
  try {
    for (const migration of MIGRATIONS) db.exec(migration)
    const names = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .all()
    return names.map(({ name }) => {
      const table = String(name)
      const columns = db
        .prepare('SELECT name, pk FROM pragma_table_info(?) ORDER BY cid')
        .all(table)
      const key = columns
        .filter(({ pk }) => Number(pk) > 0)
        .toSorted((a, b) => Number(a['pk']) - Number(b['pk']))
      return {
        table,
        key: key.map((column) => String(column['name'])),
        columns: columns.map((column) => String(column['name'])),
      }
    })
  } finally {
    db.close()
  }
}

/** Reads each table from its beginning and, where a page stops the way, from its end. */
export function readableRows(db: DatabaseSync): TableRows[] {
  return storeTables().map(({ table, key }) => {
    const forward = walk(db, table, key.join(', '))
    if (forward.complete) return { table, ...forward }
    const backward = walk(db, table, key.map((column) => `${column} DESC`).join(', '))
    const seen = new Set(forward.rows.map((row) => keyOf(row, key)))
    const rest = backward.rows.filter((row) => !seen.has(keyOf(row, key)))
    return { table, rows: [...forward.rows, ...rest], complete: false }
  })
}
const keyOf = (row: StoredRow, key: string[]) =>
  JSON.stringify(key.map((column) => String(row[column])))

function walk(db: DatabaseSync, table: string, order: string): Omit<TableRows, 'table'> {
  const rows: StoredRow[] = []
  let complete = true
  try {
    for (const row of db.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).iterate()) {
      if (isWhole(row)) rows.push(row)
      else complete = false
    }
  } catch {
    complete = false
  }
  return { rows, complete }
}

function isWhole({ json }: StoredRow): boolean {
  if (json === undefined) return true
  if (typeof json !== 'string') return false
  try {
    JSON.parse(json)
    return true
  } catch {
    return false
  }
}

/** Writes a new store of the newest version with these rows; of two with one key the later stands. Answers how many were written. */
export function writeStore(file: string, tables: TableRows[]): number {
  const db = new DatabaseSync(file)
  try {
    db.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE')
    for (const migration of MIGRATIONS) db.exec(migration)
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
    const written = tables.reduce((sum, table) => sum + writeTable(db, table), 0)
    db.exec('COMMIT')
    return written
  } finally {
    db.close()
  }
}

function writeTable(db: DatabaseSync, { table, rows }: TableRows): number {
  const columns = storeTables().find((entry) => entry.table === table)?.columns ?? []
  const insert = db.prepare(
    `INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  )
  let written = 0
  for (const row of rows) {
    try {
      insert.run(...columns.map((column) => row[column] ?? null))
      written++
    } catch {
      // A salvaged row that breaks a rule of its table is damage too: it is left where it lies, set aside.
    }
  }
  return written
}

const HEADER_BYTES = 100
const PAGE_COUNT = 28
const FREE_PAGES = 32
const CHANGES = 24
const VALID_FOR = 92

/**
 * Puts the header of a sound store before a file whose own was hit, with the number of pages that the file has and no free ones
 * (https://www.sqlite.org/fileformat2.html, section 1.3).
 */
export function mendHeader(file: string, template: string): void {
  const header = readFileSync(template).subarray(0, HEADER_BYTES)
  header.writeUInt32BE(Math.floor(statSync(file).size / header.readUInt16BE(16)), PAGE_COUNT)
  header.writeBigUInt64BE(0n, FREE_PAGES)
  header.writeUInt32BE(header.readUInt32BE(CHANGES), VALID_FOR)
  const opened = openSync(file, 'r+')
  try {
    writeSync(opened, header, 0, HEADER_BYTES, 0)
  } finally {
    closeSync(opened)
  }
}
