import { flexRender, getCoreRowModel, getSortedRowModel, useReactTable, type ColumnDef, type Row, type SortingState } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { inField, keySettings } from './keys'

/** One column: how a row's value is sorted and how it is drawn. Figures go right. */
export interface Column<R> { id: string; says: ReactNode; value?: (row: R) => string | number | undefined; cell: (row: R) => ReactNode; right?: boolean; width?: number | string }
interface TableProps<R> {
  label: string; rows: readonly R[]; columns: readonly Column<R>[]; idOf: (row: R) => string
  selected?: string | undefined; onOpen?: (row: R) => void; total?: number; sortBy?: { id: string; desc: boolean }
}
const OVERSCAN = 20
const WINDOWED_FROM = 60

/** A table: head sticks, click sorts, Shift adds a key, arrows or J K move, Enter opens. Rows far out of sight are not drawn. */
export function Table<R>({ label, rows, columns, idOf, selected, onOpen, total, sortBy }: TableProps<R>) {
  const frame = useRef<HTMLDivElement>(null)
  const [sorting, setSorting] = useState<SortingState>(sortBy ? [sortBy] : [])
  const [focused, setFocused] = useState<string>()
  const defs: ColumnDef<R>[] = columns.map((column) => ({ id: column.id, header: () => column.says, cell: (context) => column.cell(context.row.original), ...(column.value ? { accessorFn: column.value, sortUndefined: 'last' as const } : { enableSorting: false }) }))
  const table = useReactTable<R>({ data: rows as R[], columns: defs, getRowId: idOf, state: { sorting }, onSortingChange: setSorting, getCoreRowModel: getCoreRowModel(), getSortedRowModel: getSortedRowModel() })
  const model = table.getRowModel().rows
  const windowed = model.length > WINDOWED_FROM
  const virtual = useVirtualizer({ count: model.length, getScrollElement: () => frame.current, estimateSize: rowHeight, overscan: OVERSCAN, enabled: windowed })
  const items = virtual.getVirtualItems()
  const from = windowed ? (items[0]?.index ?? 0) : 0
  const to = windowed ? (items.at(-1)?.index ?? -1) : model.length - 1
  const shown = model.slice(from, to + 1)
  const entry = model.some((row) => row.id === focused) ? focused : (model.some((row) => row.id === selected) ? selected : model[0]?.id)

  const move = (event: KeyboardEvent, row: Row<R>) => {
    if (event.key === 'Enter' && event.target === event.currentTarget) { event.preventDefault(); return onOpen?.(row.original) }
    const index = nextIndex(event, model.indexOf(row), model.length)
    const next = index === undefined ? undefined : model[index]
    if (index === undefined || !next) return
    event.preventDefault()
    setFocused(next.id)
    if (windowed) virtual.scrollToIndex(index)
    requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`tr[data-row="${CSS.escape(next.id)}"]`)?.focus())
  }
  return (
    <div className="table-frame" ref={frame} role="region" aria-label={`${label}, table`}>
      <table className="table" aria-label={label} aria-rowcount={(total ?? model.length) + 1}>
        <thead>{table.getHeaderGroups().map((group) => (
          <tr key={group.id} aria-rowindex={1}>{group.headers.map((header) => {
            const column = columns.find(({ id }) => id === header.id)
            const sorted = header.column.getIsSorted()
            return (
              <th key={header.id} scope="col" className={column?.right ? 'right' : undefined} style={column?.width ? { width: column.width } : undefined} aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : undefined}>
                {header.column.getCanSort() ? <button type="button" onClick={header.column.getToggleSortingHandler()}>{flexRender(header.column.columnDef.header, header.getContext())}{sorted === 'asc' ? ' ↑' : sorted === 'desc' ? ' ↓' : ''}</button> : flexRender(header.column.columnDef.header, header.getContext())}
              </th>
            )
          })}</tr>
        ))}</thead>
        <tbody>
          {windowed && <Spacer height={items[0]?.start ?? 0} span={columns.length} />}
          {shown.map((row, index) => (
            <tr key={row.id} data-row={row.id} aria-rowindex={from + index + 2} aria-selected={onOpen ? row.id === selected : undefined} className={onOpen ? 'clickable' : undefined}
              {...(onOpen && { tabIndex: row.id === entry ? 0 : -1, onClick: () => { setFocused(row.id); onOpen(row.original) }, onKeyDown: (event: KeyboardEvent) => move(event, row), onFocus: () => setFocused(row.id) })}>
              {row.getVisibleCells().map((cell) => <td key={cell.id} className={columns.find(({ id }) => id === cell.column.id)?.right ? 'right' : undefined}>{flexRender(cell.column.columnDef.cell, cell.getContext())}</td>)}
            </tr>
          ))}
          {windowed && <Spacer height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} span={columns.length} />}
        </tbody>
      </table>
    </div>
  )
}
const Spacer = ({ height, span }: { height: number; span: number }) => (height > 0 ? <tr className="spacer" aria-hidden="true"><td colSpan={span} style={{ height }} /></tr> : null)
/** Row height in px, as the density setting has it. */
const rowHeight = () => Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue('--row'), 10) || 28
function nextIndex(event: KeyboardEvent, index: number, count: number): number | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return undefined
  const single = keySettings.singleKeys
  switch (event.key) {
    case 'ArrowDown': return Math.min(count - 1, index + 1)
    case 'ArrowUp': return Math.max(0, index - 1)
    case 'j': return single ? Math.min(count - 1, index + 1) : undefined
    case 'k': return single ? Math.max(0, index - 1) : undefined
    case 'Home': return 0
    case 'End': return count - 1
    default: return undefined
  }
}
