export const sumOf = (values: Iterable<number>): number => {
  let sum = 0
  for (const value of values) sum += value
  return sum
}
export const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : sumOf(values) / values.length

/** The value below which a share of the values lies, by nearest rank; null for fewer than `least`. */
export function nearestRank(values: readonly number[], share: number, least = 1): number | null {
  if (values.length < Math.max(1, least)) return null
  const sorted = values.toSorted((a, b) => a - b)
  return (
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? null
  )
}

/** Under ten stays or items a percentile says nothing. */
export const LEAST_COUNTED = 10
