import type { ListId } from '../../../preload/contract/cluster'
import type { KubeClient } from '../../platform/kubernetes/types'
import { listeners } from '../../platform/streams/latest'
import type { ListDefinition } from './domain/definition'
import { LISTS } from './domain/lists'
import type { Changes, View } from './domain/order'
import type { Row } from './domain/row'
import { FeedFill } from './fill'
import { Pace } from './pace'
import type { ClusterPorts } from './ports'
import { Rows } from './rows'
import type { LastSeenLists } from './shelf'
import { sleepTick } from './ticks'
import { Stream } from './stream'
import { progressOf, troubleOf, type Trouble } from './trouble'

export interface FeedPorts extends ClusterPorts {
  shelf: LastSeenLists
  /** Brings rows of several kinds together before anybody sees them. */ join(feed: Feed): void
}
export interface Told extends Trouble {
  total: number
  namespaces: number
  isFilled: boolean
  progress: { of: 'rows' | 'columns'; done: number; total: number } | undefined
  took: Feed['took']
  states: Record<string, number>
  kinds: Record<string, number>
  asOf: number
}
export interface FeedAsk {
  site: string
  list: ListId
  /** Undefined is all of them. */ namespaces: readonly string[] | undefined
}

/** Above this many namespaces nobody asks for a table of each: only those a person picks are. */
const MANY_NAMESPACES = 250
const SAVE_EVERY_MS = 300_000
const FLUSH_MS = 250

/** One list of one site, kept live while anybody looks: streams of its kinds, rows, and what was last seen of them. */
export class Feed {
  readonly site: string
  readonly definition: ListDefinition
  readonly rows: Rows
  readonly key: string
  readonly pace: Pace
  streams: Stream[] = []
  took: { firstRowMs?: number; rowsMs?: number; columnsMs?: number } = {}
  /** By the site's clock, ms since 1970; 0 while nothing was ever seen. */
  asOf = 0
  beganAt: number
  notes: 'only-some-namespaces'[] = []
  readonly #ports: FeedPorts
  readonly #ask: FeedAsk
  readonly #heard = listeners()
  readonly #reached = listeners()
  readonly #views = new Set<View>()
  #client: KubeClient | undefined
  #running = new AbortController()
  #closed = new AbortController()
  #pass = 0
  #flushing = false
  #flushTurn = 0
  #lastFlush = 0
  #saved = { at: 0, isWhole: false, isClean: true }
  #stopSites: () => void
  #wasStale = false
  #standing = ''

  constructor(ports: FeedPorts, ask: FeedAsk) {
    this.site = ask.site
    this.definition = LISTS[ask.list]
    this.#ports = ports
    this.#ask = ask
    this.key = `${ask.site}|${ask.list}|${ask.namespaces?.join(',') ?? ''}`
    this.rows = new Rows(this.definition.columns, this.definition.sources)
    this.pace = new Pace(ports.clock)
    this.beganAt = ports.clock.now()
    this.asOf = ports.shelf.asOf(this.key)?.asOf ?? 0
    void this.#load()
    this.#stopSites = ports.sites.onChange(() => this.#look())
    this.#look()
  }
  get columnsKey() {
    return this.definition.columns.map(({ id }) => id).join(',')
  }
  get isPainted() {
    return this.streams.length > 0 && this.streams.every(({ isPainted }) => isPainted)
  }
  get isFilled() {
    return this.streams.length > 0 && this.streams.every(({ isFilled }) => isFilled)
  }

