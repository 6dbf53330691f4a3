import { useMemo } from 'react'
import { create } from 'zustand'
import type { RecordKind, RecordOf, TaktRecord } from '../../preload/contract/records'
import type { Core } from './core'
import { resuming } from './link'
import { toTrouble, type Trouble } from './trouble'

/** Shared records by key, as one watch keeps them; asOf and live tell how old they are. */
export interface RecordsState {
  byKey: ReadonlyMap<string, TaktRecord>
  asOf?: string
  live: boolean
  trouble?: Trouble
}
interface Update {
  reset: boolean
  upserts: TaktRecord[]
  removed: { kind: RecordKind; name: string; namespace?: string | undefined }[]
  asOf: string
  live: boolean
}

export const recordKey = ({
  kind,
  name,
  namespace,
}: {
  kind: RecordKind
  name: string
  namespace?: string | undefined
}) => `${kind}/${namespace ?? ''}/${name}`
const KINDS = [
  'Project',
  'Environment',
  'Tool',
  'DataSource',
  'DataSnapshot',
  'WorkItem',
  'Revision',
  'Budget',
  'PriceBook',
] as const satisfies readonly RecordKind[]

/** What the records are after an update: a reset replaces all, later ones change only what they name. */
export function applyUpdate(before: RecordsState, update: Update): RecordsState {
  const byKey = new Map(update.reset ? [] : before.byKey)
  for (const record of update.upserts)
    byKey.set(
      recordKey({ kind: record.kind, name: record.meta.name, namespace: record.meta.namespace }),
      record,
    )
  for (const gone of update.removed) byKey.delete(recordKey(gone))
  return { byKey, asOf: update.asOf, live: update.live }
}

export const useRecordsStore = create<RecordsState>(() => ({ byKey: new Map(), live: false }))

/** Follows every shared record until the signal. */
export async function watchRecords({ client }: Core, signal: AbortSignal): Promise<void> {
  try {
    for await (const update of await client.records.watch(
      { kinds: [...KINDS] },
      { signal, context: resuming },
    )) {
      if (signal.aborted) return
      useRecordsStore.setState((before) => applyUpdate(before, update), true)
    }
  } catch (error) {
    if (!signal.aborted)
      useRecordsStore.setState((before) => ({ ...before, live: false, trouble: toTrouble(error) }))
  }
}

/** All records of one kind, by name. */
export function useRecords<K extends RecordKind>(kind: K): RecordOf<K>[] {
  const byKey = useRecordsStore((state) => state.byKey)
  return useMemo(
    () =>
      [...byKey.values()]
        .filter((record): record is RecordOf<K> => record.kind === kind)
        .sort((a, b) => a.meta.name.localeCompare(b.meta.name)),
    [byKey, kind],
  )
}
/** One record; undefined while it is not known or gone. */
export function useRecord<K extends RecordKind>(
  kind: K,
  name: string | undefined,
  namespace?: string,
): RecordOf<K> | undefined {
  return useRecordsStore((state) =>
    name === undefined
      ? undefined
      : (state.byKey.get(recordKey({ kind, name, namespace })) as RecordOf<K> | undefined),
  )
}
