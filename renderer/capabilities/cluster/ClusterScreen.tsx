import { useEffect, useState } from 'react'
import type { ListId, ListKind } from '../../../preload/contract/cluster'
import type { SiteState } from '../../../preload/contract/sites'
import {
  hrefOf,
  lastKnown,
  navigate,
  parseAddress,
  setQuery,
  useAddress,
  useWatch,
} from '../../client'
import { Empty, formatCount, LinkButton, PageHead, PlaceGlyph, Segmented } from '../../design'
import { ObjectInspector } from '../objects'
import { useSites, useSitesKnown } from '../sites/store'
import { GpuStrip } from './GpuStrip'
import { ListPanel } from './ListPanel'
import { ManyInspector, type Acting } from './ManyActions'
import { filterOf, LIST_IDS, listOf, openedOf, queryOf, type Query } from './view-model'
import { words } from './words'
import './cluster.css'

const KEPT = 'takt-cluster'
/** Where somebody was the last time: site, list and filters. */
function remembered(): { site?: string; list?: ListId; query?: Query } {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '{}') as ReturnType<typeof remembered>
  } catch {
    return {}
  }
}
function remember(place: ReturnType<typeof remembered>) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(place))
  } catch {
    /* a page without storage begins at the pods each time */
  }
}
/** The site of the address, else of the last time, else whichever is home, live or merely known. */
function chosenSite(sites: readonly SiteState[], named: string | undefined): SiteState | undefined {
  const last = remembered().site
  return (
    sites.find(({ id }) => id === named) ??
    sites.find(({ id }) => id === last) ??
    sites.find(({ home }) => home) ??
    sites.find(({ state }) => state === 'live') ??
    sites[0]
  )
}

/** What is there, and why does this one wait? Address: `#/cluster/site/list?filters`. */
export function ClusterScreen({ path }: { path: string[] }) {
  const sites = useSites()
  const known = useSitesKnown()
  const site = chosenSite(sites, path[0])
  if (!site) {
    return (
      <div className="screen">
        <PageHead title={words.title} />
        <div className="screen-body">
          {known && (
            <Empty says={words.noSite}>
              <LinkButton href={hrefOf(['connect'])}>{words.connect}</LinkButton>
            </Empty>
          )}
        </div>
      </div>
    )
  }
  return <SiteLists key={site.id} site={site} sites={sites} named={path[1]} />
}

function SiteLists({
  site,
  sites,
  named,
}: {
  site: SiteState
  sites: readonly SiteState[]
  named: string | undefined
}) {
  const { query: address } = useAddress()
  const list = listOf(named ?? remembered().list)
  const query = queryOf(address)
  const text = address.get('o') ?? ''
  const opened = openedOf(text)
  const { remote } = useWatch<ListKind[]>(
    (client, options) => client.cluster.kinds({ site: site.id }, options),
    [site.id],
  )
  const kinds = lastKnown(remote)?.value
  usePlace({ site: site.id, list, query }, named === undefined)
  const go = (next: ListId) => navigate(hrefOf(['cluster', site.id, next], { ns: query.ns }))
  const nodes = filterOf(query).nodes
  const [acting, setActing] = useState<Acting>()
  return (
    <div className="screen">
      <PageHead
        title={words.title}
        actions={<span id="list-standing" className="control-text soft row" />}
      >
        {sites.length > 1 && <SiteChoice site={site} sites={sites} list={list} />}
        <Segmented
          label={words.title}
          value={list}
          onChange={go}
          options={tabsOf(kinds ?? [], list)}
        />
      </PageHead>
      <div className={opened || acting ? 'screen-body with-side' : 'screen-body'}>
        <div className="cluster-lists">
          <GpuStrip
            site={site.id}
            nodes={nodes}
            onNodes={(picked) => setQuery({ nodes: picked && `${picked.from}~${picked.to}` })}
          />
          <ListPanel
            key={list}
            site={site}
            list={list}
            query={query}
            opened={text}
            all={kinds?.find(({ id }) => id === list)?.columns}
            onAct={setActing}
          />
        </div>
        <Side
          site={site.id}
          opened={opened}
          text={text}
          acting={acting}
          onActed={() => setActing(undefined)}
        />
      </div>
    </div>
  )
}
interface SideProps {
  site: string
  opened: ReturnType<typeof openedOf>
  text: string
  acting: Acting | undefined
  onActed: () => void
}
/** What is done to the selection, else the object that is opened. */
function Side({ site, opened, text, acting, onActed }: SideProps) {
  if (acting) return <ManyInspector site={site} acting={acting} onClose={onActed} />
  return opened ? (
    <ObjectInspector
      key={`${site} ${text}`}
      site={site}
      {...opened}
      onClose={() => setQuery({ o: undefined })}
    />
  ) : null
}
/** Lists that are offered, with how much there is of each; the one that is open is always there. */
function tabsOf(kinds: readonly ListKind[], list: ListId) {
  const of = new Map(kinds.map((kind) => [kind.id, kind]))
  const count = (id: ListId) => {
    const many = of.get(id)?.count
    return many === undefined || id === 'events' ? '' : ` ${formatCount(many)}`
  }
  return LIST_IDS.filter((id) => id === list || of.get(id)?.offered !== false).map((id) => ({
    value: id,
    says: `${words.lists[id]}${count(id)}`,
  }))
}
function SiteChoice({
  site,
  sites,
  list,
}: {
  site: SiteState
  sites: readonly SiteState[]
  list: ListId
}) {
  return (
    <label className="chip">
      <PlaceGlyph place={site.place} silent />
      <span className="visually-hidden">{words.site}</span>
      <select
        value={site.id}
        onChange={({ target }) => navigate(hrefOf(['cluster', target.value, list]))}
      >
        {sites.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
/** Filters persist: in the address, and on this machine for whoever comes back by the rail, whose address names no list. */
function usePlace(place: Required<ReturnType<typeof remembered>>, isBare: boolean) {
  const text = JSON.stringify(place)
  useEffect(() => {
    // While another screen is being fetched, this one still lives behind it and hears of an address that is not its own.
    const here = parseAddress(location.hash)
    if (here.path[0] !== 'cluster') return
    const last = remembered()
    const query =
      Object.keys(place.query).length > 0 || last.site !== place.site
        ? place.query
        : (last.query ?? {})
    if (!isBare) return remember(place)
    // A bare address is left at once, so that what is cleared later stays cleared.
    history.replaceState(
      null,
      '',
      hrefOf(['cluster', place.site, place.list], {
        ...query,
        o: here.query.get('o') ?? undefined,
      }),
    )
    window.dispatchEvent(new HashChangeEvent('hashchange'))
    // The place is told apart by what it says.
  }, [text, isBare])
}
