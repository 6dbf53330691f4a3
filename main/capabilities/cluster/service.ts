import type { GpuSummary, ListId, ListKind, ListUpdate } from '../../../preload/contract/cluster'
import { failure } from '../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { listeners } from '../../platform/streams/latest'
import { countsOf } from './counts'
import { csvOf } from './domain/csv'
import { joinFlavors, joinNodes, joinWorkloads } from './domain/join'
import { NODE_SOURCES } from './domain/kinds/nodes'
import { LISTS } from './domain/lists'
import { View } from './domain/order'
import { Feed, type FeedAsk, type FeedPorts } from './feed'
import { Gate } from './gate'
import type { ClusterPorts } from './ports'
import { lastSeenLists } from './shelf'
import { allocationIn, claimedIn, gpuSummary } from './summary'
import { columnsOf, keyOf, Watching, type Asked } from './watching'

/** A list nobody looks at stays live for a while: whoever comes back finds it as it is. */
const LINGER_MS = 60_000
/** Every namespace. */
const ALL = undefined

const KUEUE_ONLY = new Set<ListId>(['queues', 'flavors'])

interface Kept {
  feed: Feed
  readers: number
  leaving: AbortController | undefined
  release?: () => void
}

/** Lists of what sites hold, each read once however many look at it. */
export class Cluster {
  readonly #ports: FeedPorts
  readonly #feeds = new Map<string, Kept>()
  readonly #watching = new Map<string, { watching: Watching; gate: Gate }>()
  readonly #opened = listeners()

