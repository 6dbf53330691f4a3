import type { Station, WorkEvent } from '../../../../preload/contract/records/work'
import { nearestRank } from './report'

/** A time in which an item at a station could not be worked on, and why. */
export interface Wait {
  from: number
  to: number
  cause: string
  open: boolean
}
/** One stay of an item at a station; times in milliseconds. */
export interface Visit {
  station: Station
  from: number
  to: number | undefined
  waits: Wait[]
}

/** In a queue all time is wait, whatever was noted. */
const QUEUES = new Set<Station>(['backlog'])
/** Stations where the clock of the flow has stopped: the model serves, or is gone. */
export const OUT_OF_FLOW = new Set<Station>(['in-use', 'done'])

interface Open {
  station: Station
  from: number
  waits: Wait[]
  wait: { from: number; cause: string } | undefined
}

function closed(open: Open, to: number, still: boolean): Visit {
  const waits = [...open.waits, ...(open.wait ? [{ ...open.wait, to, open: still }] : [])]
  if (QUEUES.has(open.station)) {
    const named = waits.at(-1)?.cause ?? 'capacity'
    return {
      station: open.station,
      from: open.from,
      to: still ? undefined : to,
      waits: to > open.from ? [{ from: open.from, to, cause: named, open: still }] : [],
    }
  }
  return { station: open.station, from: open.from, to: still ? undefined : to, waits }
}

/**
 * The stays of an item, oldest first, for what stands where now and why. Entering a station ends the stay before; a wait lasts until it is
 * resumed, another begins, the cord is cleared or the station left. How long things took is the report's business.
 */
export function visitsOf(events: readonly WorkEvent[], now: number): Visit[] {
  const course: Course = { visits: [], open: undefined }
  for (const event of events) {
    const at = Date.parse(event.at)
    if (!Number.isNaN(at)) TURNS[event.type]?.(course, event, at)
  }
  const { visits, open } = course
  return open ? [...visits, closed(open, Math.max(open.from, now), true)] : visits
}

interface Course {
  visits: Visit[]
  open: Open | undefined
}
type Turn = (course: Course, event: WorkEvent, at: number) => void
const end: Turn = (course, _event, at) => {
  if (course.open) course.visits.push(closed(course.open, Math.max(course.open.from, at), false))
  course.open = undefined
}
const resume: Turn = ({ open }, _event, at) => {
  if (open?.wait) open.waits.push({ ...open.wait, to: Math.max(open.wait.from, at), open: false })
  if (open) open.wait = undefined
}
const hold: Turn = (course, event, at) => {
  resume(course, event, at)
  if (course.open)
    course.open.wait = {
      from: at,
      cause: event.type === 'waiting' ? (event.cause ?? 'unknown') : 'held',
    }
}
const enter: Turn = (course, event, at) => {
  if (!event.station) return
  end(course, event, at)
  course.open = { station: event.station, from: at, waits: [], wait: undefined }
}
const TURNS: Partial<Record<WorkEvent['type'], Turn>> = {
  entered: enter,
  left: end,
  waiting: hold,
  'cord-pulled': hold,
  resumed: resume,
  'cord-cleared': resume,
}

export const currentVisit = (visits: readonly Visit[]): Visit | undefined =>
  visits.findLast(({ to }) => to === undefined)
/** When an item first entered a station, in milliseconds. */
export const firstEntered = (visits: readonly Visit[], station: Station): number | undefined =>
  visits.find((visit) => visit.station === station)?.from
/** The value below which a share of the values lies, by nearest rank; undefined for fewer than `least`. */
export const percentile = (
  values: readonly number[],
  share: number,
  least = 1,
): number | undefined => nearestRank(values, share, least) ?? undefined
export const median = (values: readonly number[]): number | undefined => percentile(values, 0.5)
