import { isIn, type Span } from '../../../../kernel/spans'
import type { Station } from '../line'
import type { Course } from './course'
import { FLOWING_STATIONS } from './events'
import { LEAST_COUNTED, nearestRank } from './figures'

interface EndedStay extends Span {
  station: Station
}
/** The stays of an item at each station that have ended: pieces that follow each other without a hole are one stay. */
function* endedStays({ pieces, end }: Course): Generator<EndedStay> {
  const ordered = pieces.toSorted((a, b) => a.fromS - b.fromS || a.toS - b.toS)
  let stay: EndedStay | undefined
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

export interface ItemStay {
  station: Station
  fromS: number
  /** When it went on to the next station; undefined while it stands there. */
  toS: number | undefined
  touchS: number
  waits: Record<string, number>
}
/** Where an item was, one stay after the other, each with its touch time and its waits by cause; where it ended stands last. */
export function itemStays({ pieces, end }: Course): ItemStay[] {
  const stays: ItemStay[] = []
  for (const { station, fromS, toS, what } of pieces) {
    let stay = stays.at(-1)
    if (stay?.station !== station) {
      stay = { station, fromS, toS, touchS: 0, waits: {} }
      stays.push(stay)
    }
    stay.toS = toS
    if (what === 'touch') stay.touchS += toS - fromS
    else stay.waits[what] = (stay.waits[what] ?? 0) + toS - fromS
  }
  const last = stays.at(-1)
  if (end)
    stays.push({ station: end.station, fromS: end.atS, toS: undefined, touchS: 0, waits: {} })
  else if (last) last.toS = undefined
  return stays
}

/** Stays that ended in the window by station, with their median and 85th percentile in seconds; null under ten stays. */
export function stationStays(courses: readonly Course[], window: Span) {
  const lengths = new Map<Station, number[]>(FLOWING_STATIONS.map((station) => [station, []]))
  for (const course of courses)
    for (const { station, fromS, toS } of endedStays(course))
      if (isIn(toS, window)) lengths.get(station)?.push(toS - fromS)
  return Object.fromEntries(
    [...lengths].map(([station, seconds]) => [
      station,
      {
        stays: seconds.length,
        p50Seconds: nearestRank(seconds, 0.5, LEAST_COUNTED),
        p85Seconds: nearestRank(seconds, 0.85, LEAST_COUNTED),
      },
    ]),
  )
}
