import type { Cell } from '../../../../preload/contract/cluster'

/** What a list keeps of an object: never the object itself. */
export interface Projected {
  namespace: string
  name: string
  uid: string
  state: string
  cells: Cell[]
  /** More words to find it by. */
  words: string
  /** What joins with other kinds need. */
  facts?: unknown
}

/** One object of a list, kept for as long as it lives: cells are replaced, the row stays. */
export class Row {
  readonly source: number
  readonly namespace: string
  readonly name: string
  /** Tells it from another object that had its name before; 0 for those that were there first. */
  readonly turn: number
  uid: string
  state: string
  cells: Cell[]
  words: string
  facts: unknown
  /** The pass of reading that last saw it. */
  seen: number
  /** False while only the server's columns are known. */
  whole: boolean
  gone = false
  /** Stands in for another row of the list, or only feeds it. */
  hidden = false
  constructor(
    source: number,
    { namespace, name, uid, state, cells, words, facts }: Projected,
    life: { turn: number; seen: number; whole: boolean },
  ) {
    this.source = source
    this.namespace = namespace
    this.name = name
    this.turn = life.turn
    this.uid = uid
    this.state = state
    this.cells = cells
    this.words = words
    this.facts = facts
    this.seen = life.seen
    this.whole = life.whole
  }
}

/** The same text once in memory, however many rows carry it. */
export class Texts {
  readonly #known = new Map<string, string>()
  one(text: string): string {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    // A list that has everything different would only be held twice.
    if (this.#known.size > 50_000) this.#known.clear()
    this.#known.set(text, text)
    return text
  }
  clear() {
    this.#known.clear()
  }
}
