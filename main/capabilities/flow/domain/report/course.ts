import type { Station } from '../line'
import { waitCauseOf, type FlowEvent, type WaitCause } from './events'

/** A stretch of an item's time that is all touch or all one cause; in seconds since 1970. */
export interface Piece {
  fromS: number
  toS: number
  station: Station
  what: 'touch' | WaitCause
}
/** An item's time from its first station to its end (or to the end of the look), without a hole. */
export interface Course {
  pieces: Piece[]
  end: { atS: number; station: 'in-use' | 'done' } | undefined
  /** When it first entered *define*; undefined where nobody saw that. */
  startS: number | undefined
}

interface Walk {
  pieces: Piece[]
  station: Station | undefined
  sinceS: number
  wait: WaitCause | undefined
  /** The station it left and when, while it stands nowhere. */
  gone: { atS: number; station: Station } | undefined
}

function close(walk: Walk, toS: number) {
  if (walk.station !== undefined && toS > walk.sinceS)
    walk.pieces.push({
      fromS: walk.sinceS,
      toS,
      station: walk.station,
      what: walk.wait ?? (walk.station === 'backlog' ? 'hand-off' : 'touch'),
    })
  walk.sinceS = toS
}
/** The hole between leaving one station and entering the next is a hand-off. */
function bridge(walk: Walk, toS: number) {
  const { gone, pieces } = walk
  if (gone && toS > gone.atS)
    pieces.push({ fromS: gone.atS, toS, station: gone.station, what: 'hand-off' })
}
function enter(walk: Walk, atS: number, station: Station) {
  close(walk, atS)
  bridge(walk, atS)
  Object.assign(walk, { station, sinceS: atS, wait: undefined, gone: undefined })
}
function step(walk: Walk, { type, atS, cause }: FlowEvent) {
  const { station } = walk
  if (station === undefined) return
  if (type === 'left') {
    close(walk, atS)
    Object.assign(walk, { gone: { atS, station }, station: undefined, wait: undefined })
  } else if (type === 'waiting' || type === 'cord-pulled') {
    close(walk, atS)
    walk.wait = type === 'cord-pulled' ? 'blocked' : waitCauseOf(cause)
  } else if (type === 'resumed' || type === 'cord-cleared') {
    close(walk, atS)
    walk.wait = undefined
  }
}

/**
 * Cuts an item's time into touch and waits, as seen at `untilS`. Events are in order of time. Every second belongs to exactly one piece, so
 * that lead time is touch plus waits, to the second.
 */
export function courseOf(events: readonly FlowEvent[], untilS: number): Course {
  const walk: Walk = {
    pieces: [],
    station: undefined,
    sinceS: 0,
    wait: undefined,
    gone: undefined,
  }
  const startS = events.find(({ type, station }) => type === 'entered' && station === 'define')?.atS
  for (const event of events) {
    if (event.atS > untilS) break
    if (event.type !== 'entered' || event.station === undefined) {
      step(walk, event)
      continue
    }
    enter(walk, event.atS, event.station)
    if (event.station === 'in-use' || event.station === 'done')
      return { pieces: walk.pieces, end: { atS: event.atS, station: event.station }, startS }
  }
  close(walk, untilS)
  bridge(walk, untilS)
  return { pieces: walk.pieces, end: undefined, startS }
}
