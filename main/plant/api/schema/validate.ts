import { isRecord, sameJson } from '../cluster'
import { duplicate, invalid, notSupported, required, wrongType, type FieldFault } from '../errors'
import { ruleFaults } from './rules'
import { memberSchema, type Schema } from './schema'

const typeName = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'bigint') return 'integer'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value === 'object' ? 'object' : typeof value
}
function hasType(schema: Schema, value: unknown): boolean {
  if (schema['x-kubernetes-int-or-string']) return ['string', 'integer'].includes(typeName(value))
  if (schema.type === undefined) return true
  const found = typeName(value)
  return found === schema.type || (schema.type === 'number' && found === 'integer')
}
const say = (path: string, value: unknown, words: string): FieldFault =>
  invalid(path, value, `${path} in body ${words}`)

const FORMATS: Record<string, (text: string) => boolean> = {
  'date-time': (text) =>
    /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}/.test(text) && !Number.isNaN(Date.parse(text)),
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)),
  uri: (text) => URL.canParse(text),
  email: (text) => /^[^@\s]+@[^@\s]+$/.test(text),
  uuid: (text) => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text),
  ipv4: (text) => /^(\d{1,3}\.){3}\d{1,3}$/.test(text),
  duration: (text) => /^\d/.test(text),
  byte: (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text),
}
const patterns = new Map<string, RegExp | undefined>()
/** Patterns are written for RE2; one that this engine cannot read does not refuse anything. */
function patternOf(source: string): RegExp | undefined {
  if (!patterns.has(source)) {
    let compiled: RegExp | undefined
    try {
      compiled = new RegExp(source, 'u')
    } catch {
      compiled = undefined
    }
    patterns.set(source, compiled)
  }
  return patterns.get(source)
}
function* stringFaults(schema: Schema, value: string, path: string): Generator<FieldFault> {
  const length = [...value].length
  // The first fault of a text is the only one told.
  if (schema.maxLength !== undefined && length > schema.maxLength)
    return yield {
      reason: 'FieldValueTooLong',
      field: path,
      message: `Too long: may not be more than ${schema.maxLength} bytes`,
    }
  if (schema.minLength !== undefined && length < schema.minLength)
    return yield say(path, value, `should be at least ${schema.minLength} chars long`)
  if (schema.pattern !== undefined && patternOf(schema.pattern)?.test(value) === false)
    return yield say(path, value, `should match '${schema.pattern}'`)
  const format = schema.format === undefined ? undefined : FORMATS[schema.format]
  if (format && !format(value))
    yield wrongType(
      path,
      value,
      `${path} in body must be of type ${schema.format ?? ''}: ${JSON.stringify(value)}`,
    )
}
function* numberFaults(schema: Schema, value: number, path: string): Generator<FieldFault> {
  const {
    minimum = -Infinity,
    maximum = Infinity,
    exclusiveMinimum,
    exclusiveMaximum,
    multipleOf,
  } = schema
  const orEqual = (exclusive = false): string => (exclusive ? '' : 'or equal to ')
  if (value < minimum || (exclusiveMinimum && value === minimum))
    yield say(path, value, `should be greater than ${orEqual(exclusiveMinimum)}${minimum}`)
  if (value > maximum || (exclusiveMaximum && value === maximum))
    yield say(path, value, `should be less than ${orEqual(exclusiveMaximum)}${maximum}`)
  if (multipleOf !== undefined && value % multipleOf !== 0)
    yield say(path, value, `should be a multiple of ${multipleOf}`)
}
function* listFaults(schema: Schema, value: unknown[], path: string): Generator<FieldFault> {
  if (schema.maxItems !== undefined && value.length > schema.maxItems)
    yield {
      reason: 'FieldValueTooMany',
      field: path,
      message: `Too many: ${value.length}: must have at most ${schema.maxItems} items`,
    }
  if (schema.minItems !== undefined && value.length < schema.minItems)
    yield say(path, value.length, `should have at least ${schema.minItems} items`)
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const kind = schema['x-kubernetes-list-type']
  const identity = (item: unknown): unknown =>
    kind === 'map' && isRecord(item)
      ? Object.fromEntries(keys.map((key) => [key, item[key]]))
      : item
  for (const [index, item] of value.entries()) {
    const twice =
      (kind === 'map' || kind === 'set' || schema.uniqueItems === true) &&
      value.slice(0, index).some((other) => sameJson(identity(other), identity(item)))
    if (twice) yield duplicate(`${path}[${index}]`, identity(item))
    if (schema.items) yield* faultsOf(schema.items, item, `${path}[${index}]`)
  }
}
function* countFaults(
  { minProperties = 0, maxProperties = Infinity }: Schema,
  count: number,
  path: string,
): Generator<FieldFault> {
  if (count > maxProperties)
    yield {
      reason: 'FieldValueTooMany',
      field: path,
      message: `Too many: ${count}: must have at most ${maxProperties} items`,
    }
  if (count < minProperties)
    yield say(path, count, `should have at least ${minProperties} properties`)
}
function* objectFaults(
  schema: Schema,
  value: Record<string, unknown>,
  path: string,
): Generator<FieldFault> {
  const inside = (key: string): string => (path === '' ? key : `${path}.${key}`)
  yield* countFaults(schema, Object.keys(value).length, path)
  for (const key of schema.required ?? []) if (value[key] === undefined) yield required(inside(key))
  for (const [key, inner] of Object.entries(value)) {
    const known = memberSchema(schema, key)
    if (known && inner !== undefined) yield* faultsOf(known, inner, inside(key))
  }
}
function* valueFaults(schema: Schema, value: unknown, path: string): Generator<FieldFault> {
  if (typeof value === 'string') yield* stringFaults(schema, value, path)
  else if (typeof value === 'number') yield* numberFaults(schema, value, path)
  else if (Array.isArray(value)) yield* listFaults(schema, value, path)
  else if (isRecord(value)) yield* objectFaults(schema, value, path)
  if (schema.enum && !schema.enum.some((allowed) => sameJson(allowed, value)))
    yield notSupported(path, value, schema.enum)
}
const passes = (schema: Schema, value: unknown, path: string): boolean =>
  faultsOf(schema, value, path).next().done === true
