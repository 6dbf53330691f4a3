import {
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  XAxis,
  YAxis,
} from 'recharts'
import type { BurstJournal, JournalEntry } from '../../../../preload/contract/burst'
import { lastKnown, navigate, useAsk } from '../../../client'
import {
  ChartFrame,
  Empty,
  Failed,
  formatShare,
  formatUsd,
  formatWhen,
  Loading,
  PageHead,
  Panel,
  PlaceGlyph,
  Section,
  Sign,
  Table,
  type Column,
  TICK,
} from '../../../design'
import { useSiteNow } from '../../sites/store'
import { BurstTabs } from '../BurstTabs'
import { Forecasts } from '../parts/Advice'
import { inClock, moveHref } from '../view-model'
import { words } from '../words'

/** Every decision, what was predicted and what came of it. */
export function JournalScreen() {
  const { remote, again } = useAsk(
    (client, options) => client.burst.journal({ limit: 500 }, options),
    [],
  )
  const journal = lastKnown(remote)?.value
  return (
    <div className="screen">
      <PageHead
        title={words.tab.journal}
        crumbs={[{ says: words.burst, href: '#/burst' }]}
        actions={<BurstTabs at="journal" />}
      />
      {journal ? (
        <Body journal={journal} />
      ) : (
        <div className="screen-body" style={{ gridTemplateRows: 'auto' }}>
          <Panel title={words.tab.journal}>
            {remote.at === 'failed' ? (
              <Failed
                says={remote.trouble.says}
                remedy={remote.trouble.remedy}
                code={remote.trouble.code}
                onRetry={again}
              />
            ) : (
              <Loading says={words.loadingJournal} rows={6} />
            )}
          </Panel>
        </div>
      )}
    </div>
  )
}
const KIND = { ...words.decision, return: 'returned' } satisfies Record<
  JournalEntry['kind'],
  string
