import type { KubeObject } from '../../types'
import { isRecord, numberAt, textAt } from '../cluster'
import type { Column } from '../resource'
import { AGE, age, NAME } from '../tables/format'

type Step =
  | { field: string }
  | { index: number }
  | { where: { field: string; equals: string } }
  | { every: true }
const TOKEN =
  /\.([^.[\]]+)|\[(\d+)\]|\[\*\]|\[\?\(@\.([\w.]+)\s*==\s*["']([^"']*)["']\)\]|\['([^']+)'\]/g

/** Reads the part of JSONPath that printer columns use: members, indices, all of a list, and one member's equality. */
function stepsOf(path: string): Step[] {
  const escaped = path.replaceAll('\\.', '\u0001')
  return [...escaped.matchAll(TOKEN)].map(
    ([whole, field, index, whereField, equals, quoted]): Step => {
      if (field !== undefined || quoted !== undefined)
        return { field: (field ?? quoted ?? '').replaceAll('\u0001', '.') }
      if (index !== undefined) return { index: Number(index) }
      if (whereField !== undefined) return { where: { field: whereField, equals: equals ?? '' } }
      return whole === '[*]' ? { every: true } : { field: '' }
    },
  )
}
function take(values: unknown[], step: Step): unknown[] {
  if ('field' in step)
    return values.flatMap((value) =>
      isRecord(value) && value[step.field] !== undefined ? [value[step.field]] : [],
    )
  const lists = values.filter((value) => Array.isArray(value))
  if ('index' in step)
    return lists.flatMap((list) => (step.index < list.length ? [list[step.index] as unknown] : []))
  const items: unknown[] = lists.flat()
  return 'every' in step
    ? items
    : items.filter((item) => isRecord(item) && String(item[step.where.field]) === step.where.equals)
}
/** The values a JSONPath of a printer column finds in an object. */
export function evaluate(path: string, object: KubeObject): unknown[] {
  return stepsOf(path).reduce<unknown[]>(take, [object])
}
const TYPES = new Set(['string', 'integer', 'number', 'boolean', 'date'])
function cellOf(type: string, value: unknown, now: number): unknown {
  if (value === undefined || value === null) return type === 'date' ? '<unknown>' : null
  switch (type) {
    case 'date':
      return age(String(value), now)
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    default:
      return typeof value === 'string' ? value : JSON.stringify(value)
  }
}
function columnOf(definition: unknown): Column[] {
  const name = textAt(definition, 'name')
  const path = textAt(definition, 'jsonPath')
  const type = textAt(definition, 'type') ?? 'string'
  if (name === undefined || path === undefined || !TYPES.has(type)) return []
  const format = textAt(definition, 'format')
  const description = textAt(definition, 'description')
  const priority = numberAt(definition, 'priority')
  return [
    {
      name,
      type: type as Column['type'],
      ...(format && { format }),
      ...(priority && { priority }),
      description: description ?? `Custom resource definition column (in JSONPath format): ${path}`,
      cell: (object, now) => cellOf(type, evaluate(path, object)[0], now),
    },
  ]
}
/** Name, then what the definition asks for; age where it asks for nothing. */
export const customColumns = (definitions: unknown[]): Column[] => [
  NAME,
  ...(definitions.length > 0 ? definitions.flatMap(columnOf) : [AGE]),
]
