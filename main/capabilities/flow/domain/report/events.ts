import { inOrder } from '../../../../kernel/order'
import { Station, WorkEvent } from '../line'

/** What an event may be. */
export const FLOW_EVENT_TYPES = WorkEvent.shape.type.options
export type FlowEventType = (typeof FLOW_EVENT_TYPES)[number]

/** One event in the life of a work item; time in whole seconds since 1970. */
export interface FlowEvent {
  id: string
  atS: number
  type: FlowEventType
  station?: Station | undefined
  cause?: string | undefined
  version?: string | undefined
  unplanned?: boolean | undefined
}
/** Each item's events by its name. */
export type Histories = ReadonlyMap<string, readonly FlowEvent[]>

/** Why a wait is a wait; every second that is not touch belongs to exactly one of them. */
export const WAIT_CAUSES = [
  'approval',
  'data access',
  'quota',
  'provisioning',
  'hand-off',
  'review',
  'blocked',
  'baking',
] as const
export type WaitCause = (typeof WAIT_CAUSES)[number] | 'unknown'
const CAUSES: ReadonlySet<string> = new Set(WAIT_CAUSES)
export const waitCauseOf = (cause: string | undefined): WaitCause =>
  cause !== undefined && CAUSES.has(cause) ? (cause as WaitCause) : 'unknown'

/** The stations in the order items pass them. */
export const STATION_ORDER: readonly Station[] = Station.options
/** Those where the clock of the flow runs. */
export const FLOWING_STATIONS: readonly Station[] = STATION_ORDER.filter(
  (station) => station !== 'in-use' && station !== 'done',
)
const RANKS = new Map<Station, number>(STATION_ORDER.map((station, index) => [station, index]))
export const rankOf = (station: Station): number => RANKS.get(station) ?? -1

/** Within one second an item first ends what it was in, then begins what comes. */
const TURN: Partial<Record<FlowEventType, number>> = {
  left: 0,
  resumed: 1,
  'cord-cleared': 2,
  entered: 4,
  waiting: 5,
  'cord-pulled': 6,
}
const OTHERS = 3
const turnOf = (type: FlowEventType) => TURN[type] ?? OTHERS

/** By time, then by turn within a second, then by id: replaying in any order gives the same history. */
export const byTime = (a: FlowEvent, b: FlowEvent): number =>
  a.atS - b.atS || turnOf(a.type) - turnOf(b.type) || inOrder(a.id, b.id)
