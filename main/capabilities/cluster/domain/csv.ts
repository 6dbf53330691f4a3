import type { Cell, ListColumn } from '../../../../preload/contract/cluster'
import { toCsv, type CsvCell } from '../../../../preload/contract/text/csv'
import type { Row } from './row'

const written = (cell: Cell | undefined, as: ListColumn['as']): CsvCell =>
  as === 'since' && typeof cell === 'number' ? new Date(cell).toISOString() : cell
/** Rows as comma-separated text: instants in RFC 3339, unknown cells empty; a first line says when the site is simulated. */
export function csvOf(
  rows: readonly Row[],
  columns: { index: number; column: ListColumn }[],
  { simulated }: { simulated: boolean },
): string {
  return toCsv(
    columns.map(({ column }) => column.id),
    rows.map(({ cells }) => columns.map(({ index, column }) => written(cells[index], column.as))),
    { remark: simulated ? 'simulated' : undefined },
  )
}