>
const columnsFor = (now: number): Column<JournalEntry>[] => {
  const when = (at: string | undefined) =>
    at ? formatWhen(at, now) : <span className="meta">{words.unknown}</span>
  return [
    { id: 'at', says: words.head.at, value: ({ at }) => at, cell: ({ at }) => formatWhen(at, now) },
    {
      id: 'job',
      says: words.head.job,
      value: ({ ref }) => ref.name,
      cell: ({ ref }) => (
        <>
          <b>{ref.name}</b> <span className="meta">{ref.namespace}</span>
        </>
      ),
    },
    {
      id: 'what',
      says: words.head.what,
      value: ({ kind }) => kind,
      cell: ({ kind, pool, says }) => (
        <span className="row" style={{ gap: 6 }}>
          <PlaceGlyph place={kind === 'go' ? 'cloud' : 'on-prem'} />
          <span>
            {KIND[kind]}
            {pool ? `, ${pool}` : ''}
          </span>
          <span
            className="soft small ellipsis"
            style={{ maxWidth: 280 }}
            title={inClock(says, now)}
          >
            {inClock(says, now)}
          </span>
        </span>
      ),
    },
    { id: 'by', says: words.head.by, value: ({ by }) => by, cell: ({ by }) => by },
    {
      id: 'predicted',
      says: words.head.predicted,
      value: ({ predicted }) => predicted.finishes?.at,
      cell: ({ predicted }) => when(predicted.finishes?.at),
    },
    {
      id: 'actual',
      says: words.head.actual,
      value: ({ actual }) => actual?.endedAt,
      cell: ({ actual }) =>
        actual?.endedAt ? (
          when(actual.endedAt)
        ) : (
          <span className="meta">
            {actual?.outcome === 'running' ? words.stillRuns : words.unknown}
          </span>
        ),
    },
    {
      id: 'error',
      says: words.head.error,
      right: true,
      value: ({ errorShare }) => errorShare,
      cell: ({ errorShare, held }) =>
        errorShare === undefined ? (
          ''
        ) : (
          <span className="row" style={{ gap: 4, justifyContent: 'flex-end' }}>
            <Sign sign={held ? 'done' : 'failed'} />
            {formatShare(errorShare)}
          </span>
        ),
    },
    {
      id: 'usd',
      says: words.head.usd,
      right: true,
      value: ({ predicted }) => predicted.usd,
      cell: ({ predicted, actual }) =>
        actual?.usd === undefined
          ? formatUsd(predicted.usd)
          : `${formatUsd(predicted.usd)} → ${formatUsd(actual.usd)}`,
    },
  ]
}
function Body({ journal }: { journal: BurstJournal }) {
  const now = useSiteNow(30_000)
  return (
    <div className="screen-body with-side">
      <Panel title={words.entries} means={words.journalMeans} flush>
        {journal.entries.length === 0 ? (
          <div style={{ padding: '0 12px' }}>
            <Empty says={`${words.noJournal} ${words.noJournalSays}`} />
          </div>
        ) : (
          <Table
            label={words.entries}
            rows={journal.entries}
            columns={columnsFor(now)}
            idOf={({ id }) => id}
            sortBy={{ id: 'at', desc: true }}
            onOpen={({ ref }) => navigate(moveHref(ref))}
          />
        )}
      </Panel>
      <div className="queue-side" style={{ gridTemplateRows: 'minmax(0, 1fr) auto' }}>
        <Calibration journal={journal} />
        <Panel title={words.moneyAndForecasts} flush>
          <Section title={formatUsd(journal.usd.actual)}>
            <p className="small soft">
              {words.spentSays(
                formatUsd(journal.usd.predicted),
                formatUsd(journal.usd.actual),
                journal.usd.of,
              )}
            </p>
          </Section>
          <Section title={words.forecasts} note={words.forecastsMeans}>
            <Forecasts quality={journal.forecasts} />
          </Section>
        </Panel>
      </div>
    </div>
  )
}
function Calibration({ journal: { calibration, forecasts } }: { journal: BurstJournal }) {
  if (calibration.length === 0)
    return (
      <Panel title={words.calibration} means={words.calibrationMeans}>
        <Empty says={words.noCalibration} />
      </Panel>
    )
  const percent = (share: number) => `${Math.round(share * 100)} %`
  return (
    <ChartFrame
      title={words.calibration}
      means={words.calibrationMeans}
      says={words.calibrationSays(forecasts.held, forecasts.of)}
      head={words.calibrationHead}
      rows={calibration.map(({ said, was, of }) => [percent(said), percent(was), of])}
    >
      {(reading) => (
        <ResponsiveContainer
          width="100%"
          height="100%"
          initialDimension={{ width: 400, height: 260 }}
        >
          <ComposedChart
            data={calibration}
            margin={{ top: 14, right: 20, bottom: 18, left: 0 }}
            accessibilityLayer={false}
          >
            <CartesianGrid stroke="var(--grid)" vertical={false} />
            <XAxis
              dataKey="said"
              type="number"
              domain={[0, 1]}
              ticks={[0, 0.25, 0.5, 0.75, 1]}
              tickFormatter={percent}
              tick={TICK}
              tickLine={false}
              axisLine={{ stroke: 'var(--axis)' }}
              label={{
                value: words.said,
                position: 'insideBottom',
                offset: -12,
                fill: 'var(--ink2)',
                fontSize: 11,
              }}
            />
            <YAxis
              dataKey="was"
              type="number"
              width={46}
              domain={[0, 1]}
              ticks={[0, 0.25, 0.5, 0.75, 1]}
              tickFormatter={percent}
              tick={TICK}
              tickLine={false}
              axisLine={false}
            />
            <ReferenceLine
              segment={[
                { x: 0, y: 0 },
                { x: 1, y: 1 },
              ]}
              stroke="var(--edge)"
              strokeDasharray="3 3"
            />
            <Line
              dataKey="was"
              type="linear"
              stroke="var(--s1)"
              strokeWidth={2}
              dot={false}
              activeDot={false}
              isAnimationActive={false}
            />
            <Scatter dataKey="was" fill="var(--s1)" isAnimationActive={false} />
            {reading !== undefined && calibration[reading] && (
              <ReferenceLine
                x={calibration[reading].said}
                stroke="var(--ink)"
                strokeDasharray="2 2"
              />
            )}
          </ComposedChart>
        </ResponsiveContainer>
      )}
    </ChartFrame>
  )
}
