import { Menu } from '@mantine/core'
import { useRef, useState, type ReactNode } from 'react'
import { save, standaloneSvg, toPng } from './chart-export'
import { Button } from './Controls'
import { toCsv } from '../../preload/contract/text/csv'
import { useKeys } from './keys'
import { Panel } from './Panel'
import { CopyButton } from './States'
import { TableHead } from './TableHead'

interface ChartFrameProps {
  title: string
  means?: ReactNode
  says: string
  asOf?: string | undefined
  head: readonly string[]
  rows: readonly (readonly (string | number | undefined)[])[]
  above?: ReactNode
  exportNote?: string
  legend?: ReactNode
  /** Controls that lie on the drawing; they are no part of the picture. */
  over?: ReactNode
  /** The drawing; it is told which row is being read out, to mark it. */
  children: (reading: number | undefined) => ReactNode
}
/** A chart with its twin as a table (`T` switches) and copy as CSV; `says` is the sentence that stands for the drawing. Arrow keys read it out point by point. */
export function ChartFrame({
  title,
  means,
  says,
  asOf,
  head,
  rows,
  above,
  exportNote = title,
  legend,
  over,
  children,
}: ChartFrameProps) {
  const frame = useRef<HTMLDivElement>(null)
  const [twin, setTwin] = useState(false)
  const [reading, setReading] = useState<number>()
  const at = reading === undefined ? undefined : rows[Math.min(reading, rows.length - 1)]
  useKeys({ t: () => setTwin((shown) => !shown) })
  return (
    <Panel
      title={title}
      means={means}
      asOf={asOf}
      actions={
        <>
          {legend}
          {twin ? (
            <CopyButton small says="Copy CSV" text={() => toCsv(head, rows)} />
          ) : (
            <Export
              title={title}
              note={exportNote}
              csv={() => toCsv(head, rows)}
              drawing={() => frame.current?.querySelector('svg.recharts-surface') ?? undefined}
            />
          )}
          <Button look="quiet" small aria-pressed={twin} onClick={() => setTwin(!twin)}>
            {twin ? 'Chart' : 'Table'}
          </Button>
        </>
      }
      flush
    >
      {above}
      {twin ? (
        <div className="table-frame" tabIndex={0} role="region" aria-label={`${title}, table`}>
          <table className="table">
            <TableHead head={head} />
            <tbody>
              {rows.map((row, index) => (
                <tr key={index}>
                  {row.map((value, column) => (
                    <td key={column} className={column > 0 ? 'right' : undefined}>
                      {value ?? 'not measured'}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <div
          className="chart"
          role="group"
          aria-label={`${title}, arrow keys read it out`}
          tabIndex={0}
          onBlur={() => setReading(undefined)}
          onKeyDown={(event) => {
            const next = nextReading(event.key, reading, rows.length)
            if (next === undefined) return
            event.preventDefault()
            setReading(next)
          }}
        >
          <div ref={frame} role="img" aria-label={says} className="chart-drawing">
            {children(reading)}
          </div>
          {over}
          <div className="chart-readout small" role="status">
            {at
              ? at
                  .map((value, column) =>
                    column === 0 ? value : `${head[column]} ${value ?? 'not measured'}`,
                  )
                  .join(', ')
              : ''}
          </div>
        </div>
      )}
    </Panel>
  )
}
function Export({
  title,
  note,
  csv,
  drawing,
}: {
  title: string
  note: string
  csv: () => string
  drawing: () => SVGSVGElement | undefined
}) {
  const name = title.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  const picture = () => {
    const svg = drawing()
    return svg && standaloneSvg(svg, note)
  }
  const saveSvg = () => {
    const svg = picture()
    if (svg) save(`${name}.svg`, new Blob([svg], { type: 'image/svg+xml' }))
  }
  const savePng = () => {
    const svg = picture()
    if (svg) void toPng(svg).then((png) => save(`${name}.png`, png))
  }
  return (
    <Menu position="bottom-end" width={140}>
      <Menu.Target>
        <Button look="quiet" small aria-label={`Export ${title}`}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => save(`${name}.csv`, new Blob([csv()], { type: 'text/csv' }))}>
          CSV
        </Menu.Item>
        <Menu.Item onClick={savePng}>PNG</Menu.Item>
        <Menu.Item onClick={saveSvg}>SVG</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
/** Where a key moves the read-out of a chart with so many points; undefined for any other key. */
export function nextReading(
  key: string,
  reading: number | undefined,
  count: number,
): number | undefined {
  if (count === 0) return undefined
  switch (key) {
    case 'ArrowRight':
      return Math.min(count - 1, (reading ?? -1) + 1)
    case 'ArrowLeft':
      return Math.max(0, (reading ?? count) - 1)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return undefined
  }
}
