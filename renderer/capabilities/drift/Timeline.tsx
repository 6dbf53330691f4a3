import {
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts'
import type { DriftLimits, ModelDrift } from '../../../preload/contract/drift-review'
import { setQuery } from '../../client'
import { formatDay, TICK } from '../../design'
import { formatSize, namedEvents, placeOf, sizeTicks, startOf, topOf } from './view-model'
import { words } from './words'

/** Where the plot lies inside its frame, in px; the handles of the limits stand on it. */
export const TIMELINE = { top: 16, right: 84, bottom: 36, left: 38 } as const

interface Dot {
  cx?: number
  cy?: number
  payload?: { name: string; alert: boolean; chosen: boolean }
}
/** A dot per window, a triangle where it alerted; a click picks it, with Shift all windows since. */
function Point({ cx, cy, payload }: Dot) {
  if (cx === undefined || cy === undefined || !payload) return <g />
  const pick = (event: React.MouseEvent) =>
    setQuery(event.shiftKey ? { since: payload.name } : { w: payload.name, since: undefined })
  return (
    <g onClick={pick} className="drift-point">
      <title>{payload.name}</title>
      <circle cx={cx} cy={cy} r="9" fill="transparent" />
      {payload.alert ? (
        <path d={`M${cx} ${cy - 5}l5 8.5h-10z`} fill="var(--redfill)" />
      ) : (
        <circle cx={cx} cy={cy} r={payload.chosen ? 3.6 : 2.2} fill="var(--s1)" />
      )}
    </g>
  )
}
/** What stands at the right end of a line, also where there is nothing to drag: on paper and in pictures. */
const named = (value: string, fill: string) => ({
  value,
  position: 'right' as const,
  fill,
  fontSize: 11,
})
const shortened = (says: string) => (says.length > 28 ? `${says.slice(0, 27)}…` : says)
const tickOf = (model: ModelDrift, at: number) => {
  const window = model.windows[at]
  return window === undefined
    ? ''
    : window.from === undefined
      ? window.name
      : formatDay(startOf(window.from)).replace(/^\w+ /, '')
}

export function Timeline({
  model,
  limits,
  chosen,
  reading,
}: {
  model: ModelDrift
  limits: DriftLimits
  chosen: readonly string[]
  reading: number | undefined
}) {
  const { windows, events } = model
  const data = windows.map(({ name, size, alert }, at) => ({
    at,
    name,
    size,
    alert,
    chosen: chosen.includes(name),
  }))
  const marks = events.flatMap((event) => {
    const place = placeOf(windows, event.at)
    return place === undefined ? [] : [{ ...event, place }]
  })
  const told = namedEvents(marks, windows.length)
  const first = windows.findIndex(({ name }) => name === chosen[0]),
    last = windows.findIndex(({ name }) => name === chosen.at(-1))
  const end = data.at(-1)
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 840, height: 150 }}>
      <ComposedChart
        data={data}
        margin={{ top: TIMELINE.top, right: TIMELINE.right, bottom: 0, left: 0 }}
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        <XAxis
          dataKey="at"
          type="number"
          domain={[0, Math.max(1, data.length - 1)]}
          height={30}
          allowDecimals={false}
          tickCount={6}
          tickFormatter={(at: number) => tickOf(model, at)}
          tick={TICK}
          tickLine={false}
          axisLine={false}
        />
        <YAxis
          width={TIMELINE.left}
          domain={[0, topOf(model)]}
          ticks={sizeTicks(topOf(model))}
          tickFormatter={(size: number) => String(Number(size.toFixed(2)))}
          tick={TICK}
          tickLine={false}
          axisLine={false}
        />
        {first >= 0 && last > first && (
          <ReferenceArea x1={first} x2={last} fill="var(--sel)" fillOpacity={0.7} />
        )}
        {first >= 0 && first === last && (
          <ReferenceLine x={first} stroke="var(--accent)" strokeOpacity={0.5} />
        )}
        {marks.map((mark) => (
          <ReferenceLine
            key={`${mark.at}${mark.says}`}
            x={mark.place}
            stroke={mark.kind === 'incident' ? 'var(--red)' : 'var(--ink2)'}
            strokeDasharray="1 3"
            {...(told.has(mark) && {
              label: {
                value: shortened(mark.says),
                position: mark.place > data.length / 2 ? 'insideTopRight' : 'insideTopLeft',
                fill: 'var(--ink2)',
                fontSize: 11,
                offset: 6,
              },
            })}
          />
        ))}
        <ReferenceLine
          y={limits.watch}
          stroke="var(--yellowfill)"
          strokeDasharray="4 3"
          label={named(words.watchAt(limits.watch.toFixed(2)), 'var(--yellow)')}
        />
        <ReferenceLine
          y={limits.act}
          stroke="var(--redfill)"
          label={named(words.actAt(limits.act.toFixed(2)), 'var(--red)')}
        />
        <Line
          dataKey="size"
          stroke="var(--s1)"
          strokeWidth={2}
          dot={<Point />}
          activeDot={false}
          isAnimationActive={false}
          connectNulls={false}
        />
        {end?.size !== null && end !== undefined && (
          <ReferenceLine
            y={end.size}
            stroke="none"
            label={{
              value: words.now(formatSize(end.size) ?? ''),
              position: 'right',
              fill: 'var(--s1)',
              fontSize: 11,
              fontWeight: 600,
            }}
          />
        )}
        {reading !== undefined && (
          <ReferenceLine x={reading} stroke="var(--ink)" strokeDasharray="2 2" />
        )}
      </ComposedChart>
    </ResponsiveContainer>
  )
}
