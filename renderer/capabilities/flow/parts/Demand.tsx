import { lazy, Suspense } from 'react'
import type { MapView } from '../../../../preload/contract/flow'
import { ChartFrame, Figure, formatClock, formatMoment, PlaceGlyph } from '../../../design'
import { cloudNow, demandToday } from '../view-model'
import { words } from '../words'

// The chart library is large: the map paints without waiting for it.
const DemandChart = lazy(() =>
  import('./DemandChart').then((found) => ({ default: found.DemandChart })),
)

/** How many GPUs were wanted through the day, against what stands on-prem. */
export function Demand({ map, age }: { map: MapView; age: string | undefined }) {
  const { demand } = map
  const today = demandToday(map)
  const wanted = today.points.map(({ onPrem, cloud }) => onPrem + cloud)
  const cloud = cloudNow(map)
  const aged = age !== undefined
  return (
    <ChartFrame
      title={words.demand}
      exportNote={`${words.demand}, ${formatMoment(map.siteClock)}${map.lanes.some(({ simulated }) => simulated) ? `, ${words.simulated}` : ''}`}
      asOf={age}
      says={words.demandSays(demand.capacity, Math.max(0, ...wanted), wanted.at(-1) ?? 0)}
      head={words.demandHead}
      rows={today.points.map(({ at, onPrem, cloud }) => [formatClock(at), onPrem, cloud])}
      legend={
        <span className="small soft row lane-legend" style={{ gap: 5 }} aria-hidden="true">
          <PlaceGlyph place="on-prem" silent />
          {words.onPrem}
          <PlaceGlyph place="cloud" silent />
          {words.cloud}
        </span>
      }
      above={
        <>
          <div className="demand-figures">
            <Figure
              aged={aged}
              label={words.cloudNow}
              value={cloud === undefined ? undefined : words.usd(cloud)}
              unknownSays={words.notPriced}
              note={words.perHour}
            />
            <Figure
              aged={aged}
              label={words.cloudToday}
              value={
                demand.cloudUsdToday === undefined ? undefined : words.usd(demand.cloudUsdToday)
              }
            />
            <Figure
              aged={aged}
              label={words.idleToday}
              value={demand.idleUsdToday === undefined ? undefined : words.usd(demand.idleUsdToday)}
            />
          </div>
          <p className="small meta demand-basis ellipsis" title={demand.basis}>
            {[words.demandMeans, demand.basis].filter(Boolean).join('; ')}
          </p>
        </>
      }
    >
      {(reading) =>
        today.points.length === 0 ? (
          <p className="control-text soft" style={{ padding: '0 12px' }}>
            {words.noDemand}
          </p>
        ) : (
          <Suspense fallback={null}>
            <DemandChart today={today} capacity={demand.capacity} reading={reading} />
          </Suspense>
        )
      }
    </ChartFrame>
  )
}