function* juncturesOf(schema: Schema, value: unknown, path: string): Generator<FieldFault> {
  for (const every of schema.allOf ?? []) yield* faultsOf(every, value, path)
  if (
    schema.anyOf &&
    !schema['x-kubernetes-int-or-string'] &&
    !schema.anyOf.some((one) => passes(one, value, path))
  )
    yield say(path, value, 'must validate at least one schema (anyOf)')
  if (schema.oneOf && schema.oneOf.filter((one) => passes(one, value, path)).length !== 1)
    yield say(path, value, 'must validate one and only one schema (oneOf)')
  if (schema.not && passes(schema.not, value, path))
    yield say(path, value, 'must not validate the schema (not)')
}
/** Every fault of a value under a structural schema, in the words of the real server. */
export function* faultsOf(schema: Schema, value: unknown, path: string): Generator<FieldFault> {
  if (value === null && schema.nullable === true) return
  if (!hasType(schema, value)) {
    const type = schema['x-kubernetes-int-or-string'] ? 'integer,string' : (schema.type ?? '')
    yield wrongType(
      path,
      typeName(value),
      `${path} in body must be of type ${type}: ${JSON.stringify(typeName(value))}`,
    )
    return
  }
  yield* valueFaults(schema, value, path)
  yield* juncturesOf(schema, value, path)
}
const hasRules = (schema: Schema): boolean =>
  schema['x-kubernetes-validations'] !== undefined ||
  Object.values(schema.properties ?? {}).some(hasRules) ||
  (schema.items !== undefined && hasRules(schema.items)) ||
  (typeof schema.additionalProperties === 'object' && hasRules(schema.additionalProperties))
/** Faults of shape: with one of these the rules cannot be tried. */
const BLOCKING = new Set<FieldFault['reason']>([
  'FieldValueRequired',
  'FieldValueTypeInvalid',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueNotSupported',
])
const UNCHECKED: FieldFault = {
  reason: 'FieldValueInvalid',
  field: '<nil>',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
}

/** Every fault of a custom object: first of its shape, then of the rules its schema carries. */
export function customFaults(
  schema: Schema,
  object: Record<string, unknown>,
  before?: Record<string, unknown>,
): FieldFault[] {
  const { metadata: _metadata, apiVersion: _apiVersion, kind: _kind, ...members } = object
  const {
    metadata: _itsMetadata,
    apiVersion: _itsVersion,
    kind: _itsKind,
    ...properties
  } = schema.properties ?? {}
  const faults = [
    ...objectFaults(
      {
        ...schema,
        properties,
        required: (schema.required ?? []).filter(
          (key) => !['metadata', 'apiVersion', 'kind'].includes(key),
        ),
      },
      members,
      '',
    ),
  ]
  if (!hasRules(schema)) return faults
  if (faults.some((fault) => BLOCKING.has(fault.reason))) return [...faults, UNCHECKED]
  return [...faults, ...ruleFaults({ schema, value: object, old: before, path: '' })]
}
