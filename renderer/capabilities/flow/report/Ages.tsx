import {
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  Scatter,
  XAxis,
  YAxis,
} from 'recharts'
import type { FlowReport } from '../../../../preload/contract/flow'
import type { Station } from '../../../../preload/contract/records/work'
import { ChartFrame, formatShortDuration, Tag, TICK } from '../../../design'
import { useStationNames } from './stations'
import { DAY_S } from './view-model'
import { words } from './words'

export type RecordedReport = FlowReport & {
  titles: Record<string, string>
  at: Record<string, Station>
}
interface Dot {
  at: number
  days: number
  isOver: boolean
}

/** Open items by where they stand and how old they are, against how old finished ones were when they left there. */
export function Ages({ report }: { report: RecordedReport }) {
  const nameOf = useStationNames()
  const stations = report.agesAtStations.map(({ station }) => station)
  const items = Object.entries(report.ages).sort(([, a], [, b]) => b - a)
  const over = new Set(report.overP85)
  const dots: Dot[] = items.flatMap(([item, seconds]) => {
    const at = stations.indexOf(report.at[item] ?? 'define')
    return at < 0 ? [] : [{ at, days: seconds / DAY_S, isOver: over.has(item) }]
  })
  return (
    <ChartFrame
      title={words.ages.title}
      means={words.ages.means}
      says={words.ages.says(items.length, over.size)}
      legend={over.size > 0 && <Tag tone="warning">{words.ages.over(over.size)}</Tag>}
      head={words.ages.head}
      rows={items.map(([item, seconds]) => [
        report.titles[item] ?? item,
        nameOf(report.at[item] ?? 'define').title,
        formatShortDuration(seconds),
      ])}
    >
      {() =>
        dots.length === 0 ? (
          <p className="quiet-note">{words.ages.none}</p>
        ) : (
          <AgeChart report={report} dots={dots} codeAt={(at) => nameOf(stations[at] ?? '').code} />
        )
      }
    </ChartFrame>
  )
}

function AgeChart({
  report,
  dots,
  codeAt,
}: {
  report: FlowReport
  dots: Dot[]
  codeAt: (at: number) => string
}) {
  const inDays = (seconds: number | null) => (seconds === null ? undefined : seconds / DAY_S)
  const levels = report.agesAtStations.map(({ p50Seconds, p85Seconds }, at) => ({
    at,
    p50: inDays(p50Seconds),
    p85: inDays(p85Seconds),
  }))
  const line = { type: 'stepAfter' as const, dot: false, isAnimationActive: false }
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 480, height: 230 }}>
      <ComposedChart
        data={levels}
        margin={{ top: 12, right: 14, bottom: 0, left: 0 }}
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        <XAxis
          dataKey="at"
          type="number"
          domain={[-0.5, levels.length - 0.5]}
          ticks={levels.map(({ at }) => at)}
          interval={0}
          tickFormatter={codeAt}
          tick={TICK}
          tickLine={false}
          axisLine={false}
        />
        <YAxis width={34} unit=" d" tick={TICK} tickLine={false} axisLine={false} />
        <Line {...line} dataKey="p50" stroke="var(--edge)" name={words.ages.median} />
        <Line
          {...line}
          dataKey="p85"
          stroke="var(--yellowfill)"
          strokeDasharray="4 3"
          name={words.ages.p85}
        />
        <Scatter
          data={dots.filter(({ isOver }) => !isOver)}
          dataKey="days"
          fill="var(--ink2)"
          isAnimationActive={false}
        />
        <Scatter
          data={dots.filter(({ isOver }) => isOver)}
          dataKey="days"
          fill="var(--yellowfill)"
          shape="triangle"
          isAnimationActive={false}
        />
      </ComposedChart>
    </ResponsiveContainer>
  )
}
