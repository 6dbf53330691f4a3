import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import { failure, type SavedCopy } from '../../../preload/contract/failures'
import type { RecoveryChoice } from '../../../preload/contract/system'
import { listBackups } from './backups'
import { MIGRATIONS } from './migrations'
import { privateFiles } from './private-files'
import { mendHeader, readableRows, storeTables, writeStore, type TableRows } from './salvage'

export interface Recovered {
  /** Where the damaged file lies now, untouched. */
  setAside: string
  rows: number
}

/** What can be had: the rows of the damaged file that still read, and each sound backup. Reads only copies; writes nothing in the folder's store. */
export function savedCopies(folder: string): SavedCopy[] {
  const damaged = readDamaged(folder)
  const backups = listBackups(folder).flatMap(({ file, at }): SavedCopy[] => {
    const tables = readBackup(file)
    return tables ? [{ from: 'backup', file, at, rows: counted(tables) }] : []
  })
  const rescued = damaged.some(({ rows }) => rows.length > 0)
  const file = join(folder, 'takt.db')
  return [
    ...(rescued ? [{ from: 'damaged-file' as const, file, rows: counted(damaged) }] : []),
    ...backups,
  ]
}

/** What each copy holds, counted without reading it; one that cannot be read is left out. */
export const heldByCopies = (folder: string): SavedCopy[] =>
  listBackups(folder).flatMap(({ file, at }) => {
    const rows = countBackup(file)
    return rows ? [{ from: 'backup', file, at, rows }] : []
  })
function countBackup(file: string): SavedCopy['rows'] | undefined {
  return inBackup(file, (db) =>
    storeTables().map(({ table }) => {
      const found = db.prepare(`SELECT count(*) AS rows FROM ${table}`).get()
      return { table, rows: Number(found?.['rows']), complete: true }
    }),
  )
}

const counted = (tables: TableRows[]): SavedCopy['rows'] =>
  tables.map(({ table, rows, complete }) => ({ table, rows: rows.length, complete }))

/** Puts a sound store in the place of a damaged one, which is set aside and never deleted. Nobody may hold the store meanwhile. */
export const recoverStore = (
  folder: string,
  choice: RecoveryChoice,
  now: number,
): Outcome<Recovered> => replaceStore(folder, choice, `damaged-${String(now)}`)
/** Puts a copy in the place of a sound store, which is set aside. Nobody may hold the store meanwhile. */
export const restoreCopy = (folder: string, at: number, now: number): Outcome<Recovered> =>
  replaceStore(folder, { kind: 'backup', at }, `before-${String(now)}`)

function replaceStore(folder: string, choice: RecoveryChoice, was: string): Outcome<Recovered> {
  const file = join(folder, 'takt.db')
  const tables = chosenRows(folder, choice)
  if (!tables) return fail(failure('NOT_FOUND', { kind: 'Backup', name: nameOf(choice) }))
  const fresh = join(folder, 'takt.db.recovering')
  rmSync(fresh, { force: true })
  const rows = writeStore(fresh, tables)
  const setAside = `${file}.${was}`
  renameSync(file, setAside)
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(`${file}${suffix}`)) renameSync(`${file}${suffix}`, `${setAside}${suffix}`)
  }
  renameSync(fresh, file)
  privateFiles(folder)
  return succeed({ setAside, rows })
}
const nameOf = (choice: RecoveryChoice) =>
  choice.kind === 'backup' ? String(choice.at) : choice.kind

function chosenRows(folder: string, choice: RecoveryChoice): TableRows[] | undefined {
  if (choice.kind === 'empty') return []
  const backups = listBackups(folder)
  if (choice.kind === 'backup') {
    const found = backups.find(({ at }) => at === choice.at)
    return found && readBackup(found.file)
  }
  const below = backups.map(({ file }) => readBackup(file)).find((tables) => tables !== undefined)
  return overlaid(below ?? [], readDamaged(folder))
}

/** A table that reads to its end says all; of one that does not, what is missing comes from the backup. */
function overlaid(below: TableRows[], above: TableRows[]): TableRows[] {
  return storeTables().map(({ table }) => {
    const old = below.find((entry) => entry.table === table)?.rows ?? []
    const now = above.find((entry) => entry.table === table)
    if (!now) return { table, rows: old, complete: true }
    return { table, rows: now.complete ? now.rows : [...old, ...now.rows], complete: now.complete }
  })
}

function readBackup(file: string): TableRows[] | undefined {
  const tables = inBackup(file, readableRows)
  return tables?.every(({ complete }) => complete) ? tables : undefined
}
/** Undefined where the copy cannot be read, or was written by a newer Takt. */
function inBackup<T>(file: string, read: (db: DatabaseSync) => T): T | undefined {
  try {
    const db = new DatabaseSync(file, { readOnly: true })
    try {
      const version = Number(
        (db.prepare('PRAGMA user_version').get() as Record<string, unknown>)['user_version'],
      )
      return version <= MIGRATIONS.length ? read(db) : undefined
    } finally {
      db.close()
    }
  } catch {
    return undefined
  }
}

/** Reads a copy, with what its journal held, so that looking changes nothing. */
function readDamaged(folder: string): TableRows[] {
  const file = join(folder, 'takt.db')
  if (!existsSync(file)) return []
  const scratch = mkdtempSync(join(folder, 'reading-'))
  try {
    const copy = join(scratch, 'takt.db')
    for (const suffix of ['', '-wal'])
      if (existsSync(`${file}${suffix}`)) copyFileSync(`${file}${suffix}`, `${copy}${suffix}`)
    return readCopy(copy) ?? readMended(copy, join(scratch, 'template.db')) ?? []
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function readCopy(file: string): TableRows[] | undefined {
  try {
    const db = new DatabaseSync(file)
    try {
      const tables = readableRows(db)
      return tables.some(({ rows, complete }) => rows.length > 0 || complete) ? tables : undefined
    } finally {
      db.close()
    }
  } catch {
    return undefined
  }
}

/** A file whose header was hit still has its pages: the header of an empty store of the same make is put before them. */
function readMended(file: string, template: string): TableRows[] | undefined {
  writeStore(template, [])
  mendHeader(file, template)
  return readCopy(file)
}
