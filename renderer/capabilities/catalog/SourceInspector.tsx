import { useState } from 'react'
import type { DataSnapshot, DataSource } from '../../../preload/contract/records'
import { hrefOf, lastKnown, navigate, useAsk, useRecords } from '../../client'
import {
  Button,
  Empty,
  Facts,
  Failed,
  formatCount,
  formatDuration,
  formatShare,
  Inspector,
  Loading,
  Partly,
  PlaceGlyph,
  Section,
  Table,
  Tag,
} from '../../design'
import { RunPlan } from '../operations'
import { ClassCells } from './ClassCells'
import { snapshotColumns } from './SnapshotsPanel'
import { freshnessOf, namespacesOf, sizeOf } from './view-model'
import { useSiteNow } from '../sites/store'
import { words } from './words'

type Tab = 'overview' | 'columns' | 'snapshots'
/** One source: whose, how fresh, where it may go, what stands on it, its columns and first rows; and the snapshot to take. */
export function SourceInspector({
  source,
  snapshots,
  onClose,
}: {
  source: DataSource
  snapshots: DataSnapshot[]
  onClose: () => void
}) {
  const { meta, spec } = source
  const [tab, setTab] = useState<Tab>('overview')
  const [taking, setTaking] = useState(false)
  const columns = spec.columns ?? []
  return (
    <Inspector
      title={meta.name}
      glyph={<PlaceGlyph place="on-prem" />}
      tag={
        <Tag>
          <ClassCells classification={spec.classification} />
        </Tag>
      }
      says={spec.description}
      onClose={onClose}
      tabs={{
        value: tab,
        onChange: setTab,
        options: [
          { value: 'overview', says: words.tabs.overview },
          { value: 'columns', says: words.tabs.columns(columns.length) },
          { value: 'snapshots', says: words.tabs.snapshots(snapshots.length) },
        ],
      }}
      foot={
        <>
          <Button look="primary" onClick={() => setTaking(true)}>
            {words.take}
          </Button>
          <Button
            onClick={() => navigate(hrefOf(['discover', 'new', `use-${meta.name}`, 'define']))}
          >
            Use in a project…
          </Button>
        </>
      }
    >
      {taking && <Take source={source} onClose={() => setTaking(false)} />}
      {!taking && tab === 'overview' && <Overview source={source} />}
      {!taking && tab === 'columns' && <Columns source={source} />}
      {!taking &&
        tab === 'snapshots' &&
        (snapshots.length === 0 ? (
          <div style={{ padding: '0 14px' }}>
            <Empty says={words.noSnapshots} />
          </div>
        ) : (
          <Table
            label={words.snapshots}
            rows={snapshots}
            columns={snapshotColumns.filter(({ id }) => id !== 'source')}
            idOf={({ meta: snapshot }) => snapshot.uid}
          />
        ))}
    </Inspector>
  )
}
/** Where a source lies, in the one way its kind has. */
const liesAt = ({ location: { uri, table, topic, path, namespace, claim } }: DataSource['spec']) =>
  uri ?? table ?? topic ?? path ?? [namespace, claim].filter(Boolean).join('/')

