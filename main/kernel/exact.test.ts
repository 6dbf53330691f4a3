import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { decimalText, exact, Fraction, fractionOf, rounded, shareCents, total } from './exact'

test.each([
  ['1.2031', '1.203100'],
  ['1/7', '0.142857'],
  [0.1, '0.100000'],
  ['-0.0000005', '0.000000'],
  ['0.0000015', '0.000002'],
  ['0.0000025', '0.000002'],
  ['-3.5', '-3.500000'],
  ['123456789012345678901234567890.5', '123456789012345678901234567890.500000'],
])('%s reads and prints as %s, half to even', (text, printed) => {
  expect(decimalText(exact(text) ?? fractionOf(0n))).toBe(printed)
})
test.each(['', '1e5', '1.', '.5', '1,5', '0x10', 'NaN', '1/0', '٣', '1 2', Number.NaN, Infinity])(
  '%s is no exact number',
  (text) => expect(exact(text)).toBeUndefined(),
)

describe('cents', () => {
  it('add up to the rounded total, and no part is more than a cent off', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.tuple(fc.nat(1_000_000), fc.integer({ min: 1, max: 999 }))),
        (parts) => {
          const amounts = new Map(
            Object.entries(parts).map(([name, [n, d]]) => [name, new Fraction(n, d)]),
          )
          const cents = shareCents(amounts)
          const shown = [...cents.parts.values()].map((text) => new Fraction(text))
          expect(total(shown).equals(new Fraction(cents.total))).toBe(true)
          expect(cents.total).toBe(
            decimalText(fractionOf(rounded(total(amounts.values()).mul(100)), 100n), 2),
          )
          for (const [name, amount] of amounts)
            expect(
              amount
                .sub(new Fraction(cents.parts.get(name) ?? '0'))
                .abs()
                .compare(new Fraction(1, 100)),
            ).toBeLessThan(0)
        },
      ),
    )
  })
  it('go to the largest remainder, of equal ones to the first by name', () => {
    const third = new Fraction(1, 3)
    const { parts } = shareCents(
      new Map([
        ['b', third],
        ['c', third],
        ['a', third],
      ]),
    )
    expect(Object.fromEntries(parts)).toEqual({ a: '0.34', b: '0.33', c: '0.33' })
  })
})
