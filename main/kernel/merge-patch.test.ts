import { apply } from 'json-merge-patch'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergePatchOf, patchOf } from './merge-patch'

test('holds the changed paths alone', () => {
  expect(
    mergePatchOf(
      { spec: { seed: 9007199254740993n, note: 'a', list: [1, 2], gone: { x: 1 } } },
      { spec: { list: [2, 1], note: 'b', seed: 9007199254740993n, came: { y: 2 } } },
    ),
  ).toEqual({ spec: { note: 'b', list: [2, 1], gone: null, came: { y: 2 } } })
})

test('is refused where the object was replaced or has changed', () => {
  const live = { metadata: { uid: 'u', resourceVersion: '7' } }
  expect(patchOf(live, { metadata: { labels: { a: 'b' } }, spec: { x: 1 } })).toEqual({
    metadata: { labels: { a: 'b' }, uid: 'u', resourceVersion: '7' },
    spec: { x: 1 },
  })
})

test('makes one object of the other, whatever they hold', () => {
  const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer()))
  const object = fc.letrec((tie) => ({
    object: fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc.oneof({ maxDepth: 3 }, leaf, tie('object')),
      { noNullPrototype: true },
    ),
  })).object as fc.Arbitrary<Record<string, unknown>>
  fc.assert(
    fc.property(object, object, (from, to) => {
      expect(apply(structuredClone(from), mergePatchOf(from, to))).toEqual(to)
    }),
  )
})
