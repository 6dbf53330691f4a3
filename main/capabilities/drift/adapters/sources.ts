import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UnusableInput } from '../domain/failures'
import type { Engine } from './engine'
import { columnType, literal, type ColumnType } from './sql'

/** Rows to read: a relation in SQL, filtered, with its columns. */
export interface Source {
  /** What stands after FROM, filter included. */
  relation: string
  columns: ColumnType[]
  files: string[]
  format: 'parquet' | 'csv'
}

export interface SourceRequest { path: string; where?: string | undefined; label: 'reference' | 'current' }

const PARQUET = /\.(parquet|pq)$/i, CSV = /\.(csv|tsv|txt)(\.gz)?$/i

/** The files that a path names: itself, all tables of a folder, or what a pattern matches. */
export async function findFiles(engine: Engine, path: string): Promise<string[]> {
  if (existsSync(path) && statSync(path).isDirectory()) {
    const inside = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => PARQUET.test(name) || CSV.test(name)).sort()
    return inside.map((name) => join(path, name))
  }
  if (existsSync(path)) return [path]
  if (!/[*?[]/.test(path)) throw new UnusableInput(`There is no file ${path}.`, 'Check the path; folders and patterns such as data/*.parquet work too.')
  const found = await engine.rows(`SELECT file FROM glob(${literal(path)}) ORDER BY file`)
  return found.map(({ file }) => String(file))
}

/** Opens files as one relation; columns that only some files have are null in the others. */
export async function openSource(engine: Engine, { path, where, label }: SourceRequest): Promise<Source> {
  const files = await findFiles(engine, path)
  if (files.length === 0) throw new UnusableInput(`No table matches ${path}.`, 'Name a Parquet or CSV file, a folder of them, or a pattern.')
  const isCsv = files.every((file) => CSV.test(file)), isParquet = !isCsv && files.every((file) => !CSV.test(file))
  if (!isCsv && !isParquet) throw new UnusableInput(`${path} mixes CSV and Parquet.`, 'Name one kind, for example with a pattern.')
  const list = `[${files.map(literal).join(', ')}]`
  const table = isCsv ? await loadCsv(engine, list, { label, path }) : `read_parquet(${list}, union_by_name = true)`
  const columns = await describe(engine, table, path)
  const relation = where ? `(SELECT * FROM ${table} WHERE ${where})` : table
  if (where) await check(engine, relation, where)
  return { relation, columns, files, format: isCsv ? 'csv' : 'parquet' }
}

async function describe(engine: Engine, table: string, path: string): Promise<ColumnType[]> {
  try {
    const rows = await engine.rows(`DESCRIBE SELECT * FROM ${table}`)
    return rows.map((row) => columnType(String(row['column_name']), String(row['column_type'])))
  } catch (error) {
    throw new UnusableInput(`${path} cannot be read: ${firstLine(error)}`, 'The file may be cut short or not be what its name says. Write it again.')
  }
}

async function check(engine: Engine, relation: string, where: string): Promise<void> {
  try { await engine.rows(`SELECT 1 FROM ${relation} LIMIT 0`) } catch (error) {
    throw new UnusableInput(`The filter ${where} does not fit: ${firstLine(error)}`, 'Write it as SQL over the columns, for example "side = \'ref\'".')
  }
}

/** CSV is parsed once, into a table that the engine may spill; lines that do not fit are left out and counted. */
async function loadCsv(engine: Engine, list: string, { label, path }: { label: string; path: string }): Promise<string> {
  const table = `csv_${label}`
  const read = (more: string) => engine.run(`CREATE OR REPLACE TABLE ${table} AS SELECT * FROM read_csv(${list}, union_by_name = true, sample_size = -1${more})`)
  try {
    await read('').catch(() => read(", store_rejects = true, rejects_table = 'csv_rejects', rejects_scan = 'csv_scans', null_padding = true"))
  } catch (error) {
    throw new UnusableInput(`${path} cannot be read as CSV: ${firstLine(error)}`, 'Save it as UTF-8 with one header line, or as Parquet.')
  }
  return table
}

/** How many CSV lines did not fit and were left out, with the first as an example. */
export async function rejectedLines(engine: Engine): Promise<{ count: number; example?: string }> {
  const tables = await engine.rows("SELECT 1 FROM information_schema.tables WHERE table_name = 'csv_rejects'")
  if (tables.length === 0) return { count: 0 }
  const rows = await engine.rows('SELECT count(*) OVER () AS count, line, error_message FROM csv_rejects ORDER BY line LIMIT 1')
  const [first] = rows
  return first ? { count: Number(first['count']), example: `line ${String(first['line'])}: ${String(first['error_message']).split('\n')[0] ?? ''}` } : { count: 0 }
}

export const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
export const columnOf = (source: Source, name: string): ColumnType | undefined => source.columns.find((column) => column.name === name)
