import type {
  DriftProfile,
  DriftWindow,
  ProfileColumn,
  UnscoredCause,
  WindowColumn,
  WindowScores,
} from '../../../preload/contract/drift'
import { countCategories, MOST_CATEGORIES, readNumeric } from './adapters/columns'
import type { Engine } from './adapters/engine'
import { engineFor } from './adapters/reach'
import { firstLine, openSource, type CsvDialect, type Source } from './adapters/sources'
import { columnSql, literal, type ColumnType } from './adapters/sql'
import { withSpillFolder } from './adapters/spill'
import { canCalibrate, chunkRows } from './domain/calibrate'
import { scoreWindow } from './domain/count-score'
import { DEFAULT_RULE, type DecisionRule } from './domain/decide'
import { UnusableInput } from './domain/failures'
import { DEFAULT_CELLS, profileCategorical, profileNumeric } from './domain/profile'
import { hashOf } from './hash'
import { countColumn } from './count-column'
import { SortSpace } from './domain/radix'
import type { Kind } from './domain/report'
import type { Tools } from './domain/score'
import type { SpecialFunctions } from './domain/special'
import { randomOf, SEED } from './inline-runner'
import { loadSpecialFunctions } from '../../platform/numerics'

export interface WindowRequest {
  path: string
  where?: string | undefined
  columns?: string[] | undefined
  /** Columns that are no features. */ except?: readonly string[] | undefined
  csv?: CsvDialect | undefined
  kinds?: Record<string, Kind> | undefined
}
export interface ProfileRequest extends WindowRequest {
  cells?: number | undefined
  windowRows?: number | undefined
}
export type Period = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year'
/** How rows are cut into windows: by a period of a time column in a time zone, or by a number of rows. */
export type Cut =
  | { by: 'time'; column: string; period: Period; zone?: string | undefined }
  | { by: 'rows'; rows: number }
  | { by: 'number'; windows: number }

export { canonical, hashOf, sha256 } from './hash'

export interface Opened {
  engine: Engine
  source: Source
  rows: number
  tools: Tools
}
/** Opens one side with an engine for as long as the work needs it. */
export async function withSource<T>(
  request: WindowRequest,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  return withSpillFolder(async (spillFolder) => {
    const special = await loadSpecialFunctions(),
      engine = await engineFor([request.path], { threads: 2, memoryMiB: 192, spillFolder })
    try {
      const source = await openSource(engine, {
        path: request.path,
        where: request.where,
        label: 'current',
        spillFolder,
        csv: request.csv,
      })
      const rows = Number(
        (await engine.rows(`SELECT count(*) AS count FROM ${source.relation}`))[0]?.['count'] ?? 0,
      )
      return await work({
        engine,
        source,
        rows,
        tools: { special, space: new SortSpace(), random: randomOf(SEED, '') },
      })
    } finally {
      engine.close()
    }
  })
}

const kindOf = (
  { name, kind }: ColumnType,
  asked: Record<string, Kind> | undefined,
): Kind | 'unsupported' => asked?.[name] ?? kind
const wanted = ({ columns }: Source, { columns: names, except }: WindowRequest): ColumnType[] =>
  names
    ? names.map((name) => find(columns, name))
    : columns.filter(({ name }) => !except?.includes(name))
function find(columns: readonly ColumnType[], name: string): ColumnType {
  const found = columns.find((column) => column.name === name)
  if (!found)
    throw new UnusableInput(
      `There is no column ${name}.`,
      `Pick from ${columns.map((column) => column.name).join(', ')}.`,
    )
  return found
}

/** Freezes a reference: cells, categories and limits that every later window is scored against. */
export const profileReference = (request: ProfileRequest): Promise<DriftProfile> =>
  withSource(request, async (opened) => {
    const windowRows = request.windowRows ?? opened.rows,
      columns: ProfileColumn[] = []
    for (const column of wanted(opened.source, request))
      columns.push(await profileColumn(column, { ...opened, request, windowRows }))
    const content = {
      format: 'takt-drift-profile' as const,
      version: 1 as const,
      rows: opened.rows,
      columns,
    }
    return { ...content, hash: hashOf(content) }
  })

async function profileColumn(
  column: ColumnType,
  {
    engine,
    source,
    rows,
    tools,
    request,
    windowRows,
  }: Opened & { request: ProfileRequest; windowRows: number },
): Promise<ProfileColumn> {
  const unscored = (cause: UnscoredCause, reason: string): ProfileColumn => ({
    kind: 'unscored',
    column: column.name,
    reason,
    cause,
  })
  const kind = kindOf(column, request.kinds),
    read = { relation: source.relation, column, rows }
  try {
    if (column.reason !== undefined) return unscored('unclear', column.reason)
    if (kind === 'unsupported')
      return unscored('unsupported', `values of type ${column.type} cannot be scored`)
    if (kind === 'numeric') {
      const profiled = profileNumeric(
        column.name,
        await readNumeric(engine, read, [tools.space, 'reference']),
        { cells: request.cells ?? DEFAULT_CELLS, windowRows, tools },
      )
      return profiled.kind === 'numeric' && column.unit
        ? { ...profiled, unit: column.unit }
        : profiled
    }
    const chunk = chunkRows(rows, windowRows)
    const side = await countCategories(engine, {
      ...read,
      chunkRows: canCalibrate(chunk) ? chunk : 0,
    })
    return side
      ? profileCategorical(column.name, side, tools)
      : unscored(
          'identifier',
          `more than ${MOST_CATEGORIES} different values: an identifier rather than a category`,
        )
  } catch (error) {
    if (error instanceof UnusableInput) throw error
    return unscored('unreadable', `it cannot be read: ${firstLine(error)}`)
  }
}

