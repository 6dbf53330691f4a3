import type { Fleet, FleetCell, FleetRow } from '../../../preload/contract/drift-review'
import { setQuery, useAddress } from '../../client'
import {
  Avatar,
  Button,
  Empty,
  Lamp,
  Panel,
  ProgressBar,
  Segmented,
  Sign,
  Table,
  Tag,
  type Column,
} from '../../design'
import { fleetShown, formatSize, isOpen } from './view-model'
import { words } from './words'

const OPACITY = { none: 0.06, small: 0.2, notable: 0.42, large: 0.68, severe: 1 } as const
const LEVELS = ['none', 'small', 'notable', 'large', 'severe'] as const

/** Models against time as a heat map, worst first. */
export function FleetPanel({ fleet }: { fleet: Fleet }) {
  const { query } = useAddress()
  const filters = { q: query.get('q') ?? '', only: query.get('only') ?? '' }
  const shown = fleetShown(fleet.rows, filters)
  const open = fleet.rows.filter(isOpen).length
  const selected = query.get('model') ?? fleet.rows[0]?.id
  return (
    <Panel
      title={words.fleet}
      means={words.fleetMeans}
      flush
      actions={
        <>
          <Tag>{words.open(open)}</Tag>
          {!fleet.bundle && (
            <Button small onClick={() => setQuery({ form: 'new' })}>
              {words.add}
            </Button>
          )}
        </>
      }
      foot={<Legend />}
    >
      {fleet.rows.length > 0 && (
        <div className="row drift-filters">
          <label className="filter-box grow">
            <span className="visually-hidden">{words.filter}</span>
            <input
              value={filters.q}
              placeholder={words.filter}
              onChange={({ target }) => setQuery({ q: target.value })}
            />
          </label>
          <Segmented
            label={words.show}
            value={filters.only}
            onChange={(only) => setQuery({ only })}
            options={[
              { value: '', says: words.all },
              { value: 'open', says: words.onlyOpen },
              { value: 'alerting', says: words.onlyAlerts },
            ]}
          />
          <span className="small meta nowrap" role="status">
            {words.count(shown.length, fleet.rows.length)}
          </span>
        </div>
      )}
      {fleet.rows.length === 0 && (
        <div className="drift-empty">
          <Empty says={words.noModels}>
            <Button look="primary" onClick={() => setQuery({ form: 'new' })}>
              {words.add}
            </Button>
          </Empty>
        </div>
      )}
      {fleet.rows.length > 0 && shown.length === 0 && (
        <div className="drift-empty">
          <Empty says={words.noneMatch}>
            <Button onClick={() => setQuery({ q: undefined, only: undefined })}>
              {words.clear}
            </Button>
          </Empty>
        </div>
      )}
      {shown.length > 0 && (
        <Table
          label={words.fleet}
          rows={shown}
          columns={columnsFor(fleet)}
          idOf={({ id }) => id}
          selected={selected}
          onOpen={({ id }) =>
            setQuery({
              model: id,
              w: undefined,
              since: undefined,
              column: undefined,
              form: undefined,
            })
          }
        />
      )}
    </Panel>
  )
}
const lampOf = ({ lamp }: FleetRow) =>
  lamp === 'flowing' || lamp === 'unknown' ? undefined : <Lamp lamp={lamp} size={12} />
