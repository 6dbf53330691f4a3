import type { NumericTally } from '../domain/numeric'
import type { SortSpace } from '../domain/radix'
import type { CategoricalSide, NumericSide } from '../domain/score'
import type { DoubleBlock, Engine } from './engine'
import { asDouble, asText, type ColumnType, type Spelling } from './sql'

/** Collects blocks into one array, setting nulls, NaN and infinities apart. */
export class Collector {
  private values: Float64Array
  private length = 0
  readonly tally: NumericTally = { rows: 0, nulls: 0, nan: 0, inf: 0, negativeInf: 0, zeros: 0 }
  constructor(
    private readonly space: SortSpace,
    private readonly name: string,
    expected: number,
  ) {
    this.values = space.array(name, Math.max(expected, 1))
  }

  readonly take = ({ values, valid }: DoubleBlock): void => {
    this.reserve(values.length)
    this.tally.rows += values.length
    const { values: into } = this
    let length = this.length,
      zeros = 0
    for (let at = 0; at < values.length; at++) {
      const value = values[at] as number
      if (valid && ((valid[at >> 5] as number) & (1 << (at & 31))) === 0) this.tally.nulls++
      else if (value - value === 0) {
        into[length++] = value
        if (value === 0) zeros++
      } else if (value !== value) this.tally.nan++
      else {
        this.tally.inf++
        if (value < 0) this.tally.negativeInf++
      }
    }
    this.length = length
    this.tally.zeros += zeros
  }

  done(): NumericSide {
    return { values: this.values.subarray(0, this.length), tally: this.tally }
  }

  private reserve(more: number): void {
    if (this.length + more <= this.values.length) return
    const larger = new Float64Array(Math.ceil((this.length + more) * 1.5))
    larger.set(this.values.subarray(0, this.length))
    this.values = larger
    this.space.keep(this.name, larger)
  }
}

export interface ColumnRequest {
  relation: string
  column: ColumnType
  rows: number
  signal?: AbortSignal | undefined
}

/** Reads a column as doubles, once. The values stand in the space under the given name until the next column is read there. */
export async function readNumeric(
  engine: Engine,
  { relation, column, rows, signal }: ColumnRequest,
  [space, name]: [SortSpace, string],
): Promise<NumericSide> {
  const collector = new Collector(space, name, rows)
  await engine.doubles(`SELECT ${asDouble(column)} FROM ${relation}`, {
    take: collector.take,
    signal,
  })
  return collector.done()
}

/** More categories than this are taken for identifiers and not scored. */
export const MOST_CATEGORIES = 100_000

/** Counts a column's categories by chunks of consecutive rows, once; undefined where there are too many to be categories. */
export async function countCategories(
  engine: Engine,
  {
    relation,
    column,
    signal,
    spelling,
    chunkRows = 0,
  }: ColumnRequest & { chunkRows?: number; spelling?: Spelling },
): Promise<CategoricalSide | undefined> {
  // A byte order mark at the beginning of text is lost on its way out of the engine, so a letter is put before it.
  const category = `'=' || ${asText(column, spelling)} AS category`
  const from =
    chunkRows > 0
      ? `(SELECT (row_number() OVER () - 1) // ${chunkRows} AS chunk, ${category} FROM ${relation})`
      : `(SELECT 0 AS chunk, ${category} FROM ${relation})`
  const limit = MOST_CATEGORIES * (chunkRows > 0 ? 12 : 1)
  const found = await engine.rows(
    `SELECT chunk, category, count(*) AS count FROM ${from} GROUP BY ALL LIMIT ${limit + 2}`,
    signal,
  )
  const counts = new Map<string, number>(),
    chunks: Map<string, number>[] = []
  let rows = 0,
    nulls = 0
  for (const { chunk, category, count } of found) {
    const many = Number(count)
    rows += many
    if (category === null) {
      nulls += many
      continue
    }
    const name = String(category).slice(1),
      of = (chunks[Number(chunk)] ??= new Map<string, number>())
    counts.set(name, (counts.get(name) ?? 0) + many)
    of.set(name, many)
  }
  if (found.length > limit + 1 || counts.size > MOST_CATEGORIES) return undefined
  // The last chunk may be incomplete; it is left out like that of a column of numbers.
  const whole = chunkRows > 0 ? Math.floor(rows / chunkRows) : 0
  return {
    tally: { rows, nulls, counts },
    chunks: chunks.slice(0, whole).filter(Boolean),
    chunkRows,
  }
}

/** Up to this many different values a column is taken for categories, whatever they look like. */
export const MIXED_FROM = 50

/** Numbers written as text, where some of the column's many values are none: neither a number nor a category. */
export async function mixedShare(
  engine: Engine,
  { relation, column, signal }: ColumnRequest,
): Promise<{ share: number; example: string } | undefined> {
  const text = asText(column)
  const [row] = await engine.rows(
    `SELECT count(*) AS all_values, count(TRY_CAST(v AS DOUBLE)) AS numbers, min(v) FILTER (TRY_CAST(v AS DOUBLE) IS NULL) AS example
    FROM (SELECT DISTINCT ${text} AS v FROM ${relation} WHERE ${text} IS NOT NULL LIMIT 100000)`,
    signal,
  )
  const all = Number(row?.['all_values'] ?? 0),
    numbers = Number(row?.['numbers'] ?? 0)
  return all > MIXED_FROM && numbers / all >= 0.5 && numbers < all
    ? { share: numbers / all, example: String(row?.['example']) }
    : undefined
}
