/** An identifier as SQL text. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`
/** A string as SQL text. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
/** The pattern that matches only the file of this name. */
export const asPattern = (path: string): string => path.replace(/[*?[]/g, '[$&]')
/** Files as the engine is told of them: by name, never as patterns. */
export const fileList = (files: readonly string[]): string =>
  `[${files.map((file) => literal(asPattern(file))).join(', ')}]`

export type ColumnKind = 'numeric' | 'categorical'
/** How a column's values become numbers or categories. */
export interface ColumnType {
  name: string
  /** What the engine calls it, where names differ in case only. */
  field?: string
  type: string
  kind: ColumnKind | 'unsupported'
  unit?: 'seconds since 1970' | 'seconds'
  /** Why it cannot be read as it stands, where its type does not say it. */
  reason?: string
}
/** The column as it is named in a query. */
export const columnSql = ({ name, field }: Pick<ColumnType, 'name' | 'field'>): string =>
  identifier(field ?? name)

const NUMBERS =
  /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|UHUGEINT|FLOAT|DOUBLE|DECIMAL|BIGNUM)/
const CATEGORIES = /^(VARCHAR|ENUM|UUID|BOOLEAN|BIT)/

export function columnType(name: string, type: string): ColumnType {
  if (type.includes('[') || /^(STRUCT|MAP|UNION|LIST|BLOB|INTERVAL|GEOMETRY|"?NULL)/.test(type))
    return { name, type, kind: 'unsupported' }
  if (NUMBERS.test(type)) return { name, type, kind: 'numeric' }
  if (/^(DATE|TIMESTAMP)/.test(type))
    return { name, type, kind: 'numeric', unit: 'seconds since 1970' }
  if (/^TIME/.test(type)) return { name, type, kind: 'numeric', unit: 'seconds' }
  return { name, type, kind: CATEGORIES.test(type) ? 'categorical' : 'unsupported' }
}

/** The column as a double: numbers as they are, dates and times in seconds (the unbounded dates as infinities). */
export function asDouble(of: ColumnType): string {
  const column = columnSql(of),
    { type } = of
  if (/^(DATE|TIMESTAMP)/.test(type)) {
    return `CASE WHEN isfinite(${column}) THEN epoch_us(CAST(${column} AS TIMESTAMP))::DOUBLE / 1e6 WHEN ${column} IS NULL THEN NULL ELSE ${column}::VARCHAR::DOUBLE END`.replace(
      `CAST(${column} AS TIMESTAMP)`,
      type.startsWith('TIMESTAMP WITH') ? column : `CAST(${column} AS TIMESTAMP)`,
    )
  }
  if (/^TIME/.test(type)) return `epoch_us(CAST(${column} AS TIME))::DOUBLE / 1e6`
  if (type === 'BOOLEAN') return `CAST(CAST(${column} AS TINYINT) AS DOUBLE)`
  return NUMBERS.test(type) ? `CAST(${column} AS DOUBLE)` : `TRY_CAST(${column} AS DOUBLE)`
}

/** What the other side's categories are, so that the same ones are spelt the same in every storage type. */
export type Spelling = 'truth' | 'number'
/** How categories of two types are spelt alike: a truth as a truth, a number as a number, whatever the other side stores. */
export function spellingOf(a: ColumnType, b: ColumnType): Spelling | undefined {
  if (a.type === b.type) return undefined
  if (a.type === 'BOOLEAN' || b.type === 'BOOLEAN') return 'truth'
  return NUMBERS.test(a.type) || NUMBERS.test(b.type) ? 'number' : undefined
}

/** The same against categories that were frozen before, whose type is not known any more. */
export function spellingLike(
  categories: readonly string[],
  { type }: ColumnType,
): Spelling | undefined {
  const isAll = (fits: (name: string) => boolean) => categories.length > 0 && categories.every(fits)
  if (type !== 'BOOLEAN' && isAll((name) => name === 'True' || name === 'False')) return 'truth'
  return type === 'VARCHAR' && isAll((name) => name.trim() !== '' && !Number.isNaN(Number(name)))
    ? 'number'
    : undefined
}

const truth = (condition: string): string =>
  `CASE WHEN ${condition} THEN 'True' WHEN NOT (${condition}) THEN 'False' END`
// A whole number is spelt without its point, and zero without a sign.
const number = (value: string, otherwise: string): string =>
  `CASE WHEN ${value} = trunc(${value}) AND abs(${value}) < 1e15 THEN CAST(CAST(${value} AS BIGINT) AS VARCHAR) ELSE ${otherwise} END`

/** The column as text; booleans are named as the published reference values name them. */
export function asText(of: ColumnType, spelling?: Spelling): string {
  const column = columnSql(of),
    text = `CAST(${column} AS VARCHAR)`
  if (of.type === 'BOOLEAN') return truth(column)
  if (spelling === 'truth')
    return NUMBERS.test(of.type)
      ? `CASE ${column} WHEN 1 THEN 'True' WHEN 0 THEN 'False' ELSE ${text} END`
      : `CASE lower(trim(${text})) WHEN 'true' THEN 'True' WHEN 'false' THEN 'False' WHEN 't' THEN 'True' WHEN 'f' THEN 'False' WHEN '1' THEN 'True' WHEN '0' THEN 'False' ELSE ${text} END`
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(of.type)) return number(`CAST(${column} AS DOUBLE)`, text)
  return spelling === 'number' && !NUMBERS.test(of.type)
    ? number(`TRY_CAST(${column} AS DOUBLE)`, text)
    : text
}
