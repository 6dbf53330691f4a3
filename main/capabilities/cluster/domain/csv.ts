import type { Cell, ListColumn } from '../../../../preload/contract/cluster'
import type { Row } from './row'

// A cell that begins like a formula would be run by a spreadsheet.
const quoted = (text: string): string => {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
const said = (cell: Cell | undefined, as: ListColumn['as']): string => {
  if (cell === null || cell === undefined) return ''
  if (as === 'since' && typeof cell === 'number') return new Date(cell).toISOString()
  return typeof cell === 'number' ? String(cell) : quoted(cell)
}
/** Rows as comma-separated text: instants in RFC 3339, unknown cells empty; a first line says when the site is simulated. */
export function csvOf(
  rows: readonly Row[],
  columns: { index: number; column: ListColumn }[],
  { simulated }: { simulated: boolean },
): string {
  const head = columns.map(({ column }) => column.id).join(',')
  const lines = rows.map(({ cells }) =>
    columns.map(({ index, column }) => said(cells[index], column.as)).join(','),
  )
  return `${[...(simulated ? ['# simulated'] : []), head, ...lines].join('\r\n')}\r\n`
}
