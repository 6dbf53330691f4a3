import type { Cell, ListFilter, ListSort } from '../../../../preload/contract/cluster'
import { indexOf, type ListDefinition } from './definition'
import type { Row } from './row'

/** What a row was before it changed; undefined where it is new. */
export type Before = { cells: readonly Cell[]; state: string; hidden: boolean } | undefined
export type Changes = ReadonlyMap<Row, Before>
type Compare = (a: Row, b: Row) => number

function compareCells(a: Cell | undefined, b: Cell | undefined): number {
  if (a === b) return 0
  return (a as string | number) < (b as string | number) ? -1 : 1
}
const isAbsent = (cell: Cell | undefined) => cell === null || cell === undefined || cell === ''

/** Compares rows by some columns, then by name; what is not known comes last, whichever way the column is turned. */
export function comparator({ columns, states }: ListDefinition, sort: ListSort): Compare {
  const rank = new Map(states.map((state, index) => [state, index]))
  const keys = sort.flatMap(({ id, desc }) => {
    const index = indexOf(columns, id)
    // The youngest age is the latest instant.
    return index === -1
      ? []
      : [
          {
            index,
            isState: columns[index]?.as === 'state',
            turn: desc !== (columns[index]?.as === 'since') ? -1 : 1,
          },
        ]
  })
  const byKey = (a: Row, b: Row, { index, isState, turn }: (typeof keys)[number]) => {
    if (isState)
      return ((rank.get(a.state) ?? states.length) - (rank.get(b.state) ?? states.length)) * turn
    const [left, right] = [a.cells[index], b.cells[index]]
    if (isAbsent(left) || isAbsent(right)) return Number(isAbsent(left)) - Number(isAbsent(right))
    return compareCells(left, right) * turn
  }
  return (a, b) => {
    for (const key of keys) {
      const order = byKey(a, b, key)
      if (order !== 0) return order
    }
    return (
      compareCells(a.name, b.name) ||
      compareCells(a.namespace, b.namespace) ||
      a.source - b.source ||
      a.turn - b.turn
    )
  }
}

/** Whether a row is wanted. */
export function matcher({ columns }: ListDefinition, filter: ListFilter): (row: Row) => boolean {
  const cell = (id: string) => {
    const index = indexOf(columns, id)
    return (row: Row): Cell => (index === -1 ? null : (row.cells[index] ?? null))
  }
  const [owner, node, kind, gpus, about] = [
    cell('owner'),
    cell('node'),
    cell('kind'),
    cell('gpus'),
    cell('about'),
  ]
  const tests: ((row: Row) => boolean)[] = []
  const among = (wanted: string[] | undefined, of: (row: Row) => Cell) => {
    if (!wanted || wanted.length === 0) return
    const set = new Set(wanted)
    tests.push((row) => set.has(String(of(row) ?? '')))
  }
  among(filter.namespaces, (row) => row.namespace)
  among(filter.states, (row) => row.state)
  among(filter.kinds, kind)
  among(filter.owners, owner)
  const { nodes } = filter
  if (nodes) {
    const [from, to] = nodes.from <= nodes.to ? [nodes.from, nodes.to] : [nodes.to, nodes.from]
    const nodeOf = indexOf(columns, 'node') === -1 ? (row: Row): Cell => row.name : node
    tests.push((row) => {
      const name = nodeOf(row)
      return typeof name === 'string' && name >= from && name <= to
    })
  }
  if (filter.gpus && indexOf(columns, 'gpus') !== -1) {
    const asked = filter.gpus === 'asked'
    tests.push((row) => {
      const many = gpus(row)
      return typeof many === 'number' && many > 0 === asked
    })
  }
  for (const word of (filter.text ?? '').toLowerCase().split(/\s+/).filter(Boolean)) {
    const has = (found: Cell) => typeof found === 'string' && found.toLowerCase().includes(word)
    tests.push(
      (row) =>
        row.name.includes(word) ||
        row.namespace.includes(word) ||
        has(node(row)) ||
        has(owner(row)) ||
        has(about(row)) ||
        has(row.words),
    )
  }
  return (row) => tests.every((test) => test(row))
}

/** The rows of one reader, filtered and in order, kept so by what changes; the order can be held still. */
export class View {
  readonly #compare: Compare
  readonly #matches: (row: Row) => boolean
  readonly #sortIndexes: number[]
  #order: Row[] = []
  #members = new Set<Row>()
  #waiting = new Set<Row>()
  #held = false

  constructor(
    definition: ListDefinition,
    { filter, sort }: { filter: ListFilter; sort: ListSort },
  ) {
    this.#compare = comparator(definition, sort)
    this.#matches = matcher(definition, filter)
    this.#sortIndexes = sort
      .map(({ id }) => indexOf(definition.columns, id))
      .filter((index) => index !== -1)
  }
  get matched() {
    return this.#order.length
  }
  /** Rows whose place or membership has changed and is not shown. */
  get held() {
    return this.#waiting.size
  }
  get rows(): readonly Row[] {
    return this.#order
  }
  slice(from: number, count: number): Row[] {
    return this.#order.slice(from, from + count)
  }

  load(all: Iterable<Row>) {
    this.#order = []
    for (const row of all) if (this.#wants(row)) this.#order.push(row)
    this.#order.sort(this.#compare)
    this.#members = new Set(this.#order)
    this.#waiting.clear()
  }
  /** Takes changes in: answers whether the order or membership of any row is another now. */
  change(changes: Changes): boolean {
    const movers = new Set<Row>()
    for (const [row, before] of changes) {
      const [was, is] = [this.#members.has(row), this.#wants(row)]
      if (was !== is || (was && before !== undefined && !this.#keeps(row, before))) movers.add(row)
      // What came and went meanwhile waits for nothing.
      else this.#waiting.delete(row)
    }
    if (movers.size === 0) return false
    if (this.#held) {
      for (const row of movers) this.#waiting.add(row)
      return true
    }
    this.#merge(movers)
    return true
  }
  hold(held: boolean) {
    this.#held = held
    if (!held) this.release()
  }
  /** Lets what waits into the order. */
  release() {
    if (this.#waiting.size === 0) return
    const movers = this.#waiting
    this.#waiting = new Set()
    this.#merge(movers)
  }

  #wants(row: Row) {
    return !row.gone && !row.hidden && this.#matches(row)
  }
  #keeps(row: Row, before: NonNullable<Before>) {
    return (
      row.state === before.state &&
      this.#sortIndexes.every((index) => row.cells[index] === before.cells[index])
    )
  }
  #merge(movers: ReadonlySet<Row>) {
    const coming: Row[] = []
    for (const row of movers) {
      this.#members.delete(row)
      if (this.#wants(row)) coming.push(row)
    }
    for (const row of coming) this.#members.add(row)
    const staying = this.#order.filter((row) => !movers.has(row))
    this.#order = merged(staying, coming.sort(this.#compare), this.#compare)
  }
}

function merged(left: Row[], right: Row[], compare: Compare): Row[] {
  if (right.length === 0) return left
  const all: Row[] = []
  let at = 0
  for (const row of right) {
    const place = firstAfter(left, { row, from: at, compare })
    for (; at < place; at++) all.push(left[at] as Row)
    all.push(row)
  }
  for (; at < left.length; at++) all.push(left[at] as Row)
  return all
}
/** The first place from which on rows come after this one. */
function firstAfter(
  rows: Row[],
  { row, from, compare }: { row: Row; from: number; compare: Compare },
): number {
  let [low, high] = [from, rows.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(rows[middle] as Row, row) < 0) low = middle + 1
    else high = middle
  }
  return low
}
