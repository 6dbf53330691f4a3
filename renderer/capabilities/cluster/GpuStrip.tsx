import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import type { GpuSummary, NodeCell } from '../../../preload/contract/cluster'
import { lastKnown, recordedTrouble, useWatch } from '../../client'
import { Failed, formatCount, Forbidden, formatMoment, Loading, Panel, Sign } from '../../design'
import { words } from './words'

/** The fewer nodes, the larger their cells. */
const sizeOf = (nodes: number) =>
  nodes <= 48
    ? { CELL: 18, GAP: 3, TALL: 22 }
    : nodes <= 160
      ? { CELL: 13, GAP: 2, TALL: 16 }
      : { CELL: 9, GAP: 1.5, TALL: 12 }
type Size = ReturnType<typeof sizeOf>

interface StripProps {
  site: string
  nodes: { from: string; to: string } | undefined
  onNodes: (nodes: { from: string; to: string } | undefined) => void
}
/** One cell for each node with GPUs; a drag over some filters the list. */
export function GpuStrip({ site, nodes, onNodes }: StripProps) {
  const { remote, again } = useWatch<GpuSummary>(
    (client, options) => client.cluster.summary({ site }, options),
    [site],
  )
  const summary = lastKnown(remote)?.value
  if (!summary)
    return (
      <Panel title={words.strip.title} className="gpu-strip">
        {remote.at === 'failed' ? (
          <Failed
            says={remote.trouble.says}
            remedy={remote.trouble.remedy}
            code={remote.trouble.code}
            onRetry={again}
          />
        ) : (
          <Loading rows={2} />
        )}
      </Panel>
    )
  const isOld = summary.state === 'stale'
  return (
    <Panel
      title={words.strip.title}
      means={words.strip.means(summary.nodes.length, summary.totals.gpus)}
      actions={<Figures summary={summary} />}
      asOf={isOld && summary.asOf ? formatMoment(summary.asOf) : undefined}
      className={isOld ? 'gpu-strip aged' : 'gpu-strip'}
    >
      {summary.nodes.length === 0 ? (
        <NoCells summary={summary} again={again} />
      ) : (
        <>
          <Cells cells={summary.nodes} chosen={nodes} onNodes={onNodes} />
          <Foot summary={summary} />
        </>
      )}
    </Panel>
  )
}
function NoCells({
  summary: { state, failure },
  again,
}: {
  summary: GpuSummary
  again: () => void
}) {
  const trouble = recordedTrouble(failure)
  if (trouble && state === 'forbidden')
    return <Forbidden says={trouble.says} remedy={trouble.remedy} />
  if (trouble)
    return (
      <Failed says={trouble.says} remedy={trouble.remedy} code={trouble.code} onRetry={again} />
    )
  return state === 'loading' ? (
    <Loading rows={2} />
  ) : (
    <p className="control-text soft">{words.strip.none}</p>
  )
}
function Figures({ summary: { totals } }: { summary: GpuSummary }) {
  const figure = (value: number | undefined, says: string) =>
    value !== undefined && (
      <span>
        <b>{formatCount(Math.round(value))}</b> {says}
      </span>
    )
  return (
    <span className="row strip-figures">
      {figure(totals.allocated, words.strip.allocated)}
      {figure(totals.used, words.strip.used)}
      {figure(totals.free, words.strip.free)}
      {totals.down > 0 && (
        <span className="row">
          <Sign sign="failed" size={11} />
          <b>{totals.down}</b> {words.strip.down}
        </span>
      )}
      {totals.draining > 0 && (
        <span className="row">
          <span className="hatch-swatch" />
          <b>{totals.draining}</b> {words.strip.draining}
        </span>
      )}
    </span>
  )
}
function Foot({ summary: { kinds, counting, notes } }: { summary: GpuSummary }) {
  const parts =
    kinds.length > 1 || kinds[0]?.kind !== 'whole'
      ? kinds.map(
          ({ kind, capacity, allocated }) =>
            `${words.strip.kinds[kind] ?? kind} ${words.strip.figures(allocated, capacity)}`,
        )
      : []
  return (
    <p className="small meta strip-foot">
      {[
        ...parts,
        ...(counting ? [words.strip.counting(counting.done, counting.total ?? counting.done)] : []),
        ...notes.map(({ code }) => words.notes[code] ?? code),
      ].join(' · ')}
    </p>
  )
}

