/** The source of a number is handed to a reviver since ES2026; the types do not know it yet. */
type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown }

const MAY_HOLD_LONG = /\d{16}/
const WHOLE = /^-?\d+$/

/** JSON in which a whole number that a double cannot hold is a bigint. Throws where `JSON.parse` does. */
export function parseExact(text: string): unknown {
  // A reviver costs several times the parsing, and hardly any object holds such a number.
  if (!MAY_HOLD_LONG.test(text)) return JSON.parse(text)
  return parseWithSource(text, (_key, value, { source = '' }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && WHOLE.test(source)
      ? BigInt(source)
      : value,
  )
}

/** The text of what `parseExact` read, with every digit of its numbers. */
export const stringifyExact = (value: unknown, indent?: number): string =>
  JSON.stringify(
    value,
    (_key, inner: unknown) => (typeof inner === 'bigint' ? rawJSON(String(inner)) : inner),
    indent,
  )

/** The same value with doubles in the place of long numbers, for what only compares and shows them. */
export function rounded(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(rounded)
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]))
    : value
}

const said = (value: object) => Object.entries(value).filter(([, inner]) => inner !== undefined)
/** Whether two values say the same, whatever the order of their fields; a field that is undefined says nothing. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [mine, theirs] = [said(a), new Map(said(b))]
  return (
    mine.length === theirs.size &&
    mine.every(([key, value]) => theirs.has(key) && sameValue(value, theirs.get(key)))
  )
}
