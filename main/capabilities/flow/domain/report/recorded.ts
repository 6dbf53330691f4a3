import type { WorkEvent } from '../line'
import { byTime, waitCauseOf, type FlowEvent, type Histories } from './events'

/** What the first release called a cause, in the words that are counted now. */
const OLD_CAUSES: Readonly<Record<string, string>> = {
  people: 'hand-off',
  capacity: 'hand-off',
  data: 'data access',
  hardware: 'provisioning',
  held: 'blocked',
}
const causeOf = (cause: string | undefined) =>
  cause !== undefined && Object.hasOwn(OLD_CAUSES, cause) ? OLD_CAUSES[cause] : waitCauseOf(cause)

/** The history of a work item as its record tells it, in order of time; an event without an instant is left out. */
export const recordedHistory = (events: readonly WorkEvent[]): FlowEvent[] =>
  events
    .flatMap(({ id, at, type, station, cause, version, unplanned }): FlowEvent[] => {
      const atS = Math.floor(Date.parse(at) / 1000)
      return Number.isNaN(atS)
        ? []
        : [{ id, atS, type, station, cause: causeOf(cause), version, unplanned }]
    })
    .sort(byTime)

/** Histories of recorded work items by the name they are shown under. */
export const recordedHistories = (
  items: Iterable<{ name: string; events: readonly WorkEvent[] }>,
): Histories => new Map([...items].map(({ name, events }) => [name, recordedHistory(events)]))
