import type { Station } from '../line'
import type { Course } from './course'
import { STATION_ORDER } from './events'
import { isIn, nearestRank } from './figures'

const LEAST = 10
const FLOWING = STATION_ORDER.filter((station) => station !== 'in-use' && station !== 'done')

/** The stays of an item at each station that have ended: pieces that follow each other without a hole are one stay. */
function* endedStays({
  pieces,
  end,
}: Course): Generator<{ station: Station; fromS: number; toS: number }> {
  const ordered = pieces.toSorted((a, b) => a.fromS - b.fromS || a.toS - b.toS)
  let stay: { station: Station; fromS: number; toS: number } | undefined
  for (const { station, fromS, toS } of ordered) {
    if (stay?.station === station) {
      if (stay.toS === fromS) stay.toS = toS
      else stay = { station, fromS, toS }
      continue
    }
    if (stay) yield stay
    stay = { station, fromS, toS }
  }
  if (stay && end) yield stay
}

/** Stays that ended in the window by station, with their median and 85th percentile in seconds; null under ten stays. */
export function stationStays(courses: readonly Course[], window: { fromS: number; toS: number }) {
  const lengths = new Map<Station, number[]>(FLOWING.map((station) => [station, []]))
  for (const course of courses)
    for (const { station, fromS, toS } of endedStays(course))
      if (isIn(toS, window)) lengths.get(station)?.push(toS - fromS)
  return Object.fromEntries(
    [...lengths].map(([station, seconds]) => [
      station,
      {
        stays: seconds.length,
        p50Seconds: nearestRank(seconds, 0.5, LEAST),
        p85Seconds: nearestRank(seconds, 0.85, LEAST),
      },
    ]),
  )
}
