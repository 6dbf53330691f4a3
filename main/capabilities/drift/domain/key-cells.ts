import type { NumericTally } from './numeric'

/** Cells of the counter: the upper twenty bits of a double in order, which is the sign, the exponent and eight bits of the fraction. */
const KEYS = 1 << 20
const keyOf = (high: number): number => (high ^ ((high >> 31) | 0x8000_0000)) >>> 12

/** Counts values by the upper bits of their form, so that any number of rows fits in four megabytes and no order of rows matters. */
export class KeyCounter {
  readonly counts = new Float64Array(KEYS)
  readonly tally: NumericTally = { rows: 0, nulls: 0, nan: 0, inf: 0, negativeInf: 0, zeros: 0 }
  finite = 0
  sum = 0
  min = Infinity
  max = -Infinity

  readonly take = ({ values, valid }: { values: Float64Array; valid?: Uint32Array }): void => {
    const { counts, tally } = this,
      bits = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length)
    tally.rows += values.length
    for (let at = 0; at < values.length; at++) {
      const value = values[at] as number
      if (valid && ((valid[at >> 5] as number) & (1 << (at & 31))) === 0) tally.nulls++
      else if (value - value === 0) this.add(value, counts, bits[2 * at + 1] as number)
      else if (value !== value) tally.nan++
      else {
        tally.inf++
        if (value < 0) tally.negativeInf++
      }
    }
  }
  private add(value: number, counts: Float64Array, high: number): void {
    // Negative zero is zero.
    const key = value === 0 ? KEYS / 2 : keyOf(high)
    counts[key] = (counts[key] as number) + 1
    this.finite++
    if (value === 0) this.tally.zeros++
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
  }
}

/** The least value of a key: the edge below which all smaller keys lie. */
export function edgeOf(key: number): number {
  const view = new DataView(new ArrayBuffer(8)),
    high = (key << 12) >>> 0
  // Negative values fall in their bits as they rise, so their least one has every lower bit set.
  if (high >>> 31) view.setUint32(0, (high ^ 0x8000_0000) >>> 0)
  else {
    view.setUint32(0, ~high >>> 0)
    view.setUint32(4, 0xffff_ffff)
  }
  return view.getFloat64(0)
}

/** Edges at keys that cut the reference into about equal shares, at most `parts`; a key is never split, so both sides are counted exactly. */
export function keyEdges({ counts, finite }: KeyCounter, parts: number): number[] {
  const keys: number[] = []
  let below = 0,
    next = 1
  for (let key = 0; key < KEYS; key++) {
    if (below >= (finite * next) / parts) {
      keys.push(key)
      next = Math.floor((below * parts) / finite) + 1
    }
    below += counts[key] as number
  }
  return keys
}

/** Counts of the cells between key edges. */
export function countsBetween({ counts }: KeyCounter, keys: readonly number[]): number[] {
  return [...keys, KEYS].map((end, at) => {
    let sum = 0
    for (let key = at === 0 ? 0 : (keys[at - 1] as number); key < end; key++)
      sum += counts[key] as number
    return sum
  })
}
