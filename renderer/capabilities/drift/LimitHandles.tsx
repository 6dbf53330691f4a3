import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import type { DriftLimits } from '../../../preload/contract/drift-review'
import { words } from './words'

interface Geometry {
  top: number
  bottom: number
}
interface HandlesProps {
  limits: DriftLimits
  top: number
  geometry: Geometry
  onChange: (limits: DriftLimits) => void
}
const STEP = 0.01
const rounded = (value: number) => Math.round(value * 100) / 100

/** The two limits at the right end of their lines: drag them, or move them with the arrow keys. Watch never passes act. */
export function LimitHandles({ limits, top, geometry, onChange }: HandlesProps) {
  const set = (name: keyof DriftLimits, value: number) => {
    const bounded = rounded(Math.min(1, top, Math.max(0.01, value)))
    onChange(
      name === 'watch'
        ? { ...limits, watch: Math.min(bounded, limits.act) }
        : { ...limits, act: Math.max(bounded, limits.watch) },
    )
  }
  return (
    <>
      <Handle
        name="act"
        value={limits.act}
        says={words.actAt(limits.act.toFixed(2))}
        top={top}
        geometry={geometry}
        onChange={(value) => set('act', value)}
      />
      <Handle
        name="watch"
        value={limits.watch}
        says={words.watchAt(limits.watch.toFixed(2))}
        top={top}
        geometry={geometry}
        onChange={(value) => set('watch', value)}
      />
    </>
  )
}
interface HandleProps {
  name: keyof DriftLimits
  value: number
  says: string
  top: number
  geometry: Geometry
  onChange: (value: number) => void
}
function Handle({ name, value, says, top, geometry, onChange }: HandleProps) {
  const handle = useRef<HTMLDivElement>(null)
  const drag = (event: PointerEvent) => {
    if (!handle.current?.hasPointerCapture(event.pointerId)) return
    const frame = handle.current.parentElement?.getBoundingClientRect()
    if (frame)
      onChange(
        top *
          (1 -
            (event.clientY - frame.top - geometry.top) /
              (frame.height - geometry.top - geometry.bottom)),
      )
  }
  const press = (event: KeyboardEvent) => {
    const step = { ArrowUp: STEP, ArrowDown: -STEP, PageUp: 5 * STEP, PageDown: -5 * STEP }[
      event.key
    ]
    if (step === undefined) return
    event.preventDefault()
    event.stopPropagation()
    onChange(value + step)
  }
  const share = 1 - value / top
  return (
    <div
      ref={handle}
      className={`drift-handle ${name}`}
      role="slider"
      tabIndex={0}
      aria-label={words.dragHelp(name)}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={value}
      aria-valuetext={says}
      style={{
        top: `calc(${geometry.top}px + (100% - ${geometry.top + geometry.bottom}px) * ${share} - 8px)`,
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        event.preventDefault()
      }}
      onPointerMove={drag}
      onKeyDown={press}
    >
      {says}
    </div>
  )
}
