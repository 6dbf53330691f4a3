import type { WorkItem } from '../../../preload/contract/records'
import { hrefOf, navigate, setQuery, useAddress, useRecords } from '../../client'
import {
  Avatar,
  Empty,
  formatShortDuration,
  PageHead,
  Panel,
  Table,
  type Column,
} from '../../design'
import { enteredAt, STATION_ORDER } from './view-model'
import { useSiteNow } from '../sites/store'
import { words } from './words'

const columns = (now: number): Column<WorkItem>[] => [
  {
    id: 'item',
    says: words.columns.item,
    value: ({ spec }) => spec.title,
    cell: ({ spec, meta }) => (
      <>
        <b>{spec.title}</b> <span className="meta">{meta.namespace}</span>
      </>
    ),
  },
  {
    id: 'station',
    says: words.columns.station,
    value: ({ status }) => STATION_ORDER.indexOf(status.station ?? 'define'),
    cell: ({ status }) => words.stations[status.station ?? 'define'],
  },
  {
    id: 'since',
    says: words.columns.since,
    right: true,
    value: (item) => now - enteredAt(item),
    cell: (item) => formatShortDuration((now - enteredAt(item)) / 1000),
  },
  {
    id: 'owner',
    says: words.columns.owner,
    value: ({ spec }) => spec.owner,
    cell: ({ spec }) => (
      <span className="row" style={{ gap: 6 }}>
        <Avatar person={spec.owner} />
        {spec.owner}
      </span>
    ),
  },
  {
    id: 'revision',
    says: words.columns.revision,
    value: ({ spec }) => spec.revision ?? '',
    cell: ({ spec }) => spec.revision ?? <span className="meta">none yet</span>,
  },
]
/** Every work item, filtered by station where the map led here. */
export function LineScreen() {
  const { query } = useAddress()
  const now = useSiteNow(30_000)
  const station = query.get('station') ?? ''
  const all = useRecords('WorkItem')
  const shown = all.filter(
    ({ status }) => station === '' || (status.station ?? 'define') === station,
  )
  return (
    <div className="screen">
      <PageHead
        title={words.line}
        actions={
          <label className="row control-text">
            {words.columns.station}
            <select
              className="field-box"
              value={station}
              onChange={({ target }) => setQuery({ station: target.value || undefined })}
            >
              <option value="">all {all.length}</option>
              {STATION_ORDER.map((one) => (
                <option key={one} value={one}>
                  {words.stations[one]}
                </option>
              ))}
            </select>
          </label>
        }
      />
      <div className="screen-body">
        <Panel title={words.items} means={words.lineMeaning} flush>
          {shown.length === 0 ? (
            <div style={{ padding: '0 12px' }}>
              <Empty says={words.noItems} />
            </div>
          ) : (
            <Table
              label={words.items}
              rows={shown}
              columns={columns(now)}
              idOf={({ meta }) => meta.uid}
              sortBy={{ id: 'station', desc: false }}
              onOpen={({ meta }) => navigate(hrefOf(['line', meta.namespace ?? '', meta.name]))}
            />
          )}
        </Panel>
      </div>
    </div>
  )
}
