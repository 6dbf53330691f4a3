import { useEffect, useRef, useState } from 'react'
import { formatClock, formatWhen } from '../../../design'
import { tickSays, type Bar, type Lane, type Timeline } from '../view-model'
import { words } from '../words'

const LEFT = 140,
  RIGHT = 20,
  TOP = 26,
  FOOT = 24
/** The width a drawing may have, followed as the window changes. */
export function useSize(): [
  React.RefObject<HTMLDivElement | null>,
  { width: number; height: number },
] {
  const frame = useRef<HTMLDivElement>(null)
  const [size, setSize] = useState({ width: 860, height: 330 })
  useEffect(() => {
    const element = frame.current
    if (!element) return undefined
    const watcher = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    )
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [])
  return [frame, size]
}
/** About how wide a text of 12 px is; a label that does not fit inside its bar stands beside it. */
const widthOf = (text: string) => text.length * 6.3
const BOLD = 1.14

/** Staying and going on one clock: the building solid, the cloud hatched, whiskers for four outcomes out of five, the due time as a limit. */
export function Timelines({ timeline }: { timeline: Timeline }) {
  const [frame, { width, height }] = useSize()
  const { now, due, from, to, ticks, lanes } = timeline
  const inner = Math.max(200, width - LEFT - RIGHT)
  const x = (at: number) => LEFT + ((at - from) / (to - from)) * inner
  const bottom = height - FOOT
  const laneHeight = (bottom - TOP) / lanes.length
  return (
    <div ref={frame} style={{ height: '100%', minHeight: 250, overflow: 'hidden' }}>
      <svg width={width} height={height} className="recharts-surface timelines" aria-hidden="true">
        {due !== undefined && (
          <rect
            x={x(due)}
            y={TOP}
            width={Math.max(0, LEFT + inner - x(due))}
            height={bottom - TOP}
            fill="var(--redsoft)"
          />
        )}
        {ticks.map((at) => (
          <g key={at}>
            <path d={`M${x(at)} ${TOP}V${bottom}`} stroke="var(--grid)" />
            <text x={x(at)} y={bottom + 16} textAnchor="middle" fill="var(--ink3)">
              {tickSays(at, timeline)}
            </text>
          </g>
        ))}
        <path d={`M12 ${TOP + laneHeight}H${LEFT + inner}`} stroke="var(--line)" />
        {lanes.map((lane, index) => (
          <LaneDrawing
            key={lane.way}
            lane={lane}
            x={x}
            y={TOP + index * laneHeight}
            height={laneHeight}
            right={LEFT + inner}
          />
        ))}
        <path d={`M${x(now)} ${TOP}V${bottom}`} stroke="var(--accent)" strokeWidth="1.5" />
        <text x={x(now)} y={TOP - 8} fill="var(--accent)">
          {words.nowAt(formatClock(now))}
        </text>
        {due !== undefined && (
          <>
            <path d={`M${x(due)} ${TOP}V${bottom}`} stroke="var(--redfill)" strokeWidth="1.5" />
            <text
              x={x(due)}
              y={TOP - 8}
              fill="var(--red)"
              fontWeight="600"
              textAnchor={x(due) > LEFT + inner - 90 ? 'end' : 'start'}
            >
              {words.dueAt(formatWhen(due, now))}
            </text>
          </>
        )}
      </svg>
    </div>
  )
}
interface DrawingProps {
  lane: Lane
  x: (at: number) => number
  y: number
  height: number
  right: number
}
function LaneDrawing({ lane, x, y, height, right }: DrawingProps) {
  const bar = { y: y + height * 0.17, height: Math.min(36, height * 0.26) }
  const middle = bar.y + bar.height / 2
  const cloud = lane.way === 'go'
  return (
    <g>
      <text x="14" y={middle - 1} fill="var(--ink)" fontWeight="600" style={{ fontSize: 15 }}>
        {lane.says}
      </text>
      <text x="14" y={middle + 15} fill="var(--ink2)">
        {clip(lane.where, LEFT - 26)}
      </text>
      {lane.not && (
        <text x={LEFT + 10} y={middle + 4} fill="var(--ink2)" style={{ fontSize: 12 }}>
          {clip(lane.not, right - LEFT - 20)}
        </text>
      )}
      {lane.wait && (
        <>
          <path
            d={outline(lane.wait, x, bar)}
            fill="none"
            stroke="var(--edge)"
            strokeDasharray="3 3"
          />
          <Label text={lane.waitSays} bar={lane.wait} x={x} y={middle} />
        </>
      )}
      {lane.boot && (
        <rect
          x={x(lane.boot.from)}
          y={middle}
          width={x(lane.boot.to) - x(lane.boot.from)}
          height={bar.height / 2}
          fill="none"
          stroke="var(--edge)"
          strokeDasharray="3 3"
        />
      )}
      {lane.ship && (
        <rect
          x={x(lane.ship.from)}
          y={bar.y}
          width={Math.max(2, x(lane.ship.to) - x(lane.ship.from))}
          height={bar.height / 2}
          fill="var(--cloudfill)"
        />
      )}
      {lane.run && (
        <rect
          x={x(lane.run.from)}
          y={bar.y}
          width={Math.max(3, x(lane.run.to) - x(lane.run.from))}
          height={bar.height}
          rx="2"
          fill={cloud ? 'url(#hatch-cloud)' : 'var(--onpremfill)'}
        />
      )}
      {lane.run && (
        <RunLabel text={lane.runSays} bar={lane.run} x={x} y={middle} cloud={cloud} right={right} />
      )}
      {lane.band && lane.done !== undefined && (
        <Whisker
          band={lane.band}
          done={lane.done}
          x={x}
          y={bar.y + bar.height + 22}
          cloud={cloud}
          right={right}
          lane={lane}
        />
      )}
      {lane.notes.map((note, index) => (
        <text
          key={note}
          x={x(lane.ship?.from ?? lane.boot?.from ?? lane.run?.from ?? 0) + 8}
          y={bar.y + bar.height + 26 + index * 16}
          fill="var(--ink2)"
          className="halo"
        >
          {note}
        </text>
      ))}
    </g>
  )
}
const outline = (
  { from, to }: Bar,
  x: (at: number) => number,
  { y, height }: { y: number; height: number },
) => `M${x(from)} ${y}H${x(to)}V${y + height}H${x(from)}Z`
const clip = (text: string, width: number) =>
  widthOf(text) * 0.92 <= width ? text : `${text.slice(0, Math.max(4, Math.floor(width / 6) - 1))}…`
