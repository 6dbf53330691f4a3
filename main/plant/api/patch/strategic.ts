import { isRecord, sameJson } from '../cluster'
import { badRequest } from '../errors'
import { resolve } from '../schema/builtin'
import type { Schema } from '../schema/schema'

type Json = Record<string, unknown>
const DIRECTIVES = ['$patch', '$retainKeys', '$setElementOrder', '$deleteFromPrimitiveList']
const isDirective = (key: string): boolean =>
  DIRECTIVES.some((directive) => key === directive || key.startsWith(`${directive}/`))
const fieldSchema = (schema: Schema | undefined, key: string): Schema | undefined => {
  const typed = resolve(schema)
  return (
    typed?.properties?.[key] ??
    (typeof typed?.additionalProperties === 'object' ? typed.additionalProperties : undefined)
  )
}

function mergeFields(before: Json, patch: Json, schema: Schema | undefined): Json {
  const result: Json = { ...before }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$deleteFromPrimitiveList/')) {
      const field = key.slice('$deleteFromPrimitiveList/'.length)
      const dropped = Array.isArray(value) ? value : []
      if (Array.isArray(result[field]))
        result[field] = result[field].filter(
          (item) => !dropped.some((gone) => sameJson(gone, item)),
        )
    } else if (!isDirective(key))
      mergeField(result, key, { value, schema: fieldSchema(schema, key) })
  }
  return orderLists(result, patch, schema)
}
function mergeField(
  result: Json,
  key: string,
  { value, schema }: { value: unknown; schema: Schema | undefined },
): void {
  if (value === null) {
    delete result[key]
    return
  }
  const current = result[key]
  if (isRecord(value)) result[key] = strategicMerge(isRecord(current) ? current : {}, value, schema)
  else if (Array.isArray(value))
    result[key] = mergeList(Array.isArray(current) ? current : [], value, schema)
  else result[key] = value
}

/** Merges a patch into a value the way kubectl's edits travel: lists of well-known types by their merge key. */
export function strategicMerge(before: Json, patch: Json, schema: Schema | undefined): Json {
  if (patch['$patch'] === 'delete') return {}
  if (patch['$patch'] === 'replace') return withoutDirectives(patch)
  const retained = patch['$retainKeys']
  const base = Array.isArray(retained)
    ? Object.fromEntries(Object.entries(before).filter(([key]) => retained.includes(key)))
    : before
  return mergeFields(base, patch, schema)
}
const withoutDirectives = (patch: Json): Json =>
  Object.fromEntries(Object.entries(patch).filter(([key]) => !isDirective(key)))

function mergeList(before: unknown[], patch: unknown[], schema: Schema | undefined): unknown[] {
  const merges = schema?.['x-kubernetes-patch-strategy']?.split(',').includes('merge') ?? false
  if (!merges) return patch
  const key = schema?.['x-kubernetes-patch-merge-key']
  if (key === undefined)
    return [...before, ...patch.filter((item) => !before.some((known) => sameJson(known, item)))]
  return mergeKeyed({ before, patch, key, schema: schema?.items })
}
interface Keyed {
  before: unknown[]
  patch: unknown[]
  key: string
  schema: Schema | undefined
}
function mergeKeyed({ before, patch, key, schema }: Keyed): unknown[] {
  if (
    patch.some(
      (item) => isRecord(item) && item['$patch'] === 'replace' && Object.keys(item).length === 1,
    )
  ) {
    return patch.filter(
      (item) => !(isRecord(item) && item['$patch'] === 'replace' && Object.keys(item).length === 1),
    )
  }
  const result = [...before]
  for (const item of patch) {
    if (!isRecord(item)) throw badRequest('expected a list of objects in a strategic merge patch')
    const id = item[key]
    if (id === undefined)
      throw badRequest(
        `map: map[${Object.keys(item).join(' ')}] does not contain declared merge key: ${key}`,
      )
    const index = result.findIndex((known) => isRecord(known) && sameJson(known[key], id))
    const known = result[index]
    if (item['$patch'] === 'delete') {
      if (index >= 0) result.splice(index, 1)
    } else if (index >= 0 && isRecord(known)) result[index] = strategicMerge(known, item, schema)
    else result.push(strategicMerge({}, item, schema))
  }
  return result
}
/** Puts lists into the order that a $setElementOrder directive names; what it does not name keeps its place after. */
function orderLists(result: Json, patch: Json, schema: Schema | undefined): Json {
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith('$setElementOrder/') || !Array.isArray(order)) continue
    const field = directive.slice('$setElementOrder/'.length)
    const list = result[field]
    if (!Array.isArray(list)) continue
    const key = fieldSchema(schema, field)?.['x-kubernetes-patch-merge-key']
    const identity = (item: unknown): unknown =>
      key !== undefined && isRecord(item) ? item[key] : item
    const place = (item: unknown): number => {
      const at = order.findIndex((wanted) => sameJson(identity(wanted), identity(item)))
      return at < 0 ? order.length : at
    }
    result[field] = list.toSorted((a, b) => place(a) - place(b))
  }
  return result
}