function Overview({ source }: { source: DataSource }) {
  const { spec, status } = source
  const freshness = freshnessOf(source, useSiteNow(30_000))
  return (
    <>
      <Section title={words.tabs.overview}>
        <Facts
          facts={[
            [words.facts.owner, spec.owner],
            [
              words.facts.fresh,
              spec.freshWithinHours === undefined
                ? freshness.says
                : `${freshness.says} of ${formatDuration(spec.freshWithinHours * 3600)}`,
            ],
            [
              words.facts.rows,
              status.rows === undefined ? words.unknownSize : formatCount(status.rows),
            ],
            [words.facts.size, sizeOf(source)],
            [words.facts.mayGoTo, spec.mayGoTo.join(', ')],
            [
              words.facts.lies,
              <span key="l" className="mono">
                {liesAt(spec)}
              </span>,
            ],
          ]}
        />
      </Section>
      <Detail source={source} />
    </>
  )
}
/** What only the core can tell: who stands on the source, and its first rows as this person may read them. */
function Detail({ source: { meta, spec } }: { source: DataSource }) {
  const { remote, again } = useAsk(
    (client, options) => client.catalog.source({ name: meta.name }, options),
    [meta.name],
  )
  const known = lastKnown(remote)?.value
  if (remote.at === 'failed')
    return (
      <Section title={words.lineage}>
        <Failed
          says={remote.trouble.says}
          remedy={remote.trouble.remedy}
          code={remote.trouble.code}
          onRetry={again}
        />
      </Section>
    )
  if (!known)
    return (
      <Section title={words.lineage}>
        <Loading />
      </Section>
    )
  const personal = (spec.columns ?? []).filter((column) => column.personal).map(({ name }) => name)
  return (
    <>
      <Section title={words.lineage}>
        {known.lineage.length === 0 ? (
          <p className="control-text soft">{words.noLineage}</p>
        ) : (
          <Lineage lineage={known.lineage} />
        )}
      </Section>
      <Section title={words.firstRows}>
        {known.rows.values.length === 0 ? (
          <Partly says={known.rows.says} />
        ) : (
          <FirstRows rows={known.rows} personal={personal} />
        )}
      </Section>
    </>
  )
}
interface Lines {
  snapshot: string
  namespace: string
  pointer: string
  usedBy: { kind: string; name: string; by: string }[]
}
const Lineage = ({ lineage }: { lineage: Lines[] }) => (
  <ul className="lineage">
    {lineage.slice(0, 8).map((line) => (
      <li key={`${line.namespace}/${line.snapshot}`}>
        <span className="box">
          <b className="ellipsis" style={{ display: 'block' }}>
            {line.snapshot}
          </b>
          <span className="meta">
            {line.namespace}, {words.pointerSays}
          </span>
        </span>
        <span aria-hidden="true">→</span>
        <span className="box">
          {line.usedBy.length === 0 ? (
            <span className="meta">{words.none}</span>
          ) : (
            line.usedBy.map((user) => (
              <span key={`${user.kind}/${user.name}`} style={{ display: 'block' }}>
                <b>{user.name}</b> <span className="meta">{words.usedBy(user.kind, user.by)}</span>
              </span>
            ))
          )}
        </span>
      </li>
    ))}
    {lineage.length > 8 && <li className="meta">{words.more(lineage.length - 8)}</li>}
  </ul>
)
const FirstRows = ({
  rows,
  personal,
}: {
  rows: { columns: string[]; values: (string | null)[][]; says: string }
  personal: string[]
}) => (
  <div className="scroll" tabIndex={0} role="region" aria-label={words.firstRows}>
    <table className="rows-table mono">
      <thead>
        <tr>
          {rows.columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.values.map((row, index) => (
          <tr key={index}>
            {row.map((value, at) => (
              <td
                key={rows.columns[at]}
                className={personal.includes(rows.columns[at] ?? '') ? 'meta' : undefined}
              >
                {value ?? 'null'}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
    <p className="small meta">{rows.says}</p>
  </div>
)
function Columns({ source: { spec } }: { source: DataSource }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{words.columns.column}</th>
          <th scope="col">{words.columns.type}</th>
          <th scope="col">{words.columns.values}</th>
          <th scope="col" className="right">
            {words.columns.empty}
          </th>
        </tr>
      </thead>
      <tbody>
        {(spec.columns ?? []).map((column) => (
          <tr key={column.name}>
            <td className="mono">{column.name}</td>
            <td>{column.type}</td>
            <td>
              {column.personal ? (
                <span className="meta">{words.masked}</span>
              ) : column.histogram ? (
                <Histogram counts={column.histogram} name={column.name} />
              ) : column.distinct === undefined ? (
                ''
              ) : (
                `${formatCount(column.distinct)} kinds`
              )}
            </td>
            <td className="right">
              {column.nullShare === undefined ? '' : formatShare(column.nullShare)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
function Histogram({ counts, name }: { counts: number[]; name: string }) {
  const most = Math.max(...counts, 1)
  return (
    <svg
      width={counts.length * 7}
      height="16"
      role="img"
      aria-label={`Values of ${name}: ${counts.join(', ')}`}
    >
      {counts.map((count, index) => (
        <rect
          key={index}
          x={index * 7}
          y={16 - (count / most) * 16}
          width="6"
          height={(count / most) * 16}
          fill="var(--ink2)"
        />
      ))}
    </svg>
  )
}
function Take({ source, onClose }: { source: DataSource; onClose: () => void }) {
  const namespaces = namespacesOf(useRecords('Project'))
  const [namespace, setNamespace] = useState(namespaces[0] ?? '')
  const plan = useAsk(
    async (client, options) =>
      client.snapshots.planTake({ source: source.meta.name, namespace }, options),
    [source.meta.name, namespace],
  )
  return (
    <div className="stack" style={{ padding: '0 0 8px' }}>
      <label className="row control-text" style={{ padding: '0 14px' }}>
        {words.takeInto}
        <select
          className="field-box grow"
          value={namespace}
          onChange={({ target }) => setNamespace(target.value)}
        >
          {namespaces.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <Button look="quiet" small onClick={onClose}>
          {words.form.cancel}
        </Button>
      </label>
      <RunPlan
        plan={namespace === '' ? { ...plan, remote: undefined } : plan}
        onStarted={onClose}
      />
    </div>
  )
}
