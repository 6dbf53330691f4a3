import { Slider } from '@mantine/core'
import { useEffect, useId, useState } from 'react'
import { readNumber } from '../../design'
import { words } from './words'

/** How a slider runs, and what may be typed beyond its ends. */
export interface Scale {
  min: number
  max: number
  step: number
  ends: readonly [string, string]
  typed: readonly [number, number]
  to?: (value: number) => number
  from?: (position: number) => number
}
interface KnobProps {
  label: string
  hint?: string
  value: number
  scale: Scale
  says: (value: number) => string
  strong?: boolean
  onEnd: (value: number) => void
}
const same = (value: number) => value

/** A slider with its value at the right, which can be typed over, and its ends below; the answer is asked for when it is let go. */
export function Knob({ label, hint, value, scale, says, strong = false, onEnd }: KnobProps) {
  const [held, setHeld] = useState<number>()
  useEffect(() => setHeld(undefined), [value])
  const { min, max, step, ends, to = same, from = same } = scale
  const position = Math.min(max, Math.max(min, to(value)))
  return (
    <div className="knob">
      <div className="row baseline">
        <span title={hint}>{label}</span>
        <span className="spring" />
        <Typed
          label={label}
          value={value}
          shown={held === undefined ? says(value) : says(from(held))}
          strong={strong}
          typed={scale.typed}
          onEnd={onEnd}
        />
      </div>
      <Slider
        size={4}
        thumbSize={14}
        value={held ?? position}
        min={min}
        max={max}
        step={step}
        label={null}
        thumbLabel={label}
        thumbValueText={(at) => says(from(at))}
        onChange={setHeld}
        onChangeEnd={(next) => {
          setHeld(undefined)
          onEnd(from(next))
        }}
      />
      <div className="row small meta">
        <span>{ends[0]}</span>
        <span className="spring" />
        <span>{ends[1]}</span>
      </div>
    </div>
  )
}

interface TypedProps {
  label: string
  value: number
  shown: string
  strong: boolean
  typed: readonly [number, number]
  onEnd: (value: number) => void
}
/** The value as text until somebody types over it; Enter or leaving takes it, Escape gives it back. */
function Typed({ label, value, shown, strong, typed: [least, most], onEnd }: TypedProps) {
  const [draft, setDraft] = useState<string>()
  const problem = useId()
  const next = draft === undefined ? value : numberOf(draft)
  const wrong = Number.isNaN(next) || next < least || next > most
  const take = () => {
    if (draft !== undefined && !wrong && next !== value) onEnd(next)
    setDraft(undefined)
  }
  return (
    <span className="knob-field">
      <input
        className={`knob-value${strong ? ' accent' : ''}`}
        inputMode="decimal"
        autoComplete="off"
        spellCheck={false}
        aria-label={words.typed(label)}
        aria-invalid={wrong}
        aria-describedby={wrong ? problem : undefined}
        value={draft ?? shown}
        onFocus={({ target }) => {
          setDraft(Number.isFinite(value) ? String(value) : '')
          requestAnimationFrame(() => target.select())
        }}
        onChange={({ target }) => setDraft(target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !wrong) take()
          else if (event.key === 'Escape') {
            event.stopPropagation()
            setDraft(undefined)
          }
        }}
      />
      {wrong && (
        <span id={problem} role="alert" className="knob-wrong small">
          {words.range(least, most)}
        </span>
      )}
    </span>
  )
}
/** What somebody typed, with or without signs of dollars, thousands and units; nothing at all means no limit. */
const numberOf = (text: string) => {
  const plain = text
    .trim()
    .replace(/^\$/, '')
    .replaceAll(',', '')
    .replace(/\s*(%|h|GB|Gbit\/s)$/, '')
  return plain === '' ? Infinity : readNumber(plain)
}
