import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, type Ref } from 'react'
import type { LogLine } from '../../../../preload/contract/objects'
import {
  fits,
  fullHeight,
  isTrouble,
  LINE,
  lineAt,
  pieces,
  readable,
  scrollTo,
  timeOf,
  type Shape,
} from '../logs-window'
import type { Needle, useLogs } from '../use-logs'
import { words } from '../words'

export interface LogView {
  top(): number
  show(line: number): void
}
interface LogLinesProps {
  logs: ReturnType<typeof useLogs>
  follow: boolean
  onFollow: (on: boolean) => void
  wrap: boolean
  needle: Needle | undefined
  hit: number | undefined
  severalContainers: boolean
  viewRef: Ref<LogView>
}
const EXTRA = 4

/** The lines in sight of a log of any length. Scrolling up lets go of the end; scrolling to the end follows again. */
export function LogLines({
  logs,
  follow,
  onFollow,
  wrap,
  needle,
  hit,
  severalContainers,
  viewRef,
}: LogLinesProps) {
  const frame = useRef<HTMLDivElement>(null)
  const [height, setHeight] = useState(240)
  const [scrollTop, setScrollTop] = useState(0)
  const moving = useRef(false)
  const { state, linesAt, fetchAround } = logs
  const shape: Shape = { first: state?.first ?? 0, end: state?.end ?? 0, height }
  const full = fullHeight(shape)
  const atEnd = follow || scrollTop >= full - height - 2
  const top = atEnd ? Math.max(shape.first, shape.end - fits(shape)) : lineAt(shape, scrollTop)
  const count = Math.min(shape.end - top, fits(shape) + EXTRA)
  useLayoutEffect(() => {
    const box = frame.current
    if (!box) return undefined
    const watch = new ResizeObserver(() => setHeight(box.clientHeight))
    watch.observe(box)
    return () => watch.disconnect()
  }, [])
  useLayoutEffect(() => {
    if (!follow || !frame.current) return
    moving.current = true
    frame.current.scrollTop = full
  }, [follow, full])
  useEffect(() => fetchAround(top, count), [fetchAround, top, count])
  useImperativeHandle(viewRef, () => ({
    top: () => top,
    show(line) {
      const box = frame.current
      if (!box) return
      moving.current = true
      box.scrollTop = scrollTo(shape, line)
      setScrollTop(box.scrollTop)
    },
  }))
  const scrolled = () => {
    const box = frame.current
    if (!box) return
    setScrollTop(box.scrollTop)
    // What this component moved is no wish of the person.
    if (moving.current) {
      moving.current = false
      return
    }
    const end = box.scrollTop >= full - height - 2
    if (end !== follow) onFollow(end)
  }
  return (
    <div
      ref={frame}
      className="object-lines"
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={words.logs.region}
      onScroll={scrolled}
    >
      <div style={{ height: full, position: 'relative' }}>
        <div
          className={wrap ? 'object-block wrap' : 'object-block'}
          style={atEnd ? { bottom: 0 } : { top: Math.min(scrollTop, full - height) }}
        >
          {linesAt(top, count).map((line, index) => (
            <Line
              key={top + index}
              line={line}
              needle={needle}
              isHit={top + index === hit}
              container={severalContainers}
            />
          ))}
        </div>
      </div>
    </div>
  )
}
function Line({
  line,
  needle,
  isHit,
  container,
}: {
  line: LogLine | undefined
  needle: Needle | undefined
  isHit: boolean
  container: boolean
}) {
  if (!line)
    return (
      <div className="object-line" style={{ height: LINE }}>
        …
      </div>
    )
  const text = readable(line.text)
  return (
    <div className={`object-line${isHit ? ' hit' : ''}${isTrouble(text) ? ' trouble' : ''}`}>
      <span className="meta">{timeOf(line.at)} </span>
      {container && <span className="meta">{line.container} </span>}
      {pieces(text, needle).map((piece, index) =>
        piece.hit ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
      )}
    </div>
  )
}
