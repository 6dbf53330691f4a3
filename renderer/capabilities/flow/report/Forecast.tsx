import { NumberInput } from '@mantine/core'
import {
  Bar,
  BarChart,
  CartesianGrid,
  ReferenceLine,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts'
import type { FlowReport } from '../../../../preload/contract/flow'
import { setQuery } from '../../../client'
import { ChartFrame, Figure, formatDay, formatShare, TICK } from '../../../design'
import { dailyChances } from './view-model'
import { words } from './words'

export const MOST_ASKED = 1_000
const noon = (date: string) => `${date}T12:00:00Z`
const CHANCES = ['p50', 'p85', 'p95'] as const

/** By when so many items will be finished, as three dates and the chance of each day. */
export function Forecast({ report, ask }: { report: FlowReport; ask: number }) {
  const { forecast } = report
  const days = forecast ? dailyChances(forecast) : []
  return (
    <ChartFrame
      title={words.forecast.title}
      says={forecast?.p50 ? words.forecast.says(forecast.p50.date) : words.forecast.none}
      legend={<AskInput ask={ask} />}
      head={words.forecast.head}
      rows={days.map(({ date, chance, done }) => [
        formatDay(noon(date)),
        formatShare(chance),
        formatShare(done),
      ])}
      above={
        <div className="row forecast-dates">
          {CHANCES.map((chance) => (
            <Figure
              key={chance}
              label={words.forecast.chance[chance]}
              value={dateOf(forecast?.[chance])}
              unknownSays={words.forecast.never}
            />
          ))}
        </div>
      }
    >
      {() =>
        days.length === 0 ? (
          <p className="quiet-note">{words.forecast.none}</p>
        ) : (
          <ChanceChart days={days} marks={CHANCES.map((chance) => forecast?.[chance]?.date)} />
        )
      }
    </ChartFrame>
  )
}
const dateOf = (at: { date: string } | null | undefined) =>
  at ? formatDay(noon(at.date)) : undefined
const AskInput = ({ ask }: { ask: number }) => (
  <NumberInput
    size="xs"
    w={72}
    aria-label={words.forecast.ask}
    min={1}
    max={MOST_ASKED}
    clampBehavior="strict"
    allowDecimal={false}
    allowNegative={false}
    value={ask}
    onChange={(value) => setQuery({ ask: value === '' ? undefined : String(value) })}
  />
)

function ChanceChart({
  days,
  marks,
}: {
  days: { date: string; chance: number }[]
  marks: (string | undefined)[]
}) {
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 360, height: 160 }}>
      <BarChart
        data={days}
        margin={{ top: 14, right: 14, bottom: 0, left: 0 }}
        accessibilityLayer={false}
        barCategoryGap={1}
      >
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        <XAxis
          dataKey="date"
          tickFormatter={(date: string) => formatDay(noon(date))}
          interval="preserveStartEnd"
          minTickGap={40}
          tick={TICK}
          tickLine={false}
          axisLine={false}
        />
        <YAxis
          width={38}
          tickFormatter={(share: number) => formatShare(share)}
          tick={TICK}
          tickLine={false}
          axisLine={false}
        />
        <Bar dataKey="chance" fill="var(--accentsoft, var(--accent))" isAnimationActive={false} />
        {marks.map((date, index) =>
          date === undefined ? undefined : (
            <ReferenceLine
              key={CHANCES[index]}
              x={date}
              stroke="var(--accent)"
              {...(index > 0 && { strokeDasharray: '3 2' })}
              label={{
                value: ['50 %', '85 %', '95 %'][index],
                position: 'top',
                fill: 'var(--accent)',
                fontSize: 11,
              }}
            />
          ),
        )}
      </BarChart>
    </ResponsiveContainer>
  )
}
