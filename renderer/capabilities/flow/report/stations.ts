import type { Station } from '../../../../preload/contract/records/work'
import { lastKnown } from '../../../client'
import { useFlowStore } from '../store'

export interface StationName {
  code: string
  title: string
}
/** What the map calls each station; the station's own word where no map is known. */
export function useStationNames(): (station: Station | string) => StationName {
  const map = useFlowStore((state) => lastKnown(state.map)?.value)
  const names = new Map<string, StationName>(
    map?.stations.map(({ id, code, title }) => [id, { code, title }]),
  )
  return (station) => names.get(station) ?? { code: station, title: station }
}