  constructor(ports: ClusterPorts) {
    this.#ports = {
      ...ports,
      shelf: lastSeenLists(ports.store, ports.log),
      join: (feed) => this.#join(feed),
    }
  }

  /** The rows in a window, first as last seen, then as they are. */
  async *watch(ask: Asked, signal: AbortSignal): AsyncGenerator<ListUpdate, void> {
    const feed = this.#take({ site: ask.site, list: ask.list, namespaces: this.#scope(ask) })
    const gate = new Gate(this.#ports.clock)
    const watching = new Watching(feed, ask, gate.now)
    this.#watching.set(ask.id, { watching, gate })
    const stops = [feed.onFlush(gate.soon), feed.onReached(gate.now)]
    try {
      yield* gate.views(() => {
        const update = watching.read(this.#ports.clock.now())
        // A pace that is falling is told even when nothing else happens.
        if (feed.pace.perSecond > 0)
          void this.#ports.clock.sleep(1000, signal).then(gate.soon, () => undefined)
        return update
      }, signal)
    } finally {
      for (const stop of stops) stop()
      watching.close()
      if (this.#watching.get(ask.id)?.watching === watching) this.#watching.delete(ask.id)
      this.#leave(feed)
    }
  }
  look(ask: { id: string } & Parameters<Watching['look']>[0]): Outcome<void> {
    const found = this.#watching.get(ask.id)
    if (!found) return fail(failure('NOT_FOUND', { kind: 'list', name: ask.id }))
    found.watching.look(ask)
    return succeed(undefined)
  }
  range({
    id,
    from,
    count,
  }: {
    id: string
    from: number
    count: number
  }): Outcome<ReturnType<Watching['range']>> {
    const found = this.#watching.get(id)
    return found
      ? succeed(found.watching.range(from, count))
      : fail(failure('NOT_FOUND', { kind: 'list', name: id }))
  }
  /** Matching rows as text; a list that is not open yet is read first. */
  async csv(
    ask: Omit<Asked, 'id' | 'window'> & { keys?: string[] | undefined },
    signal: AbortSignal | undefined,
  ): Promise<{ csv: string; rows: number }> {
    const feed = this.#take({ site: ask.site, list: ask.list, namespaces: this.#scope(ask) })
    try {
      await filled(feed, signal)
      const view = new View(feed.definition, {
        filter: ask.keys ? {} : ask.filter,
        sort: ask.sort.length > 0 ? ask.sort : feed.definition.sort,
      })
      view.load(feed.rows.all())
      const named = ask.keys && new Set(ask.keys)
      const rows = named ? view.rows.filter((row) => named.has(keyOf(feed, row))) : view.rows
      const simulated =
        this.#ports.sites.states().find(({ id }) => id === ask.site)?.simulated === true
      return { csv: csvOf(rows, columnsOf(feed, ask.columns), { simulated }), rows: rows.length }
    } finally {
      this.#leave(feed)
    }
  }
  async *summary(site: string, signal: AbortSignal): AsyncGenerator<GpuSummary, void> {
    const nodes = this.#take({ site, list: 'nodes', namespaces: ALL })
    const pods = this.#take({ site, list: 'pods', namespaces: ALL })
    const gate = new Gate(this.#ports.clock)
    const stops = [nodes.onFlush(gate.soon), pods.onFlush(gate.soon)]
    let before = ''
    try {
      yield* gate.views(() => {
        const view = gpuSummary(nodes, pods)
        const text = JSON.stringify(view)
        if (text === before) return undefined
        before = text
        return view
      }, signal)
    } finally {
      for (const stop of stops) stop()
      this.#leave(nodes)
      this.#leave(pods)
    }
  }
  /** Lists a site offers with their counts: of open lists as they are, of others as asked or last seen. */
  async *kinds(site: string, signal: AbortSignal): AsyncGenerator<ListKind[], void> {
    const gate = new Gate(this.#ports.clock)
    const counts = countsOf({ ...this.#ports, site, changed: gate.soon }, signal)
    const stops = [
      this.#ports.sites.onChange(gate.soon),
      this.#opened.add(() => {
        listen()
        gate.soon()
      }),
    ]
    const heard = new Map<Feed, () => void>()
    const listen = () => {
      for (const { feed } of this.#feeds.values())
        if (feed.site === site && !heard.has(feed)) heard.set(feed, feed.onFlush(gate.soon))
    }
    listen()
    let before = ''
    try {
      yield* gate.views(() => {
        const kinds = this.#kindsNow(site, counts)
        const text = JSON.stringify(kinds)
        if (text === before) return undefined
        before = text
        return kinds
      }, signal)
    } finally {
      for (const stop of [...stops, ...heard.values()]) stop()
    }
  }
  #kindsNow(site: string, counted: ReturnType<typeof countsOf>): ListKind[] {
    const offers = this.#ports.sites.states().find(({ id }) => id === site)?.offers ?? []
    return Object.values(LISTS).map(({ id, columns, sort }) => {
      const open = this.#feeds.get(`${site}|${id}|`)?.feed
      const count =
        open && (open.isPainted || open.rows.size > 0)
          ? open.rows.size
          : (counted(id) ?? this.#ports.shelf.asOf(`${site}|${id}|`)?.rows)
      const offered = !KUEUE_ONLY.has(id) || offers.includes('kueue') || (count ?? 0) > 0
      return {
        id,
        offered,
        ...(!offered && { says: 'Kueue is not installed on this site.' }),
        columns,
        sort,
        ...(count !== undefined && { count }),
      }
    })
  }
  close() {
    for (const { feed, release, leaving } of this.#feeds.values()) {
      leaving?.abort()
      release?.()
      feed.close()
    }
    this.#feeds.clear()
  }

  /** A list of everything serves those who want part of it; where there is too much of it, only what is picked is read. */
  #scope({
    site,
    list,
    filter,
  }: Pick<Asked, 'site' | 'list' | 'filter'>): readonly string[] | undefined {
    const picked = [...new Set(filter.namespaces ?? [])].sort()
    if (
      picked.length === 0 ||
      picked.length > 30 ||
      !LISTS[list].sources.some(({ namespaced }) => namespaced) ||
      this.#feeds.has(`${site}|${list}|`)
    )
      return ALL
    return picked
  }
  #take(ask: FeedAsk): Feed {
    const key = `${ask.site}|${ask.list}|${ask.namespaces?.join(',') ?? ''}`
    const known = this.#feeds.get(key)
    if (known) {
      known.readers++
      known.leaving?.abort()
      known.leaving = undefined
      return known.feed
    }
    const feed = new Feed(this.#ports, ask)
    const kept: Kept = { feed, readers: 1, leaving: undefined }
    this.#feeds.set(key, kept)
    if (ask.list === 'nodes') kept.release = this.#followUse(feed)
    this.#opened.tell()
    return feed
  }
  /** The list of nodes hears of pods, if anybody reads them, and of measured use. */
  #followUse(nodes: Feed): () => void {
    const { gpuUse } = this.#ports
    const pods = this.#take({ site: nodes.site, list: 'pods', namespaces: ALL })
    const stops = [gpuUse.follow(nodes.site, nodes.changed), pods.onFlush(nodes.changed)]
    return () => {
      for (const stop of stops) stop()
      this.#leave(pods)
    }
  }
  #leave(feed: Feed) {
    const kept = this.#feeds.get(feed.key)
    if (!kept || kept.feed !== feed) return
    kept.readers--
    if (kept.readers > 0) return
    const leaving = new AbortController()
    kept.leaving = leaving
    this.#ports.clock.sleep(LINGER_MS, leaving.signal).then(
      () => {
        this.#feeds.delete(feed.key)
        kept.release?.()
        feed.close()
      },
      () => undefined,
    )
  }
  #join(feed: Feed) {
    const {
      rows,
      definition: { id },
    } = feed
    const patches =
      id === 'workloads'
        ? joinWorkloads(rows.all())
        : id === 'flavors'
          ? joinFlavors(rows.all())
          : id === 'nodes'
            ? this.#joinNodes(feed)
            : []
    for (const patch of patches) rows.patch(patch)
  }
  #joinNodes(nodes: Feed) {
    const pods = this.#feeds.get(`${nodes.site}|pods|`)?.feed
    const use = this.#ports.gpuUse.byNode(nodes.site)
    return joinNodes(nodes.rows.of(NODE_SOURCES.nodes), {
      allocation: pods && allocationIn(pods),
      claimed: claimedIn(nodes),
      used: (node) => use?.get(node),
    })
  }
}

/** Waits until a list knows all its columns, or says why it does not. */
async function filled(feed: Feed, signal: AbortSignal | undefined): Promise<void> {
  if (feed.isFilled || !['loading', 'live'].includes(feed.trouble().state)) return
  await new Promise<void>((resolve) => {
    const stop = feed.onFlush(() => {
      if (feed.isFilled || !['loading', 'live'].includes(feed.trouble().state)) done()
    })
    const done = () => {
      stop()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    signal?.addEventListener('abort', done, { once: true })
  })
}
export const makeCluster = (ports: ClusterPorts): Cluster => new Cluster(ports)
