import { UnusableInput } from '../domain/failures'
import { readFilter } from '../filters/filter'
import { readableCsv } from './csv'
import type { Engine } from './engine'
import { tablesAt } from './files'
import { columnType, fileList, identifier, type ColumnType } from './sql'
import { exactNames } from './parquet-names'
import { firstLine, type Readable, type Skipped, type SourceRequest } from './readable'
import { formOf, lookAtText, readAs, type TextColumn } from './text-columns'

export { firstLine, type CsvDialect, type Skipped, type SourceRequest } from './readable'

/** Rows to read: a relation in SQL, filter included, with its columns. */
export interface Source {
  /** What stands after FROM. */
  relation: string
  columns: ColumnType[]
  files: string[]
  /** The files that the relation itself reads. */
  reads: string[]
  skipped: Skipped[]
  format: 'parquet' | 'csv'
  /** What its columns of text may be read as. */
  text: TextColumn[]
}
/** A side whose files can be read, before it is known how its text is. */
interface OpenedTables extends Pick<Source, 'files' | 'reads' | 'skipped' | 'format' | 'text'> {
  request: SourceRequest
  table: string
  columns: ColumnType[]
}

/** Opens files as one relation; columns that only some files have are null in the others, and a broken file among good ones is left out by name. */
export async function openSource(engine: Engine, request: SourceRequest): Promise<Source> {
  return sourceOf(engine, await openTables(engine, request), undefined)
}

/** Opens both sides of a comparison, so that text which means two things on one side is read as on the other. */
export async function openPair(
  engine: Engine,
  requests: { reference: SourceRequest; current: SourceRequest },
): Promise<{ reference: Source; current: Source }> {
  const reference = await openTables(engine, requests.reference),
    current = await openTables(engine, requests.current)
  return {
    reference: await sourceOf(engine, reference, current.text),
    current: await sourceOf(engine, current, reference.text),
  }
}

async function openTables(engine: Engine, request: SourceRequest): Promise<OpenedTables> {
  const { path, signal } = request,
    { files, isCsv } = await tablesAt(path)
  const { good, skipped } = isCsv
    ? await readableCsv(engine, files, request)
    : await readableParquet(engine, files, signal)
  const [worst] = skipped
  if (good.length === 0 && worst)
    throw new UnusableInput(
      `${worst.file} cannot be read: ${worst.says}`,
      'The file may be cut short or not be what its name says. Write it again.',
    )
  const table = parquet(good),
    columns = await exactNames(engine, good, await describe(engine, table, signal))
  const text = isCsv
    ? await lookAtText({ engine, table: parquet(good, true), columns, path, signal })
    : []
  return {
    request,
    table,
    columns,
    files,
    reads: good,
    skipped,
    text,
    format: isCsv ? 'csv' : 'parquet',
  }
}

/** Folders of a partition say where a file lies; they are no columns. */
const parquet = (files: readonly string[], numbered = false): string =>
  `read_parquet(${fileList(files)}, union_by_name = true, hive_partitioning = false${numbered ? ', file_row_number = true' : ''})`

async function sourceOf(
  engine: Engine,
  opened: OpenedTables,
  other: readonly TextColumn[] | undefined,
): Promise<Source> {
  const { request, files, reads, format, text } = opened,
    { where, path, signal } = request
  const forms = text.map((column) => ({
    column,
    form: formOf(
      column,
      other?.find((each) => each.column === column.column),
    ),
  }))
  const read = forms.flatMap(({ column: { column }, form }) =>
    typeof form === 'object' ? [`${readAs(column, form)} AS ${identifier(column)}`] : [],
  )
  const table =
    read.length > 0 ? `(SELECT * REPLACE (${read.join(', ')}) FROM ${opened.table})` : opened.table
  const unclear = new Set(
    forms.flatMap(({ column: { column }, form }) => (form === 'unclear' ? [column] : [])),
  )
  const described = read.length > 0 ? await describe(engine, table, signal) : opened.columns
  const columns = described.map((column) =>
    unclear.has(column.name)
      ? { ...column, kind: 'unsupported' as const, reason: UNCLEAR }
      : column,
  )
  const relation = await filtered(engine, { table, columns, where, signal })
  const said = forms.flatMap(({ column: { column, missing }, form }) =>
    typeof form === 'object' && missing.length > 0
      ? [{ file: path, says: missingWords(column, missing) }]
      : [],
  )
  return {
    relation,
    columns,
    files,
    reads,
    skipped: [...opened.skipped, ...said],
    format,
    text,
  }
}
const UNCLEAR =
  'its days can be read as day and month or as month and day; write them as 2026-07-01'
const missingWords = (column: string, missing: TextColumn['missing']): string =>
  `in ${column}, ${missing.map(({ word, count }) => `${JSON.stringify(word)} (${count} times)`).join(', ')} is read as a missing value`

/** The rows of a filter, of which only the tree of an allowed expression is run, never its text. */
async function filtered(
  engine: Engine,
  {
    table,
    columns,
    where,
    signal,
  }: {
    table: string
    columns: ColumnType[]
    where: string | undefined
    signal: AbortSignal | undefined
  },
): Promise<string> {
  if (where === undefined || where.trim() === '') return table
  const { sql } = await readFilter(where, { columns }),
    relation = `(SELECT * FROM ${table} WHERE ${sql})`
  try {
    await engine.rows(`SELECT 1 FROM ${relation} LIMIT 0`, signal)
  } catch (error) {
    signal?.throwIfAborted()
    throw new UnusableInput(
      `The filter ${where} does not fit: ${firstLine(error)}`,
      'Write one expression over the columns, for example "side = \'ref\' AND age > 30".',
    )
  }
  return relation
}

// Text that begins with a byte order mark loses it on its way out of the engine, so a letter is put before it.
const describe = async (
  engine: Engine,
  table: string,
  signal: AbortSignal | undefined,
): Promise<ColumnType[]> =>
  (
    await engine.rows(
      `SELECT '=' || column_name AS name, column_type AS type FROM (DESCRIBE SELECT * FROM ${table})`,
      signal,
    )
  ).map(({ name, type }) => columnType(String(name).slice(1), String(type)))

async function readableParquet(
  engine: Engine,
  files: string[],
  signal: AbortSignal | undefined,
): Promise<Readable> {
  try {
    await describe(engine, parquet(files), signal)
    return { good: files, skipped: [] }
  } catch {
    signal?.throwIfAborted()
    /* Which of them it is, is found out one by one. */
  }
  const good: string[] = [],
    skipped: Skipped[] = []
  for (const file of files) {
    try {
      await describe(engine, parquet([file]), signal)
      good.push(file)
    } catch (error) {
      signal?.throwIfAborted()
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
