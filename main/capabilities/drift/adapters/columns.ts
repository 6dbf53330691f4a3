import type { CategoryTally } from '../domain/categorical'
import type { NumericTally } from '../domain/numeric'
import type { NumericSide } from '../domain/score'
import type { DoubleBlock, Engine } from './engine'
import { asDouble, asText, type ColumnType } from './sql'

/** Collects blocks into one array, setting nulls, NaN and infinities apart. */
export class Collector {
  private values: Float64Array
  private length = 0
  readonly tally: NumericTally = { rows: 0, nulls: 0, nan: 0, inf: 0, negativeInf: 0, zeros: 0 }
  constructor(expected: number) { this.values = new Float64Array(Math.max(expected, 1)) }

  readonly take = ({ values, valid }: DoubleBlock): void => {
    this.reserve(values.length)
    this.tally.rows += values.length
    const { values: into } = this
    let length = this.length, zeros = 0
    for (let at = 0; at < values.length; at++) {
      const value = values[at] as number
      if (valid && ((valid[at >> 5] as number) & (1 << (at & 31))) === 0) this.tally.nulls++
      else if (value - value === 0) { into[length++] = value; if (value === 0) zeros++ }
      else if (value !== value) this.tally.nan++
      else { this.tally.inf++; if (value < 0) this.tally.negativeInf++ }
    }
    this.length = length
    this.tally.zeros += zeros
  }

  done(): NumericSide { return { values: this.values.subarray(0, this.length), tally: this.tally } }

  private reserve(more: number): void {
    if (this.length + more <= this.values.length) return
    const larger = new Float64Array(Math.ceil((this.length + more) * 1.5))
    larger.set(this.values.subarray(0, this.length))
    this.values = larger
  }
}

export interface ColumnRequest { relation: string; column: ColumnType; rows: number; signal?: AbortSignal | undefined }

/** Reads a column as doubles, once. */
export async function readNumeric(engine: Engine, { relation, column, rows, signal }: ColumnRequest): Promise<NumericSide> {
  const collector = new Collector(rows)
  await engine.doubles(`SELECT ${asDouble(column)} FROM ${relation}`, { take: collector.take, signal })
  return collector.done()
}

/** More categories than this are taken for identifiers and not scored. */
export const MOST_CATEGORIES = 100_000

/** Counts a column's categories, once; undefined where there are too many to be categories. */
export async function countCategories(engine: Engine, { relation, column, signal }: ColumnRequest): Promise<CategoryTally | undefined> {
  const found = await engine.rows(`SELECT ${asText(column)} AS category, count(*) AS count FROM ${relation} GROUP BY 1 LIMIT ${MOST_CATEGORIES + 2}`, signal)
  if (found.length > MOST_CATEGORIES + 1) return undefined
  const counts = new Map<string, number>()
  let rows = 0, nulls = 0
  for (const { category, count } of found) {
    rows += Number(count)
    if (category === null) nulls = Number(count)
    else counts.set(String(category), Number(count))
  }
  return { rows, nulls, counts }
}
