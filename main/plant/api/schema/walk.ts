import { isRecord } from '../cluster'
import { resolve } from './builtin'
import type { Schema } from './schema'

export const preserves = (schema: Schema): boolean =>
  schema['x-kubernetes-preserve-unknown-fields'] === true
/** Whether a type says nothing about its members, so that all of them are kept. */
const isOpen = (schema: Schema): boolean =>
  schema.properties === undefined &&
  schema.additionalProperties === undefined &&
  schema.items === undefined &&
  !preserves(schema)

const EMBEDDED = new Set(['apiVersion', 'kind', 'metadata'])
export interface Walk {
  path: string
  unknown: string[]
  custom: boolean
}
const at = (walk: Walk, step: string): Walk => ({
  ...walk,
  path: walk.path === '' ? step : `${walk.path}.${step}`,
})
const atIndex = (walk: Walk, index: number): Walk => ({ ...walk, path: `${walk.path}[${index}]` })

/** Takes fields that no schema knows out of a value, in place, and notes their paths. */
export function prune(schema: Schema | undefined, value: unknown, walk: Walk): void {
  const typed = resolve(schema)
  if (!typed) return
  if (Array.isArray(value)) {
    value.forEach((item, index) => prune(typed.items, item, atIndex(walk, index)))
    return
  }
  if (!isRecord(value) || typed['x-kubernetes-int-or-string']) return
  if (isOpen(typed) && (!walk.custom || typed.type === undefined)) return
  pruneFields(typed, value, walk)
}
function pruneFields(schema: Schema, value: Record<string, unknown>, walk: Walk): void {
  for (const key of Object.keys(value)) {
    const known =
      schema.properties?.[key] ??
      (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined)
    if (known) prune(known, value[key], at(walk, key))
    else if (
      preserves(schema) ||
      schema.additionalProperties === true ||
      (schema['x-kubernetes-embedded-resource'] && EMBEDDED.has(key))
    )
      continue
    else {
      walk.unknown.push(at(walk, key).path)
      delete value[key]
    }
  }
}

function fillOne(value: Record<string, unknown>, key: string, property: Schema): void {
  const missing = value[key] === undefined || (value[key] === null && property.nullable !== true)
  if (missing && property.default !== undefined) value[key] = structuredClone(property.default)
}
/** Fills declared defaults in, in place; a null that may not be null counts as absent where there is a default. */
export function fillDefaults(schema: Schema | undefined, value: unknown): void {
  if (!schema) return
  if (Array.isArray(value)) {
    for (const item of value) fillDefaults(schema.items, item)
    return
  }
  if (!isRecord(value)) return
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    fillOne(value, key, property)
    fillDefaults(property, value[key])
  }
  if (typeof schema.additionalProperties !== 'object') return
  for (const [key, inner] of Object.entries(value))
    if (!schema.properties?.[key]) fillDefaults(schema.additionalProperties, inner)
}

/** Takes nulls out of a built-in object: to its decoder null is the same as absent. */
export function dropNulls(value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) dropNulls(item)
    return
  }
  if (!isRecord(value)) return
  for (const key of Object.keys(value)) {
    if (value[key] === null) delete value[key]
    else dropNulls(value[key])
  }
}
