import { z } from 'zod'

/** How a field is typed into, for whoever draws or walks all of them. */
export type FieldKind = 'number' | 'text' | 'day' | 'choice' | 'tick' | 'list'
const kinds = z.registry<{ kind: FieldKind }>()
export const kindOf = (field: z.ZodType): FieldKind => kinds.get(field)?.kind ?? 'text'
const as = <S extends z.ZodType>(kind: FieldKind, schema: S): S => {
  kinds.add(schema, { kind })
  return schema
}

// Plain decimal notation only: what `Number` also takes (1e3, 0x10, Infinity, nothing at all) is seldom what somebody meant.
const PLAIN_NUMBER = /^[+-]?\d+(\.\d+)?$/
/** The number that a text is in plain decimal notation, NaN where it is none. */
export const readNumber = (typed: string) => (PLAIN_NUMBER.test(typed.trim()) ? Number(typed) : NaN)

/** A number as it stands in a field: text until it reads as what the schema wants. */
export const numberField = <S extends z.ZodType<number, number>>(wanted: S) =>
  as('number', z.string().transform(readNumber).pipe(wanted))
/** A number that may be left out. */
export const maybeNumberField = <S extends z.ZodType<number, number>>(wanted: S) =>
  as(
    'number',
    z
      .string()
      .transform((typed) => (typed.trim() === '' ? undefined : readNumber(typed)))
      .pipe(z.union([z.undefined(), wanted], { error: () => sentenceOf(wanted) })),
  )
const sentenceOf = (wanted: z.ZodType) =>
  `nothing or ${wanted.safeParse(NaN).error?.issues[0]?.message ?? 'a number'}`

const DAY_SAYS = 'a day from 2000-01-01 to 2099-12-31, such as 2027-01-15'
/** A day of the calendar as browsers give it, YYYY-MM-DD. */
export const dayField = () =>
  as(
    'day',
    z.iso.date(DAY_SAYS).refine((day) => /^20\d\d-/.test(day), DAY_SAYS),
  )
/** A text that a schema of the contract reads. */
export const textField = <S extends z.ZodType<unknown, string>>(wanted: S) => as('text', wanted)
const secrets = new WeakSet<z.ZodType>()
/** A text that is shown as dots and kept nowhere. */
export function secretField<S extends z.ZodType<unknown, string>>(wanted: S): S {
  secrets.add(wanted)
  return textField(wanted)
}
export const isSecret = (field: z.ZodType): boolean => secrets.has(field)
/** Several texts in one field, parted by lines or by commas. */
export const listField = (each: z.ZodType<string, string>, most: number, parts: RegExp = /\n/) =>
  as(
    'text',
    z
      .string()
      .transform((typed) =>
        typed
          .split(parts)
          .map((one) => one.trim())
          .filter(Boolean),
      )
      .pipe(z.array(each).max(most, `at most ${String(most)} of them`)),
  )
export const choiceField = <S extends z.ZodType>(wanted: S) => as('choice', wanted)
export const tickField = () => as('tick', z.boolean())
/** Rows of the same few fields, one after another. */
export const rowsField = <S extends Record<string, z.ZodType>>(row: S, most: number) =>
  as('list', z.array(z.object(row)).max(most, `at most ${String(most)} rows`))
