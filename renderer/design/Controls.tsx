import { useId, type ButtonHTMLAttributes, type MouseEvent, type ReactNode } from 'react'
import { initials } from './format'

type Look = 'normal' | 'primary' | 'quiet' | 'danger'
interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled' | 'title'> {
  look?: Look
  small?: boolean
  busy?: boolean
  keys?: string
  /** Why it cannot be pressed: what is missing and who can give it. It stands beside the button, which stays in the tab order. */
  disabledBecause?: string | undefined
  children: ReactNode
}
/** A button. With a reason it is dashed, focusable and does nothing; while busy it does nothing either. */
export function Button({
  look = 'normal',
  small = false,
  busy = false,
  keys,
  disabledBecause,
  onClick,
  children,
  className = '',
  ...rest
}: ButtonProps) {
  const reasonId = useId()
  const off = disabledBecause !== undefined || busy
  const press = (event: MouseEvent<HTMLButtonElement>) =>
    off ? event.preventDefault() : onClick?.(event)
  const button = (
    <button
      type="button"
      {...rest}
      onClick={press}
      className={`button ${look} ${small ? 'small' : ''} ${className}`}
      {...(off && { 'aria-disabled': true })}
      {...(disabledBecause && { 'aria-describedby': reasonId })}
      aria-busy={busy || undefined}
    >
      {children}
      {keys && <Kbd>{keys}</Kbd>}
    </button>
  )
  return disabledBecause ? (
    <span className="with-reason">
      {button}
      <span className="reason" id={reasonId}>
        {disabledBecause}
      </span>
    </span>
  ) : (
    button
  )
}
/** A link in the clothes of a button. */
export const LinkButton = ({
  href,
  look = 'normal',
  small = false,
  children,
}: {
  href: string
  look?: Look
  small?: boolean
  children: ReactNode
}) => (
  <a href={href} className={`button ${look} ${small ? 'small' : ''}`}>
    {children}
  </a>
)
/** `Ctrl K` as the machine calls it: Cmd on a Mac. */
export function Kbd({ children }: { children: string }) {
  const mac = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform)
  return <kbd className="kbd">{mac ? children.replace('Ctrl', 'Cmd') : children}</kbd>
}
export type Tone = 'normal' | 'good' | 'warning' | 'danger' | 'on-prem' | 'cloud' | 'dashed'
export const Tag = ({ tone = 'normal', children }: { tone?: Tone; children: ReactNode }) => (
  <span className={`tag ${tone}`}>{children}</span>
)

interface SegmentedProps<V extends string> {
  label: string
  value: V
  options: readonly { value: V; says: ReactNode }[]
  onChange: (value: V) => void
}
/** A few choices of which one holds; arrows move. */
export function Segmented<V extends string>({
  label,
  value,
  options,
  onChange,
}: SegmentedProps<V>) {
  const move = (index: number) => {
    const next = options[(index + options.length) % options.length]
    if (next) onChange(next.value)
  }
  return (
    <div
      className="segmented"
      role="radiogroup"
      aria-label={label}
      onKeyDown={(event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
        if (step === undefined) return
        event.preventDefault()
        move(options.findIndex((option) => option.value === value) + step)
        const group = event.currentTarget
        requestAnimationFrame(() =>
          group.querySelector<HTMLElement>('[aria-checked=true]')?.focus(),
        )
      }}
    >
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          onClick={() => onChange(option.value)}
        >
          {option.says}
        </button>
      ))}
    </div>
  )
}
/** A person as two letters; the name is its accessible name. */
export const Avatar = ({ person, large = false }: { person: string; large?: boolean }) => (
  <span className={large ? 'avatar large' : 'avatar'} role="img" aria-label={person} title={person}>
    {initials(person)}
  </span>
)
export const Avatars = ({ people, most = 4 }: { people: readonly string[]; most?: number }) => (
  <span className="avatars">
    {people.slice(0, most).map((person) => (
      <Avatar key={person} person={person} />
    ))}
    {people.length > most && <span className="small meta">+{people.length - most}</span>}
  </span>
)
