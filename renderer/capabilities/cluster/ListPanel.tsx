import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import type { ListColumn, ListId, ListRow, ListUpdate } from '../../../preload/contract/cluster'
import type { SiteState } from '../../../preload/contract/sites'
import { recordedTrouble, setQuery, useNow } from '../../client'
import {
  Empty,
  Failed,
  Forbidden,
  formatCount,
  formatMoment,
  Loading,
  Panel,
  Partly,
  Sign,
  Stale,
  useKeys,
  WindowTable,
  type WindowColumn,
} from '../../design'
import { ListCell } from './cells'
import { ColumnsMenu } from './ColumnsMenu'
import { Filters } from './Filters'
import type { OnAct } from './ManyActions'
import { SelectionBar } from './SelectionBar'
import { useLayout } from './use-layout'
import { useList, type LiveList } from './use-list'
import { useSelection } from './use-selection'
import {
  filterOf,
  flexibleOf,
  isFiltered,
  NO_QUERY,
  openedText,
  sortOf,
  sortText,
  toRow,
  widthOf,
  type Query,
  type Row,
} from './view-model'
import { words } from './words'

interface ListPanelProps {
  site: SiteState
  list: ListId
  query: Query
  opened: string | undefined
  all: readonly ListColumn[] | undefined
  onAct: OnAct
}
/** One list: filters as chips, rows in sight, and what is selected. */
export function ListPanel({ site, list, query, opened, all, onAct }: ListPanelProps) {
  const { layout, learn, change } = useLayout(list)
  const filter = useMemo(() => filterOf(query), [JSON.stringify(query)])
  const sort = useMemo(() => sortOf(query.sort), [query.sort])
  const live = useList({ site: site.id, list, filter, sort, columns: layout?.order })
  const { update, look } = live
  useEffect(() => {
    if (update && !layout) learn(update.columns)
  }, [update, layout, learn])
  useKeys({ r: () => look({ apply: true }) })
  const [menu, setMenu] = useState(false)
  const selection = useSelection(live.id, update)
  return (
    <Panel
      title={<span className="visually-hidden">{words.lists[list]}</span>}
      flush
      className={update?.state === 'stale' ? 'list-panel aged' : 'list-panel'}
    >
      <Standing update={update} />
      <Filters
        list={list}
        query={query}
        update={update}
        onColumns={() => setMenu((open) => !open)}
        isMenuOpen={menu}
        onApply={() => look({ apply: true })}
      />
      {menu && layout && (
        <ColumnsMenu
          all={all ?? []}
          layout={layout}
          onChange={change}
          onClose={() => setMenu(false)}
        />
      )}
      <SelectionBar
        selection={selection}
        question={{ site: site.id, list, filter, sort, columns: layout?.order }}
        matched={update?.matched ?? 0}
        onAct={onAct}
      />
      <Body
        site={site}
        list={list}
        query={query}
        live={live}
        opened={opened}
        all={all}
        onAct={onAct}
        selection={selection}
        layout={layout}
        onResize={(id, width) =>
          layout && change({ ...layout, widths: { ...layout.widths, [id]: width } })
        }
      />
    </Panel>
  )
}

interface BodyProps extends ListPanelProps {
  live: LiveList
  selection: ReturnType<typeof useSelection>
  layout: ReturnType<typeof useLayout>['layout']
  onResize: (id: string, width: number) => void
}
function Body({ site, list, query, live, opened, onAct, selection, layout, onResize }: BodyProps) {
  const { remote, update, look, again } = live
  const rows = useMemo(() => (update?.rows ?? []).map(toRow), [update])
  const columns = useColumns(update?.columns, layout)
  const now = useListNow(site, update)
  const draw = useDraw(update?.columns, now)
  const frame = useScrollToTop(JSON.stringify([query, update?.columns.length]))
  if (remote.at === 'failed' && !update)
    return (
      <div className="list-state">
        <Failed
          says={remote.trouble.says}
          remedy={remote.trouble.remedy}
          code={remote.trouble.code}
          onRetry={again}
        />
      </div>
    )
  if (!update)
    return (
      <div className="list-state">
        <Loading rows={6} />
      </div>
    )
  if (update.matched === 0)
    return (
      <div className="list-state">
        <Nothing list={list} query={query} update={update} again={again} />
      </div>
    )
  return (
    <div className="list-frame" ref={frame}>
      <Notes update={update} site={site} again={again} />
      <WindowTable
        label={words.lists[list]}
        rows={rows}
        columns={columns}
        from={update.window.from}
        matched={update.matched}
        draw={draw}
        sort={sortOf(query.sort)}
        onSort={(sort) => setQuery({ sort: sortText(sort) })}
        onWindow={(from, count) => look({ window: { from, count: Math.min(count, 400) } })}
        onUse={(hold) => look({ hold })}
        opened={rows.find(({ row }) => openedText(row) === opened || sameObject(row, opened))?.key}
        onOpen={({ row }) => {
          onAct(undefined)
          setQuery({ o: openedText(row) })
        }}
        selected={selection.keys}
        onSelect={(row, at, how) => selection.pick(row.row, at, how)}
        onResize={onResize}
      />
    </div>
  )
}
const sameObject = ({ ref }: ListRow, opened: string | undefined) =>
  opened !== undefined &&
  opened.startsWith(
    `${ref.plural}.${ref.version}.${ref.group}/${ref.namespace ?? ''}/${ref.name}/`,
  ) &&
  (ref.uid === undefined || opened.endsWith('/'))

