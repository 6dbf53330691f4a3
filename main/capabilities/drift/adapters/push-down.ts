import type {
  DriftProfile,
  DriftWindow,
  ProfileColumn,
  WindowColumn,
} from '../../../../preload/contract/drift'
import { byCodePoint } from '../domain/categorical'
import { firstLine } from './sources'
import { identifier } from './sql'

/** An engine that counts where the data is; it is only ever asked for integers, least and largest values. */
export interface Lake {
  /** Names of the functions in which engines differ. */
  dialect: { isNan: string; isInfinite: string }
  /** Answers a query's rows, each a list of values in the order of the columns. */
  ask(sql: string, signal?: AbortSignal): Promise<readonly (readonly unknown[])[]>
}
export const DUCKDB = { isNan: 'isnan', isInfinite: 'isinf' }
export const TRINO = { isNan: 'is_nan', isInfinite: 'is_infinite' }

type Of<K extends ProfileColumn['kind']> = Extract<ProfileColumn, { kind: K }>
// Shortest text that reads back as the same double; the engine compares with exactly the frozen edge.
const double = (value: number): string => `DOUBLE '${String(value)}'`

/** The cell of x by explicit comparisons, nested so that each row takes as few as a binary search. */
function cellCase(edges: readonly number[], from = 0, to = edges.length): string {
  if (from === to) return String(from)
  const middle = (from + to) >> 1
  return `CASE WHEN x >= ${double(edges[middle] as number)} THEN ${cellCase(edges, middle + 1, to)} ELSE ${cellCase(edges, from, middle)} END`
}

const NULLS = -1,
  NAN = -2,
  ABOVE = -3,
  BELOW = -4
/** Counts of a column's cells, and of nulls, NaN and infinities apart, with zeros and the finite range. */
export function numericQuery(
  { column, edges }: Of<'numeric'>,
  relation: string,
  { isNan, isInfinite }: Lake['dialect'],
): string {
  const cell = `CASE WHEN x IS NULL THEN ${NULLS} WHEN ${isNan}(x) THEN ${NAN} WHEN ${isInfinite}(x) AND x > DOUBLE '0' THEN ${ABOVE} WHEN ${isInfinite}(x) THEN ${BELOW} ELSE ${cellCase(edges)} END`
  return `SELECT cell, count(*), sum(CASE WHEN x = DOUBLE '0' THEN 1 ELSE 0 END), min(x), max(x) FROM (SELECT x, ${cell} AS cell FROM (SELECT CAST(${identifier(column)} AS DOUBLE) AS x FROM ${relation}) AS v) AS c GROUP BY cell`
}
export const categoricalQuery = ({ column }: Of<'categorical'>, relation: string): string =>
  `SELECT CAST(${identifier(column)} AS VARCHAR) AS category, count(*) FROM ${relation} GROUP BY 1`

function numericColumn(
  profile: Of<'numeric'>,
  rows: readonly (readonly unknown[])[],
): WindowColumn {
  const counts = profile.counts.map(() => 0),
    apart = new Map<number, number>()
  let zeros = 0,
    all = 0,
    min: number | null = null,
    max: number | null = null
  for (const [cell, count, zero, low, high] of rows) {
    const at = Number(cell),
      many = Number(count)
    all += many
    if (at < 0) {
      apart.set(at, many)
      continue
    }
    counts[at] = many
    zeros += Number(zero)
    min = min === null ? Number(low) : Math.min(min, Number(low))
    max = max === null ? Number(high) : Math.max(max, Number(high))
  }
  const above = apart.get(ABOVE) ?? 0,
    below = apart.get(BELOW) ?? 0
  const tally = {
    rows: all,
    nulls: apart.get(NULLS) ?? 0,
    nan: apart.get(NAN) ?? 0,
    inf: above + below,
    negativeInf: below,
    zeros,
  }
  return {
    kind: 'numeric',
    column: profile.column,
    tally,
    counts,
    min: min === null ? null : min + 0,
    max: max === null ? null : max + 0,
  }
}

/** Engines write truth in small letters; it is named as the profile names it. */
function spelling({ categories }: Of<'categorical'>): (name: string) => string {
  const isTruth =
    categories.length > 0 && categories.every((name) => name === 'True' || name === 'False')
  return (name) =>
    isTruth && (name === 'true' || name === 'false')
      ? `${name.charAt(0).toUpperCase()}${name.slice(1)}`
      : name
}

function categoricalColumn(
  profile: Of<'categorical'>,
  rows: readonly (readonly unknown[])[],
): WindowColumn {
  const named = spelling(profile),
    found = new Map(
      rows.flatMap(([category, count]) =>
        category === null ? [] : [[named(String(category)), Number(count)] as const],
      ),
    )
  const nulls = Number(rows.find(([category]) => category === null)?.[1] ?? 0),
    known = new Set(profile.categories)
  const created = [...found]
    .filter(([category]) => !known.has(category))
    .map(([category, count]): [string, number] => [category, count])
    .sort(([a], [b]) => byCodePoint(a, b))
  return {
    kind: 'categorical',
    column: profile.column,
    tally: { rows: [...found.values()].reduce((a, b) => a + b, nulls), nulls },
    counts: profile.categories.map((category) => found.get(category) ?? 0),
    created,
  }
}

/** Counts a window where it lies. The result is scored like any other, so the same counts give the same scores bit for bit; row totals are held against each other. */
export async function countInLake(
  profile: DriftProfile,
  { lake, relation, name }: { lake: Lake; relation: string; name: string },
  signal?: AbortSignal,
): Promise<DriftWindow> {
  const rows = Number((await lake.ask(`SELECT count(*) FROM ${relation}`, signal))[0]?.[0] ?? 0),
    columns: WindowColumn[] = []
  for (const column of profile.columns)
    columns.push(await countOne(column, { lake, relation, rows }, signal))
  return { name, rows, columns }
}

async function countOne(
  profile: ProfileColumn,
  { lake, relation, rows }: { lake: Lake; relation: string; rows: number },
  signal?: AbortSignal,
): Promise<WindowColumn> {
  const unscored = (
    reason: string,
    cause: Extract<WindowColumn, { kind: 'unscored' }>['cause'] = 'unreadable',
  ): WindowColumn => ({
    kind: 'unscored',
    column: profile.column,
    reason,
    cause,
  })
  if (profile.kind === 'unscored') return unscored(profile.reason, profile.cause ?? 'unsupported')
  try {
    const counted =
      profile.kind === 'numeric'
        ? numericColumn(
            profile,
            await lake.ask(numericQuery(profile, relation, lake.dialect), signal),
          )
        : categoricalColumn(profile, await lake.ask(categoricalQuery(profile, relation), signal))
    if (counted.kind !== 'unscored' && counted.tally.rows !== rows)
      return unscored(
        `the engine counted ${counted.tally.rows} of ${rows} rows: the table changed meanwhile`,
      )
    return counted
  } catch (error) {
    signal?.throwIfAborted()
    return unscored(`the engine refused it: ${firstLine(error)}`)
  }
}
