import type { RecordsUpdate } from '../../../preload/contract/record-updates'
import type { RecordKind, TaktRecord } from '../../../preload/contract/records'
import { timestamp, type Clock } from '../../kernel/clock'
import { latest } from '../../platform/streams/latest'
import { keyOf } from './record'
import type { RecordsService } from './service'

/** Records of some kinds: all of them first, then what changed since the last item, however much happened in between. */
export function updates(
  records: RecordsService,
  { kinds, clock }: { kinds: RecordKind[]; clock: Clock },
  signal: AbortSignal | undefined,
): AsyncGenerator<RecordsUpdate, void> {
  const sent = new Map<string, TaktRecord>()
  let first = true
  const read = (): RecordsUpdate => {
    const shelves = kinds.map((kind) => ({ kind, ...records.known(kind) }))
    const now = new Map<string, TaktRecord>(
      shelves.flatMap(({ kind, items }) =>
        items.map((item) => [`${kind} ${keyOf(item.meta)}`, item as TaktRecord] as const),
      ),
    )
    const upserts = [...now].filter(([key, item]) => sent.get(key) !== item).map(([, item]) => item)
    const removed = [...sent]
      .filter(([key]) => !now.has(key))
      .map(([, { kind, meta }]) => ({
        kind,
        name: meta.name,
        ...(meta.namespace !== undefined && { namespace: meta.namespace }),
      }))
    sent.clear()
    for (const [key, item] of now) sent.set(key, item)
    const reset = first
    first = false
    return {
      reset,
      upserts,
      removed: reset ? [] : removed,
      asOf: timestamp(Math.max(0, ...shelves.map(({ asOf }) => asOf))),
      live: shelves.every(({ live }) => live),
    }
  }
  const subscribe = (changed: () => void) => {
    const stops = kinds.map((kind) => records.shelf(kind).onChange(changed))
    return () => {
      for (const stop of stops) stop()
    }
  }
  return latest({ subscribe, read, clock, signal })
}
