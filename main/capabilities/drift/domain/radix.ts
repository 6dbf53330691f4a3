const BUCKETS = 65_536

/** Space that a sort needs besides its values; made once and used for every column. */
export class SortSpace {
  spare = new Float64Array(0)
  readonly counts = new Uint32Array(4 * BUCKETS)
  reserve(length: number): void { if (this.spare.length < length) this.spare = new Float64Array(length) }
}

// The order of doubles is the order of their bits once negative ones are inverted and positive ones get the sign bit.
function encode(words: Uint32Array, counts: Uint32Array): void {
  counts.fill(0)
  for (let at = 0; at < words.length; at += 2) {
    let low = words[at] as number, high = words[at + 1] as number
    const mask = high >> 31
    low = (low ^ mask) >>> 0
    high = (high ^ (mask | 0x8000_0000)) >>> 0
    words[at] = low
    words[at + 1] = high
    counts[low & 0xffff] = (counts[low & 0xffff] as number) + 1
    counts[BUCKETS + (low >>> 16)] = (counts[BUCKETS + (low >>> 16)] as number) + 1
    counts[2 * BUCKETS + (high & 0xffff)] = (counts[2 * BUCKETS + (high & 0xffff)] as number) + 1
    counts[3 * BUCKETS + (high >>> 16)] = (counts[3 * BUCKETS + (high >>> 16)] as number) + 1
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
function places(counts: Uint32Array, digit: number, length: number): boolean {
  let start = 0
  for (let at = digit * BUCKETS, end = at + BUCKETS; at < end; at++) {
    const count = counts[at] as number
    if (count === length) return false
    counts[at] = start
    start += count
  }
  return true
}

function scatter(from: Uint32Array, to: Uint32Array, { counts, digit }: { counts: Uint32Array; digit: number }): void {
  const word = digit >> 1, shift = (digit & 1) * 16, base = digit * BUCKETS
  for (let at = 0; at < from.length; at += 2) {
    const slot = base + (((from[at + word] as number) >>> shift) & 0xffff)
    const place = counts[slot] as number
    counts[slot] = place + 1
    to[2 * place] = from[at] as number
    to[2 * place + 1] = from[at + 1] as number
  }
}

/** Sorts doubles ascending in place (least significant digit first, 16 bits a pass); NaN must not occur. */
export function sortDoubles(values: Float64Array, space: SortSpace): void {
  // Under a few thousand values clearing the counters costs more than a comparison sort.
  if (values.length < 4096) { values.sort(); return }
  space.reserve(values.length)
  const spare = space.spare.subarray(0, values.length)
  const own = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length)
  const other = new Uint32Array(spare.buffer, spare.byteOffset, 2 * values.length)
  encode(own, space.counts)
  let from: Uint32Array = own, to: Uint32Array = other
  for (let digit = 0; digit < 4; digit++) {
    if (!places(space.counts, digit, values.length)) continue
    scatter(from, to, { counts: space.counts, digit });
    [from, to] = [to, from]
  }
  decode(from)
  if (from !== own) values.set(spare)
}
