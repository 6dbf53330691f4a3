import type { Table } from '../contingency'
import type { SortedPair } from '../sweep'

/** Number of different ascending values, counted no further than `most`. */
export function countDistinct(sorted: Float64Array, most = Infinity): number {
  let found = 0
  for (let at = 0; at < sorted.length && found < most; at++)
    if (at === 0 || sorted[at] !== sorted[at - 1]) found++
  return found
}

/** How often each value occurs, ascending. */
export function countValues(sorted: Float64Array): Map<number, number> {
  const counts = new Map<number, number>()
  for (const value of sorted) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** One cell for each value that occurs on either side. */
export function unionTable({ reference, current }: SortedPair): Table {
  const a = countValues(reference),
    b = countValues(current)
  const values = [...new Set([...a.keys(), ...b.keys()])].sort((x, y) => x - y)
  return {
    reference: values.map((value) => a.get(value) ?? 0),
    current: values.map((value) => b.get(value) ?? 0),
  }
}
