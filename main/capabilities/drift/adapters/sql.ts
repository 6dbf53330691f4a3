/** An identifier as SQL text. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`
/** A string as SQL text. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

export type ColumnKind = 'numeric' | 'categorical'
/** How a column's values become numbers or categories. */
export interface ColumnType {
  name: string
  type: string
  kind: ColumnKind | 'unsupported'
  unit?: 'seconds since 1970' | 'seconds'
}

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
export function asDouble({ name, type }: ColumnType): string {
  const column = identifier(name)
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

/** The column as text; booleans are named as the published reference values name them. */
export const asText = ({ name, type }: ColumnType): string =>
  type === 'BOOLEAN'
    ? `CASE WHEN ${identifier(name)} THEN 'True' WHEN NOT ${identifier(name)} THEN 'False' END`
    : `CAST(${identifier(name)} AS VARCHAR)`
