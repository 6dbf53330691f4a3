import type { Station, WorkEvent } from '../../../../preload/contract/records/work'

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
  touchMs: number
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
      touchMs: 0,
      waits: to > open.from ? [{ from: open.from, to, cause: named, open: still }] : [],
    }
  }
  const waited = waits.reduce((sum, wait) => sum + wait.to - wait.from, 0)
  return {
    station: open.station,
    from: open.from,
    to: still ? undefined : to,
    touchMs: Math.max(0, to - open.from - waited),
    waits,
  }
}

/**
 * The stays of an item, oldest first. Entering a station ends the stay before; a wait lasts until it is resumed, another begins, the cord is
 * cleared or the station left. Touch time is what is left of a stay when its waits are taken away.
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

export const waitMs = ({ waits }: Pick<Visit, 'waits'>): number =>
  waits.reduce((sum, { from, to }) => sum + to - from, 0)
export const currentVisit = (visits: readonly Visit[]): Visit | undefined =>
  visits.findLast(({ to }) => to === undefined)
/** When an item first entered a station, in milliseconds. */
export const firstEntered = (visits: readonly Visit[], station: Station): number | undefined =>
  visits.find((visit) => visit.station === station)?.from
/** Milliseconds waited by cause. */
export function byCause(visits: readonly Visit[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { waits } of visits)
    for (const { cause, from, to } of waits) sums.set(cause, (sums.get(cause) ?? 0) + to - from)
  return sums
}
/** The value below which a share of the sorted values lies (nearest rank); undefined for fewer than `least`. */
export function percentile(
  values: readonly number[],
  share: number,
  least = 1,
): number | undefined {
  if (values.length < Math.max(1, least)) return undefined
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]
}
export const median = (values: readonly number[]): number | undefined => percentile(values, 0.5)
