import type { NamespacedRef } from '../../../preload/contract/common'
import {
  DISCOVERY_STATIONS,
  type Station,
  type WorkEvent,
} from '../../../preload/contract/records/work'
import type { WorkItem } from '../../../preload/contract/records'
import { timestamp } from '../../kernel/clock'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { Records } from '../records'
import type { Sites } from '../sites'
import { moveEvents, withEvents } from './domain/events'

const TRIES = 6
const isInDiscovery = (station: Station | undefined) =>
  station === undefined || DISCOVERY_STATIONS.some((one) => one === station)
/** Writes what was observed about work items, each event once, without losing what others write at the same time. */
export function makeWorklog({
  sites,
  records,
}: {
  sites: Pick<Sites, 'home'>
  records: Pick<Records, 'read' | 'resource'>
}) {
  /** Adds the events that `observe` makes of the item as it stands now; nothing is written where it makes none. */
  async function record(
    ref: NamespacedRef,
    observe: (item: WorkItem, now: string) => WorkEvent[],
    signal?: AbortSignal,
  ): Promise<Outcome<void>> {
    const home = sites.home()
    if (!home.ok) return home
    for (let tried = 1; ; tried++) {
      const item = await records.read('WorkItem', ref, signal)
      if (!item.ok) return item
      const events = observe(item.value, timestamp(home.value.clock.now()))
      const known = new Set((item.value.status.events ?? []).map(({ id }) => id))
      if (events.every(({ id }) => known.has(id))) return succeed(undefined)
      const body = {
        metadata: { resourceVersion: item.value.meta.resourceVersion },
        status: withEvents(item.value.status, events),
      }
      const done = await home.value.mergePatch(records.resource('WorkItem'), ref, {
        body,
        subresource: 'status',
        ...(signal && { signal }),
      })
      if (done.ok) return succeed(undefined)
      if (done.failure.code !== 'CONFLICT' || tried === TRIES) return done
    }
  }
  return {
    record,
    /** Moves an item to a station of the discovery line: it leaves where it stands and enters there. What was handed over stays where it is. */
    move: (
      ref: NamespacedRef,
      { to, ...told }: { to: Station; by?: string; object?: string; text?: string },
      signal?: AbortSignal,
    ) =>
      record(
        ref,
        (item, at) =>
          isInDiscovery(item.status.station)
            ? moveEvents({ from: item.status.station, to, at, ...told })
            : [],
        signal,
      ),
  }
}
export type Worklog = ReturnType<typeof makeWorklog>
