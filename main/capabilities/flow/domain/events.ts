import {
  Station,
  type WorkEvent,
  type WorkItemStatus,
} from '../../../../preload/contract/records/work'

export const MOST_EVENTS = 500
export type Stationed = Pick<WorkItemStatus, 'station' | 'events' | 'rolledEvents'>

/** The stations in the order items pass them. */
export const ORDER: readonly Station[] = Station.options

/**
 * The status with more events: each id once, in order of time, the oldest counted instead of kept beyond 500. The station is where the
 * item entered last.
 */
export function withEvents(status: Stationed, events: WorkEvent[]): Stationed {
  const all = new Map((status.events ?? []).map((event) => [event.id, event]))
  for (const event of events) if (!all.has(event.id)) all.set(event.id, event)
  // A stable sort keeps "left" before "entered" of the same second.
  const sorted = [...all.values()].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  const rolled = Math.max(0, sorted.length - MOST_EVENTS)
  const station =
    sorted.findLast(({ type, station: where }) => type === 'entered' && where !== undefined)
      ?.station ?? status.station
  return {
    ...(station && { station }),
    events: sorted.slice(rolled),
    rolledEvents: (status.rolledEvents ?? 0) + rolled,
  }
}

interface Move {
  from: Station | undefined
  to: Station
  at: string
  by?: string
  object?: string
  text?: string
}
/** The events of going to another station; none where the item stands there already. */
export function moveEvents({ from, to, at, by, object, text }: Move): WorkEvent[] {
  if (from === to) return []
  const common = { at, ...(by !== undefined && { by }), ...(object !== undefined && { object }) }
  return [
    ...(from
      ? [{ ...common, id: `left-${from}-${at}`, type: 'left' as const, station: from }]
      : []),
    {
      ...common,
      id: `entered-${to}-${at}`,
      type: 'entered' as const,
      station: to,
      ...(text !== undefined && { text }),
    },
  ]
}

/** What the item waits for now, if it waits: a wait lasts until it is resumed, the station left, or another wait begins. */
export function waitingNow(events: readonly WorkEvent[]): WorkEvent | undefined {
  const last = events.findLast(
    ({ type }) => type === 'waiting' || type === 'resumed' || type === 'left' || type === 'entered',
  )
  return last?.type === 'waiting' ? last : undefined
}