  onFlush(listener: () => void): () => void {
    return this.#heard.add(listener)
  }
  /** Calls back after the first row, after all rows and after all columns: what people wait for waits for no pace. */
  onReached(listener: () => void): () => void {
    return this.#reached.add(listener)
  }
  open(view: View) {
    if (this.rows.isChanged) this.flush()
    view.load(this.rows.all())
    this.#views.add(view)
  }
  shut(view: View) {
    this.#views.delete(view)
  }
  /** Rows whose own columns are not known yet are read one by one while somebody looks at them. */
  fill(rows: readonly Row[]) {
    if (this.#client && this.#fill)
      this.#fill.want(rows.filter(({ whole, gone }) => !whole && !gone))
  }
  #fill: FeedFill | undefined

  /** What is true of the list as its views have it: rows that come in between count from the next flush on. */
  get told(): Told {
    return (this.#told ??= this.#tell())
  }
  #tell(): Told {
    return {
      ...this.trouble(),
      total: this.rows.size,
      namespaces: this.rows.namespaces,
      isFilled: this.isFilled,
      progress: this.isFilled ? undefined : progressOf(this.streams),
      took: { ...this.took },
      states: Object.fromEntries(this.rows.states),
      kinds: Object.fromEntries(this.rows.kinds),
      asOf: this.asOf,
    }
  }
  #told: Told | undefined
  /** What stands between this list and being live. */
  trouble(): Trouble {
    const site = this.#ports.sites.states().find(({ id }) => id === this.site)
    return troubleOf({
      site: this.site,
      state: site,
      isConnected: this.#client !== undefined,
      streams: this.streams,
      rows: this.rows.size,
    })
  }

  /** Tells of changes at most four times a second; the first rows at once. */
  changed = () => {
    this.asOf = Math.max(this.asOf, this.#client?.clock.now() ?? 0)
    if (this.#flushing && !this.#isReached()) return
    this.#flushing = true
    const wait = this.#isReached()
      ? 0
      : Math.max(0, FLUSH_MS - (this.#ports.clock.now() - this.#lastFlush))
    const turn = ++this.#flushTurn
    const flush = () => {
      // What was reached meanwhile has been told already.
      if (turn !== this.#flushTurn) return
      this.#flushing = false
      if (!this.#closed.signal.aborted) this.flush()
    }
    if (wait === 0) queueMicrotask(flush)
    else this.#ports.clock.sleep(wait, this.#closed.signal).then(flush, () => undefined)
  }
  #isReached() {
    const { firstRowMs, rowsMs, columnsMs } = this.took
    return (
      (firstRowMs === undefined && this.rows.size > 0) ||
      (rowsMs === undefined && this.isPainted) ||
      (columnsMs === undefined && this.isFilled)
    )
  }
  flush() {
    this.#lastFlush = this.#ports.clock.now()
    const isReached = this.#isReached()
    this.#time()
    this.#ports.join(this)
    const changes: Changes = this.rows.take()
    if (this.isFilled) this.pace.count(changes.size)
    for (const view of this.#views) view.change(changes)
    if (changes.size > 0) this.#saved.isClean = false
    this.rows.isSettled = this.isFilled
    this.#told = this.#tell()
    this.#heard.tell()
    if (isReached) this.#reached.tell()
    if (this.isFilled) this.#saveNowAndThen()
  }
  #time() {
    const since = this.#ports.clock.now() - this.beganAt
    if (this.rows.size > 0) this.took.firstRowMs ??= since
    if (this.isPainted) this.took.rowsMs ??= since
    if (this.isFilled) this.took.columnsMs ??= since
  }

  /** Starts anew on another client, and wakes streams when the site answers again. */
  #look() {
    const client = this.#ports.sites.client(this.site)
    const now = client.ok ? client.value : undefined
    const site = this.#ports.sites.states().find(({ id }) => id === this.site)
    const isStale = site?.state === 'stale'
    // A site tells of much that no list shows: of each beat of its heart, too.
    const standing = JSON.stringify([site?.state, site?.failure])
    if (now === this.#client && standing === this.#standing) return
    this.#standing = standing
    if (now !== this.#client) {
      this.#running.abort()
      this.#client = now
      this.streams = []
      if (now) this.#start(now)
    } else if (this.#wasStale && !isStale) for (const stream of this.streams) stream.kick()
    this.#wasStale = isStale
    this.changed()
  }
  #start(client: KubeClient) {
    this.#running = new AbortController()
    this.beganAt = this.#ports.clock.now()
    this.took = {}
    this.#streams(client, this.#ask.namespaces, this.#running.signal)
  }
  #streams(client: KubeClient, namespaces: readonly string[] | undefined, signal: AbortSignal) {
    const ports = {
      client,
      rows: this.rows,
      clock: this.#ports.clock,
      random: this.#ports.random,
      nextPass: () => ++this.#pass,
      changed: this.changed,
    }
    // Rows in sight are read with the same lifetime as the streams.
    this.#fill = new FeedFill(
      {
        client,
        rows: this.rows,
        changed: this.changed,
        resourceOf: (row) => this.streams.find(({ ask }) => ask.index === row.source)?.resource,
        definition: this.definition,
      },
      signal,
    )
    const scopes = (isNamespaced: boolean) =>
      isNamespaced && namespaces ? namespaces : [undefined]
    this.streams = this.definition.sources.flatMap((source, index) =>
      scopes(source.namespaced).map(
        (namespace) =>
          new Stream(ports, {
            index,
            source,
            namespace,
            paintable: (until) => this.#paintable(client, until),
          }),
      ),
    )
    for (const stream of this.streams)
      this.#run(stream, { client, isNarrow: namespaces !== undefined, signal })
  }
  #run(
    stream: Stream,
    { client, isNarrow, signal }: { client: KubeClient; isNarrow: boolean; signal: AbortSignal },
  ) {
    stream.run(signal).then(
      () => {
        if (
          signal.aborted ||
          stream.state !== 'forbidden' ||
          isNarrow ||
          !stream.ask.source.namespaced ||
          stream.ask.source.hidden
        )
          return
        // Whoever may not list everything sees the namespaces of their own projects.
        const own = this.#ports.namespacesOf(this.site)
        if (own.length === 0) return
        this.#running.abort()
        this.#running = new AbortController()
        this.notes = ['only-some-namespaces']
        this.#streams(client, own, this.#running.signal)
      },
      (error: unknown) =>
        this.#ports.log.error('A list ended.', {
          site: this.site,
          list: this.definition.id,
          error,
        }),
    )
  }
  async #paintable(client: KubeClient, signal: AbortSignal): Promise<string[] | undefined> {
    const names: string[] = []
    for await (const page of client.live.table(
      { resource: { group: '', version: 'v1', plural: 'namespaces' }, query: {} },
      signal,
    )) {
      if (!page.ok) return undefined
      const place = page.value.columns.indexOf('Name')
      for (const cells of page.value.rows) {
        const name = cells[place]
        if (typeof name === 'string') names.push(name)
      }
    }
    return names.length > MANY_NAMESPACES ? undefined : names
  }

  async #load() {
    for (const _some of this.#ports.shelf.load(this.key, this.rows, this.columnsKey)) {
      this.changed()
      await sleepTick()
      if (this.#closed.signal.aborted || this.isPainted) return
    }
  }
  #saveNowAndThen() {
    const now = this.#ports.clock.now()
    if (this.#saved.isClean || (this.#saved.isWhole && now - this.#saved.at < SAVE_EVERY_MS)) return
    this.#saved = { at: now, isWhole: true, isClean: true }
    void this.#save()
  }
  async #save() {
    for (const _some of this.#ports.shelf.save(this.key, [...this.rows.all()], {
      asOf: this.asOf,
      columns: this.columnsKey,
    })) {
      await sleepTick()
      if (this.#closed.signal.aborted) return
    }
  }

  close() {
    this.#stopSites()
    // What was complete is written once more, whole, so that it is there without a network.
    if (this.isFilled && !this.#saved.isClean)
      for (const _some of this.#ports.shelf.save(this.key, this.rows.all(), {
        asOf: this.asOf,
        columns: this.columnsKey,
      })) {
        /* all of it, now */
      }
    this.#running.abort()
    this.#closed.abort()
  }
}
