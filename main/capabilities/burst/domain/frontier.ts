import type { Figures } from './figures'

type Axis = 'meanWaitHours' | 'cloudUsd' | 'p95WaitHours'

/** The value of one figure where another has the given value, by straight lines between the knob's positions; NaN outside their range. */
export function along(
  rows: readonly Figures[],
  of: Axis,
  where: { axis: Axis; is: number },
): number {
  const sorted = rows.toSorted((a, b) => a[where.axis] - b[where.axis])
  for (let index = 0; index + 1 < sorted.length; index += 1) {
    const [low, high] = [sorted[index], sorted[index + 1]]
    if (!low || !high || low[where.axis] > where.is || high[where.axis] < where.is) continue
    const span = high[where.axis] - low[where.axis]
    return span === 0
      ? low[of]
      : low[of] + ((where.is - low[where.axis]) / span) * (high[of] - low[of])
  }
  return NaN
}

/** The rows that no other row beats in both cost and waiting, cheapest last: the curve worth drawing. */
export function frontier(rows: readonly Figures[]): Figures[] {
  let leastUsd = Infinity
  return rows
    .toSorted((a, b) => a.meanWaitHours - b.meanWaitHours || a.cloudUsd - b.cloudUsd)
    .filter((row) => {
      if (row.cloudUsd >= leastUsd) return false
      leastUsd = row.cloudUsd
      return true
    })
}
