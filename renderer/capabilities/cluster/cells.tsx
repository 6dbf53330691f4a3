import type { ListColumn } from '../../../preload/contract/cluster'
import { formatCount, formatGi, formatShare, formatShortDuration } from '../../design'
import { words } from './words'
import type { Row } from './view-model'

const MARKS: Record<
  string,
  'full' | 'dashed' | 'outline' | 'check' | 'cross' | 'triangle' | 'bar' | 'unknown'
> = {
  running: 'full',
  ready: 'full',
  active: 'full',
  offered: 'outline',
  unused: 'dashed',
  starting: 'dashed',
  waiting: 'outline',
  held: 'bar',
  done: 'check',
  failed: 'cross',
  down: 'cross',
  restarting: 'triangle',
  warning: 'triangle',
  stopping: 'bar',
  draining: 'bar',
  stopped: 'bar',
  normal: 'outline',
  unknown: 'unknown',
}
/** How an object stands, by shape and fill; the word beside it says it too. */
export function StateMark({ state }: { state: string }) {
  const mark = MARKS[state] ?? 'unknown'
  return (
    <svg
      width="11"
      height="11"
      viewBox="0 0 12 12"
      aria-hidden="true"
      fill="none"
      style={{ flex: 'none' }}
    >
      {mark === 'full' && <circle cx="6" cy="6" r="4.2" fill="var(--onpremfill)" />}
      {mark === 'outline' && <circle cx="6" cy="6" r="4" stroke="var(--ink2)" strokeWidth="1.6" />}
      {mark === 'dashed' && (
        <circle
          cx="6"
          cy="6"
          r="4"
          stroke="var(--onpremfill)"
          strokeWidth="2"
          strokeDasharray="1.8 1.5"
        />
      )}
      {mark === 'bar' && (
        <path d="M2 6h8" stroke="var(--ink2)" strokeWidth="2" strokeDasharray="2.4 1.4" />
      )}
      {mark === 'check' && (
        <path d="m2 6.4 2.6 2.6L10 3.4" stroke="var(--ink3)" strokeWidth="1.7" />
      )}
      {mark === 'cross' && (
        <path d="m2.6 2.6 6.8 6.8M9.4 2.6 2.6 9.4" stroke="var(--red)" strokeWidth="2" />
      )}
      {mark === 'triangle' && (
        <>
          <path d="M6 .8 11.6 11H.4Z" fill="var(--yellowfill)" />
          <path d="M6 4.2v3.2M6 8.6v1.1" stroke="var(--panel)" strokeWidth="1.4" />
        </>
      )}
      {mark === 'unknown' && (
        <circle
          cx="6"
          cy="6"
          r="4"
          stroke="var(--ink3)"
          strokeWidth="1.4"
          strokeDasharray="2 1.6"
        />
      )}
    </svg>
  )
}
const Hatch = () => <span className="not-read" role="img" aria-label={words.unknownYet} />

/** One cell as its column is read. `now` is the site's own time. */
export function ListCell({
  row,
  index,
  column,
  now,
}: {
  row: Row
  index: number
  column: ListColumn
  now: number
}) {
  const value = row.row.cells[index]
  if (column.as === 'state')
    return (
      <span className="row state-cell">
        <StateMark state={row.row.state} />
        {words.states[row.row.state] ?? row.row.state}
      </span>
    )
  if (value === null || value === undefined)
    return <Absent id={column.id} isWhole={row.row.whole} />
  if (typeof value === 'string')
    return <span title={value.length > LONG ? value : undefined}>{value}</span>
  return <span className={value === 0 ? 'zero' : undefined}>{figure(value, column.as, now)}</span>
}
const LONG = 30
function figure(value: number, as: ListColumn['as'], now: number): string {
  if (as === 'since') return formatShortDuration((now - value) / 1000)
  if (as === 'bytes') return formatGi(value / 1e9)
  if (as === 'share') return formatShare(value)
  return Number.isInteger(value) ? formatCount(value) : value.toFixed(1)
}
const Absent = ({ id, isWhole }: { id: string; isWhole: boolean }) =>
  id === 'node' ? <span className="meta">{words.none}</span> : isWhole ? null : <Hatch />
