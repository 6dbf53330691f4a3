import {
  getCoreRowModel,
  getSortedRowModel,
  useReactTable,
  type ColumnDef,
  type Header,
  type Row,
  type SortingState,
} from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react'
import { inField, keySettings } from './keys'

/** One column: how a row's value is sorted and how it is drawn. Figures go right. */
export interface Column<R> {
  id: string
  says: ReactNode
  value?: (row: R) => string | number | undefined
  cell: (row: R) => ReactNode
  right?: boolean
  width?: number | string
}
interface TableProps<R> {
  label: string
  rows: readonly R[]
  columns: readonly Column<R>[]
  idOf: (row: R) => string
  selected?: string | undefined
  onOpen?: (row: R) => void
  total?: number
  sortBy?: { id: string; desc: boolean }
}
const OVERSCAN = 20
const WINDOWED_FROM = 60

/** A table: head sticks, click sorts, Shift adds a key, arrows or J K move, Enter opens. Rows far out of sight are not drawn. */
export function Table<R>(props: TableProps<R>) {
  const { label, columns, selected, onOpen, total } = props
  const frame = useRef<HTMLDivElement>(null)
  const [focused, setFocused] = useState<string>()
  const table = useModel(props)
  const model = table.getRowModel().rows
  const { shown, from, before, after, reveal } = useWindow(model, frame)
  const entry = [focused, selected].find((id) => model.some((row) => row.id === id)) ?? model[0]?.id
  const move = (event: KeyboardEvent, row: Row<R>) => {
    if (
      event.key === 'Enter' &&
      !event.ctrlKey &&
      !event.metaKey &&
      event.target === event.currentTarget
    ) {
      event.preventDefault()
      return onOpen?.(row.original)
    }
    const index = nextIndex(event, model.indexOf(row), model.length)
    const next = index === undefined ? undefined : model[index]
    if (index === undefined || !next) return
    event.preventDefault()
    setFocused(next.id)
    reveal(index)
    requestAnimationFrame(() =>
      frame.current?.querySelector<HTMLElement>(`tr[data-row="${CSS.escape(next.id)}"]`)?.focus(),
    )
  }
  const interactive = (row: Row<R>) =>
    onOpen && {
      className: 'clickable',
      'aria-selected': row.id === selected,
      tabIndex: row.id === entry ? 0 : -1,
      onClick: () => {
        setFocused(row.id)
        onOpen(row.original)
      },
      onKeyDown: (event: KeyboardEvent) => move(event, row),
      onFocus: () => setFocused(row.id),
    }
  return (
    <div className="table-frame" ref={frame} role="region" aria-label={`${label}, table`}>
      <table className="table" aria-label={label} aria-rowcount={(total ?? model.length) + 1}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} aria-rowindex={1}>
              {group.headers.map((header) => (
                <Head
                  key={header.id}
                  header={header}
                  column={columns.find(({ id }) => id === header.id)}
                />
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          <Spacer height={before} span={columns.length} />
          {shown.map((row, index) => (
            <tr
              key={row.id}
              data-row={row.id}
              aria-rowindex={from + index + 2}
              {...interactive(row)}
            >
              {columns.map((column) => (
                <td key={column.id} className={column.right ? 'right' : undefined}>
                  {column.cell(row.original)}
                </td>
              ))}
            </tr>
          ))}
          <Spacer height={after} span={columns.length} />
        </tbody>
      </table>
    </div>
  )
}
function useModel<R>({ rows, columns, idOf, sortBy }: TableProps<R>) {
  const [sorting, setSorting] = useState<SortingState>(sortBy ? [sortBy] : [])
  const defs: ColumnDef<R>[] = columns.map((column) => ({
    id: column.id,
    ...(column.value
      ? { accessorFn: column.value, sortUndefined: 'last' as const }
      : { enableSorting: false }),
  }))
  return useReactTable<R>({
    data: rows as R[],
    columns: defs,
    getRowId: idOf,
    state: { sorting },
    onSortingChange: setSorting,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
  })
}
/** The rows in sight and a few beyond, with the height of those left out; all of them while there are few. */
function useWindow<R>(model: Row<R>[], frame: RefObject<HTMLDivElement | null>) {
  const enabled = model.length > WINDOWED_FROM
  const virtual = useVirtualizer({
    count: model.length,
    getScrollElement: () => frame.current,
    estimateSize: rowHeight,
    overscan: OVERSCAN,
    enabled,
  })
  if (!enabled) return { shown: model, from: 0, before: 0, after: 0, reveal: () => undefined }
  const items = virtual.getVirtualItems()
  const first = items[0],
    last = items.at(-1)
  const from = first?.index ?? 0
  return {
    shown: model.slice(from, (last?.index ?? -1) + 1),
    from,
    before: first?.start ?? 0,
    after: virtual.getTotalSize() - (last?.end ?? 0),
    reveal: (index: number) => virtual.scrollToIndex(index),
  }
}
const SORTED = {
  asc: { aria: 'ascending', sign: ' ↑' },
  desc: { aria: 'descending', sign: ' ↓' },
} as const
function Head<R>({
  header,
  column,
}: {
  header: Header<R, unknown>
  column: Column<R> | undefined
}) {
  const direction = header.column.getIsSorted()
  const sorted = direction ? SORTED[direction] : undefined
  // Drawn here and not through the model, whose drawing functions are new on each render: React would take them for other components,
  // put new elements under the pointer between press and release, and the click would be lost.
  const says = column?.says
  return (
    <th
      scope="col"
      className={column?.right ? 'right' : undefined}
      style={column?.width ? { width: column.width } : undefined}
      aria-sort={sorted?.aria}
    >
      {header.column.getCanSort() ? (
        <button type="button" onClick={header.column.getToggleSortingHandler()}>
          {says}
          {sorted?.sign}
        </button>
      ) : (
        says
      )}
    </th>
  )
}
const Spacer = ({ height, span }: { height: number; span: number }) =>
  height > 0 ? (
    <tr className="spacer" aria-hidden="true">
      <td colSpan={span} style={{ height }} />
    </tr>
  ) : null
/** Row height in px, as the density setting has it. */
const rowHeight = () =>
  Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue('--row'), 10) || 28

const STEPS: Record<string, (index: number, count: number) => number> = {
  ArrowDown: (index, count) => Math.min(count - 1, index + 1),
  ArrowUp: (index) => Math.max(0, index - 1),
  Home: () => 0,
  End: (_index, count) => count - 1,
}
const LETTERS: Record<string, string> = { j: 'ArrowDown', k: 'ArrowUp' }
function nextIndex(event: KeyboardEvent, index: number, count: number): number | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return undefined
  const key = keySettings.singleKeys ? (LETTERS[event.key] ?? event.key) : event.key
  return STEPS[key]?.(index, count)
}
