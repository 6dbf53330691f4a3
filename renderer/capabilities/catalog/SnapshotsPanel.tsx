import { useState } from 'react'
import type { DataSnapshot } from '../../../preload/contract/records'
import { useAsk } from '../../client'
import { Button, Empty, formatMoment, Panel, Table, Tag, type Column } from '../../design'
import { RunPlan } from '../operations'
import { words } from './words'

export const snapshotColumns: Column<DataSnapshot>[] = [
  {
    id: 'name',
    says: words.columns.name,
    value: ({ meta }) => meta.name,
    cell: ({ meta }) => <b>{meta.name}</b>,
  },
  {
    id: 'source',
    says: words.columns.source,
    value: ({ spec }) => spec.source,
    cell: ({ spec }) => spec.source,
  },
  {
    id: 'namespace',
    says: words.columns.namespace,
    value: ({ meta }) => meta.namespace ?? '',
    cell: ({ meta }) => meta.namespace,
  },
  {
    id: 'method',
    says: words.columns.method,
    value: ({ spec }) => spec.method,
    cell: ({ spec }) => spec.method,
  },
  {
    id: 'pointer',
    says: words.columns.pointer,
    value: ({ spec, status }) => status.pointer ?? spec.pointer ?? '',
    cell: ({ spec, status }) => (
      <span className="mono ellipsis" style={{ display: 'block', maxWidth: 260 }}>
        {status.pointer ?? spec.pointer}
      </span>
    ),
  },
  {
    id: 'taken',
    says: words.columns.taken,
    value: ({ meta, status }) => status.takenAt ?? meta.createdAt,
    cell: ({ meta, status }) => formatMoment(status.takenAt ?? meta.createdAt),
  },
  {
    id: 'ready',
    says: words.columns.ready,
    value: ({ status }) => String(status.ready ?? false),
    cell: ({ status }) => (
      <Tag tone={status.ready ? 'good' : 'normal'}>{status.ready ? 'ready' : 'waiting'}</Tag>
    ),
  },
]
/** Every snapshot; letting go of one is a plan like any other change. */
export function SnapshotsPanel({ snapshots }: { snapshots: DataSnapshot[] }) {
  const [chosen, setChosen] = useState<DataSnapshot>()
  return (
    <div
      className={chosen ? 'screen-body with-side' : 'stack'}
      style={{ padding: 0, minHeight: 0 }}
    >
      <Panel title={words.snapshots} means={words.snapshotsMeaning} flush>
        {snapshots.length === 0 ? (
          <div style={{ padding: '0 12px' }}>
            <Empty says={words.noSnapshots} />
          </div>
        ) : (
          <Table
            label={words.snapshots}
            rows={snapshots}
            columns={snapshotColumns}
            idOf={({ meta }) => meta.uid}
            selected={chosen?.meta.uid}
            sortBy={{ id: 'taken', desc: true }}
            onOpen={setChosen}
          />
        )}
      </Panel>
      {chosen && (
        <Release key={chosen.meta.uid} snapshot={chosen} onClose={() => setChosen(undefined)} />
      )}
    </div>
  )
}
function Release({ snapshot: { meta }, onClose }: { snapshot: DataSnapshot; onClose: () => void }) {
  const plan = useAsk(
    (client, options) =>
      client.snapshots.planRelease({ namespace: meta.namespace ?? '', name: meta.name }, options),
    [meta.uid],
  )
  return (
    <div className="stack" style={{ minHeight: 0 }}>
      <div className="row">
        <b>{words.release}</b>
        <span className="spring" />
        <Button look="quiet" small onClick={onClose}>
          {words.form.cancel}
        </Button>
      </div>
      <RunPlan plan={plan} onStarted={onClose} />
    </div>
  )
}
