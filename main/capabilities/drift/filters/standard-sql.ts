import { UnusableInput } from '../domain/failures'
import { identifier, literal } from '../adapters/sql'
import type { FilterNode } from './tree'

/** Functions of a filter that every lake engine has under the same or the given name. */
const CALLS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      ...['abs', 'sign', 'round', 'floor', 'ceiling', 'sqrt', 'exp', 'ln', 'log10', 'greatest'],
      ...['least', 'mod', 'lower', 'upper', 'trim', 'ltrim', 'rtrim', 'length', 'concat'],
      ...['replace', 'reverse', 'date_trunc', 'date_diff', 'year', 'quarter', 'month', 'week'],
      ...['day', 'hour', 'minute', 'second', 'nullif', 'starts_with', 'strpos'],
    ].map((name) => [name, name]),
  ),
  ceil: 'ceiling',
  substring: 'substr',
  substr: 'substr',
  power: 'power',
  pow: 'power',
  isnan: 'is_nan',
  isfinite: 'is_finite',
  isinf: 'is_infinite',
}
const BETWEEN: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['+', '-', '*', '/', '%', '||'].map((name) => [name, name])),
  '~~': 'LIKE',
  '!~~': 'NOT LIKE',
  COMPARE_EQUAL: '=',
  COMPARE_NOTEQUAL: '<>',
  COMPARE_LESSTHAN: '<',
  COMPARE_GREATERTHAN: '>',
  COMPARE_LESSTHANOREQUALTO: '<=',
  COMPARE_GREATERTHANOREQUALTO: '>=',
  COMPARE_DISTINCT_FROM: 'IS DISTINCT FROM',
  COMPARE_NOT_DISTINCT_FROM: 'IS NOT DISTINCT FROM',
}
const LAKE_TYPES = new Set([
  ...['BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'DOUBLE', 'VARCHAR', 'DATE', 'TIME'],
  ...['TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'UUID'],
])

const refuse = (what: string): UnusableInput =>
  new UnusableInput(
    `The filter does not fit: a lake does not know ${what} by this name.`,
    'Compare columns with constants; write days as DATE or TIMESTAMP with their text.',
  )
const list = (value: unknown): FilterNode[] => value as FilterNode[]
const one = (value: unknown): string => standardSql(value as FilterNode)

/** An allowed expression in the words that Trino and Presto share; what they do not share is refused. */
export function standardSql(node: FilterNode): string {
  switch (node.class) {
    case 'COLUMN_REF':
      return identifier((node['column_names'] as string[])[0] ?? '')
    case 'CONSTANT':
      return constant(node['value'] as Constant)
    case 'COMPARISON':
      return `(${one(node['left'])} ${between(node.type)} ${one(node['right'])})`
    case 'CONJUNCTION':
      return `(${list(node['children'])
        .map(standardSql)
        .join(node.type === 'CONJUNCTION_OR' ? ' OR ' : ' AND ')})`
    case 'BETWEEN':
      return `(${one(node['input'])} BETWEEN ${one(node['lower'])} AND ${one(node['upper'])})`
    case 'CAST':
      return cast(node)
    case 'CASE':
      return caseOf(node)
    default:
      return node.class === 'OPERATOR' ? operator(node) : call(node)
  }
}

interface Constant {
  type: { id: string; type_info: { scale: number } | null }
  is_null: boolean
  value?: string | number | bigint | { upper: number | bigint; lower: number | bigint }
}
function constant({ type, is_null: isNull, value = '' }: Constant): string {
  if (isNull) return 'NULL'
  if (typeof value === 'string') return literal(value)
  const whole =
    typeof value === 'object' ? (BigInt(value.upper) << 64n) | BigInt(value.lower) : BigInt(value)
  const scale = type.type_info?.scale ?? 0
  if (scale === 0) return String(whole)
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0')
  return `${whole < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
function between(name: string): string {
  const word = BETWEEN[name]
  if (word === undefined) throw refuse(name.toLowerCase().replaceAll('_', ' '))
  return word
}
function cast(node: FilterNode): string {
  const { id, type_info: info } = node['cast_type'] as {
    id: string
    type_info: { width: number; scale: number } | null
  }
  const type = id === 'DECIMAL' && info ? `DECIMAL(${info.width}, ${info.scale})` : id
  if (id !== 'DECIMAL' && !LAKE_TYPES.has(id)) throw refuse(`the type ${id}`)
  return `${node['try_cast'] === true ? 'TRY_CAST' : 'CAST'}(${one(node['child'])} AS ${type})`
}
function caseOf(node: FilterNode): string {
  const checks = list(node['case_checks']).map(
    ({ when_expr: when, then_expr: then }) => `WHEN ${one(when)} THEN ${one(then)}`,
  )
  return `(CASE ${checks.join(' ')} ELSE ${one(node['else_expr'])} END)`
}
function operator({ type, children }: FilterNode): string {
  const [first = '', ...rest] = list(children).map(standardSql)
  switch (type) {
    case 'OPERATOR_NOT':
      return `(NOT ${first})`
    case 'OPERATOR_IS_NULL':
      return `(${first} IS NULL)`
    case 'OPERATOR_IS_NOT_NULL':
      return `(${first} IS NOT NULL)`
    case 'OPERATOR_COALESCE':
      return `coalesce(${[first, ...rest].join(', ')})`
    default:
      return `(${first} ${type === 'COMPARE_IN' ? 'IN' : 'NOT IN'} (${rest.join(', ')}))`
  }
}
function call({ function_name: name, children }: FilterNode): string {
  const parts = list(children).map(standardSql),
    [first = '', second] = parts
  if (Object.hasOwn(BETWEEN, String(name)))
    return second === undefined
      ? `(${String(name)}${first})`
      : `(${first} ${between(String(name))} ${second})`
  const known = Object.hasOwn(CALLS, String(name)) ? CALLS[String(name)] : undefined
  if (known === undefined) throw refuse(`the function ${String(name)}`)
  return `${known}(${parts.join(', ')})`
}
