import type {
  ListAsked,
  ListRow,
  ListUpdate,
  ListWindow,
  RowRef,
} from '../../../preload/contract/cluster'
import { timestamp } from '../../kernel/clock'
import { indexOf } from './domain/definition'
import { View } from './domain/order'
import type { Row } from './domain/row'
import type { Feed } from './feed'

export type Asked = ListAsked

/** One reader of a list: a window that moves, an order that may be held. */
export class Watching {
  readonly feed: Feed
  readonly #view: View
  readonly #columns: { index: number; column: Feed['definition']['columns'][number] }[]
  readonly #wake: () => void
  #window: ListWindow
  #shown: { rows: readonly Row[]; cells: unknown[]; head: string } = {
    rows: [],
    cells: [],
    head: '',
  }

  constructor(feed: Feed, ask: Asked, wake: () => void) {
    this.feed = feed
    this.#wake = wake
    this.#window = ask.window
    this.#view = new View(feed.definition, {
      filter: ask.filter,
      sort: ask.sort.length > 0 ? ask.sort : feed.definition.sort,
    })
    this.#columns = columnsOf(feed, ask.columns)
    feed.open(this.#view)
  }
  look({
    window,
    hold,
    apply,
  }: {
    window?: ListWindow | undefined
    hold?: boolean | undefined
    apply?: boolean | undefined
  }) {
    if (window) this.#window = window
    if (apply) this.#view.release()
    if (hold !== undefined) this.#view.hold(hold)
    this.#wake()
  }
  range(from: number, count: number): { key: string; ref: RowRef }[] {
    return this.#view
      .slice(from, count)
      .map((row) => ({ key: keyOf(this.feed, row), ref: refOf(this.feed, row) }))
  }

  /** What to show now; undefined where nothing differs from the last time. */
  read(now: number): ListUpdate | undefined {
    const { feed } = this
    const window = this.#inside()
    const rows = this.#view.slice(window.from, window.count)
    if (!feed.isFilled) feed.fill(rows)
    const { rows: _none, ...head } = { rows: [], ...this.#head(window, now) }
    const text = JSON.stringify(head)
    const cells = rows.flatMap((row) => [row.cells, row.state, row.whole, row.gone])
    const isSame =
      text === this.#shown.head &&
      cells.length === this.#shown.cells.length &&
      cells.every((cell, index) => cell === this.#shown.cells[index]) &&
      rows.every((row, index) => row === this.#shown.rows[index])
    this.#shown = { rows, cells, head: text }
    return isSame ? undefined : { ...head, rows: rows.map((row) => this.#row(row)) }
  }
  close() {
    this.feed.shut(this.#view)
  }

  #head(window: ListWindow, now: number): Omit<ListUpdate, 'rows'> {
    const { feed } = this
    const { state, failure, progress, total, namespaces, took, states, kinds, asOf } = feed.told
    const isReading = progress && (state === 'loading' || state === 'live')
    return {
      state,
      columns: this.#columns.map(({ column }) => column),
      window,
      total,
      matched: this.#view.matched,
      ...(isReading && {
        progress: { ...progress, forSeconds: Math.round((now - feed.beganAt) / 1000) },
      }),
      ...(asOf > 0 && { asOf: timestamp(asOf) }),
      ...(failure && { failure }),
      notes: notesOf(feed),
      held: this.#view.held,
      changesPerSecond: feed.pace.perSecond,
      took,
      facets: {
        states,
        namespaces,
        kinds: Object.fromEntries(
          Object.entries(kinds).flatMap(([source, many]) => {
            const kind = feed.definition.sources[Number(source)]?.kind
            return kind && many > 0 ? [[kind, many]] : []
          }),
        ),
      },
    }
  }
  /** A window that was beyond the end of a list that became shorter shows its end. */
  #inside(): ListWindow {
    const { from, count } = this.#window
    return { from: Math.max(0, Math.min(from, this.#view.matched - count)), count }
  }
  #row(row: Row): ListRow {
    return {
      key: keyOf(this.feed, row),
      ref: refOf(this.feed, row),
      state: row.state,
      cells: this.#columns.map(({ index }) => row.cells[index] ?? null),
      whole: row.whole,
      gone: row.gone,
    }
  }
}

export function columnsOf({ definition }: Feed, wanted: readonly string[] | undefined) {
  const ids = wanted ?? definition.columns.filter(({ usual }) => usual).map(({ id }) => id)
  return ids.flatMap((id) => {
    const index = indexOf(definition.columns, id)
    const column = definition.columns[index]
    return column ? [{ index, column }] : []
  })
}
export function keyOf(feed: Feed, { source, namespace, name, turn }: Row): string {
  return `${feed.definition.sources[source]?.kind ?? ''}/${namespace}/${name}${turn > 0 ? `~${turn}` : ''}`
}
export function refOf(feed: Feed, { source, namespace, name, uid }: Row): RowRef {
  const from = feed.definition.sources[source]
  const resource = feed.streams.find(({ ask }) => ask.index === source)?.resource ??
    from?.resources[0] ?? { group: '', version: 'v1', plural: '' }
  return {
    ...resource,
    kind: from?.kind ?? '',
    ...(namespace !== '' && { namespace }),
    name,
    ...(uid !== '' && { uid }),
  }
}
function notesOf(feed: Feed): ListUpdate['notes'] {
  // A kind that some namespaces let be read is not refused: another note says that these are not all.
  const open = new Set(
    feed.streams.filter(({ state }) => state !== 'forbidden').map(({ ask }) => ask.source.kind),
  )
  const refused = feed.streams
    .filter(({ state, ask }) => state === 'forbidden' && !open.has(ask.source.kind))
    .map(({ ask }) => ask.source.kind)
  const kueue = feed.streams.some(
    ({ state, ask }) => state === 'absent' && ask.source.kind === 'Workload',
  )
  return [
    ...feed.notes.map((code) => ({ code })),
    ...(refused.length > 0 && feed.trouble().state !== 'forbidden'
      ? [{ code: 'kind-forbidden' as const, says: [...new Set(refused)].join(', ') }]
      : []),
    ...(kueue ? [{ code: 'kueue-absent' as const }] : []),
    ...(feed.streams.some(({ noTables, isFilled }) => noTables && !isFilled)
      ? [{ code: 'no-tables' as const }]
      : []),
  ]
}
