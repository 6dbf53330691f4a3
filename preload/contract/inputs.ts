import { z } from 'zod'

/** What a number somebody types may be; `such` is an example that is right. */
export interface NumberRange {
  from: number
  to: number
  such: number
  unit?: string
}
const figure = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 6 })
const rangeSays = (what: string, { from, to, such, unit = '' }: NumberRange) =>
  `${what} from ${figure(from)} to ${figure(to)}${unit && ` ${unit}`}, such as ${String(such)}`

// A number that is wrong by itself is compared with no other.
const stop = (error: string) => ({ error, abort: true })
const decimals = (says: string, { from, to }: NumberRange) =>
  z.number({ error: says }).min(from, stop(says)).max(to, stop(says))
/** A whole number that people give. Whatever is wrong with it, the one sentence says what is wanted. */
export function wholeNumber(range: NumberRange) {
  const says = rangeSays('a whole number', range)
  return decimals(says, range).int(stop(says))
}
/** A number with decimals that people give. */
export function decimalNumber(range: NumberRange) {
  const says = rangeSays('a number', range)
  return decimals(says, range)
}

/** What a text somebody types may be; `such` is an example that is right. */
export interface TextRange {
  most: number
  such: string
  optional?: boolean
}
// Control characters, halves of surrogate pairs, and what turns the direction of the text after it: a name must read as it is stored.
const HIDDEN = /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069\uFEFF]/u
const HIDDEN_OVER_LINES = /[^\P{Cc}\n\t]|[\p{Cs}\u202A-\u202E\u2066-\u2069\uFEFF]/u
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u

function text(says: string, hidden: RegExp, { most, optional = false }: TextRange) {
  return z
    .string({ error: says })
    .normalize('NFC')
    .trim()
    .max(most, says)
    .refine((typed) => !hidden.test(typed), `${says}, without control characters`)
    .refine((typed) => (optional && typed === '') || VISIBLE.test(typed), says)
}
const textSays = (shape: string, { most, such, optional }: TextRange) =>
  `${optional ? `nothing or ${shape} of at most` : `${shape} of 1 to`} ${figure(most)} letters, such as ${such}`

/** One line that people write: composed (NFC), without blanks round it and without what cannot be seen. */
export const line = (range: TextRange) => text(textSays('one line', range), HIDDEN, range)
/** Some lines that people write. */
export const paragraph = (range: TextRange) =>
  text(textSays('a text', range), HIDDEN_OVER_LINES, range)

/** An address somebody types or pastes. */
export function webAddress({
  protocol,
  hostname,
  such,
}: {
  protocol: RegExp
  hostname?: RegExp
  such: string
}) {
  const says = `an address such as ${such}`
  return z
    .string({ error: says })
    .trim()
    .max(1000, says)
    .refine(
      (typed) => z.url({ protocol, ...(hostname && { hostname }) }).safeParse(typed).success,
      says,
    )
}
/** Nothing, or what another schema wants. */
export const orNothing = <S extends z.ZodType<string, string>>(wanted: S) => {
  const says = `nothing or ${wanted.safeParse('').error?.issues[0]?.message ?? 'a text'}`
  return z
    .string()
    .trim()
    .pipe(z.union([z.literal(''), wanted], { error: says }))
}
const INSTANT_SAYS = 'an instant such as 2027-01-15T18:00:00Z'
/** An instant that the calendar knows; a record that was read may say more than that, what people give may not. */
export const instant = () =>
  z
    .string({ error: INSTANT_SAYS })
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/, INSTANT_SAYS)
    .refine(
      (at) =>
        /^20\d\d/.test(at) &&
        z.iso.date().safeParse(at.slice(0, 10)).success &&
        !Number.isNaN(Date.parse(at)),
      INSTANT_SAYS,
    )
