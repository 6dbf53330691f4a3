import {
  Area,
  Bar,
  BarChart,
  CartesianGrid,
  Cell,
  ComposedChart,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  XAxis,
  YAxis,
} from 'recharts'
import type { FeatureDrift, QualityPoint } from '../../../preload/contract/drift-review'
import { formatValue, type Bin, type CategoryBar } from './view-model'
import { words } from './words'
import { TICK } from '../../design'

const AXIS = { tick: TICK, tickLine: false, axisLine: false } as const
const SIZE = {
  width: '100%',
  height: '100%',
  initialDimension: { width: 460, height: 260 },
} as const
const percent = (share: number) => `${Math.round(share * 100)} %`
const reads = (at: number | string | undefined) =>
  at === undefined ? undefined : <ReferenceLine x={at} stroke="var(--ink)" strokeDasharray="2 2" />

/** Reference as an outline in ink, current filled; the bins that moved most at full strength. Shares of rows with a finite value. */
export function HistogramChart({
  bins,
  says,
  reading,
}: {
  bins: Bin[]
  says: string
  reading: number | undefined
}) {
  const data = bins.map((bin, at) => ({ ...bin, at, middle: (bin.from + bin.to) / 2 }))
  const ticks = [0, 10, 20, 30, 39]
  return (
    <ResponsiveContainer {...SIZE}>
      <ComposedChart
        data={data}
        margin={{ top: 8, right: 14, bottom: 14, left: 0 }}
        barCategoryGap={0.5}
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        <XAxis
          dataKey="at"
          type="category"
          ticks={ticks}
          tickFormatter={(at: number) => formatValue(data[at]?.from ?? 0)}
          {...AXIS}
          label={{
            value: says,
            position: 'insideBottom',
            offset: -10,
            fill: 'var(--ink3)',
            fontSize: 11,
          }}
        />
        <YAxis width={48} tickFormatter={percent} {...AXIS} domain={[0, 'auto']} />
        <Bar dataKey="current" fill="var(--s2)" isAnimationActive={false}>
          {data.map(({ at, moved }) => (
            <Cell key={at} fillOpacity={moved ? 1 : 0.45} />
          ))}
        </Bar>
        <Line
          dataKey="reference"
          type="step"
          stroke="var(--ink)"
          strokeWidth={1.5}
          dot={false}
          activeDot={false}
          isAnimationActive={false}
        />
        {reads(reading)}
      </ComposedChart>
    </ResponsiveContainer>
  )
}
export function EcdfChart({
  steps,
  reading,
}: {
  steps: { x: number; reference: number; current: number }[]
  reading: number | undefined
}) {
  return (
    <ResponsiveContainer {...SIZE}>
      <LineChart
        data={steps}
        margin={{ top: 8, right: 14, bottom: 0, left: 0 }}
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        <XAxis
          dataKey="x"
          type="number"
          domain={['dataMin', 'dataMax']}
          tickFormatter={formatValue}
          {...AXIS}
        />
        <YAxis
          width={48}
          domain={[0, 1]}
          ticks={[0, 0.25, 0.5, 0.75, 1]}
          tickFormatter={percent}
          {...AXIS}
        />
        <Line
          dataKey="reference"
          type="stepAfter"
          stroke="var(--ink)"
          strokeWidth={1.5}
          dot={false}
          isAnimationActive={false}
        />
        <Line
          dataKey="current"
          type="stepAfter"
          stroke="var(--s2)"
          strokeWidth={2}
          dot={false}
          isAnimationActive={false}
        />
        {reads(reading === undefined ? undefined : steps[reading]?.x)}
      </LineChart>
    </ResponsiveContainer>
  )
}
export function QuantileChart({
  shifts,
  reading,
}: {
  shifts: { share: number; reference: number; current: number }[]
  reading: number | undefined
}) {
  const data = shifts.map((shift) => ({ ...shift, name: `${shift.share * 100} %` }))
  return (
    <ResponsiveContainer {...SIZE}>
      <ComposedChart
        data={data}
        margin={{ top: 8, right: 14, bottom: 0, left: 0 }}
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        <XAxis dataKey="name" {...AXIS} />
        <YAxis width={52} tickFormatter={formatValue} {...AXIS} />
        <Line
          dataKey="reference"
          stroke="var(--ink)"
          strokeWidth={1.5}
          dot={{ r: 2.5, fill: 'var(--ink)' }}
          isAnimationActive={false}
        />
        <Line
          dataKey="current"
          stroke="var(--s2)"
          strokeWidth={2}
          dot={{ r: 3, fill: 'var(--s2)' }}
          isAnimationActive={false}
        />
        {reads(reading === undefined ? undefined : data[reading]?.name)}
      </ComposedChart>
    </ResponsiveContainer>
  )
}
export function CategoryChart({
  bars,
  others,
  reading,
}: {
  bars: CategoryBar[]
  others: number
  reading: number | undefined
}) {
  const data = bars.map((bar) => ({
    ...bar,
    name: `${bar.category}${bar.state === 'new' ? `, ${words.newCategory}` : bar.state === 'vanished' ? `, ${words.vanished}` : ''}`,
  }))
  return (
    <ResponsiveContainer {...SIZE}>
      <BarChart
        data={data}
        layout="vertical"
        margin={{ top: 4, right: 20, bottom: others > 0 ? 14 : 0, left: 4 }}
        barGap={0}
        accessibilityLayer={false}
      >
        <CartesianGrid horizontal={false} stroke="var(--grid)" />
        <XAxis
          type="number"
          tickFormatter={percent}
          {...AXIS}
          {...(others > 0 && {
            label: {
              value: words.rest(others),
              position: 'insideBottom',
              offset: -8,
              fill: 'var(--ink3)',
              fontSize: 11,
            },
          })}
        />
        <YAxis type="category" dataKey="name" width={120} {...AXIS} interval={0} />
        <Bar
          dataKey="reference"
          fill="none"
          stroke="var(--ink)"
          strokeWidth={1.2}
          isAnimationActive={false}
        />
        <Bar dataKey="current" fill="var(--s2)" isAnimationActive={false}>
          {data.map((bar) => (
            <Cell
              key={bar.name}
              fillOpacity={Math.abs(bar.current - bar.reference) >= 0.02 ? 1 : 0.45}
            />
          ))}
        </Bar>
        {reading !== undefined && data[reading] && (
          <ReferenceLine y={data[reading].name} stroke="var(--ink)" strokeDasharray="2 2" />
        )}
      </BarChart>
    </ResponsiveContainer>
  )
}
export function OverChart({
  over,
  reading,
}: {
  over: FeatureDrift['over']
  reading: number | undefined
}) {
  return (
    <ResponsiveContainer {...SIZE}>
      <LineChart
        data={over}
        margin={{ top: 8, right: 14, bottom: 0, left: 0 }}
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        <XAxis dataKey="window" {...AXIS} minTickGap={40} />
        <YAxis width={40} domain={[0, (most: number) => Math.max(0.2, most)]} {...AXIS} />
        <Line
          dataKey="severity"
          stroke="var(--s1)"
          strokeWidth={2}
          dot={{ r: 2.5, fill: 'var(--s1)' }}
          isAnimationActive={false}
        />
        <Line
          dataKey="nullRate"
          stroke="var(--s3)"
          strokeWidth={1.5}
          strokeDasharray="4 3"
          dot={false}
          isAnimationActive={false}
        />
        {reads(reading === undefined ? undefined : over[reading]?.window)}
      </LineChart>
    </ResponsiveContainer>
  )
}
/** Estimated as a dashed line with its band, realised as crosses with theirs: a realised value outside the band is seen at once. */
export function QualityChart({
  points,
  reading,
}: {
  points: QualityPoint[]
  reading: number | undefined
}) {
  const data = points.map(({ window, estimated, realised }) => ({
    window,
    estimated: estimated?.value,
    band: estimated && [estimated.lower, estimated.upper],
    realised: realised?.value,
  }))
  return (
    <ResponsiveContainer {...SIZE}>
      <ComposedChart
        data={data}
        margin={{ top: 8, right: 20, bottom: 0, left: 0 }}
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        <XAxis dataKey="window" {...AXIS} minTickGap={40} />
        <YAxis width={44} domain={['auto', 'auto']} tickFormatter={formatValue} {...AXIS} />
        <Area
          dataKey="band"
          stroke="none"
          fill="var(--s1)"
          fillOpacity={0.15}
          isAnimationActive={false}
          activeDot={false}
        />
        <Line
          dataKey="estimated"
          stroke="var(--s1)"
          strokeWidth={1.5}
          strokeDasharray="5 3"
          dot={false}
          isAnimationActive={false}
        />
        <Scatter dataKey="realised" fill="var(--s2)" shape="cross" isAnimationActive={false} />
        {reads(reading === undefined ? undefined : data[reading]?.window)}
      </ComposedChart>
    </ResponsiveContainer>
  )
}
