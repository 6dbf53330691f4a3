import { useEffect, useRef } from 'react'
import type { ListColumn } from '../../../preload/contract/cluster'
import { Button, useKeys } from '../../design'
import { moved, widthOf, type Layout } from './view-model'
import { words } from './words'

const STEP = 24,
  LEAST = 48
/** Which columns, in which order, how wide: everything the heads offer to a pointer, for the keyboard too. */
export function ColumnsMenu({
  all,
  layout,
  onChange,
  onClose,
}: {
  all: readonly ListColumn[]
  layout: Layout
  onChange: (layout: Layout | undefined) => void
  onClose: () => void
}) {
  const frame = useRef<HTMLFieldSetElement>(null)
  useEffect(() => frame.current?.querySelector('input')?.focus(), [])
  useKeys({
    escape: (event) => {
      event.preventDefault()
      onClose()
    },
  })
  const { order } = layout
  const put = (next: string[]) => {
    if (next.length > 0) onChange({ ...layout, order: next })
  }
  const widen = (id: string, by: number) =>
    onChange({
      ...layout,
      widths: { ...layout.widths, [id]: Math.max(LEAST, widthOf(layout, id) + by) },
    })
  const ids = [...order, ...all.map(({ id }) => id).filter((id) => !order.includes(id))]
  return (
    <fieldset className="columns-menu" ref={frame}>
      <legend className="visually-hidden">{words.columnsMenu}</legend>
      <div className="columns-grid">
        {ids.map((id) => {
          const says = words.columns[id] ?? id
          const shown = order.includes(id)
          return (
            <div key={id} className="columns-row">
              <label className="row">
                <input
                  type="checkbox"
                  checked={shown}
                  onChange={() => put(shown ? order.filter((one) => one !== id) : [...order, id])}
                />
                {says}
              </label>
              {shown && (
                <span className="row">
                  {(
                    [
                      ['↑', words.up, () => put(moved(order, id, -1))],
                      ['↓', words.down, () => put(moved(order, id, 1))],
                      ['−', words.narrower, () => widen(id, -STEP)],
                      ['+', words.wider, () => widen(id, STEP)],
                    ] as const
                  ).map(([sign, does, act]) => (
                    <button
                      key={sign}
                      type="button"
                      className="button quiet small"
                      aria-label={`${does}: ${says}`}
                      onClick={act}
                    >
                      {sign}
                    </button>
                  ))}
                </span>
              )}
            </div>
          )
        })}
      </div>
      <Button small onClick={() => onChange(undefined)}>
        {words.usualColumns}
      </Button>
    </fieldset>
  )
}