interface CellsProps {
  cells: readonly NodeCell[]
  chosen: { from: string; to: string } | undefined
  onNodes: StripProps['onNodes']
}
function Cells({ cells, chosen, onNodes }: CellsProps) {
  const frame = useRef<HTMLDivElement>(null)
  const size = sizeOf(cells.length)
  const { CELL, GAP, TALL } = size
  const perRow = usePerRow(frame, size)
  const { range, cursor, ...drag } = useDrag(cells, { perRow, size, onNodes })
  const rows = Math.ceil(cells.length / perRow)
  const place: Place = Object.assign(
    (index: number) => ({
      x: (index % perRow) * (CELL + GAP),
      y: Math.floor(index / perRow) * TALL,
    }),
    { size },
  )
  const marked =
    range ??
    (chosen && {
      from: cells.findIndex(({ name }) => name === chosen.from),
      to: cells.findIndex(({ name }) => name === chosen.to),
    })
  const here = cursor === undefined ? undefined : cells[cursor]
  return (
    <div className="strip-frame" ref={frame}>
      <svg
        className="strip"
        width="100%"
        height={rows * TALL}
        role="application"
        tabIndex={0}
        aria-label={`${words.strip.title}. ${words.strip.drag} ${here ? words.strip.cell(here) : ''}`}
        {...drag}
      >
        <path
          d={pathOf(cells, place, ({ state, allocated, gpus }) =>
            state === 'down' || state === 'draining' || !allocated
              ? 0
              : Math.min(1, allocated / gpus),
          )}
          fill="var(--onpremfill)"
        />
        <path
          d={outlines(cells, place, ({ state }) => state === 'ready')}
          fill="none"
          stroke="var(--onpremfill)"
          strokeWidth=".8"
        />
        <path
          d={outlines(cells, place, ({ state }) => state === 'draining')}
          fill="url(#hatch-unknown)"
          stroke="var(--edge)"
          strokeWidth=".6"
        />
        <path
          d={outlines(cells, place, ({ state }) => state === 'down')}
          fill="var(--redsoft)"
          stroke="var(--redfill)"
          strokeWidth="1.4"
        />
        {marked && marked.from >= 0 && marked.to >= 0 && (
          <path
            d={frames(Math.min(marked.from, marked.to), Math.max(marked.from, marked.to), place)}
            fill="var(--accent)"
            fillOpacity=".22"
          />
        )}
        {cursor !== undefined && (
          <rect
            {...place(cursor)}
            x={place(cursor).x - 1}
            y={place(cursor).y - 1}
            width={CELL + 2}
            height={CELL + 2}
            rx="2"
            fill="none"
            stroke="var(--accent)"
            strokeWidth="1.6"
          />
        )}
      </svg>
      <span className="small meta strip-read" role="status">
        {here ? words.strip.cell(here) : ''}
      </span>
    </div>
  )
}
type Place = ((index: number) => { x: number; y: number }) & { size: Size }
/** Filled parts of cells, from below. */
function pathOf(
  cells: readonly NodeCell[],
  place: Place,
  share: (cell: NodeCell) => number,
): string {
  const { CELL } = place.size
  return cells
    .map((cell, index) => {
      const tall = Math.round(share(cell) * CELL * 10) / 10
      const { x, y } = place(index)
      return tall > 0 ? `M${x} ${y + CELL - tall}h${CELL}v${tall}h-${CELL}z` : ''
    })
    .join('')
}
const outlines = (cells: readonly NodeCell[], place: Place, wanted: (cell: NodeCell) => boolean) =>
  cells
    .map((cell, index) => {
      const { x, y } = place(index)
      const { CELL } = place.size
      return wanted(cell)
        ? `M${x + 0.4} ${y + 0.4}h${CELL - 0.8}v${CELL - 0.8}h-${CELL - 0.8}z`
        : ''
    })
    .join('')
