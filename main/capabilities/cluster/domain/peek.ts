/** An object as it came, read field by field: a schema for each of fifty thousand objects would cost more than their parsing. */
export type Peek = unknown

/* eslint-disable max-params -- a list of names made for each of a million reads would cost more than the reading */
const step = (from: unknown, name: string): unknown =>
  typeof from === 'object' && from !== null ? (from as Record<string, unknown>)[name] : undefined
export function at(from: Peek, a: string, b?: string, c?: string, d?: string): unknown {
  const first = step(from, a)
  if (b === undefined || first === undefined) return first
  const second = step(first, b)
  if (c === undefined || second === undefined) return second
  const third = step(second, c)
  return d === undefined ? third : step(third, d)
}
/** The text at a path, empty where there is none. */
export function text(from: Peek, a: string, b?: string, c?: string, d?: string): string {
  const found = at(from, a, b, c, d)
  return typeof found === 'string' ? found : ''
}
export function count(from: Peek, a: string, b?: string, c?: string, d?: string): number {
  const found = at(from, a, b, c, d)
  return typeof found === 'number' && Number.isFinite(found) ? found : 0
}
export const flag = (from: Peek, a: string, b?: string, c?: string, d?: string): boolean =>
  at(from, a, b, c, d) === true
export function items(from: Peek, a: string, b?: string, c?: string, d?: string): unknown[] {
  const found = at(from, a, b, c, d)
  return Array.isArray(found) ? found : NONE
}
const NONE: unknown[] = []
/** The entries of a map of texts or numbers. */
export function entries(
  from: Peek,
  a: string,
  b?: string,
  c?: string,
): [string, string | number][] {
  const found = at(from, a, b, c)
  if (typeof found !== 'object' || found === null) return []
  return Object.entries(found).filter(
    (pair): pair is [string, string | number] =>
      typeof pair[1] === 'string' || typeof pair[1] === 'number',
  )
}
/** Milliseconds since 1970 of an instant; undefined where there is none. */
export function instant(from: Peek, a: string, b?: string, c?: string): number | undefined {
  const found = at(from, a, b, c)
  const parsed = typeof found === 'string' && found !== '' ? Date.parse(found) : Number.NaN
  return Number.isNaN(parsed) ? undefined : parsed
}
/* eslint-enable max-params */
export const condition = (from: Peek, type: string): unknown =>
  items(from, 'status', 'conditions').find((one) => text(one, 'type') === type)
export const holds = (from: Peek, type: string): boolean =>
  text(condition(from, type), 'status') === 'True'

const AGE = /(\d+)([ydhms])/g
const MS: Record<string, number> = {
  y: 31_536_000_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
}
/** Milliseconds of an age as servers print it ("3d4h", "18m", "45s"); undefined where it is none. */
export function printedAge(printed: unknown): number | undefined {
  if (typeof printed !== 'string') return undefined
  let sum: number | undefined
  for (const [, amount, unit = ''] of printed.matchAll(AGE))
    sum = (sum ?? 0) + Number(amount) * (MS[unit] ?? 0)
  return sum
}
