import { Station } from '../../../../preload/contract/records/work'
import { instantS } from '../../../platform/calendar'
import { jsonLines, type JsonLine } from '../../../platform/json-lines'
import { FLOW_EVENT_TYPES, type FlowEvent, type FlowEventType } from '../domain/report'

/** A line that was left out, and why. */
export interface LineProblem {
  line: number
  why: string
}
export interface EventsFile {
  events: (FlowEvent & { item: string; team?: string | undefined })[]
  problems: LineProblem[]
}

const TYPES: ReadonlySet<unknown> = new Set(FLOW_EVENT_TYPES)
const STATIONS: ReadonlySet<unknown> = new Set(Station.options)
const text = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''
const optional = (value: unknown) => text(value) || undefined
const isType = (value: unknown): value is FlowEventType => TYPES.has(value)
const isStation = (value: unknown): value is Station => STATIONS.has(value)

/** Half a million events of a file are read one by one, so a schema would take longer than all the rest. */
function eventOf(value: unknown): EventsFile['events'][number] | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not JSON'
  const { item, id, at, type, station, cause, version, unplanned, team } = value as Record<
    string,
    unknown
  >
  const atS = instantS(at)
  if (atS === undefined) return 'no time'
  if (text(item) === '' || text(id) === '') return 'no item or id'
  if (!isType(type)) return 'unknown type'
  const known = isStation(station)
  if ((type === 'entered' || type === 'left') && !known) return 'unknown station'
  return {
    item: text(item),
    id: text(id),
    atS,
    type,
    station: known ? station : undefined,
    cause: optional(cause),
    version: optional(version),
    unplanned: unplanned === true,
    team: optional(team),
  }
}

/** The events of a file with one a line; a line that holds none is named with its number, and the rest counts. */
export async function readEvents(file: string, signal?: AbortSignal): Promise<EventsFile> {
  const read: EventsFile = { events: [], problems: [] }
  for await (const lines of jsonLines(file, signal)) for (const line of lines) take(line, read)
  return read
}
function take({ line, value, why }: JsonLine, { events, problems }: EventsFile) {
  const event = why === undefined ? eventOf(value) : why
  if (typeof event === 'string') problems.push({ line, why: event })
  else events.push(event)
}