const frames = (from: number, to: number, place: Place) =>
  Array.from({ length: to - from + 1 }, (_, step) => {
    const { x, y } = place(from + step)
    const { CELL, GAP } = place.size
    return `M${x - 0.7} ${y - 1}h${CELL + GAP}v${CELL + 2}h-${CELL + GAP}z`
  }).join('')

function usePerRow(frame: React.RefObject<HTMLDivElement | null>, { CELL, GAP }: Size): number {
  const [width, setWidth] = useState(840)
  useEffect(() => {
    if (!frame.current) return undefined
    const sized = new ResizeObserver(([entry]) => {
      if (entry) setWidth(entry.contentRect.width)
    })
    sized.observe(frame.current)
    return () => sized.disconnect()
  }, [frame])
  return Math.max(1, Math.floor(width / (CELL + GAP)))
}

const MOVES: Record<string, (perRow: number) => number> = {
  ArrowRight: () => 1,
  ArrowLeft: () => -1,
  ArrowDown: (perRow) => perRow,
  ArrowUp: (perRow) => -perRow,
}
/** A drag from one cell to another, by pointer or by Shift and arrows. */
function useDrag(
  cells: readonly NodeCell[],
  {
    perRow,
    size: { CELL, GAP, TALL },
    onNodes,
  }: { perRow: number; size: Size; onNodes: StripProps['onNodes'] },
) {
  const [range, setRange] = useState<{ from: number; to: number }>()
  const [cursor, setCursor] = useState<number>()
  const dragging = useRef(false)
  const under = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const index =
      Math.floor((event.clientY - box.top) / TALL) * perRow +
      Math.min(perRow - 1, Math.floor((event.clientX - box.left) / (CELL + GAP)))
    return Math.max(0, Math.min(cells.length - 1, index))
  }
  const choose = ({ from, to }: { from: number; to: number }) => {
    const [first, last] = [cells[Math.min(from, to)], cells[Math.max(from, to)]]
    setRange(undefined)
    if (first && last) onNodes({ from: first.name, to: last.name })
  }
  const walk = (event: KeyboardEvent, by: number) => {
    event.preventDefault()
    const next = Math.max(0, Math.min(cells.length - 1, (cursor ?? -by) + by))
    setRange(event.shiftKey ? { from: range?.from ?? cursor ?? next, to: next } : undefined)
    setCursor(next)
  }
  const leave = (event: KeyboardEvent) => {
    event.preventDefault()
    setRange(undefined)
    onNodes(undefined)
  }
  const step = (event: KeyboardEvent) => {
    const move = MOVES[event.key]?.(perRow)
    if (move !== undefined) walk(event, move)
    else if (event.key === 'Enter' && cursor !== undefined)
      choose(range ?? { from: cursor, to: cursor })
    else if (event.key === 'Escape') leave(event)
  }
  return {
    range,
    cursor,
    onKeyDown: step,
    onFocus: () => setCursor((now) => now ?? 0),
    onBlur: () => {
      setCursor(undefined)
      setRange(undefined)
    },
    onPointerDown: (event: PointerEvent<SVGSVGElement>) => {
      const at = under(event)
      dragging.current = true
      event.currentTarget.setPointerCapture(event.pointerId)
      setRange({ from: at, to: at })
    },
    onPointerMove: (event: PointerEvent<SVGSVGElement>) => {
      const at = under(event)
      setCursor(at)
      if (dragging.current) setRange((now) => now && { from: now.from, to: at })
    },
    onPointerUp: () => {
      dragging.current = false
      if (range) choose(range)
    },
    onPointerLeave: () => {
      if (!dragging.current) setCursor(undefined)
    },
  }
}
