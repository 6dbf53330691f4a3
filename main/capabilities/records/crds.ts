import { z } from 'zod'
import { GROUP, KINDS, VERSION, type RecordKind } from '../../../preload/contract/records'
import type { KubeObject } from '../../platform/kubernetes/types'

interface Json {
  [key: string]:
    | Json
    | Json[]
    | string
    | number
    | boolean
    | null
    | undefined
    | (string | number | boolean | null)[]
}

// Lists whose items have an identity, so that two writers of one list merge instead of overwriting each other.
const MAP_LISTS: Record<string, string[]> = {
  conditions: ['type'],
  events: ['id'],
  operations: ['id'],
}
const KEPT = [
  'description',
  'pattern',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'enum',
  'default',
] as const
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A JSON schema as Kubernetes wants it: every level typed, no $schema, no additionalProperties beside properties, and bounds that an
 * int64 can hold. zod says z.record as propertyNames plus additionalProperties; only the latter is structural.
 */
export function structural(schema: unknown, name = ''): Json {
  if (!isObject(schema)) return {}
  const { nullable, inner } = withoutNull(schema)
  const made: Json = { ...(nullable && { nullable: true }) }
  for (const key of KEPT) if (inner[key] !== undefined) made[key] = inner[key]
  if (inner['const'] !== undefined) made['enum'] = [inner['const'] as string]
  made['type'] = typeOf(inner)
  if (made['type'] === 'integer') made['format'] = 'int64'
  if (made['type'] === 'integer' || made['type'] === 'number') Object.assign(made, bounds(inner))
  if (made['type'] === 'array') Object.assign(made, listOf(inner, name))
  if (made['type'] === 'object') Object.assign(made, membersOf(inner))
  return made
}

function withoutNull(schema: Json): { nullable: boolean; inner: Json } {
  const choices = schema['anyOf']
  if (!Array.isArray(choices)) return { nullable: false, inner: schema }
  const others = choices.filter(
    (choice): choice is Json => isObject(choice) && choice['type'] !== 'null',
  )
  const [only] = others
  if (others.length !== 1 || !only)
    throw new TypeError('a shared record may not have a field of several types')
  return {
    nullable: others.length < choices.length,
    inner: {
      ...only,
      ...(schema['description'] !== undefined && { description: schema['description'] }),
    },
  }
}

function typeOf(schema: Json): string {
  const { type } = schema
  if (typeof type === 'string') return type
  const sample = schema['const'] ?? (Array.isArray(schema['enum']) ? schema['enum'][0] : undefined)
  if (typeof sample === 'string' || typeof sample === 'number' || typeof sample === 'boolean')
    return typeof sample
  throw new TypeError('a shared record may not have a field of no type')
}

function bounds(schema: Json): Json {
  const made: Json = {}
  const limits = { minimum: schema['minimum'], maximum: schema['maximum'] }
  for (const [name, value] of Object.entries(limits))
    if (typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER) made[name] = value
  if (typeof schema['exclusiveMinimum'] === 'number')
    Object.assign(made, { minimum: schema['exclusiveMinimum'], exclusiveMinimum: true })
  if (typeof schema['exclusiveMaximum'] === 'number')
    Object.assign(made, { maximum: schema['exclusiveMaximum'], exclusiveMaximum: true })
  return made
}

function listOf(schema: Json, name: string): Json {
  const keys = MAP_LISTS[name]
  return {
    items: structural(schema['items']),
    ...(keys && { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys }),
  }
}

function membersOf(schema: Json): Json {
  const properties = schema['properties']
  if (!isObject(properties))
    return isObject(schema['additionalProperties'])
      ? { additionalProperties: structural(schema['additionalProperties']) }
      : {}
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, inner]) => [name, structural(inner, name)]),
  )
  const required = Array.isArray(schema['required'])
    ? schema['required'].filter((name): name is string => typeof name === 'string')
    : []
  return { properties: members, ...(required.length > 0 && { required }) }
}

const partOf = (kind: RecordKind, part: 'spec' | 'status'): Json => {
  const schema = z.toJSONSchema(z.object({ part: KINDS[kind].schema.shape[part] as z.ZodType }), {
    target: 'draft-7',
    io: 'input',
    reused: 'inline',
  })
  return structural((schema.properties as Json | undefined)?.['part'])
}

/** The definition of one kind of shared record. */
export function crdOf(kind: RecordKind): KubeObject {
  const { plural, shortName, scope, columns } = KINDS[kind]
  const { default: _default, ...status } = partOf(kind, 'status')
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}`, labels: { 'app.kubernetes.io/part-of': 'takt' } },
    spec: {
      group: GROUP,
      scope,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [shortName],
        categories: ['takt'],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns.map(({ name, path, type }) => ({
            name,
            type,
            jsonPath: path,
          })),
          schema: {
            openAPIV3Schema: {
              type: 'object',
              required: ['spec'],
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec: partOf(kind, 'spec'),
                status,
              },
            },
          },
        },
      ],
    },
  }
}

export const RECORD_KINDS = Object.keys(KINDS) as RecordKind[]
/** The definitions of all shared records, made from the schemas of the contract. */
export const crds = (): KubeObject[] => RECORD_KINDS.map(crdOf)