const NO_LAYOUT = { order: [], widths: {} }
function useColumns(
  columns: readonly ListColumn[] | undefined,
  layout: BodyProps['layout'],
): WindowColumn[] {
  return useMemo(
    () =>
      (columns ?? []).map(({ id, as }) => ({
        id,
        says: words.columns[id] ?? id,
        right: as === 'count' || as === 'since' || as === 'bytes' || as === 'share',
        width: widthOf(layout ?? NO_LAYOUT, id),
        flexible: id === flexibleOf(layout ?? NO_LAYOUT),
      })),
    [JSON.stringify(columns), layout],
  )
}
/** Draws anew when ages have moved on or the columns are others. */
function useDraw(columns: readonly ListColumn[] | undefined, now: number) {
  const key = JSON.stringify(columns)
  return useCallback(
    (row: Row, index: number) => {
      const column = columns?.[index]
      return column ? <ListCell row={row} index={index} column={column} now={now} /> : null
    },
    [key, now],
  )
}
const AGES_EVERY_MS = 10_000
/** The site's own time; while its clock is not heard, ages stand still at what was last seen. */
function useListNow(site: SiteState, update: ListUpdate | undefined): number {
  const machine = useNow(AGES_EVERY_MS)
  const asOf = update?.asOf
  const isLive = update?.state === 'live' || update?.state === 'loading'
  const heard = useRef({ asOf: '', at: 0 })
  if (asOf && heard.current.asOf !== asOf) heard.current = { asOf, at: machine }
  if (!asOf) return machine
  // A simulated site's clock runs faster than the machine's.
  return (
    Date.parse(asOf) +
    (isLive
      ? Math.max(0, machine - heard.current.at) * (site.simulated ? (site.speed ?? 1) : 1)
      : 0)
  )
}
function useScrollToTop(key: string) {
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const box = frame.current?.querySelector('.table-frame')
    if (box) box.scrollTop = 0
  }, [key])
  return frame
}

/** How the list stands, in the head of the screen: live and how fast, or as of when. */
function Standing({ update }: { update: ListUpdate | undefined }) {
  const head = document.getElementById('list-standing')
  return head && update
    ? createPortal(
        <>
          <Liveness update={update} />
          {!update.progress && <Took took={update.took} />}
        </>,
        head,
      )
    : null
}
function Liveness({ update: { state, progress, changesPerSecond, asOf } }: { update: ListUpdate }) {
  if (progress)
    return (
      <span className="row" role="status">
        <Sign sign="running" size={11} />
        {(progress.of === 'rows' ? words.loadingRows : words.loadingColumns)(
          progress.done,
          progress.total ?? 0,
        )}
      </span>
    )
  if (state === 'live')
    return (
      <span className="row">
        <span className="live-dot" />
        <span>
          <b>{words.live}</b>, {words.changes(changesPerSecond)}
        </span>
      </span>
    )
  return asOf && state !== 'loading' ? <span>{words.asOf(formatMoment(asOf))}</span> : null
}
const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`
const Took = ({ took: { firstRowMs, columnsMs } }: { took: ListUpdate['took'] }) =>
  firstRowMs === undefined ? null : (
    <span className="meta">
      {words.took(seconds(firstRowMs), columnsMs === undefined ? undefined : seconds(columnsMs))}
    </span>
  )
/** What stands above rows that are there: old, or only part of it. */
function Notes({
  update,
  site,
  again,
}: {
  update: ListUpdate
  site: SiteState
  again: () => void
}) {
  const trouble = recordedTrouble(update.failure)
  return (
    <>
      {update.state === 'stale' && (
        <div className="list-note">
          <Stale
            says={words.stale(site.name, update.asOf && formatMoment(update.asOf))}
            remedy={trouble && `${trouble.says} ${trouble.remedy}`}
            onRetry={again}
          />
        </div>
      )}
      {update.notes
        .filter(({ code }) => code !== 'kueue-absent')
        .map(({ code, says }) => (
          <div key={code} className="list-note">
            <Partly says={`${words.notes[code] ?? code}${says ? ` ${says}.` : ''}`} />
          </div>
        ))}
    </>
  )
}
/** No row to show, and why. */
function Nothing({
  list,
  query,
  update,
  again,
}: {
  list: ListId
  query: Query
  update: ListUpdate
  again: () => void
}) {
  const trouble = recordedTrouble(update.failure)
  if (update.state === 'loading')
    return (
      <Loading
        rows={6}
        says={
          update.progress
            ? words.loadingRows(update.progress.done, update.progress.total ?? 0)
            : undefined
        }
      />
    )
  if (update.state === 'forbidden' && trouble)
    return (
      <Forbidden
        says={trouble.says}
        remedy={trouble.remedy}
        request={`${trouble.says} ${trouble.remedy}`}
      />
    )
  if (trouble && update.total === 0)
    return (
      <Failed says={trouble.says} remedy={trouble.remedy} code={trouble.code} onRetry={again} />
    )
  if (isFiltered(query))
    return (
      <Empty says={`${words.noneMatch} ${formatCount(update.total)} in all.`}>
        <button
          type="button"
          className="button"
          onClick={() => setQuery({ ...NO_QUERY, sort: query.sort })}
        >
          {words.clear}
        </button>
      </Empty>
    )
  return <Empty says={words.noneHere(words.lists[list])} />
}
