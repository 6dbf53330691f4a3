import Fraction from 'fraction.js'
import { inOrder } from './order'

export { Fraction }
export const ZERO = new Fraction(0)
const DECIMAL = /^-?\d{1,30}(\.\d{1,30})?$/
const RATIO = /^\d{1,18}\/[1-9]\d{0,17}$/

/** A number as people and files write it, without going through a double; undefined for what is no plain decimal or ratio. */
export function exact(text: string | number): Fraction | undefined {
  const plain = typeof text === 'number' ? decimalOf(text) : text.trim()
  return DECIMAL.test(plain) || RATIO.test(plain) ? new Fraction(plain) : undefined
}
/** JSON numbers are read as they were most likely written. */
const decimalOf = (value: number) => {
  const text = String(value)
  return text.includes('e') && Number.isFinite(value) ? value.toFixed(20) : text
}

/** The sum of exact numbers. */
export const total = (values: Iterable<Fraction>): Fraction => {
  let sum = ZERO
  for (const value of values) sum = sum.add(value)
  return sum
}
export const fractionOf = (numerator: bigint, denominator = 1n): Fraction =>
  new Fraction(numerator, denominator)

/** The whole number closest to an exact one; of two that are equally close the even one. */
export function rounded({ s, n, d }: Fraction): bigint {
  const [whole, rest] = [n / d, n % d]
  const up = 2n * rest > d || (2n * rest === d && whole % 2n === 1n)
  return s * (whole + (up ? 1n : 0n))
}
/** An exact number as text with so many decimals, half to even. */
export function decimalText(value: Fraction, digits = 6): string {
  const scaled = rounded(value.mul(10 ** digits))
  const text = String(scaled < 0n ? -scaled : scaled).padStart(digits + 1, '0')
  const sign = scaled < 0n ? '-' : ''
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

const CENTS = 100
/**
 * Whole cents for the parts of a sum, so that they add up to the rounded sum: by largest remainder, of equal ones the first by name. Amounts
 * in dollars.
 */
export function shareCents(parts: ReadonlyMap<string, Fraction>): {
  parts: Map<string, string>
  total: string
} {
  const shares = [...parts].map(([name, amount]) => {
    const cents = amount.mul(CENTS)
    const whole = cents.floor()
    return { name, whole: whole.s * whole.n, rest: cents.sub(whole) }
  })
  const all = rounded(total(parts.values()).mul(CENTS))
  const missing = all - shares.reduce((sum, { whole }) => sum + whole, 0n)
  const byRest = shares.toSorted((a, b) => b.rest.compare(a.rest) || inOrder(a.name, b.name))
  const raised = new Set(byRest.slice(0, Number(missing)).map(({ name }) => name))
  const text = (cents: bigint) => decimalText(fractionOf(cents, BigInt(CENTS)), 2)
  return {
    parts: new Map(
      shares.map(({ name, whole }) => [name, text(raised.has(name) ? whole + 1n : whole)]),
    ),
    total: text(all),
  }
}
