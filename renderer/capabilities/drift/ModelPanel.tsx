import { useState } from 'react'
import type { DriftLimits, FleetRow, ModelDrift } from '../../../preload/contract/drift-review'
import { setQuery, useAddress } from '../../client'
import { Button, ChartFrame, formatShare, Lamp, Partly, Segmented } from '../../design'
import { BacktestBar } from './BacktestBar'
import { QualityChart } from './charts'
import { LimitHandles } from './LimitHandles'
import { RunButton } from './RunButton'
import { Timeline, TIMELINE } from './Timeline'
import { formatSize, meanwhile, topOf } from './view-model'
import { words } from './words'

interface ModelPanelProps {
  model: ModelDrift
  row: FleetRow
  bundle: string | undefined
  asOf: string | undefined
  chosen: readonly string[]
}
const same = (a: DriftLimits, b: DriftLimits) => a.watch === b.watch && a.act === b.act

/** Size of drift over the windows with its limits and what happened meanwhile; or how good the model was. */
export function ModelPanel({ model, row, bundle, asOf, chosen }: ModelPanelProps) {
  const { query } = useAddress()
  const view = query.get('of') === 'quality' ? 'quality' : 'drift'
  const [draft, setDraft] = useState(model.settings.limits)
  const changed = !same(draft, model.settings.limits)
  const aside = (
    <>
      {!bundle && <RunButton row={row} />}
      {!bundle && (
        <Button small look="quiet" onClick={() => setQuery({ form: row.id })}>
          {words.change}
        </Button>
      )}
      <Segmented
        label={words.title}
        value={view}
        onChange={(value) => setQuery({ of: value === 'drift' ? undefined : value })}
        options={[
          { value: 'drift', says: words.drift },
          { value: 'quality', says: words.quality },
        ]}
      />
    </>
  )
  const means = (
    <>
      {model.settings.about}
      {model.settings.owner && ` · owner ${model.settings.owner}`}
    </>
  )
  if (view === 'quality') return <Quality model={model} asOf={asOf} aside={aside} means={means} />
  return (
    <div className="drift-over">
      <ChartFrame
        title={row.model}
        means={
          <span className="row" style={{ gap: 6 }}>
            {(row.lamp === 'called' || row.lamp === 'stopped') && (
              <Lamp lamp={row.lamp} size={12} />
            )}
            <span className="ellipsis">{means}</span>
          </span>
        }
        asOf={asOf}
        says={words.driftSays(row.model, formatSize(row.size) ?? words.unscored)}
        legend={aside}
        exportNote={`${row.model}${row.simulated ? `, ${words.simulated}` : ''}`}
        head={[
          words.columns.window,
          words.columns.size,
          words.worst,
          words.columns.drifted,
          words.columns.rows,
          words.columns.meanwhile,
        ]}
        rows={model.windows.map(({ name, size, worstColumn, drifted, scored, rows }, at) => [
          name,
          formatSize(size),
          worstColumn,
          `${drifted} of ${scored}`,
          rows,
          meanwhile(model, at),
        ])}
        over={
          model.windows.length > 0 && (
            <LimitHandles
              limits={draft}
              top={topOf(model)}
              geometry={TIMELINE}
              onChange={setDraft}
            />
          )
        }
        above={
          changed ? (
            <BacktestBar
              model={model}
              bundle={bundle}
              limits={draft}
              reset={() => setDraft(model.settings.limits)}
            />
          ) : undefined
        }
      >
        {(reading) =>
          model.windows.length === 0 ? (
            <div className="drift-empty">
              <Partly says={words.noWindows} />
            </div>
          ) : (
            <Timeline model={model} limits={draft} chosen={chosen} reading={reading} />
          )
        }
      </ChartFrame>
    </div>
  )
}

function Quality({
  model,
  asOf,
  aside,
  means,
}: {
  model: ModelDrift
  asOf: string | undefined
  aside: React.ReactNode
  means: React.ReactNode
}) {
  const { quality, qualityMissing, settings } = model
  const metric = quality[0]?.metric ?? words.quality
  const band = (estimate: { value: number; lower: number; upper: number } | undefined) =>
    estimate
      ? `${estimate.value.toFixed(3)} (${estimate.lower.toFixed(3)} to ${estimate.upper.toFixed(3)})`
      : undefined
  return (
    <ChartFrame
      title={settings.model}
      means={means}
      asOf={asOf}
      says={words.qualitySays(metric)}
      legend={aside}
      head={[words.columns.window, words.estimated, words.realised, words.labelled]}
      rows={quality.map(({ window, estimated, realised, labelled }) => [
        window,
        band(estimated),
        band(realised),
        formatShare(labelled),
      ])}
      above={
        <p className="row wrap small soft drift-legend" style={{ gap: 14 }}>
          <b>{metric}</b>
          <span className="row" style={{ gap: 5 }}>
            <svg width="16" height="8" aria-hidden="true">
              <rect width="16" height="8" fill="var(--s1)" opacity=".15" />
              <path d="M0 4h16" stroke="var(--s1)" strokeDasharray="5 3" />
            </svg>
            {words.estimated}
          </span>
          <span className="row" style={{ gap: 5 }}>
            <svg width="8" height="8" aria-hidden="true">
              <path d="M0 4h8M4 0v8" stroke="var(--s2)" strokeWidth="2" />
            </svg>
            {words.realised}
          </span>
          {qualityMissing && <span>{qualityMissing}</span>}
        </p>
      }
    >
      {(reading) =>
        quality.length === 0 ? (
          <div className="drift-empty">
            <Partly says={qualityMissing ?? words.noQuality} />
          </div>
        ) : (
          <QualityChart points={quality} reading={reading} />
        )
      }
    </ChartFrame>
  )
}
