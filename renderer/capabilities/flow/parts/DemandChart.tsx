import {
  Area,
  AreaChart,
  CartesianGrid,
  ReferenceLine,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts'
import { formatClock, TICK } from '../../../design'
import type { demandToday } from '../view-model'
import { words } from '../words'

const SIX_HOURS_MS = 6 * 3_600_000
/** Stacked areas: on-prem full, cloud hatched; the capacity as a line with its figure; now in the accent. */
export function DemandChart({
  today: { points, from, to, now },
  capacity,
  reading,
}: {
  today: ReturnType<typeof demandToday>
  capacity: number
  reading: number | undefined
}) {
  const read = reading === undefined ? undefined : points[reading]
  const top =
    Math.ceil(Math.max(capacity * 1.5, ...points.map(({ onPrem, cloud }) => onPrem + cloud)) / 16) *
    16
  const right = now > from + (to - from) * 0.8
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 404, height: 200 }}>
      <AreaChart
        data={points}
        margin={{ top: 18, right: 14, bottom: 0, left: 0 }}
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        <XAxis
          dataKey="at"
          type="number"
          domain={[from, to]}
          ticks={[0, 1, 2, 3, 4].map((step) => from + step * SIX_HOURS_MS)}
          tickFormatter={(at: number) => (at === to ? '24:00' : formatClock(at))}
          tick={TICK}
          tickLine={false}
          axisLine={false}
        />
        <YAxis
          width={34}
          domain={[0, top]}
          ticks={[0, 1, 2, 3, 4].map((step) => (step * top) / 4)}
          allowDecimals={false}
          tick={TICK}
          tickLine={false}
          axisLine={false}
        />
        <Area
          dataKey="onPrem"
          stackId="wanted"
          type="linear"
          stroke="none"
          fill="var(--onpremfill)"
          fillOpacity={0.85}
          activeDot={false}
          isAnimationActive={false}
        />
        <Area
          dataKey="cloud"
          stackId="wanted"
          type="linear"
          stroke="var(--ink)"
          strokeWidth={1.5}
          fill="url(#hatch-cloud)"
          fillOpacity={1}
          activeDot={false}
          isAnimationActive={false}
        />
        {read && <ReferenceLine x={read.at} stroke="var(--ink)" strokeDasharray="2 2" />}
        <ReferenceLine
          y={capacity}
          stroke="var(--ink)"
          label={{
            value: words.capacity(capacity),
            position: 'insideBottomLeft',
            fill: 'var(--ink)',
            fontSize: 11,
          }}
        />
        <ReferenceLine
          x={now}
          stroke="var(--accent)"
          label={{
            value: words.now(formatClock(now)),
            position: right ? 'insideTopRight' : 'insideTopLeft',
            fill: 'var(--accent)',
            fontSize: 11,
            offset: 4,
          }}
        />
      </AreaChart>
    </ResponsiveContainer>
  )
}