function Label({
  text,
  bar,
  x,
  y,
}: {
  text: string
  bar: Bar
  x: (at: number) => number
  y: number
}) {
  const fits = widthOf(text) + 16 <= x(bar.to) - x(bar.from)
  return fits ? (
    <text x={x(bar.from) + 9} y={y + 4} fill="var(--ink)" style={{ fontSize: 12 }}>
      {text}
    </text>
  ) : (
    <text x={x(bar.from) + 4} y={y - 24} fill="var(--ink2)" className="halo">
      {text}
    </text>
  )
}
function RunLabel({
  text,
  bar,
  x,
  y,
  cloud,
  right,
}: {
  text: string
  bar: Bar
  x: (at: number) => number
  y: number
  cloud: boolean
  right: number
}) {
  const wide = widthOf(text) * BOLD + 16
  const [start, end] = [x(bar.from), x(bar.to)]
  const inside = wide <= end - start
  const at = inside ? start + 9 : end + 8 + wide > right ? Math.max(LEFT, start - wide) : end + 8
  return (
    <g>
      {inside && (
        <rect
          x={at - 5}
          y={y - 10}
          width={wide - 4}
          height="20"
          rx="2"
          fill={cloud ? 'var(--panel)' : 'transparent'}
        />
      )}
      <text
        x={at}
        y={y + 4}
        fill={inside && !cloud ? 'var(--panel)' : 'var(--ink)'}
        fontWeight="600"
        style={{ fontSize: 12 }}
        className={inside ? undefined : 'halo'}
      >
        {text}
      </text>
    </g>
  )
}
interface WhiskerProps {
  band: Bar
  done: number
  x: (at: number) => number
  y: number
  cloud: boolean
  right: number
  lane: Lane
}
function Whisker({ band, done, x, y, cloud, right, lane: { doneSays, bandSays } }: WhiskerProps) {
  const fill = cloud ? 'var(--cloudfill)' : 'var(--onpremfill)'
  const says = `${words.done(doneSays)}${bandSays}`
  const wide = widthOf(says)
  const at = Math.min(Math.max(LEFT + (cloud ? 150 : 4), x(band.from)), right - wide)
  return (
    <g>
      <rect
        x={x(band.from)}
        y={y - 4}
        width={Math.max(2, x(band.to) - x(band.from))}
        height="8"
        fill={cloud ? 'var(--cloudsoft)' : 'var(--onpremsoft)'}
      />
      <path
        d={`M${x(band.from)} ${y - 6}v12M${x(band.from)} ${y}H${x(band.to)}M${x(band.to)} ${y - 6}v12`}
        stroke="var(--ink)"
        strokeWidth="1.3"
        fill="none"
      />
      <path d={`M${x(done)} ${y - 5.5}l5.5 5.5-5.5 5.5-5.5-5.5Z`} fill={fill} />
      <text x={at} y={y + 22} fill="var(--ink)" style={{ fontSize: 12 }} className="halo">
        {words.done('')}
        <tspan fontWeight="600">{doneSays}</tspan>
        {bandSays}
      </text>
    </g>
  )
}
