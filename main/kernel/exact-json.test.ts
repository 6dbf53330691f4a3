import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseExact, rounded, sameValue, stringifyExact } from './exact-json'

test('whole numbers that a double cannot hold come back as they stood', () => {
  const text =
    '{"seed":9007199254740993,"least":-9223372036854775808,"list":[18446744073709551615],"near":9007199254740991,"half":1234567890123456.5,"text":"9007199254740993"}'
  expect(stringifyExact(parseExact(text))).toBe(text)
  expect(parseExact(text)).toMatchObject({ seed: 9007199254740993n, near: 9007199254740991 })
})

test('is JSON for all that JSON can say', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(rounded(parseExact(text))).toEqual(JSON.parse(text))
      expect(stringifyExact(parseExact(text))).toBe(JSON.stringify(JSON.parse(text)))
    }),
  )
  expect(() => parseExact('{"a":9007199254740993')).toThrow(SyntaxError)
})

test.each<[a: unknown, b: unknown, same: boolean]>([
  [{ a: 1, b: [1n] }, { b: [1n], a: 1 }, true],
  [[1, 2], [2, 1], false],
  [{ a: undefined, b: 1 }, { b: 1 }, true],
  [{ a: undefined }, { a: null }, false],
  [[], {}, false],
  [9007199254740993n, 9007199254740992n, false],
  [null, {}, false],
])('values say the same (case %#)', (a, b, same) => expect(sameValue(a, b)).toBe(same))
