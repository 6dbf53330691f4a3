import { isRecord } from '../cluster'
import { allBuiltinSchemas, resolve } from './builtin'
import type { Schema } from './schema'
import { parseQuantity } from '../../../kernel/quantities'

interface Place {
  path: string
  owner: string
}
const jsonType = (value: unknown): string => {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  return value === null ? 'null' : typeof value
}
const GO_TYPES: Record<string, string> = { string: 'string', boolean: 'bool', number: 'float64' }
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity'
const shortName = (ref: string | undefined): string | undefined => ref?.split('.').at(-1)

function goType(schema: Schema): string {
  if (schema.type === 'integer') return schema.format === 'int32' ? 'int32' : 'int64'
  if (schema.type === 'array')
    return `[]${shortName(schema.items?.$ref) ?? goType(schema.items ?? {})}`
  if (schema.type === 'object')
    return typeof schema.additionalProperties === 'object' ? 'map[string]string' : 'object'
  return GO_TYPES[schema.type ?? ''] ?? 'object'
}
function fits(schema: Schema, value: unknown): boolean {
  switch (schema.type) {
    case 'string':
      return typeof value === 'string'
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value)
    case 'number':
      return typeof value === 'number'
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isRecord(value)
    default:
      return true
  }
}
const mismatch = (value: unknown, place: Place, type: string): string =>
  `json: cannot unmarshal ${jsonType(value)} into Go struct field ${place.owner}.${place.path} of type ${type}`
function quantityFault(value: unknown): string | undefined {
  if (
    (typeof value === 'string' || typeof value === 'number') &&
    parseQuantity(value) !== undefined
  )
    return undefined
  return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
}
function inMembers(
  schema: Schema,
  value: Record<string, unknown>,
  place: Place,
): string | undefined {
  const open =
    typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
  for (const [key, inner] of Object.entries(value)) {
    const known = schema.properties?.[key] ?? open
    const fault =
      known && inner !== undefined
        ? faultIn(known, inner, {
            ...place,
            path: place.path === '' ? key : `${place.path}.${key}`,
          })
        : undefined
    if (fault) return fault
  }
  return undefined
}
function faultIn(schema: Schema, value: unknown, place: Place): string | undefined {
  if (schema.$ref === QUANTITY) return quantityFault(value)
  const typed = resolve(schema)
  if (!typed || typed.oneOf) return undefined
  if (!fits(typed, value)) return mismatch(value, place, shortName(schema.$ref) ?? goType(typed))
  const inside = { ...place, owner: shortName(schema.$ref) ?? place.owner }
  if (Array.isArray(value)) {
    for (const item of value) {
      const fault = typed.items && faultIn(typed.items, item, inside)
      if (fault) return fault
    }
    return undefined
  }
  return isRecord(value) ? inMembers(typed, value, inside) : undefined
}
/** Why the decoder of a built-in kind would refuse an object; undefined where it would not. */
export function builtinTypeFault(schema: Schema, object: unknown): string | undefined {
  const owner = Object.entries(allBuiltinSchemas).find(([, known]) => known === schema)?.[0]
  return isRecord(object)
    ? inMembers(schema, object, { path: '', owner: shortName(owner) ?? '' })
    : undefined
}
