import { schemaResolver, useForm as useFields } from '@mantine/form'
import { useEffect, useMemo, useState } from 'react'
import { z } from 'zod'
import { useKeptTyping, useLeftTyping } from './kept-typing'
import { kindOf } from './texts'

type Shape = Record<string, z.ZodType>
export type Typed<S extends Shape> = { [K in keyof S]: z.input<S[K]> }
type Fields<S extends Shape> = z.ZodObject<S>

/** What a form asks: its fields, what they become together, and how it looks when it is filled in well. */
export interface FormModel<S extends Shape, Out> {
  id: string
  fields: S
  schema: z.ZodType<Out, z.input<Fields<S>>>
  example: Typed<S>
}
/** Declares a form. `together` holds what spans fields, and turns what was typed into what is asked for. */
export function defineForm<S extends Shape, Out = z.output<Fields<S>>>(told: {
  id: string
  fields: S
  example: NoInfer<Typed<S>>
  together?: (fields: Fields<S>) => z.ZodType<Out, z.input<Fields<S>>>
}): FormModel<S, Out> {
  const { id, fields, example, together } = told
  const object = z.object(fields)
  const schema = together
    ? together(object)
    : (object as unknown as z.ZodType<Out, z.input<Fields<S>>>)
  return { id, fields, schema, example }
}

/** What stands on the screen: read as a whole, or what is wrong with it, by field. */
export type Reading<Out> =
  { ok: true; value: Out } | { ok: false; problems: Readonly<Record<string, string>> }
export function readTyped<S extends Shape, Out>(
  model: FormModel<S, Out>,
  typed: Typed<S>,
): Reading<Out> {
  const parsed = model.schema.safeParse(typed as z.input<Fields<S>>)
  if (parsed.success) return { ok: true, value: parsed.data }
  const problems: Record<string, string> = {}
  for (const { path, message } of parsed.error.issues)
    problems[placeOf(model, path)] ??= sentence(message)
  return { ok: false, problems }
}
/** The field a problem stands at: a row has fields of its own, a list in one field is one field. */
const placeOf = ({ fields }: { fields: Shape }, [name = '', ...inner]: PropertyKey[]): string => {
  const field = fields[String(name)]
  return field && kindOf(field) === 'list' ? [name, ...inner].map(String).join('.') : String(name)
}
/** Schemas name what is wanted ("a whole number …"); a field asks for it. A rule that is a sentence already stays as it is. */
const sentence = (message: string) => (/^[a-z]/.test(message) ? `Give ${message}.` : message)

export interface Form<S extends Shape, Out> {
  model: FormModel<S, Out>
  typed: Typed<S>
  reading: Reading<Out>
  /** What is wrong, by field, once somebody typed there or tried to go on. */
  problemOf: (name: keyof S & string) => string | undefined
  /** Why the form cannot be used as it stands; undefined when it can. */
  missing: string | undefined
  set: (change: Partial<Typed<S>>) => void
  /** Every problem is named from now on; answers what was read where there is none. */
  tried: () => Out | undefined
  reset: (typed?: Typed<S>) => void
  dirty: boolean
}
/** A form whose reading is always of the very text on the screen: there is no value that a field does not show. What was typed comes back when the page was killed under it. */
export function useForm<S extends Shape, Out>(
  model: FormModel<S, Out>,
  start: Typed<S>,
  labels: Partial<Record<keyof S & string, string>> = {},
): Form<S, Out> {
  const [pressed, setPressed] = useState(false)
  // Emptied again, a field says what it lacks: that it stands as it began does not make it unseen.
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const fields = useFields<Typed<S>>({
    mode: 'controlled',
    initialValues: start,
    validate: schemaResolver(model.schema, { sync: true }),
  })
  const place = { id: model.id, fields: model.fields, start }
  const left = useLeftTyping(place)
  useEffect(() => {
    if (left) fields.setValues(left as Partial<Typed<S>>)
  }, [left])
  const typed = fields.values
  useKeptTyping(place, typed, fields.isDirty())
  const reading = useMemo(() => readTyped(model, typed), [model, typed])
  return formOver(model, {
    typed,
    reading,
    labels,
    isShown: (name) => pressed || name.includes('.') || touched.has(name) || fields.isDirty(name),
    set: (change) => {
      setTouched((before) => new Set([...before, ...Object.keys(change)]))
      fields.setValues(change as Partial<Typed<S>>)
    },
    onTried: () => setPressed(true),
    reset: (next) => {
      setPressed(false)
      setTouched(new Set())
      if (next) fields.setInitialValues(next)
      fields.setValues(next ?? start)
    },
    dirty: fields.isDirty(),
  })
}
interface Over<S extends Shape, Out> extends Pick<Form<S, Out>, 'typed' | 'set'> {
  reading?: Reading<Out>
  labels?: Partial<Record<keyof S & string, string>>
  /** Whether what is wrong with a field is told already. */ isShown: (name: string) => boolean
  onTried?: () => void
  reset?: Form<S, Out>['reset']
  dirty?: boolean
}
/** A form over texts that are kept somewhere else. */
export function formOver<S extends Shape, Out>(
  model: FormModel<S, Out>,
  { typed, labels = {}, isShown, set, onTried, reset, dirty, ...over }: Over<S, Out>,
): Form<S, Out> {
  const reading = over.reading ?? readTyped(model, typed)
  return {
    model,
    typed,
    reading,
    problemOf: (name) => (!reading.ok && isShown(name) ? reading.problems[name] : undefined),
    missing: reading.ok ? undefined : firstOf(reading.problems, labels),
    set,
    tried: () => {
      onTried?.()
      return reading.ok ? reading.value : undefined
    },
    reset: reset ?? (() => undefined),
    dirty: dirty ?? false,
  }
}
/** One row of a list in a form, as a form of its own: its fields are named by their place in the list. */
export function rowOf<S extends Shape, O, R extends Shape>(
  form: Form<S, O>,
  { list, index }: { list: keyof S & string; index: number },
): Form<R, unknown> {
  const rows = form.typed[list] as unknown as Typed<R>[]
  return {
    model: { id: `${form.model.id}.${list}` } as FormModel<R, unknown>,
    typed: rows[index] as Typed<R>,
    reading: form.reading as Reading<unknown>,
    problemOf: (name) => form.problemOf(`${list}.${String(index)}.${name}`),
    missing: form.missing,
    set: (change) =>
      form.set({
        [list]: rows.map((row, at) => (at === index ? { ...row, ...change } : row)),
      } as unknown as Partial<Typed<S>>),
    tried: form.tried,
    reset: () => undefined,
    dirty: form.dirty,
  }
}
function firstOf(
  problems: Readonly<Record<string, string>>,
  labels: Partial<Record<string, string>>,
): string {
  const [name = '', says = ''] = Object.entries(problems)[0] ?? []
  const label = labels[name.split('.').at(-1) ?? '']
  return label === undefined ? says : `${label}: ${says}`
}
