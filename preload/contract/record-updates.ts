import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { entry, Timestamp } from './common'
import { KINDS, TaktRecord, type RecordKind } from './records'

const kinds = Object.keys(KINDS) as [RecordKind, ...RecordKind[]]
/** Shared records as they change: a reset carries all of them, from the store until the site answers; later items carry differences. */
export const RecordsUpdate = z.object({
  reset: z.boolean(),
  upserts: z.array(TaktRecord),
  removed: z.array(
    z.object({ kind: z.enum(kinds), name: z.string(), namespace: z.string().optional() }),
  ),
  asOf: Timestamp,
  live: z.boolean().describe('false while these are last seen records from the local store'),
})
export type RecordsUpdate = z.infer<typeof RecordsUpdate>

export const records = {
  watch: entry
    .meta({
      says: 'Shared records of some kinds, first as last seen, then live, at most four times a second.',
    })
    .input(z.object({ kinds: z.array(z.enum(kinds)).min(1) }))
    .output(eventIterator(RecordsUpdate)),
  list: entry
    .meta({ says: 'Shared records of one kind, read from the home site now.' })
    .input(z.object({ kind: z.enum(kinds), namespace: z.string().optional() }))
    .output(z.array(TaktRecord)),
  get: entry
    .meta({ says: 'One shared record, read from the home site now.' })
    .input(z.object({ kind: z.enum(kinds), name: z.string(), namespace: z.string().optional() }))
    .output(TaktRecord),
}