export interface Slice {
  name: string
  from?: string
  to?: string
  relation: string
}
/** The windows that a cut makes of a source, in order. */
export async function slices(
  { engine, source, rows }: Opened,
  cut: Cut | undefined,
): Promise<Slice[]> {
  if (!cut) return [{ name: 'current', relation: source.relation }]
  if (cut.by !== 'time') {
    const each = cut.by === 'rows' ? cut.rows : Math.max(1, Math.ceil(rows / cut.windows)),
      count = Math.ceil(rows / each)
    const numbered = `(SELECT *, row_number() OVER () - 1 AS takt_row FROM ${source.relation})`
    return Array.from({ length: count }, (_, at) => ({
      name: `rows ${at * each + 1} to ${Math.min(rows, (at + 1) * each)}`,
      relation: `(SELECT * EXCLUDE takt_row FROM ${numbered} WHERE takt_row >= ${at * each} AND takt_row < ${(at + 1) * each})`,
    }))
  }
  const column = columnSql(find(source.columns, cut.column)),
    zone = cut.zone ?? 'UTC'
  const local =
    zone === 'UTC'
      ? `CAST(${column} AS TIMESTAMP)`
      : `timezone(${literal(zone)}, timezone('UTC', CAST(${column} AS TIMESTAMP)))`
  const start = `date_trunc(${literal(cut.period)}, ${local})`
  const found = await engine.rows(
    `SELECT DISTINCT CAST(${start} AS VARCHAR) AS start, CAST(CAST(${start} AS TIMESTAMP) + INTERVAL 1 ${cut.period} AS VARCHAR) AS finish FROM ${source.relation} WHERE ${column} IS NOT NULL ORDER BY start`,
  )
  return found.map((row) => ({
    name: String(row['start']).replace(' 00:00:00', ''),
    from: String(row['start']),
    to: String(row['finish']),
    relation: `(SELECT * FROM ${source.relation} WHERE CAST(${start} AS VARCHAR) = ${literal(String(row['start']))})`,
  }))
}

/** What was opened to be counted. */
export interface OpenedFiles {
  files: string[]
  columns: ColumnType[]
  skipped: { file: string; says: string }[]
  relation: string
  engine: string
}
interface Counting {
  signal?: AbortSignal | undefined
  progress?: (done: number, total: number) => void
  source?: (opened: OpenedFiles) => void
}
/** Counts the windows of a source in the cells of a profile, telling of each as it is done. */
export const countWindows = (
  profile: DriftProfile,
  request: WindowRequest & {
    cut?: Cut | undefined
    /** Windows that are not counted again. */ known?: ReadonlySet<string> | undefined
    /** The only windows that are wanted. */ only?: ReadonlySet<string> | undefined
  },
  { signal, progress, source }: Counting = {},
): Promise<DriftWindow[]> =>
  withSource(request, async (opened) => {
    const windows: DriftWindow[] = [],
      cuts = (await slices(opened, request.cut)).filter(
        ({ name }) => !request.known?.has(name) && (request.only?.has(name) ?? true),
      )
    source?.({
      files: opened.source.files,
      columns: opened.source.columns,
      skipped: opened.source.skipped,
      relation: cuts[0]?.relation ?? opened.source.relation,
      engine: opened.engine.version,
    })
    for (const { relation, ...names } of cuts) {
      const columns: WindowColumn[] = []
      for (const column of profile.columns) {
        signal?.throwIfAborted()
        columns.push(await countColumn(column, { ...opened, relation }))
      }
      const rows = columns
        .map((column) => (column.kind === 'unscored' ? undefined : column.tally.rows))
        .find((count) => count !== undefined)
      windows.push({ ...names, rows: rows ?? opened.rows, columns })
      progress?.(windows.length, cuts.length)
    }
    return windows
  })

/** Scores counted windows, each by itself, from their counts. */
export function scoreWindows(
  profile: DriftProfile,
  windows: readonly DriftWindow[],
  { special, rule = DEFAULT_RULE }: { special: SpecialFunctions; rule?: DecisionRule },
): WindowScores[] {
  const space = new SortSpace()
  return windows.map((window) =>
    scoreWindow(profile, window, {
      rule,
      tools: (column) => ({ special, space, random: randomOf(SEED, column) }),
    }),
  )
}
