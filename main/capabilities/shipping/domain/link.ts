/** A measured line between two sites. */
export interface Measured {
  bytesPerSecond: number
  measuredAt: number
  samples: number
}
/** What is counted with until something was shipped: half a gigabit. */
export const ASSUMED_BYTES_PER_SECOND = 62_500_000
const WEIGHT = 0.4
const LEAST_BYTES = 50_000_000

/** The line after one more shipment; small ones say more about their beginning than about the line, so they do not count. */
export function measured(
  before: Measured | undefined,
  { bytes, seconds, at, capped }: { bytes: number; seconds: number; at: number; capped: boolean },
): Measured | undefined {
  if (bytes < LEAST_BYTES || seconds <= 0 || capped) return before
  const now = bytes / seconds
  return {
    bytesPerSecond: before ? before.bytesPerSecond + WEIGHT * (now - before.bytesPerSecond) : now,
    measuredAt: at,
    samples: (before?.samples ?? 0) + 1,
  }
}
