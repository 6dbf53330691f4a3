import { expect, test } from 'vitest'
import { faultsOf, customFaults } from './validate'
import { fillDefaults, prune } from './walk'
import type { Schema } from './schema'

const schema: Schema = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 10 },
    colour: { type: 'string', enum: ['red', 'blue'], default: 'red' },
    note: { type: 'string', nullable: true },
    name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
    share: { 'x-kubernetes-int-or-string': true },
    due: { type: 'string', format: 'date-time' },
    parts: {
      type: 'array',
      maxItems: 2,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['id'],
      items: {
        type: 'object',
        properties: { id: { type: 'string' }, weight: { type: 'integer', default: 1 } },
      },
    },
    free: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { known: { type: 'object', properties: { a: { type: 'string' } } } },
    },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
  },
}
test('unknown fields go, but where they are preserved, and are told with their paths', () => {
  const unknown: string[] = []
  const value = {
    size: 1,
    odd: true,
    parts: [{ id: 'a', odd: 1 }],
    free: { any: { thing: 1 }, known: { a: 'b', odd: 1 } },
    labels: { x: 'y' },
  }
  prune(schema, value, { path: 'spec', unknown, custom: true })
  expect(value).toEqual({
    size: 1,
    parts: [{ id: 'a' }],
    free: { any: { thing: 1 }, known: { a: 'b' } },
    labels: { x: 'y' },
  })
  expect(unknown).toEqual(['spec.odd', 'spec.parts[0].odd', 'spec.free.known.odd'])
})
test('defaults are filled in, in list items too, and null counts as absent unless it may be null', () => {
  const value: Record<string, unknown> = {
    colour: null,
    note: null,
    parts: [{ id: 'a' }, { id: 'b', weight: 3 }],
  }
  fillDefaults(schema, value)
  expect(value).toEqual({
    colour: 'red',
    note: null,
    parts: [
      { id: 'a', weight: 1 },
      { id: 'b', weight: 3 },
    ],
  })
})
test.each<[why: string, value: unknown, want: [reason: string, field: string, message: string][]]>([
  ['accepts what fits', { size: 2, share: '50%', due: '2026-01-01T00:00:00Z', note: null }, []],
  ['misses what is required', {}, [['FieldValueRequired', 'spec.size', 'Required value']]],
  [
    'bounds numbers',
    { size: 11 },
    [
      [
        'FieldValueInvalid',
        'spec.size',
        'Invalid value: 11: spec.size in body should be less than or equal to 10',
      ],
    ],
  ],
  [
    'knows whole numbers from others',
    { size: 1.5 },
    [
      [
        'FieldValueTypeInvalid',
        'spec.size',
        'Invalid value: "number": spec.size in body must be of type integer: "number"',
      ],
    ],
  ],
  [
    'keeps to an enum',
    { size: 1, colour: 'green' },
    [
      [
        'FieldValueNotSupported',
        'spec.colour',
        'Unsupported value: "green": supported values: "red", "blue"',
      ],
    ],
  ],
  [
    'reads patterns',
    { size: 1, name: 'A1' },
    [
      [
        'FieldValueInvalid',
        'spec.name',
        'Invalid value: "A1": spec.name in body should match \'^[a-z]+$\'',
      ],
    ],
  ],
  [
    'counts items and finds doubles',
    { size: 1, parts: [{ id: 'a' }, { id: 'b' }, { id: 'a' }] },
    [
      ['FieldValueTooMany', 'spec.parts', 'Too many: 3: must have at most 2 items'],
      ['FieldValueDuplicate', 'spec.parts[2]', 'Duplicate value: {"id":"a"}'],
    ],
  ],
  [
    'takes a number or a text',
    { size: 1, share: true },
    [
      [
        'FieldValueTypeInvalid',
        'spec.share',
        'Invalid value: "boolean": spec.share in body must be of type integer,string: "boolean"',
      ],
    ],
  ],
  [
    'looks into maps',
    { size: 1, labels: { x: 1 } },
    [
      [
        'FieldValueTypeInvalid',
        'spec.labels.x',
        'Invalid value: "integer": spec.labels.x in body must be of type string: "integer"',
      ],
    ],
  ],
])('%s', (_why, value, want) => {
  expect(
    [...faultsOf(schema, value, 'spec')].map(({ reason, field, message }) => [
      reason,
      field,
      message,
    ]),
  ).toEqual(want)
})
test('rules are tried on a whole object, on changes only where they speak of what was, and not on a broken shape', () => {
  const ruled: Schema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: { size: { type: 'integer', minimum: 1 }, note: { type: 'string' } },
        'x-kubernetes-validations': [
          { rule: '!has(self.note) || self.size > 1', message: 'a note needs a size above 1' },
          { rule: 'self.size >= oldSelf.size', message: 'never smaller' },
        ],
      },
    },
  }
  const told = (now: object, before?: object) =>
    customFaults(ruled, { spec: now }, before && { spec: before }).map(
      ({ field, message }) => `${field}: ${message}`,
    )
  expect(told({ size: 2, note: 'x' })).toEqual([])
  expect(told({ size: 1, note: 'x' })).toEqual([
    'spec: Invalid value: "object": a note needs a size above 1',
  ])
  expect(told({ size: 2 }, { size: 3 })).toEqual(['spec: Invalid value: "object": never smaller'])
  expect(told({ size: 'big' }, { size: 3 })[1]).toMatch(/^<nil>: .*were not checked/)
})
