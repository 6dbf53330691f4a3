import type { ChangeEvent, KeyboardEvent, ReactNode } from 'react'
import type { z } from 'zod'
import { Field, type ControlIds, type FieldLayout } from './Field'
import type { Form } from './use-form'

type Shape = Record<string, z.ZodType>
interface BoundProps<S extends Shape, O> {
  form: Form<S, O>
  name: keyof S & string
  label: ReactNode
  layout?: FieldLayout
  help?: ReactNode
  /** What is wrong with it beyond the form's own rules, when the screen knows. */ problem?:
    string | undefined
  disabled?: boolean
}
interface TextProps<S extends Shape, O> extends BoundProps<S, O> {
  mono?: boolean
  placeholder?: string | undefined
  list?: string
  autoFocus?: boolean
  className?: string
  rows?: number
}
const textOf = <S extends Shape, O>(form: Form<S, O>, name: keyof S & string) =>
  String(form.typed[name] ?? '')
const put = <S extends Shape, O>(form: Form<S, O>, name: keyof S & string, value: unknown) =>
  form.set({ [name]: value } as Partial<Form<S, O>['typed']>)

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement
/** What makes a control the field of a form: its names, its text, and where what is typed goes. */
interface ControlProps extends ControlIds {
  /** Names form and field, for whoever walks all of them. */ 'data-field': string
  value: string
  disabled: boolean | undefined
  onChange: (event: ChangeEvent<Control>) => void
}
/** The one frame of every field: its label, its control bound to the form, and beneath it what is wrong or what it is for. */
function Bound<S extends Shape, O>({
  form,
  name,
  problem,
  disabled,
  children,
  ...shell
}: BoundProps<S, O> & { children: (control: ControlProps) => ReactNode }) {
  return (
    <Field {...shell} problem={form.problemOf(name) ?? problem}>
      {(ids) =>
        children({
          ...ids,
          'data-field': `${form.model.id}.${name}`,
          value: textOf(form, name),
          disabled,
          onChange: ({ target }) => put(form, name, target.value),
        })
      }
    </Field>
  )
}
const classOf = (mono: boolean | undefined, more = '') =>
  ['field-box', mono && 'mono', more].filter(Boolean).join(' ')

/** One line of text. */
export function TextField<S extends Shape, O>({
  mono,
  placeholder,
  list,
  autoFocus,
  className,
  rows: _,
  ...bound
}: TextProps<S, O>) {
  return (
    <Bound {...bound}>
      {(control) => (
        <input
          {...control}
          type="text"
          className={classOf(mono, className)}
          autoComplete="off"
          spellCheck={!mono}
          {...{ placeholder, list, autoFocus }}
        />
      )}
    </Bound>
  )
}
/** A secret; it is dots, and no browser keeps it unasked. */
export const SecretField = <S extends Shape, O>(bound: BoundProps<S, O>) => (
  <Bound {...bound}>
    {(control) => (
      <input
        {...control}
        type="password"
        className="field-box"
        autoComplete="current-password"
        placeholder={typeof bound.label === 'string' ? bound.label : undefined}
      />
    )}
  </Bound>
)
/** Some lines of text. */
export function LinesField<S extends Shape, O>({
  mono,
  placeholder,
  autoFocus,
  className,
  rows = 2,
  list: _,
  ...bound
}: TextProps<S, O>) {
  return (
    <Bound {...bound}>
      {(control) => (
        <textarea
          {...control}
          className={classOf(mono, className)}
          spellCheck={!mono}
          {...{ placeholder, autoFocus, rows }}
        />
      )}
    </Bound>
  )
}
interface NumberProps<S extends Shape, O> extends BoundProps<S, O> {
  unit?: ReactNode
  step?: number
  width?: number
  placeholder?: string
}
/** A number. What is typed stays as it was typed, for the browser's own number field shows one text and tells another; arrows count. */
export function NumberField<S extends Shape, O>({
  unit,
  step = 1,
  width = 96,
  placeholder,
  ...bound
}: NumberProps<S, O>) {
  const { form, name } = bound
  const typed = textOf(form, name)
  const value = typed.trim() === '' ? NaN : Number(typed)
  const count = (event: KeyboardEvent) => {
    const by = { ArrowUp: step, ArrowDown: -step }[event.key]
    if (by === undefined || Number.isNaN(value)) return
    event.preventDefault()
    put(form, name, String(Number((value + by).toFixed(6))))
  }
  return (
    <Bound {...bound}>
      {(control) => (
        <span className="field-unit">
          <input
            {...control}
            type="text"
            inputMode="decimal"
            role="spinbutton"
            className="field-box"
            style={{ width }}
            autoComplete="off"
            {...(Number.isFinite(value) && { 'aria-valuenow': value })}
            onKeyDown={count}
            {...{ placeholder }}
          />
          {unit !== undefined && <span className="small meta">{unit}</span>}
        </span>
      )}
    </Bound>
  )
}
/** A day of the calendar. */
export const DayField = <S extends Shape, O>(bound: BoundProps<S, O>) => (
  <Bound {...bound}>{(control) => <input {...control} type="date" className="field-box" />}</Bound>
)
/** One of a few. */
export const ChoiceField = <S extends Shape, O>({
  options,
  ...bound
}: BoundProps<S, O> & { options: readonly { value: string; says: string }[] }) => (
  <Bound {...bound}>
    {(control) => (
      <select {...control} className="field-box">
        {options.map(({ value, says }) => (
          <option key={value} value={value}>
            {says}
          </option>
        ))}
      </select>
    )}
  </Bound>
)
/** Yes or no. */
export function TickField<S extends Shape, O>({
  form,
  name,
  label,
  wide,
}: BoundProps<S, O> & { wide?: boolean }) {
  return (
    <label className={wide ? 'wide check' : 'check'}>
      <input
        type="checkbox"
        checked={form.typed[name] === true}
        onChange={({ target }) => put(form, name, target.checked)}
      />{' '}
      {label}
    </label>
  )
}
