import { useId, type ReactNode } from 'react'
import './form.css'

/** row: label at the left of a wide form; mini: the same in a narrow one; stacked: label above; inline: label beside; bare: label for the ear only. */
export type FieldLayout = 'row' | 'mini' | 'stacked' | 'inline' | 'bare'
export interface ControlIds {
  id: string
  'aria-describedby'?: string
  'aria-invalid'?: true
}
interface FieldProps {
  label: ReactNode
  layout?: FieldLayout
  help?: ReactNode
  problem?: string | undefined
  children: (ids: ControlIds) => ReactNode
}
/** A label, its control, and beneath it what is wrong or what it is for. */
export function Field({ label, layout = 'row', help, problem, children }: FieldProps) {
  const id = useId()
  const said = problem ?? (help === '' ? undefined : help)
  const note = said !== undefined && (
    <span
      id={`${id}-note`}
      className={problem ? 'form-note problem' : 'form-note'}
      {...(problem && { role: 'alert' })}
    >
      {said}
    </span>
  )
  const control = children({
    id,
    ...(note && { 'aria-describedby': `${id}-note` }),
    ...(problem && { 'aria-invalid': true }),
  })
  const name = (
    <label htmlFor={id} className={layout === 'bare' ? 'visually-hidden' : undefined}>
      {label}
    </label>
  )
  return LAYOUTS[layout]({ name, control, note })
}
interface Parts {
  name: ReactNode
  control: ReactNode
  note: ReactNode
}
const pair = ({ name, control, note }: Parts) => (
  <>
    {name}
    <div className="form-control">
      {control}
      {note}
    </div>
  </>
)
const stacked = ({ name, control, note }: Parts) => (
  <span className="field-stacked">
    {name}
    {control}
    {note}
  </span>
)
const LAYOUTS: Record<FieldLayout, (parts: Parts) => ReactNode> = {
  row: (parts) => <div className="form-row">{pair(parts)}</div>,
  mini: pair,
  stacked,
  bare: stacked,
  inline: ({ name, control, note }) => (
    <span className="field-inline">
      <span className="row">
        {name}
        {control}
      </span>
      {note}
    </span>
  ),
}
