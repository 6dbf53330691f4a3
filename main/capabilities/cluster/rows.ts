import type { Cell, ListColumn } from '../../../preload/contract/cluster'
import { Row, Texts, type Projected } from './domain/row'
import type { Patch } from './domain/join'
import type { Before } from './domain/order'

/** The pass of rows that were put there from the local store. */
export const LAST_TIME = 0
const UNLIKE = new Set(['name', 'ip', 'address', 'last', 'age'])

/** Every row of one list, found by kind, namespace and name, with what changed since somebody last looked. */
export class Rows {
  readonly #spaces = new Map<string, Map<string, Row>>()
  readonly #texts = new Texts()
  readonly #shared: boolean[]
  readonly #hidden: boolean[]
  readonly states = new Map<string, number>()
  readonly kinds = new Map<number, number>()
  #changed = new Map<Row, Before>()
  #size = 0
  #partial = 0
  #born = 0
  /** Another number after each time that changes were taken: what is made of all rows can be kept until then. */
  turn = 0
  #isSettled = false

  constructor(columns: readonly ListColumn[], sources: readonly { hidden?: true }[]) {
    this.#shared = columns.map(({ id }) => !UNLIKE.has(id))
    this.#hidden = sources.map(({ hidden }) => hidden === true)
  }
  /** All rows were known once: what comes now is new, whatever it is called. */
  set isSettled(settled: boolean) {
    // Every row has its texts by now, and what changes later shares those of its row: to find them again would cost more than it saves.
    if (settled && !this.#isSettled) this.#texts.clear()
    this.#isSettled = settled
  }
  /** Rows that a list shows, whatever is filtered. */
  get size() {
    return this.#size
  }
  /** Rows of which only the server's columns are known. */
  get partial() {
    return this.#partial
  }
  get namespaces(): number {
    return new Set(
      [...this.#spaces]
        .filter(([, rows]) => rows.size > 0)
        .map(([space]) => space.slice(space.indexOf(' ') + 1))
        .filter(Boolean),
    ).size
  }

  *all(): Generator<Row> {
    for (const rows of this.#spaces.values()) yield* rows.values()
  }
  *of(source: number): Generator<Row> {
    for (const [space, rows] of this.#spaces)
      if (space.startsWith(`${source} `)) yield* rows.values()
  }
  find(source: number, namespace: string, name: string): Row | undefined {
    return this.#spaces.get(`${source} ${namespace}`)?.get(name)
  }

  /** Takes an object in as it is now. A whole row is never made less by the server's columns. */
  put(
    source: number,
    projected: Projected,
    { seen, whole }: { seen: number; whole: boolean },
  ): Row {
    const space = this.#space(source, projected.namespace)
    const known = space.get(projected.name)
    const cells = this.#cells(projected.cells, known?.cells)
    const words = this.#texts.one(projected.words)
    if (!known || !isSame(known, projected)) {
      if (known) this.#drop(known)
      return this.#add(
        source,
        { ...projected, cells, words },
        { turn: known || this.#isSettled ? ++this.#born : 0, seen, whole },
      )
    }
    const isOld = known.seen === LAST_TIME
    known.seen = seen
    if (whole) this.#replace(known, { ...projected, cells, words }, true)
    // What is known from last time is corrected by what the server prints now; the rest follows.
    else if (isOld || !known.whole)
      this.#replace(
        known,
        {
          ...projected,
          cells: cells.map((cell, index) => cell ?? known.cells[index] ?? null),
          words: known.words,
          facts: known.facts,
        },
        false,
      )
    return known
  }
  remove(
    source: number,
    { namespace, name, uid }: { namespace: string; name: string; uid: string },
  ) {
    const row = this.find(source, namespace, name)
    if (!row || (uid !== '' && row.uid !== '' && row.uid !== uid)) return
    this.#spaces.get(`${source} ${namespace}`)?.delete(name)
    this.#drop(row)
  }
  /** Removes what a finished pass over a kind (in one namespace, or all) has not seen. */
  sweep(source: number, namespace: string | undefined, seen: number) {
    for (const [space, rows] of this.#spaces) {
      if (
        namespace === undefined
          ? !space.startsWith(`${source} `)
          : space !== `${source} ${namespace}`
      )
        continue
      for (const row of [...rows.values()]) if (row.seen < seen) this.remove(source, row)
    }
  }
  /** Changes a row by what other rows tell about it. */
  patch({ row, cells, state = row.state, hidden = row.hidden }: Patch) {
    const differing = cells.filter(([index, value]) => row.cells[index] !== value)
    if (row.gone || (differing.length === 0 && state === row.state && hidden === row.hidden)) return
    const before = { cells: row.cells, state: row.state, hidden: row.hidden }
    if (differing.length > 0) {
      row.cells = [...row.cells]
      for (const [index, value] of differing) row.cells[index] = value
    }
    row.state = state
    row.hidden = hidden
    if (!this.#changed.has(row)) this.#changed.set(row, before)
    this.#countState(before, row.source, -1)
    this.#countState(row, row.source, 1)
  }
  /** What changed since the last time. */
  take(): Map<Row, Before> {
    const changed = this.#changed
    if (changed.size > 0) this.turn++
    this.#changed = new Map()
    return changed
  }
  get isChanged() {
    return this.#changed.size > 0
  }

  #add(
    source: number,
    projected: Projected,
    life: { turn: number; seen: number; whole: boolean },
  ): Row {
    const row = new Row(
      source,
      {
        ...projected,
        namespace: this.#texts.one(projected.namespace),
        state: this.#texts.one(projected.state),
      },
      life,
    )
    row.hidden = this.#hidden[source] === true
    this.#space(source, projected.namespace).set(projected.name, row)
    this.#changed.set(row, undefined)
    this.#count(row, 1)
    return row
  }
  /** Cells whose texts are held once: by all rows that share them, or at least by this row's cells of before. */
  #cells(read: Cell[], before: readonly Cell[] | undefined): Cell[] {
    for (let index = 0; index < read.length; index++) {
      const cell = read[index]
      const known = before?.[index]
      if (known !== undefined && known === cell) read[index] = known
      else if (typeof cell === 'string' && this.#shared[index]) read[index] = this.#texts.one(cell)
    }
    return read
  }
  #space(source: number, namespace: string): Map<string, Row> {
    const key = `${source} ${namespace}`
    const known = this.#spaces.get(key)
    if (known) return known
    const space = new Map<string, Row>()
    this.#spaces.set(key, space)
    return space
  }
  #replace(row: Row, { uid, state, cells, words, facts }: Projected, whole: boolean) {
    const before = { cells: row.cells, state: row.state, hidden: row.hidden }
    if (whole !== row.whole && !this.#hidden[row.source]) this.#partial += whole ? -1 : 1
    const isNew =
      row.whole !== whole ||
      state !== row.state ||
      words !== row.words ||
      facts !== undefined ||
      cells.some((cell, index) => cell !== row.cells[index])
    row.uid = row.uid || uid
    row.state = this.#texts.one(state)
    // Untouched cells keep their array: whoever compares arrays sees that nothing happened.
    if (isNew) row.cells = cells
    row.words = words
    row.facts = facts
    row.whole = whole
    if (!isNew) return
    if (!this.#changed.has(row)) this.#changed.set(row, before)
    this.#countState(before, row.source, -1)
    this.#countState(row, row.source, 1)
  }
  #drop(row: Row) {
    row.gone = true
    this.#count(row, -1)
    if (!this.#changed.has(row))
      this.#changed.set(row, { cells: row.cells, state: row.state, hidden: row.hidden })
  }
  #count(row: Row, by: 1 | -1) {
    if (!row.whole && !this.#hidden[row.source]) this.#partial += by
    this.#countState(row, row.source, by)
  }
  #countState({ state, hidden }: { state: string; hidden: boolean }, source: number, by: 1 | -1) {
    if (hidden) return
    this.#size += by
    this.kinds.set(source, (this.kinds.get(source) ?? 0) + by)
    const count = (this.states.get(state) ?? 0) + by
    if (count > 0) this.states.set(state, count)
    else this.states.delete(state)
  }
}
/** An object keeps its name until its uid says that it is another. */
const isSame = (known: Row, { uid }: Projected) =>
  known.uid === '' || uid === '' || known.uid === uid
