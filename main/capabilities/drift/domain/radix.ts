const BUCKETS = 65_536
/** Where more values than this share their upper bits, those are sorted by comparison. */
const SHORT_RUN = 24

/** Memory that is used again for every column: the counters of a sort and arrays of doubles by name. */
export class SortSpace {
  readonly counts = new Uint32Array(2 * BUCKETS)
  private readonly arrays = new Map<string, Float64Array>()

  /** An array of at least this length; what it held before is lost. */
  array(name: string, length: number): Float64Array {
    const known = this.arrays.get(name)
    if (known && known.length >= length) return known
    const made = new Float64Array(length)
    this.arrays.set(name, made)
    return made
  }
  /** Keeps a grown array for the next column. */
  keep(name: string, array: Float64Array): void {
    this.arrays.set(name, array)
  }
}

const wordsOf = (values: Float64Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, 2 * values.length)

// The order of doubles is the order of their bits once negative ones are inverted and positive ones get the sign bit.
function encode(words: Uint32Array, counts: Uint32Array): void {
  counts.fill(0)
  for (let at = 0; at < words.length; at += 2) {
    let high = words[at + 1] as number
    const mask = high >> 31
    high = (high ^ (mask | 0x8000_0000)) >>> 0
    words[at] = ((words[at] as number) ^ mask) >>> 0
    words[at + 1] = high
    const low = high & 0xffff,
      upper = BUCKETS + (high >>> 16)
    counts[low] = (counts[low] as number) + 1
    counts[upper] = (counts[upper] as number) + 1
  }
}

function decode(words: Uint32Array): void {
  for (let at = 0; at < words.length; at += 2) {
    const high = words[at + 1] as number
    const mask = ~(high >> 31)
    words[at] = ((words[at] as number) ^ mask) >>> 0
    words[at + 1] = (high ^ (mask | 0x8000_0000)) >>> 0
  }
}

/** Turns the counts of one digit into starting places; false where all values share the digit, so the pass can be left out. */
function places(counts: Uint32Array, base: number, length: number): boolean {
  let start = 0
  for (let at = base, end = base + BUCKETS; at < end; at++) {
    const count = counts[at] as number
    if (count === length) return false
    counts[at] = start
    start += count
  }
  return true
}

interface Digit {
  counts: Uint32Array
  base: number
  word: 0 | 1
  shift: 0 | 16
}
function scatter(from: Uint32Array, to: Uint32Array, { counts, base, word, shift }: Digit): void {
  for (let at = 0; at < from.length; at += 2) {
    const slot = base + (((from[at + word] as number) >>> shift) & 0xffff)
    const place = counts[slot] as number
    counts[slot] = place + 1
    to[2 * place] = from[at] as number
    to[2 * place + 1] = from[at + 1] as number
  }
}

/** Sorts by the upper half of the bits in two passes; answers which array holds the result. */
function sortUpper(own: Uint32Array, other: Uint32Array, counts: Uint32Array): Uint32Array {
  let from = own,
    to = other
  for (const digit of [
    { counts, base: 0, word: 1, shift: 0 },
    { counts, base: BUCKETS, word: 1, shift: 16 },
  ] as const) {
    if (!places(counts, digit.base, own.length / 2)) continue
    scatter(from, to, digit)
    ;[from, to] = [to, from]
  }
  return from
}

/** Puts each run of values with the same upper half in order; what is nearly always a run of one costs a comparison. */
function sortRuns(words: Uint32Array, values: Float64Array): void {
  for (let start = 0, length = values.length; start < length;) {
    const high = words[2 * start + 1] as number
    let end = start + 1
    while (end < length && words[2 * end + 1] === high) end++
    if (end - start > SHORT_RUN) values.subarray(start, end).sort()
    else if (end - start > 1) insertionSort(values, start, end)
    start = end
  }
}

function insertionSort(values: Float64Array, start: number, end: number): void {
  for (let at = start + 1; at < end; at++) {
    const value = values[at] as number
    let place = at
    for (; place > start && (values[place - 1] as number) > value; place--)
      values[place] = values[place - 1] as number
    values[place] = value
  }
}

/** Sorts doubles ascending in place, by their bits where there are many; NaN must not occur. */
export function sortDoubles(values: Float64Array, space: SortSpace): void {
  // Under a few thousand values clearing the counters costs more than a comparison sort.
  if (values.length < 4096) {
    values.sort()
    return
  }
  const spare = space.array('sort', values.length).subarray(0, values.length)
  const own = wordsOf(values)
  encode(own, space.counts)
  const found = sortUpper(own, wordsOf(spare), space.counts)
  decode(found)
  if (found !== own) values.set(spare)
  sortRuns(own, values)
}
