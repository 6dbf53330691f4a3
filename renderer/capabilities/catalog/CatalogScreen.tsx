import { useState } from 'react'
import type { DataSource } from '../../../preload/contract/records'
import { setQuery, useAddress, useRecords, useRecordsStore } from '../../client'
import {
  Avatar,
  Button,
  Empty,
  formatBytes,
  formatCount,
  FreshnessBar,
  Loading,
  PageHead,
  Panel,
  PlaceGlyph,
  Segmented,
  Table,
  Tag,
  type Column,
} from '../../design'
import { useSiteNow, useSites } from '../sites/store'
import { AddSource } from './AddSource'
import { BringTool } from './BringTool'
import { ClassCells } from './ClassCells'
import { SnapshotsPanel } from './SnapshotsPanel'
import { SourceInspector } from './SourceInspector'
import { ToolsPanel } from './ToolsPanel'
import { matches, toRows, type SourceRow } from './view-model'
import { words } from './words'
import './catalog.css'

type Tab = 'catalog' | 'snapshots'
const byTab = (text: string | null): Tab => (text === 'snapshots' ? 'snapshots' : 'catalog')

/** What data there is, may I use it, is it fresh; and what to work on it with. */
export function CatalogScreen() {
  const { query } = useAddress()
  const now = useSiteNow(30_000)
  const sources = useRecords('DataSource')
  const snapshots = useRecords('DataSnapshot')
  const tools = useRecords('Tool')
  const [adding, setAdding] = useState<'source' | 'tool'>()
  const tab = byTab(query.get('tab'))
  const selected = sources.find(({ meta }) => meta.name === query.get('source'))
  const rows = toRows(sources, { snapshots, now })
  const late = rows.filter(({ freshness }) => freshness.late)
  const bytes = snapshots.reduce((sum, { status }) => sum + (status.bytes ?? 0), 0)
  return (
    <div className="screen">
      <PageHead
        title={words.title}
        actions={
          <>
            <span className="control-text soft">
              <b>{formatCount(snapshots.length)}</b> snapshots point to <b>{formatBytes(bytes)}</b>,
              copies of them <b>{words.none}</b>
            </span>
            {late[0] && (
              <Tag tone="warning">
                {late[0].source.meta.name} is late, {late[0].freshness.says.replace(', late', '')}
                {late.length > 1 ? ` ${words.more(late.length - 1)}` : ''}
              </Tag>
            )}
          </>
        }
      >
        <Segmented
          label={words.title}
          value={tab}
          onChange={(value) => setQuery({ tab: value === 'catalog' ? undefined : value })}
          options={[
            { value: 'catalog', says: `${words.catalog} ${sources.length + tools.length}` },
            { value: 'snapshots', says: `${words.snapshots} ${snapshots.length}` },
          ]}
        />
      </PageHead>
      {tab === 'snapshots' && (
        <div className="screen-body">
          <SnapshotsPanel snapshots={snapshots} />
        </div>
      )}
      {tab === 'catalog' && (
        <div className={selected || adding ? 'screen-body with-side' : 'screen-body'}>
          <div className="catalog-columns">
            <Sources rows={rows} selected={selected} onAdd={() => setAdding('source')} />
            <ToolsPanel tools={tools} onBring={() => setAdding('tool')} />
          </div>
          {adding === 'source' && <AddSource onClose={() => setAdding(undefined)} />}
          {adding === 'tool' && <BringTool onClose={() => setAdding(undefined)} />}
          {selected && !adding && (
            <SourceInspector
              key={selected.meta.uid}
              source={selected}
              snapshots={snapshots.filter(({ spec }) => spec.source === selected.meta.name)}
              onClose={() => setQuery({ source: undefined })}
            />
          )}
        </div>
      )}
    </div>
  )
}
function columnsFor(placeOf: (site: string) => 'on-prem' | 'cloud' | 'edge'): Column<SourceRow>[] {
  return [
    {
      id: 'source',
      says: words.columns.source,
      value: ({ source }) => source.meta.name,
      cell: ({ source: { meta, spec } }) => (
        <span className="row" style={{ gap: 10 }}>
          <PlaceGlyph place={placeOf(spec.site)} />
          <b>{meta.name}</b>
        </span>
      ),
    },
    {
      id: 'kind',
      says: words.columns.kind,
      value: ({ source }) => source.spec.kind,
      cell: ({ source: { spec } }) =>
        `${words.kinds[spec.kind]}${spec.location.engine ? `, ${spec.location.engine}` : ''}`,
    },
    {
      id: 'owner',
      says: words.columns.owner,
      value: ({ source }) => source.spec.team,
      cell: ({ source: { spec } }) => (
        <span className="row" style={{ gap: 6 }}>
          <Avatar person={spec.owner} />
          {spec.team}
        </span>
      ),
    },
    {
      id: 'freshness',
      says: words.columns.freshness,
      value: ({ freshness }) => freshness.ageSeconds,
      cell: ({ freshness }) => (
        <span className="row">
          <FreshnessBar
            ageSeconds={freshness.ageSeconds}
            promiseSeconds={freshness.promiseSeconds}
            label={freshness.says}
          />
          <span
            className={
              freshness.late ? 'warning' : freshness.ageSeconds === undefined ? 'meta' : ''
            }
          >
            {freshness.late ? <b>{freshness.says}</b> : freshness.says}
          </span>
        </span>
      ),
    },
    {
      id: 'size',
      says: words.columns.size,
      right: true,
      value: ({ source }) => source.status.bytes,
      cell: ({ size }) => size,
    },
    {
      id: 'class',
      says: words.columns.class,
      value: ({ source }) => source.spec.classification,
      cell: ({ source }) => <ClassCells classification={source.spec.classification} />,
    },
    {
      id: 'mayGoTo',
      says: words.columns.mayGoTo,
      cell: ({ source }) => (
        <span className="row" style={{ gap: 4 }}>
          {[...new Set(source.spec.mayGoTo.map(placeOf))].map((place) => (
            <PlaceGlyph key={place} place={place} />
          ))}
        </span>
      ),
    },
    {
      id: 'projects',
      says: words.columns.projects,
      right: true,
      value: ({ projects }) => projects,
      cell: ({ projects }) => projects,
    },
    {
      id: 'snapshots',
      says: words.columns.snapshots,
      right: true,
      value: ({ snapshots }) => snapshots,
      cell: ({ snapshots }) => snapshots || words.none,
    },
  ]
}
/** The filters as the address has them. */
function useFilters() {
  const { query } = useAddress()
  const filters = {
    q: query.get('q') ?? '',
    team: query.get('team') ?? '',
    kind: query.get('kind') ?? '',
  }
  return {
    ...filters,
    any: Object.values(filters).some(Boolean),
    keeps: ({ source }: SourceRow) =>
      matches(source, filters.q) &&
      [source.spec.team, ''].includes(filters.team) &&
      [source.spec.kind, ''].includes(filters.kind),
  }
}
function Sources({
  rows,
  selected,
  onAdd,
}: {
  rows: SourceRow[]
  selected: DataSource | undefined
  onAdd: () => void
}) {
  const filters = useFilters()
  const sites = useSites()
  const known = useRecordsStore((state) => state.asOf !== undefined)
  const shown = rows.filter(filters.keeps)
  const placeOf = (site: string) =>
    sites.find(({ id, name }) => id === site || name === site)?.place ??
    (/aws|eks|cloud/.test(site) ? 'cloud' : 'on-prem')
  const teams = [...new Set(rows.map(({ source }) => source.spec.team))].sort()
  return (
    <Panel
      title={words.sources}
      means={words.sourcesMeaning}
      actions={<Button onClick={onAdd}>{words.add}</Button>}
      flush
    >
      <div className="filters">
        <label className="filter-box">
          <span className="visually-hidden">{words.filter}</span>
          <input
            value={filters.q}
            placeholder={words.filter}
            data-filter
            onChange={({ target }) => setQuery({ q: target.value || undefined })}
          />
          <kbd className="kbd">/</kbd>
        </label>
        <label className="chip">
          {words.team}{' '}
          <select
            value={filters.team}
            onChange={({ target }) => setQuery({ team: target.value || undefined })}
          >
            <option value="">
              {words.allTeams} {teams.length}
            </option>
            {teams.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label className="chip">
          {words.kind}{' '}
          <select
            value={filters.kind}
            onChange={({ target }) => setQuery({ kind: target.value || undefined })}
          >
            <option value="">{words.any}</option>
            {Object.entries(words.kinds).map(([value, says]) => (
              <option key={value} value={value}>
                {says}
              </option>
            ))}
          </select>
        </label>
        {filters.any && (
          <Button
            look="quiet"
            onClick={() => setQuery({ q: undefined, team: undefined, kind: undefined })}
          >
            {words.clear}
          </Button>
        )}
        <span className="spring" />
        <span className="control-text">{words.count(shown.length, rows.length)}</span>
      </div>
      {rows.length === 0 && (
        <div style={{ padding: '0 12px' }}>
          {known ? (
            <Empty says={words.noSources}>
              <Button onClick={onAdd}>{words.add}</Button>
            </Empty>
          ) : (
            <Loading />
          )}
        </div>
      )}
      {rows.length > 0 && shown.length === 0 && (
        <div style={{ padding: '0 12px' }}>
          <Empty says={words.noneMatch} />
        </div>
      )}
      {shown.length > 0 && (
        <Table
          label={words.sources}
          rows={shown}
          columns={columnsFor(placeOf)}
          idOf={({ source }) => source.meta.name}
          selected={selected?.meta.name}
          sortBy={{ id: 'source', desc: false }}
          onOpen={({ source }) => setQuery({ source: source.meta.name })}
        />
      )}
    </Panel>
  )
}
