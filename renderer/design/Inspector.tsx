import { useId, useRef, useEffect, type ReactNode } from 'react'
import { Segmented } from './Controls'
import { Icon } from './Icon'
import { inDialog, useKeys } from './keys'

interface InspectorProps<T extends string> {
  title: ReactNode
  glyph?: ReactNode
  tag?: ReactNode
  says?: ReactNode
  onClose: () => void
  foot?: ReactNode
  tabs?: { value: T; options: readonly { value: T; says: ReactNode }[]; onChange: (tab: T) => void }
  children: ReactNode
}
/** What is selected, at the right of the screen: put it in the second column of `.screen-body.with-side`. Esc closes it. */
export function Inspector<T extends string>({
  title,
  glyph,
  tag,
  says,
  onClose,
  foot,
  tabs,
  children,
}: InspectorProps<T>) {
  const id = useId()
  const frame = useRef<HTMLElement>(null)
  const before = useRef<Element | null>(null)
  useEffect(() => {
    before.current = document.activeElement
    // What held the focus is gone with it; who has moved on meanwhile is not called back.
    return () => {
      if (
        document.activeElement === document.body &&
        before.current instanceof HTMLElement &&
        before.current.isConnected
      )
        before.current.focus()
    }
  }, [])
  useKeys({
    escape: () => {
      if (!inDialog()) onClose()
    },
  })
  return (
    <aside ref={frame} className="panel inspector" aria-labelledby={id}>
      <div className="panel-head" style={{ minHeight: 40 }}>
        {glyph}
        <h2 id={id} className="ellipsis" style={{ fontSize: 15, lineHeight: '20px' }}>
          {title}
        </h2>
        {tag}
        <span className="spring" />
        <button type="button" className="button quiet small" aria-label="Close" onClick={onClose}>
          <Icon name="close" size={14} />
        </button>
      </div>
      {says && (
        <p className="control-text soft" style={{ padding: '0 12px 8px' }}>
          {says}
        </p>
      )}
      {tabs && (
        <div className="inspector-tabs">
          <Segmented label="Parts of the inspector" {...tabs} />
        </div>
      )}
      <div className="inspector-scroll" tabIndex={0}>
        {children}
      </div>
      {foot && <div className="panel-foot">{foot}</div>}
    </aside>
  )
}
