import { useState } from 'react'
import type {
  FeatureScore,
  Multivariate,
  SegmentScore,
} from '../../../preload/contract/drift-review'
import { lastKnown, setQuery, useAddress, useAsk } from '../../client'
import {
  Failed,
  Lamp,
  Loading,
  Panel,
  Partly,
  Section,
  Segmented,
  Table,
  type Column,
} from '../../design'
import type { WhereModel } from './parts'
import { formatP, formatSize } from './view-model'
import { words } from './words'

type Tab = 'features' | 'causes' | 'segments'

/** Every feature of one window by size × weight; beside it what all columns show together. */
export function FeaturesPanel({
  where,
  window,
  worst,
  of,
}: {
  where: WhereModel
  window: string
  worst: string | undefined
  of: string
}) {
  const [tab, setTab] = useState<Tab>('features')
  const { remote, again } = useAsk(
    (client, options) => client.drift.features({ ...where, window }, options),
    [where.id, where.bundle ?? '', window, of],
  )
  const features = lastKnown(remote)?.value
  return (
    <Panel
      title={words.features}
      means={features && tab === 'features' ? words.featuresMeans(features.length) : undefined}
      flush
      actions={
        <Segmented
          label={words.features}
          value={tab}
          onChange={setTab}
          options={[
            { value: 'features', says: words.features },
            { value: 'causes', says: words.causes },
            { value: 'segments', says: words.segments },
          ]}
        />
      }
    >
      {tab === 'features' &&
        (features ? (
          <Features features={features} worst={worst} />
        ) : (
          <div className="drift-empty">
            {remote.at === 'failed' ? (
              <Failed
                says={remote.trouble.says}
                remedy={remote.trouble.remedy}
                code={remote.trouble.code}
                onRetry={again}
              />
            ) : (
              <Loading rows={6} />
            )}
          </div>
        ))}
      {tab !== 'features' && <Together where={where} window={window} tab={tab} />}
    </Panel>
  )
}
const sizeCell = (size: number | null) => (
  <svg width="64" height="6" aria-hidden="true">
    <rect
      width="64"
      height="6"
      rx="1.5"
      fill={size === null ? 'url(#hatch-unknown)' : 'var(--sunken)'}
    />
    {size !== null && (
      <rect
        width={Math.max(1, 64 * Math.min(1, size / 0.75))}
        height="6"
        rx="1.5"
        fill="var(--s1)"
      />
    )}
  </svg>
)
const featureColumns: Column<FeatureScore>[] = [
  {
    id: 'feature',
    says: words.columns.feature,
    value: ({ column }) => column,
    cell: ({ column }) => (
      <span className="ellipsis drift-feature" title={column}>
        {column}
      </span>
    ),
  },
  {
    id: 'size',
    says: words.columns.js,
    value: ({ severity }) => severity ?? undefined,
    cell: ({ severity }) => (
      <span className="row">
        {sizeCell(severity)}
        <span className="right drift-figure">{formatSize(severity) ?? ''}</span>
      </span>
    ),
  },
  {
    id: 'p',
    says: words.columns.p,
    right: true,
    value: ({ pAdjusted }) => pAdjusted ?? undefined,
    cell: ({ pAdjusted }) => formatP(pAdjusted) ?? <span className="meta">{words.unscored}</span>,
  },
  {
    id: 'alert',
    says: <span className="visually-hidden">{words.columns.alert}</span>,
    width: 22,
    cell: ({ alert }) =>
      alert === 'none' ? undefined : (
        <Lamp lamp={alert === 'act' ? 'stopped' : 'called'} size={12} />
      ),
  },
]
function Features({ features, worst }: { features: FeatureScore[]; worst: string | undefined }) {
  const { query } = useAddress()
  const unscored = features.filter(({ decision }) => decision === 'unscored')
  return (
    <>
      <Table
        label={words.features}
        rows={features}
        columns={featureColumns}
        idOf={({ column }) => column}
        selected={query.get('column') ?? worst}
        onOpen={({ column }) => setQuery({ column, segment: undefined })}
      />
      {unscored.length > 0 && (
        <p className="small soft drift-note">
          {unscored
            .slice(0, 2)
            .map(({ column, reason }) => words.unscoredSays(column, reason))
            .join(' ')}
          {unscored.length > 2 ? ` ${words.rest(unscored.length - 2)}.` : ''}
        </p>
      )}
    </>
  )
}
function Together({
  where,
  window,
  tab,
}: {
  where: WhereModel
  window: string
  tab: 'causes' | 'segments'
}) {
  const { remote, again } = useAsk(
    (client, options) => client.drift.multivariate({ ...where, window }, options),
    [where.id, where.bundle ?? '', window],
  )
  const found = lastKnown(remote)?.value
  if (!found)
    return (
      <div className="drift-empty">
        {remote.at === 'failed' ? (
          <Failed
            says={remote.trouble.says}
            remedy={remote.trouble.remedy}
            code={remote.trouble.code}
            onRetry={again}
          />
        ) : (
          <Loading rows={4} />
        )}
      </div>
    )
  return tab === 'causes' ? <Causes found={found} /> : <Segments segments={found.segments} />
}
const fixed = (value: number) => value.toFixed(2)
function Causes({
  found: { causes, domainAuc, reconstruction, missing },
}: {
  found: Multivariate
}) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={words.causes}>
      {missing && (
        <div className="drift-empty">
          <Partly says={missing} />
        </div>
      )}
      {causes.length === 0 && !missing && (
        <div className="drift-empty">
          <Partly says={words.noCauses} />
        </div>
      )}
      {causes.map(({ column, share, says }) => (
        <button
          key={column}
          type="button"
          className="drift-cause"
          onClick={() => setQuery({ column })}
        >
          <span className="row">
            <b className="ellipsis grow">{column}</b>
            {sizeCell(share * 0.75)}
            <span>{Math.round(share * 100)} %</span>
          </span>
          <span className="small soft">{says}</span>
        </button>
      ))}
      {domainAuc && (
        <Section title={words.domain}>
          <p className="control-text">
            {words.auc(fixed(domainAuc.value), fixed(domainAuc.lower), fixed(domainAuc.upper))}
          </p>
        </Section>
      )}
      {reconstruction && (
        <Section title={words.reconstruction}>
          <p className="control-text">
            {words.reconstructionSays(
              fixed(reconstruction.value),
              `${fixed(reconstruction.lower)} to ${fixed(reconstruction.upper)}`,
              fixed(reconstruction.referenceUpper),
            )}
          </p>
        </Section>
      )}
    </div>
  )
}
const segmentColumns: Column<SegmentScore>[] = [
  {
    id: 'segment',
    says: words.columns.segment,
    value: ({ segment, value }) => `${segment}${value}`,
    cell: ({ segment, value }) => (
      <span>
        <span className="meta">{segment}</span> {value}
      </span>
    ),
  },
  {
    id: 'rows',
    says: words.columns.rows,
    right: true,
    value: ({ rows }) => rows,
    cell: ({ rows }) => rows.toLocaleString('en-US'),
  },
  {
    id: 'size',
    says: words.columns.js,
    right: true,
    value: ({ size }) => size ?? undefined,
    cell: ({ size, reason }) =>
      formatSize(size) ?? (
        <span className="meta" title={reason}>
          {words.unscored}
        </span>
      ),
  },
  {
    id: 'p',
    says: words.columns.p,
    right: true,
    value: ({ pAdjusted }) => pAdjusted ?? undefined,
    cell: ({ pAdjusted }) => formatP(pAdjusted) ?? '',
  },
]
const Segments = ({ segments }: { segments: SegmentScore[] }) =>
  segments.length === 0 ? (
    <div className="drift-empty">
      <Partly says={words.noSegments} />
    </div>
  ) : (
    <Table
      label={words.segments}
      rows={segments}
      columns={segmentColumns}
      idOf={({ segment, value }) => `${segment}=${value}`}
      onOpen={({ segment, value }) => setQuery({ segment: `${segment}=${value}` })}
    />
  )
