import {
  DISCOVERY_STATIONS,
  MLOPS_STATIONS,
  type Station,
  type WorkEvent,
} from '../../../preload/contract/records/work'
import type { WorkItem } from '../../../preload/contract/records'

export const STATION_ORDER: readonly Station[] = [
  ...DISCOVERY_STATIONS,
  'backlog',
  ...MLOPS_STATIONS,
  'done',
]
/** When an item came to where it stands, in ms since 1970. */
export function enteredAt({ meta, status }: WorkItem): number {
  const entered = (status.events ?? []).filter(
    ({ type, station }) => type === 'entered' && station === status.station,
  )
  return Date.parse(entered[entered.length - 1]?.at ?? meta.createdAt)
}
export const onDiscovery = (station: Station | undefined): boolean =>
  station === undefined || (DISCOVERY_STATIONS as readonly string[]).includes(station)
export const newestFirst = (events: readonly WorkEvent[] = []): WorkEvent[] =>
  [...events].sort((a, b) => b.at.localeCompare(a.at))
