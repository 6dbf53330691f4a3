import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UnusableInput } from '../domain/failures'
import type { Engine } from './engine'
import { columnType, literal, type ColumnType } from './sql'

/** A file that could not be used, and why. */
export interface Skipped {
  file: string
  says: string
}
/** Rows to read: a relation in SQL, filter included, with its columns. */
export interface Source {
  /** What stands after FROM. */
  relation: string
  columns: ColumnType[]
  files: string[]
  skipped: Skipped[]
  format: 'parquet' | 'csv'
}
export interface SourceRequest {
  path: string
  where?: string | undefined
  label: string
  spillFolder: string
  /** How CSV is read, where a person said so. */ csv?: CsvDialect | undefined
}
export interface CsvDialect {
  delimiter: string
  header: boolean
  encoding: 'utf-8' | 'utf-16' | 'latin-1'
}

const CSV = /\.(csv|tsv|txt)(\.gz)?$/i,
  PARQUET = /\.(parquet|pq)$/i

/** The files that a path names: itself, all tables of a folder, or what a pattern matches. */
export async function findFiles(engine: Engine, path: string): Promise<string[]> {
  if (existsSync(path) && statSync(path).isDirectory()) {
    const inside = readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => PARQUET.test(name) || CSV.test(name))
      .sort()
    return inside.map((name) => join(path, name))
  }
  if (existsSync(path)) return [path]
  if (!/[*?[]/.test(path))
    throw new UnusableInput(
      `There is no file ${path}.`,
      'Check the path; folders and patterns such as data/*.parquet work too.',
    )
  const found = await engine.rows(`SELECT file FROM glob(${literal(path)}) ORDER BY file`)
  return found.map(({ file }) => String(file))
}

/** Opens files as one relation; columns that only some files have are null in the others, and a broken file among good ones is left out by name. */
export async function openSource(engine: Engine, request: SourceRequest): Promise<Source> {
  const { path, where } = request
  const files = await findFiles(engine, path)
  if (files.length === 0)
    throw new UnusableInput(
      `No table matches ${path}.`,
      'Name a Parquet or CSV file, a folder of them, or a pattern.',
    )
  const isCsv = files.every((file) => CSV.test(file))
  if (!isCsv && files.some((file) => CSV.test(file)))
    throw new UnusableInput(
      `${path} mixes CSV and Parquet.`,
      'Name one kind, for example with a pattern.',
    )
  const { good, skipped } = isCsv
    ? await readableCsv(engine, files, request)
    : await readableParquet(engine, files)
  const [worst] = skipped
  if (good.length === 0 && worst)
    throw new UnusableInput(
      `${worst.file} cannot be read: ${worst.says}`,
      'The file may be cut short or not be what its name says. Write it again.',
    )
  const table = `read_parquet([${good.map(literal).join(', ')}], union_by_name = true)`
  const relation = where ? `(SELECT * FROM ${table} WHERE ${where})` : table
  if (where) await check(engine, relation, where)
  return {
    relation,
    columns: await describe(engine, table),
    files,
    skipped,
    format: isCsv ? 'csv' : 'parquet',
  }
}

const describe = async (engine: Engine, table: string): Promise<ColumnType[]> =>
  (await engine.rows(`DESCRIBE SELECT * FROM ${table}`)).map((row) =>
    columnType(String(row['column_name']), String(row['column_type'])),
  )

async function readableParquet(
  engine: Engine,
  files: string[],
): Promise<{ good: string[]; skipped: Skipped[] }> {
  const all = `read_parquet([${files.map(literal).join(', ')}], union_by_name = true)`
  try {
    await describe(engine, all)
    return { good: files, skipped: [] }
  } catch {
    /* Which of them it is, is found out one by one. */
  }
  const good: string[] = [],
    skipped: Skipped[] = []
  for (const file of files) {
    try {
      await describe(engine, `read_parquet(${literal(file)})`)
      good.push(file)
    } catch (error) {
      skipped.push({ file, says: firstLine(error) })
    }
  }
  if (skipped.length === 0)
    throw new UnusableInput(
      `The files do not fit together: their columns have types that cannot be joined.`,
      'Compare files of one schema.',
    )
  return { good, skipped }
}

async function check(engine: Engine, relation: string, where: string): Promise<void> {
  try {
    await engine.rows(`SELECT 1 FROM ${relation} LIMIT 0`)
  } catch (error) {
    throw new UnusableInput(
      `The filter ${where} does not fit: ${firstLine(error)}`,
      'Write it as SQL over the columns, for example "side = \'ref\'".',
    )
  }
}

// Text is parsed once, into a columnar file that every thread can read a column of; that file is what is spilt, and it is removed at the end.
async function readableCsv(
  engine: Engine,
  files: string[],
  { label, spillFolder, csv }: SourceRequest,
): Promise<{ good: string[]; skipped: Skipped[] }> {
  const good: string[] = [],
    skipped: Skipped[] = []
  for (const [at, file] of files.entries()) {
    const target = join(spillFolder, `${label}-${at}.parquet`)
    try {
      const bad = await convertCsv(engine, file, { target, csv })
      good.push(target)
      if (bad) skipped.push({ file, says: bad })
    } catch (error) {
      skipped.push({ file, says: firstLine(error) })
    }
  }
  return { good, skipped }
}

/** Writes a CSV file as Parquet. Lines that do not fit its header are left out, and said. */
async function convertCsv(
  engine: Engine,
  file: string,
  { target, csv }: { target: string; csv: CsvDialect | undefined },
): Promise<string | undefined> {
  await engine.run('DROP TABLE IF EXISTS csv_rejects; DROP TABLE IF EXISTS csv_scans')
  const form = csv
    ? `delim = ${literal(csv.delimiter)}, header = ${csv.header}, encoding = ${literal(csv.encoding)}`
    : `encoding = ${literal(encodingOf(file))}`
  const options = `sample_size = -1, ${form}, store_rejects = true, rejects_table = 'csv_rejects', rejects_scan = 'csv_scans'`
  await engine.run(
    `COPY (SELECT * FROM read_csv(${literal(file)}, ${options})) TO ${literal(target)} (FORMAT parquet)`,
  )
  const [bad] = await engine.rows(
    'SELECT count(DISTINCT line) AS count, min(line) AS first, any_value(error_message) AS message FROM csv_rejects',
  )
  const count = Number(bad?.['count'] ?? 0)
  return count > 0
    ? `${count} of its lines do not fit its header and were left out, the first at line ${Number(bad?.['first'])}: ${firstLine(String(bad?.['message']))}`
    : undefined
}

const LOOKED_AT = 8 * 2 ** 20
/** UTF-16 by its mark, UTF-8 where the beginning is that, else Latin-1, in which any byte means something. */
export function encodingOf(file: string): 'utf-8' | 'utf-16' | 'latin-1' {
  if (file.endsWith('.gz')) return 'utf-8'
  const bytes = Buffer.alloc(Math.min(LOOKED_AT, statSync(file).size)),
    handle = openSync(file, 'r')
  try {
    readSync(handle, bytes)
  } finally {
    closeSync(handle)
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return 'utf-16'
  // What was read may end in the middle of a letter, which is no error.
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: bytes.length === LOOKED_AT })
    return 'utf-8'
  } catch {
    return 'latin-1'
  }
}

/** An engine's error without the parts that quote SQL. */
export const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