const columnsFor = ({ windows }: Fleet): Column<FleetRow>[] => [
  {
    id: 'lamp',
    says: <span className="visually-hidden">{words.columns.lamp}</span>,
    width: 18,
    cell: lampOf,
  },
  {
    id: 'model',
    says: words.columns.model,
    value: ({ model }) => model,
    cell: (row) => (
      <span className="row drift-name" title={row.about}>
        {row.failure && <Sign sign="failed" />}
        <b className="ellipsis">{row.model}</b>
      </span>
    ),
  },
  {
    id: 'cells',
    says: (
      <span className="drift-span">
        <span>{shortName(windows[0])}</span>
        <span>{shortName(windows.at(-1))}</span>
      </span>
    ),
    cell: (row) =>
      row.running ? (
        <span className="row small soft">
          <ProgressBar
            width={48}
            share={row.running.total > 0 ? row.running.done / row.running.total : 0}
            label={row.running.says}
          />
          {words.running(row.running.done, row.running.total)}
        </span>
      ) : (
        <HeatStrip row={row} windows={windows} />
      ),
  },
  {
    id: 'size',
    says: words.columns.size,
    right: true,
    value: ({ size }) => size ?? undefined,
    cell: ({ size }) => formatSize(size) ?? <span className="meta">{words.unscored}</span>,
  },
  {
    id: 'verdict',
    says: words.columns.verdict,
    value: ({ verdict }) => verdict ?? '',
    cell: (row) => (
      <span className={row.verdict === 'act' ? '' : 'meta'}>
        {row.verdict === undefined ? (
          isOpen(row) ? (
            words.verdicts.open
          ) : (
            ''
          )
        ) : (
          <span className="row" style={{ gap: 4 }}>
            {words.verdicts[row.verdict]}
            {row.verdictBy && <Avatar person={row.verdictBy} />}
          </span>
        )}
      </span>
    ),
  },
]
const shortName = (window: string | undefined) =>
  window?.replace(/^\d{4}-/, '').replace(/ 00:00:00$/, '') ?? ''
const STRIP = 196,
  WIDEST = 14

/** One cell per window in one hue, five steps; a dot where it alerted, a hatch where nothing was scored. Many windows make narrow cells: none is left out. */
function HeatStrip({ row, windows }: { row: FleetRow; windows: readonly string[] }) {
  const byName = new Map(row.cells.map((cell) => [cell.window, cell]))
  const step = Math.min(WIDEST, STRIP / Math.max(1, windows.length))
  return (
    <svg width={windows.length * step} height="20" role="img" aria-label={heatSays(row)}>
      {windows.map((window, at) => {
        const cell = byName.get(window)
        return (
          cell && (
            <HeatCell
              key={window}
              cell={cell}
              x={at * step}
              width={step > 6 ? step - 2 : step - 0.6}
            />
          )
        )
      })}
    </svg>
  )
}
const SPOKEN = 8
/** Every window in words while they are few, else how many there are and the newest. */
function heatSays({ model, cells }: FleetRow): string {
  const alerts = cells.filter(({ alert }) => alert).length,
    newest = cells.slice(-SPOKEN).map(cellSays).join('; ')
  return `${words.heatSays(model)}: ${cells.length > SPOKEN ? `${words.heatMany(cells.length, alerts, SPOKEN)} ` : ''}${newest}`
}
const cellSays = ({ window, size, alert }: FleetCell) =>
  words.cellSays(window, formatSize(size) ?? words.notScored, alert)
const HeatCell = ({ cell, x, width }: { cell: FleetCell; x: number; width: number }) => (
  <g>
    <title>{cellSays(cell)}</title>
    <rect
      x={x}
      y="3"
      width={width}
      height="14"
      rx={Math.min(2, width / 3)}
      fill={cell.level === 'unscored' ? 'url(#hatch-unknown)' : 'var(--s1)'}
      opacity={cell.level === 'unscored' ? 0.8 : OPACITY[cell.level]}
    />
    {cell.alert && (
      <circle cx={x + width / 2} cy="10" r={Math.min(2.2, width / 2.6)} fill="var(--panel)" />
    )}
  </g>
)
const Legend = () => (
  <span className="row wrap small soft" style={{ gap: 10 }}>
    {LEVELS.map((level) => (
      <span key={level} className="row" style={{ gap: 4 }}>
        <Swatch fill="var(--s1)" opacity={OPACITY[level]} />
        {words.levels[level]}
      </span>
    ))}
    <span className="row" style={{ gap: 4 }}>
      <svg width="12" height="12" aria-hidden="true">
        <rect width="12" height="12" rx="2" fill="var(--s1)" />
        <circle cx="6" cy="6" r="2.2" fill="var(--panel)" />
      </svg>
      {words.alert}
    </span>
    <span className="row" style={{ gap: 4 }}>
      <Swatch fill="url(#hatch-unknown)" opacity={0.8} />
      {words.levels.unscored}
    </span>
  </span>
)
const Swatch = ({ fill, opacity }: { fill: string; opacity: number }) => (
  <svg width="12" height="12" aria-hidden="true">
    <rect width="12" height="12" rx="2" fill={fill} opacity={opacity} />
  </svg>
)
