import {
  memo,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
} from 'react'
import { inField, keySettings } from './keys'

/** A column of a list that is sorted elsewhere. Width in px; the first one is pinned. */
export interface WindowColumn {
  id: string
  says: ReactNode
  right?: boolean
  width: number
  /** Takes what the others leave, and no less than this. */ flexible?: boolean
  sorts?: boolean
}
/** A row as the core told it: values are compared to find what changed, and drawn by `draw`. */
export interface WindowRow {
  key: string
  values: readonly unknown[]
  gone?: boolean
  says: string
}
export interface WindowSort {
  id: string
  desc: boolean
}
interface WindowTableProps<R extends WindowRow> {
  label: string
  columns: readonly WindowColumn[]
  rows: readonly R[]
  from: number
  matched: number
  draw: (row: R, column: number) => ReactNode
  sort: readonly WindowSort[]
  onSort: (sort: WindowSort[]) => void
  onWindow: (from: number, count: number) => void
  /** The pointer is over the list, or the keyboard in it: its order should hold still. */
  onUse: (inUse: boolean) => void
  opened?: string | undefined
  onOpen: (row: R) => void
  selected: ReadonlySet<string>
  onSelect: (row: R, at: number, how: { extend: boolean }) => void
  onResize: (id: string, width: number) => void
}
const OVERSCAN = 20
const PICK = 34
const LEAST_WIDTH = 48
const rowHeight = () =>
  Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue('--row'), 10) || 28

