import { expect, test } from 'vitest'
import { KINDS, type RecordKind } from '../../../preload/contract/records'
import { crdOf, crds, structural } from './crds'

type Node = { [key: string]: unknown }
const schemaOf = (kind: RecordKind) =>
  (crdOf(kind)['spec'] as { versions: { schema: { openAPIV3Schema: Node } }[] }).versions[0]?.schema
    .openAPIV3Schema ?? {}
const at = (node: unknown, ...path: string[]) =>
  path.reduce<unknown>((found, step) => (found as Node | undefined)?.[step], node) as Node

function* nodes(node: unknown, path: string): Generator<[string, Node]> {
  if (typeof node !== 'object' || node === null) return
  const schema = node as Node
  yield [path, schema]
  for (const [name, inner] of Object.entries((schema['properties'] ?? {}) as Node))
    yield* nodes(inner, `${path}.${name}`)
  for (const part of ['items', 'additionalProperties'])
    if (schema[part] !== undefined) yield* nodes(schema[part], `${path}.${part}`)
}

test.each(Object.keys(KINDS) as RecordKind[])('%s is structural at every level', (kind) => {
  let count = 0
  for (const [path, node] of nodes(schemaOf(kind), kind)) {
    count++
    expect(['object', 'array', 'string', 'integer', 'number', 'boolean'], path).toContain(
      node['type'],
    )
    for (const never of [
      '$schema',
      '$ref',
      'anyOf',
      'oneOf',
      'allOf',
      'const',
      'propertyNames',
      'id',
    ])
      expect(node, path).not.toHaveProperty(never)
    if (node['properties']) expect(node, path).not.toHaveProperty('additionalProperties')
    if (node['type'] === 'array') expect(node['items'], path).toBeTypeOf('object')
  }
  expect(count).toBeGreaterThan(8)
})

test('bounds, enumerations and required fields come from the contract', () => {
  const spec = at(schemaOf('Environment'), 'properties', 'spec')
  expect(at(spec, 'properties', 'replicas')).toEqual({
    type: 'integer',
    format: 'int64',
    minimum: 1,
    maximum: 10,
  })
  expect(at(spec, 'properties', 'availability')).toEqual({
    type: 'string',
    enum: ['single', 'high'],
  })
  expect(spec['required']).toContain('owner')
  expect(spec['required']).not.toContain('idle')
  expect(at(schemaOf('Revision'), 'properties', 'spec', 'properties', 'metrics')).toEqual({
    type: 'object',
    additionalProperties: { type: 'number' },
  })
  expect(schemaOf('Tool')['required']).toEqual(['spec'])
})

test('events merge by id and conditions by type', () => {
  expect(at(schemaOf('WorkItem'), 'properties', 'status', 'properties', 'events')).toMatchObject({
    type: 'array',
    maxItems: 500,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['id'],
  })
  expect(at(schemaOf('Project'), 'properties', 'status', 'properties', 'conditions')).toMatchObject(
    { 'x-kubernetes-list-map-keys': ['type'] },
  )
})

test('every kind has its names, columns and status', () => {
  for (const crd of crds()) {
    const spec = crd['spec'] as {
      names: { plural: string; categories: string[]; shortNames: string[] }
      group: string
      versions: { subresources: unknown; additionalPrinterColumns: { jsonPath: string }[] }[]
    }
    expect(crd.metadata.name).toBe(`${spec.names.plural}.takt.dev`)
    expect(spec.names.categories).toEqual(['takt'])
    expect(spec.versions[0]?.subresources).toEqual({ status: {} })
    expect(spec.versions[0]?.additionalPrinterColumns.at(-1)?.jsonPath).toBe(
      '.metadata.creationTimestamp',
    )
  }
})

test('a field that may be null is nullable, one of several types is refused', () => {
  expect(structural({ anyOf: [{ type: 'string', maxLength: 3 }, { type: 'null' }] })).toEqual({
    nullable: true,
    type: 'string',
    maxLength: 3,
  })
  expect(() => structural({ anyOf: [{ type: 'string' }, { type: 'number' }] })).toThrow(TypeError)
})
