import type { Course } from './course'
import { FLOWING_STATIONS } from './events'
import { LEAST_COUNTED, meanOf, nearestRank } from './figures'
import { sumWaits } from './waits'

/** Touch and wait of the mean finished item by station, in seconds: over all stations they add up to the mean lead time. */
export function valueStream(finished: readonly Course[]) {
  return FLOWING_STATIONS.map((station) => {
    const touch: number[] = []
    const waits: Record<string, number>[] = []
    for (const { pieces } of finished) {
      const here = pieces.filter((piece) => piece.station === station)
      touch.push(lengthOf(here.filter(({ what }) => what === 'touch')))
      waits.push(
        ...here
          .filter(({ what }) => what !== 'touch')
          .map((piece) => ({ [piece.what]: piece.toS - piece.fromS })),
      )
    }
    const byCause = sumWaits(waits)
    const waited = Object.values(byCause).reduce((sum, seconds) => sum + seconds, 0)
    return {
      station,
      touchSeconds: meanOf(touch) ?? 0,
      waitSeconds: finished.length > 0 ? waited / finished.length : 0,
      cause: Object.keys(byCause)[0] ?? null,
    }
  })
}
const lengthOf = (pieces: readonly { fromS: number; toS: number }[]) =>
  pieces.reduce((sum, { fromS, toS }) => sum + toS - fromS, 0)

/** How old finished items were when they left each station, in seconds since the question; null under ten of them. */
export function agesAtStations(finished: readonly Course[]) {
  return FLOWING_STATIONS.map((station) => {
    const ages = finished.flatMap(({ pieces, startS }) => {
      const left = pieces.findLast((piece) => piece.station === station)?.toS
      return left === undefined || startS === undefined ? [] : [left - startS]
    })
    return {
      station,
      p50Seconds: nearestRank(ages, 0.5, LEAST_COUNTED),
      p85Seconds: nearestRank(ages, 0.85, LEAST_COUNTED),
    }
  })
}