/** A list of any length of which only the rows in sight are here: arrows or J K move, Space selects, Shift extends, Enter opens. */
export function WindowTable<R extends WindowRow>(props: WindowTableProps<R>) {
  const { label, columns, rows, from, matched, selected } = props
  const frame = useRef<HTMLDivElement>(null)
  const { focus, focused } = useRoving(props, frame)
  useScrolling(props, frame)
  const onUse = useInUse(props.onUse)
  const height = rowHeight()
  const entry = rows.some(({ key }) => key === focused)
    ? focused
    : rows.some(({ key }) => key === props.opened)
      ? props.opened
      : rows[0]?.key
  return (
    <div
      className="table-frame window-table"
      ref={frame}
      role="region"
      aria-label={`${label}, table`}
      {...onUse}
    >
      <table
        className="table"
        role="grid"
        aria-label={label}
        aria-rowcount={matched + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable="true"
        style={{ minWidth: PICK + columns.reduce((sum, { width }) => sum + width, 0) }}
      >
        <colgroup>
          <col style={{ width: PICK }} />
          {columns.map(({ id, width, flexible }) => (
            <col key={id} style={flexible ? undefined : { width }} />
          ))}
          {!columns.some(({ flexible }) => flexible) && <col />}
        </colgroup>
        <Head {...props} />
        <tbody>
          {from > 0 && (
            <tr className="spacer" aria-hidden="true">
              <td colSpan={columns.length + 1} style={{ height: from * height }} />
            </tr>
          )}
          {rows.map((row, index) => (
            <Row
              key={row.key}
              row={row}
              at={from + index}
              columns={columns}
              draw={props.draw as Draw}
              isOpened={row.key === props.opened}
              isSelected={selected.has(row.key)}
              isEntry={row.key === entry}
              onOpen={props.onOpen as (row: WindowRow) => void}
              onSelect={
                props.onSelect as (row: WindowRow, at: number, how: { extend: boolean }) => void
              }
              focus={focus}
            />
          ))}
          {from + rows.length < matched && (
            <tr className="spacer" aria-hidden="true">
              <td
                colSpan={columns.length + 1}
                style={{ height: (matched - from - rows.length) * height }}
              />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  )
}

/** Asks for the rows in sight and some beyond, whenever what is in sight changes. */
function useScrolling(
  { onWindow, matched }: { onWindow: (from: number, count: number) => void; matched: number },
  frame: React.RefObject<HTMLDivElement | null>,
) {
  const asked = useRef('')
  const latest = useRef(onWindow)
  latest.current = onWindow
  const look = useCallback(() => {
    const box = frame.current
    if (!box) return
    const height = rowHeight()
    const first = Math.floor(box.scrollTop / height)
    const from = Math.max(0, first - OVERSCAN)
    const count = Math.ceil(box.clientHeight / height) + OVERSCAN * 2
    if (asked.current === `${from} ${count}`) return
    asked.current = `${from} ${count}`
    latest.current(from, count)
  }, [frame])
  useEffect(() => {
    const box = frame.current
    if (!box) return undefined
    let waiting = 0
    const soon = () => {
      waiting ||= requestAnimationFrame(() => {
        waiting = 0
        look()
      })
    }
    const sized = new ResizeObserver(soon)
    sized.observe(box)
    box.addEventListener('scroll', soon, { passive: true })
    look()
    return () => {
      sized.disconnect()
      box.removeEventListener('scroll', soon)
      cancelAnimationFrame(waiting)
    }
  }, [frame, look])
  // A shorter list scrolls by itself.
  useEffect(look, [look, matched])
}

/** One row holds the place in the tab order; it is found again by its key after each update, and may be scrolled to before it is here. */
function useRoving<R extends WindowRow>(
  { rows, from, matched, onOpen, onSelect }: WindowTableProps<R>,
  frame: React.RefObject<HTMLDivElement | null>,
) {
  const [focused, setFocused] = useState<string>()
  const wanted = useRef<number>(undefined)
  const latest = useRef({ rows, from, matched, onOpen, onSelect })
  latest.current = { rows, from, matched, onOpen, onSelect }
  const goTo = useCallback(
    (index: number) => {
      const box = frame.current
      if (!box) return
      const height = rowHeight()
      const [top, bottom] = [index * height, (index + 2) * height]
      if (top < box.scrollTop) box.scrollTop = top
      else if (bottom > box.scrollTop + box.clientHeight)
        box.scrollTop = bottom - box.clientHeight + height
      wanted.current = index
      const row = latest.current.rows[index - latest.current.from]
      if (row) {
        wanted.current = undefined
        setFocused(row.key)
        box
          .querySelector<HTMLElement>(`tr[data-row="${CSS.escape(row.key)}"]`)
          ?.focus({ preventScroll: true })
      }
    },
    [frame],
  )
  // The row that was asked for has come.
  useLayoutEffect(() => {
    if (wanted.current !== undefined && rows[wanted.current - from]) goTo(wanted.current)
  })
  const focus = useCallback(
    (event: { type: 'focus'; key: string } | { type: 'key'; at: number; event: KeyboardEvent }) => {
      if (event.type === 'focus') return setFocused(event.key)
      const next = nextIndex(event.event, event.at, latest.current.matched)
      if (next === undefined) return undefined
      event.event.preventDefault()
      goTo(next)
      const row = latest.current.rows[next - latest.current.from]
      if (event.event.shiftKey && row) latest.current.onSelect(row, next, { extend: true })
      return undefined
    },
    [goTo],
  )
  return { focused, focus }
}

function useInUse(onUse: (inUse: boolean) => void) {
  const state = useRef({ pointer: false, keyboard: false, told: false })
  const tell = (change: Partial<{ pointer: boolean; keyboard: boolean }>) => {
    Object.assign(state.current, change)
    const now = state.current.pointer || state.current.keyboard
    if (now === state.current.told) return
    state.current.told = now
    onUse(now)
  }
  return {
    onPointerEnter: () => tell({ pointer: true }),
    onPointerLeave: () => tell({ pointer: false }),
    onFocus: () => tell({ keyboard: true }),
    onBlur: (event: React.FocusEvent) => {
      if (!event.currentTarget.contains(event.relatedTarget)) tell({ keyboard: false })
    },
  }
}

type Draw = (row: WindowRow, column: number) => ReactNode
type Focus = (
  event: { type: 'focus'; key: string } | { type: 'key'; at: number; event: KeyboardEvent },
) => void
interface RowProps {
  row: WindowRow
  at: number
  columns: readonly WindowColumn[]
  draw: Draw
  isOpened: boolean
  isSelected: boolean
  isEntry: boolean
  onOpen: (row: WindowRow) => void
  onSelect: (row: WindowRow, at: number, how: { extend: boolean }) => void
  focus: Focus
}
const Row = memo(
  function Row({
    row,
    at,
    columns,
    draw,
    isOpened,
    isSelected,
    isEntry,
    onOpen,
    onSelect,
    focus,
  }: RowProps) {
    const changed = useChanged(row)
    const keys = (event: KeyboardEvent) => {
      if (event.target !== event.currentTarget) return
      if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
        event.preventDefault()
        return onOpen(row)
      }
      if (event.key === ' ') {
        event.preventDefault()
        return onSelect(row, at, { extend: event.shiftKey })
      }
      focus({ type: 'key', at, event })
    }
    const pick = (event: MouseEvent) => {
      event.stopPropagation()
      onSelect(row, at, { extend: event.shiftKey })
    }
    return (
      <tr
        data-row={row.key}
        className={row.gone ? 'clickable gone' : 'clickable'}
        aria-rowindex={at + 2}
        aria-selected={isSelected}
        data-opened={isOpened || undefined}
        tabIndex={isEntry ? 0 : -1}
        onClick={() => onOpen(row)}
        onKeyDown={keys}
        onFocus={() => focus({ type: 'focus', key: row.key })}
      >
        <td>
          <span
            className="pick"
            data-on={isSelected || undefined}
            onClick={pick}
            aria-hidden="true"
          />
        </td>
        {columns.map((column, index) => (
          <td key={column.id} className={column.right ? 'right' : undefined}>
            <span key={changed(index)} className={changed(index) > 0 ? 'cell tinted' : 'cell'}>
              {draw(row, index)}
            </span>
          </td>
        ))}
      </tr>
    )
  },
  (before, after) =>
    before.at === after.at &&
    before.columns === after.columns &&
    before.draw === after.draw &&
    before.isOpened === after.isOpened &&
    before.isSelected === after.isSelected &&
    before.isEntry === after.isEntry &&
    sameRow(before.row, after.row),
)
const sameRow = (a: WindowRow, b: WindowRow) =>
  a.key === b.key &&
  a.gone === b.gone &&
  a.values.length === b.values.length &&
  a.values.every((value, index) => value === b.values[index])

/** How often each cell of a row has changed since it came into sight: a new number draws the cell anew and tints its ground for a moment. */
function useChanged(row: WindowRow): (index: number) => number {
  const seen = useRef<{ values: readonly unknown[]; times: number[] }>({
    values: row.values,
    times: [],
  })
  if (seen.current.values !== row.values) {
    const { values, times } = seen.current
    const same = values.length === row.values.length
    seen.current = {
      values: row.values,
      times: row.values.map(
        (value, index) => (times[index] ?? 0) + (same && value !== values[index] ? 1 : 0),
      ),
    }
  }
  return (index) => seen.current.times[index] ?? 0
}

const SORTED = {
  up: { aria: 'ascending', sign: ' ↑' },
  down: { aria: 'descending', sign: ' ↓' },
} as const
function Head<R extends WindowRow>({ columns, sort, onSort, onResize }: WindowTableProps<R>) {
  const turn = (id: string, add: boolean) => {
    const known = sort.find((one) => one.id === id)
    const next = { id, desc: known ? !known.desc : false }
    onSort(add ? [...sort.filter((one) => one.id !== id), next].slice(-3) : [next])
  }
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col">
          <span className="visually-hidden">Selected</span>
        </th>
        {columns.map((column) => {
          const by = sort.find(({ id }) => id === column.id)
          const sorted = by && SORTED[by.desc ? 'down' : 'up']
          return (
            <th
              key={column.id}
              scope="col"
              className={column.right ? 'right' : undefined}
              aria-sort={sorted?.aria}
            >
              {column.sorts === false ? (
                column.says
              ) : (
                <button type="button" onClick={(event) => turn(column.id, event.shiftKey)}>
                  {column.says}
                  {sorted?.sign}
                </button>
              )}
              <Grip width={column.width} onResize={(width) => onResize(column.id, width)} />
            </th>
          )
        })}
      </tr>
    </thead>
  )
}
/** The edge of a head, pulled to make its column wider or narrower; the keyboard does it in the menu of columns. */
function Grip({ width, onResize }: { width: number; onResize: (width: number) => void }) {
  const began = useRef<{ x: number; width: number }>(undefined)
  const down = (event: PointerEvent<HTMLSpanElement>) => {
    began.current = { x: event.clientX, width }
    event.currentTarget.setPointerCapture(event.pointerId)
    event.stopPropagation()
  }
  const move = (event: PointerEvent) => {
    if (began.current)
      onResize(Math.max(LEAST_WIDTH, began.current.width + event.clientX - began.current.x))
  }
  return (
    <span
      className="grip"
      aria-hidden="true"
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => {
        began.current = undefined
      }}
    />
  )
}

const PAGE = 20
const STEPS: Record<string, (index: number, count: number) => number> = {
  ArrowDown: (index, count) => Math.min(count - 1, index + 1),
  ArrowUp: (index) => Math.max(0, index - 1),
  Home: () => 0,
  End: (_index, count) => count - 1,
  PageDown: (index, count) => Math.min(count - 1, index + PAGE),
  PageUp: (index) => Math.max(0, index - PAGE),
}
const LETTERS: Record<string, string> = {
  j: 'ArrowDown',
  k: 'ArrowUp',
  J: 'ArrowDown',
  K: 'ArrowUp',
}
function nextIndex(event: KeyboardEvent, index: number, count: number): number | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return undefined
  const key = keySettings.singleKeys ? (LETTERS[event.key] ?? event.key) : event.key
  return STEPS[key]?.(index, count)
}
