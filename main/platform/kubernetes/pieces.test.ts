import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsedInPieces, withoutManagers } from './pieces'

async function all(text: string, piece: number) {
  const items: unknown[] = []
  let envelope: unknown
  let pieces = 0
  for await (const part of parsedInPieces(text, 'items', { atOnce: 0, piece })) {
    items.push(...part.items)
    envelope = part.envelope
    pieces++
  }
  return { items, envelope, pieces }
}

test('pieces together are the whole, whatever stands in it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue(), { maxLength: 30 }),
      fc.jsonValue(),
      fc.integer({ min: 1, max: 200 }),
      async (items, other, piece) => {
        const text = JSON.stringify({
          kind: 'List',
          trap: { items: [1, 2], text: '"items":[' },
          other,
          items,
          after: ']',
        })
        const found = await all(text, piece)
        const before = JSON.parse(text) as { items: unknown[] }
        expect(found.items).toEqual(before.items)
        expect(found.envelope).toEqual({ ...before, items: [] })
      },
    ),
  )
})
test('a long list comes in several pieces', async () => {
  expect(
    (
      await all(
        JSON.stringify({ items: Array.from({ length: 100 }, (_, n) => ({ n, text: '\\"},{"' })) }),
        100,
      )
    ).pieces,
  ).toBeGreaterThan(10)
})
test('what is no JSON has no envelope', async () => {
  expect(await all('<html>', 10)).toEqual({ items: [], envelope: undefined, pieces: 1 })
  expect(await all('{"items":[{"a":1},{"b":', 3)).toEqual({
    items: [],
    envelope: undefined,
    pieces: 1,
  })
})
test('managed fields are left out and everything else stays, whatever stands in it', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          metadata: fc.record({ name: fc.string(), managedFields: fc.array(fc.jsonValue()) }),
          spec: fc.jsonValue(),
        }),
      ),
      (items) => {
        const trap = '"managedFields":[{"'
        const found: unknown = JSON.parse(
          withoutManagers(JSON.stringify({ trap, items, [trap]: 1 })),
        )
        expect(found).toEqual(
          JSON.parse(
            JSON.stringify({
              trap,
              items: items.map(({ metadata, spec }) => ({
                metadata: { ...metadata, managedFields: [] },
                spec,
              })),
              [trap]: 1,
            }),
          ),
        )
      },
    ),
  )
  expect(withoutManagers('{"managedFields":[{"a"')).toBe('{"managedFields":[{"a"')
})
