import type { FeatureDrift } from '../../../preload/contract/drift-review'
import { lastKnown, setQuery, useAddress, useAsk } from '../../client'
import {
  ChartFrame,
  CopyButton,
  Empty,
  Failed,
  formatCount,
  formatShare,
  Loading,
  Panel,
  Segmented,
} from '../../design'
import { CategoryChart, EcdfChart, HistogramChart, OverChart, QuantileChart } from './charts'
import type { WhereModel } from './parts'
import {
  barsOf,
  binsOf,
  formatMeasure,
  formatP,
  formatSize,
  formatValue,
  quantileShifts,
  stepsOf,
} from './view-model'
import { words } from './words'

type View = 'histogram' | 'ecdf' | 'quantiles' | 'over'
const VIEWS: readonly View[] = ['histogram', 'ecdf', 'quantiles', 'over']
const viewOf = (text: string | null): View => VIEWS.find((view) => view === text) ?? 'histogram'
interface FeatureProps {
  where: WhereModel
  windows: string[]
  column: string | undefined
  of: string
}

/** One feature: reference against the chosen windows, as counts of the frozen cells show it. */
export function FeaturePanel({ where, windows, column, of }: FeatureProps) {
  const { query } = useAddress()
  const segment = segmentOf(query.get('segment'))
  const { remote, again } = useAsk(
    async (client, options) =>
      column === undefined || windows.length === 0
        ? undefined
        : client.drift.feature({ ...where, column, windows, ...(segment && { segment }) }, options),
    [
      where.id,
      where.bundle ?? '',
      column ?? '',
      windows.join('\n'),
      query.get('segment') ?? '',
      of,
    ],
  )
  const feature = lastKnown(remote)?.value
  if (column === undefined)
    return (
      <Panel title={words.columns.feature}>
        <Empty says={words.noWindows} />
      </Panel>
    )
  if (remote.at === 'failed')
    return (
      <Panel title={column}>
        <Failed
          says={remote.trouble.says}
          remedy={remote.trouble.remedy}
          code={remote.trouble.code}
          onRetry={again}
        />
      </Panel>
    )
  if (!feature)
    return (
      <Panel title={column}>
        <Loading rows={6} />
      </Panel>
    )
  return (
    <Drawn
      feature={feature}
      windows={windows}
      view={viewOf(query.get('view'))}
      segment={query.get('segment') ?? ''}
    />
  )
}
/** `region=north` of the address. */
function segmentOf(text: string | null): { column: string; value: string } | undefined {
  const at = text?.indexOf('=') ?? -1
  return text && at > 0 ? { column: text.slice(0, at), value: text.slice(at + 1) } : undefined
}
interface DrawnProps {
  feature: FeatureDrift
  windows: string[]
  view: View
  segment: string
}
function Drawn({ feature, windows, view, segment }: DrawnProps) {
  const { reference, current } = feature
  const window = windows.length > 1 ? `${windows[0]} to ${windows.at(-1)}` : (windows[0] ?? '')
  const isNumeric = reference.kind === 'numeric' && current.kind === 'numeric'
  const options = (isNumeric ? VIEWS : (['histogram', 'over'] as const)).map((value) => ({
    value,
    says: value === 'over' ? words.overTime : words.views[value],
  }))
  const chart = chartOf(feature, isNumeric || view === 'over' ? view : 'histogram')
  return (
    <ChartFrame
      title={feature.column}
      says={[...feature.says, words.share].join('. ')}
      head={chart.head}
      rows={chart.rows}
      exportNote={`${feature.column}, ${window}`}
      above={
        <>
          <div className="row drift-views">
            <Segmented
              label={feature.column}
              value={view}
              onChange={(value) => setQuery({ view: value === 'histogram' ? undefined : value })}
              options={options}
            />
            {segment !== '' && <Segment value={segment} />}
          </div>
          <Says feature={feature} window={window} />
        </>
      }
    >
      {chart.draw}
    </ChartFrame>
  )
}
function Segment({ value }: { value: string }) {
  const at = value.indexOf('=')
  return (
    <label className="row small soft">
      {words.segmentLabel}
      <select
        className="field-box"
        style={{ height: 24 }}
        value={value}
        onChange={({ target }) => setQuery({ segment: target.value })}
      >
        <option value="">{words.everyone}</option>
        <option value={value}>
          {value.slice(0, at)} = {value.slice(at + 1)}
        </option>
      </select>
    </label>
  )
}
const RATES = ['null_rate'] as const
/** What stands out in sentences, then the figures, each with its name. */
function Says({
  feature: { says, reference, current, currentRows, score, how },
  window,
}: {
  feature: FeatureDrift
  window: string
}) {
  const rows = reference.kind === 'unscored' ? undefined : reference.tally.rows
  const { js_distance_base2: js, d, w1, psi, cramers_v: v } = score.measures
  const figures = (
    [
      ['JS', js],
      ['KS D', d],
      ['W1', w1],
      ['PSI', psi],
      ['V', v],
    ] as const
  ).flatMap(([name, measure]) => {
    const text = formatMeasure(measure)
    return text === undefined ? [] : [[name, text] as const]
  })
  const nulls = score.measures[RATES[0]]
  return (
    <div className="drift-says">
      {says[0] && (
        <p className="control-text">
          <b>{says[0]}</b> <span className="soft">{says.slice(1, 3).join(' ')}</span>
        </p>
      )}
      {score.decision === 'unscored' && (
        <p className="control-text soft">{words.unscoredSays(score.column, score.reason)}</p>
      )}
      <div className="row wrap small soft" style={{ gap: 12 }}>
        <span className="row" style={{ gap: 5 }}>
          <svg width="14" height="8" aria-hidden="true">
            <path d="M0 4h14" stroke="var(--ink)" strokeWidth="1.6" />
          </svg>
          {words.reference(rows === undefined ? words.levels.unscored : formatCount(rows))}
        </span>
        <span className="row" style={{ gap: 5 }}>
          <svg width="14" height="8" aria-hidden="true">
            <rect width="14" height="8" fill="var(--s2)" />
          </svg>
          {words.current(window, formatCount(currentRows))}
        </span>
        {figures.map(([name, text]) => (
          <span key={name}>
            {name} <b>{text}</b>
          </span>
        ))}
        <span>
          {words.columns.p} <b>{formatP(score.pAdjusted) ?? words.unscored}</b>
        </span>
        {typeof nulls === 'number' && (
          <span>
            null <b>{formatShare(nulls)}</b>
          </span>
        )}
        {current.kind === 'numeric' && current.tally.rows > 0 && (
          <span>
            zeros <b>{formatShare(current.tally.zeros / current.tally.rows)}</b>
          </span>
        )}
        <details className="drift-how">
          <summary>{words.howTo}</summary>
          <p>
            {words.kernel}: {how.kernel}
          </p>
          {how.sql && (
            <>
              <pre className="mono">{how.sql}</pre>
              <CopyButton small says={words.sql} text={() => how.sql ?? ''} />
            </>
          )}
        </details>
      </div>
    </div>
  )
}
interface Chart {
  head: string[]
  rows: (string | number | undefined)[][]
  draw: (reading: number | undefined) => React.ReactNode
}
function chartOf({ reference, current, over }: FeatureDrift, view: View): Chart {
  if (view === 'over')
    return {
      head: [words.columns.window, words.columns.js, words.columns.p, 'null'],
      rows: over.map(({ window, severity, pAdjusted, nullRate }) => [
        window,
        formatSize(severity),
        formatP(pAdjusted),
        nullRate === null ? undefined : formatShare(nullRate),
      ]),
      draw: (reading) => <OverChart over={over} reading={reading} />,
    }
  if (reference.kind === 'categorical' && current.kind === 'categorical') {
    const { bars, others } = barsOf(reference, current)
    return {
      head: ['category', 'reference', 'current', ''],
      rows: bars.map(({ category, reference: before, current: now, state }) => [
        category,
        percent(before),
        percent(now),
        state === 'both' ? '' : state === 'new' ? words.newCategory : words.vanished,
      ]),
      draw: (reading) => <CategoryChart bars={bars} others={others} reading={reading} />,
    }
  }
  if (reference.kind !== 'numeric' || current.kind !== 'numeric')
    return {
      head: ['value'],
      rows: [],
      draw: () => (
        <Empty
          says={
            reference.kind === 'unscored'
              ? reference.reason
              : current.kind === 'unscored'
                ? current.reason
                : words.notScored
          }
        />
      ),
    }
  if (view === 'ecdf') {
    const steps = stepsOf(reference, current)
    return {
      head: ['value', 'reference', 'current'],
      rows: steps.map((step) => [
        formatValue(step.x),
        percent(step.reference),
        percent(step.current),
      ]),
      draw: (reading) => <EcdfChart steps={steps} reading={reading} />,
    }
  }
  if (view === 'quantiles') {
    const shifts = quantileShifts(reference, current)
    return {
      head: [words.quantile, 'reference', 'current', words.shift],
      rows: shifts.map((shift) => [
        `${shift.share * 100} %`,
        formatValue(shift.reference),
        formatValue(shift.current),
        formatValue(shift.current - shift.reference),
      ]),
      draw: (reading) => <QuantileChart shifts={shifts} reading={reading} />,
    }
  }
  const bins = binsOf(reference, current)
  return {
    head: ['from', 'to', 'reference', 'current'],
    rows: bins.map((bin) => [
      formatValue(bin.from),
      formatValue(bin.to),
      percent(bin.reference),
      percent(bin.current),
    ]),
    draw: (reading) => (
      <HistogramChart
        bins={bins}
        says={words.cells(reference.unit ?? '', reference.counts.length)}
        reading={reading}
      />
    ),
  }
}
const percent = (share: number) => `${(share * 100).toFixed(1)} %`
