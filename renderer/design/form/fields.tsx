import type { KeyboardEvent, ReactNode } from 'react'
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

function Bound<S extends Shape, O>({
  form,
  name,
  problem,
  children,
  ...rest
}: BoundProps<S, O> & { children: (ids: ControlIds) => ReactNode }) {
  const { disabled: _, ...shell } = rest
  return (
    <Field {...shell} problem={form.problemOf(name) ?? problem}>
      {children}
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
  const { form, name, disabled } = bound
  return (
    <Bound {...bound}>
      {(ids) => (
        <input
          {...ids}
          type="text"
          className={classOf(mono, className)}
          autoComplete="off"
          spellCheck={!mono}
          value={textOf(form, name)}
          onChange={({ target }) => put(form, name, target.value)}
          {...{ placeholder, list, autoFocus, disabled }}
        />
      )}
    </Bound>
  )
}
/** A secret; it is dots, and no browser keeps it unasked. */
export function SecretField<S extends Shape, O>(bound: BoundProps<S, O>) {
  const { form, name, label } = bound
  return (
    <Bound {...bound}>
      {(ids) => (
        <input
          {...ids}
          type="password"
          className="field-box"
          autoComplete="current-password"
          placeholder={typeof label === 'string' ? label : undefined}
          value={textOf(form, name)}
          onChange={({ target }) => put(form, name, target.value)}
        />
      )}
    </Bound>
  )
}
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
  const { form, name, disabled } = bound
  return (
    <Bound {...bound}>
      {(ids) => (
        <textarea
          {...ids}
          className={classOf(mono, className)}
          spellCheck={!mono}
          value={textOf(form, name)}
          onChange={({ target }) => put(form, name, target.value)}
          {...{ placeholder, autoFocus, disabled, rows }}
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
  const { form, name, disabled } = bound
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
      {(ids) => (
        <span className="field-unit">
          <input
            {...ids}
            type="text"
            inputMode="decimal"
            role="spinbutton"
            className="field-box"
            style={{ width }}
            autoComplete="off"
            value={typed}
            {...(Number.isFinite(value) && { 'aria-valuenow': value })}
            onKeyDown={count}
            onChange={({ target }) => put(form, name, target.value)}
            {...{ placeholder, disabled }}
          />
          {unit !== undefined && <span className="small meta">{unit}</span>}
        </span>
      )}
    </Bound>
  )
}
/** A day of the calendar. */
export function DayField<S extends Shape, O>(bound: BoundProps<S, O>) {
  const { form, name, disabled } = bound
  return (
    <Bound {...bound}>
      {(ids) => (
        <input
          {...ids}
          type="date"
          className="field-box"
          value={textOf(form, name)}
          onChange={({ target }) => put(form, name, target.value)}
          {...{ disabled }}
        />
      )}
    </Bound>
  )
}
/** One of a few. */
export function ChoiceField<S extends Shape, O>({
  options,
  ...bound
}: BoundProps<S, O> & { options: readonly { value: string; says: string }[] }) {
  const { form, name, disabled } = bound
  return (
    <Bound {...bound}>
      {(ids) => (
        <select
          {...ids}
          className="field-box"
          value={textOf(form, name)}
          onChange={({ target }) => put(form, name, target.value)}
          {...{ disabled }}
        >
          {options.map(({ value, says }) => (
            <option key={value} value={value}>
              {says}
            </option>
          ))}
        </select>
      )}
    </Bound>
  )
}
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
