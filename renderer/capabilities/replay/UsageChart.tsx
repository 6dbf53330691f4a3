import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts'
import { formatDay, TICK } from '../../design'
import { ticksTo, type UsagePoint } from './view-model'
import { words } from './words'

const DAY_MS = 86_400_000
/** Days at which the axis is named: at most seven, at midnight where the trace has dates. */
export function dayTicks(points: readonly UsagePoint[], dated: boolean): number[] {
  const [from, to] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0]
  const every = Math.max(1, Math.ceil((to - from) / DAY_MS / 7))
  const midnight = new Date(from)
  midnight.setHours(24, 0, 0, 0)
  const first = dated ? midnight.getTime() : from
  return Array.from(
    { length: Math.max(0, Math.floor((to - first) / DAY_MS / every) + 1) },
    (_, index) => first + index * every * DAY_MS,
  )
}
export const timeSays = (at: number, dated: boolean) =>
  dated ? formatDay(at).slice(4) : words.day(Math.round(at / DAY_MS))

interface UsageProps {
  points: readonly UsagePoint[]
  dated: boolean
  capacity: number
  reading: UsagePoint | undefined
}
/** Demand over time: what ran in the building full, in the cloud hatched, what was asked for as a line, what waited below. */
export function UsageChart({ points, dated, capacity, reading }: UsageProps) {
  const ticks = dayTicks(points, dated)
  const top = ticksTo(
    Math.max(
      capacity,
      ...points.map(({ onPrem, cloud, asked }) => Math.max(onPrem + cloud, asked)),
    ),
  )
  const waits = ticksTo(Math.max(1, ...points.map(({ waiting }) => waiting))).at(-1) ?? 1
  const domain: [number, number] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 1]
  const mark = reading && <ReferenceLine x={reading.at} stroke="var(--ink)" strokeDasharray="2 2" />
  return (
    <div
      style={{
        display: 'grid',
        gridTemplateRows: 'minmax(0, 1fr) 52px',
        height: '100%',
        minHeight: 0,
      }}
    >
      <ResponsiveContainer
        width="100%"
        height="100%"
        initialDimension={{ width: 680, height: 180 }}
      >
        <ComposedChart
          data={points as UsagePoint[]}
          margin={{ top: 8, right: 14, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
          <CartesianGrid vertical={false} stroke="var(--grid)" />
          <XAxis dataKey="at" type="number" domain={domain} hide />
          <YAxis
            width={44}
            domain={[0, top.at(-1) ?? 1]}
            ticks={top.filter((_, index) => top.length < 5 || index % 2 === 0)}
            tick={TICK}
            tickLine={false}
            axisLine={false}
          />
          <Area
            dataKey="onPrem"
            stackId="used"
            type="linear"
            stroke="none"
            fill="var(--onpremfill)"
            fillOpacity={0.85}
            activeDot={false}
            isAnimationActive={false}
          />
          <Area
            dataKey="cloud"
            stackId="used"
            type="linear"
            stroke="none"
            fill="url(#hatch-cloud)"
            fillOpacity={1}
            activeDot={false}
            isAnimationActive={false}
          />
          <Line
            dataKey="asked"
            type="linear"
            stroke="var(--ink)"
            strokeWidth={1}
            dot={false}
            activeDot={false}
            isAnimationActive={false}
          />
          <ReferenceLine y={capacity} stroke="var(--ink)" />
          {mark}
        </ComposedChart>
      </ResponsiveContainer>
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 680, height: 52 }}>
        <ComposedChart
          data={points as UsagePoint[]}
          margin={{ top: 2, right: 14, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
          <XAxis
            dataKey="at"
            type="number"
            domain={domain}
            ticks={ticks}
            tickFormatter={(at: number) => timeSays(at, dated)}
            tick={TICK}
            tickLine={false}
            axisLine={{ stroke: 'var(--axis)' }}
          />
          <YAxis
            width={44}
            domain={[0, waits]}
            ticks={[waits]}
            tickFormatter={() => words.waits}
            tick={TICK}
            tickLine={false}
            axisLine={false}
          />
          <Bar dataKey="waiting" fill="var(--s6)" isAnimationActive={false} />
          {mark}
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  )
}
