import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { entry, Timestamp } from './common'
import { FailureRecord } from './failures'

export const ListId = z.enum([
  'nodes',
  'workloads',
  'pods',
  'queues',
  'flavors',
  'events',
  'namespaces',
])
export type ListId = z.infer<typeof ListId>

/** How a column is read: `since` counts from a time in ms since 1970 by the site's clock, `share` is 0 to 1, `state` is one of the states of its list. */
export const ListColumn = z.object({
  id: z.string(),
  as: z.enum(['text', 'count', 'since', 'state', 'share', 'bytes', 'names']),
  usual: z.boolean().describe('Shown unless the person chose otherwise'),
})
export type ListColumn = z.infer<typeof ListColumn>
/** A value; null where it is absent, or not known yet while the row is not complete. */
export const Cell = z.union([z.string(), z.number(), z.null()])
export type Cell = z.infer<typeof Cell>

/** The object behind a row, enough to open its detail. */
export const RowRef = z.object({
  group: z.string(),
  version: z.string(),
  plural: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  uid: z.string().optional(),
})
export type RowRef = z.infer<typeof RowRef>
/** One visible row. `key` stays the same while the object lives, also before its uid is known. */
export const ListRow = z.object({
  key: z.string(),
  ref: RowRef,
  state: z.string(),
  cells: z.array(Cell).describe('In the order of the columns asked for'),
  whole: z.boolean().describe('False while only the columns of the server are known'),
  gone: z.boolean().describe('Removed from the cluster while the order was held'),
})
export type ListRow = z.infer<typeof ListRow>

const SiteId = z.string().min(1).max(500)
const Names = z.array(z.string().max(253)).max(2000)
export const ListFilter = z.object({
  text: z
    .string()
    .max(500)
    .optional()
    .describe('Words that must all occur in name, namespace, owner, node or a label'),
  namespaces: Names.optional(),
  states: Names.optional(),
  kinds: Names.optional(),
  owners: Names.optional(),
  gpus: z.enum(['asked', 'none']).optional(),
  nodes: z
    .object({ from: z.string(), to: z.string() })
    .optional()
    .describe('Nodes whose names lie between these, both included'),
})
export type ListFilter = z.infer<typeof ListFilter>
export const ListSort = z.array(z.object({ id: z.string(), desc: z.boolean() })).max(3)
export type ListSort = z.infer<typeof ListSort>
export const ListWindow = z.object({
  from: z.number().int().min(0),
  count: z.number().int().min(0).max(500),
})
export type ListWindow = z.infer<typeof ListWindow>
const Asked = z.object({
  site: SiteId,
  list: ListId,
  filter: ListFilter.default({}),
  sort: ListSort.default([]),
  columns: z
    .array(z.string().max(64))
    .max(40)
    .optional()
    .describe('Column ids in the order wanted, the usual ones unless told'),
})
export const ListAsk = Asked.extend({
  id: z.string().min(8).max(64).describe('Chosen by whoever asks, to move the window later'),
  window: ListWindow,
})
export type ListAsk = z.input<typeof ListAsk>
/** What was asked for, with what was left out filled in. */
export type ListAsked = z.output<typeof ListAsk>

/** Something that is known only in part, in a code for the page's words. */
export const ListNote = z.enum([
  'no-tables',
  'only-some-namespaces',
  'use-unknown',
  'kueue-absent',
  'kind-forbidden',
  'allocation-unknown',
  'positions-computed',
])
export const ListUpdate = z.object({
  state: z.enum(['loading', 'live', 'stale', 'failed', 'forbidden']),
  columns: z.array(ListColumn),
  window: ListWindow,
  rows: z.array(ListRow),
  total: z.number().int().describe('Rows known'),
  matched: z.number().int(),
  progress: z
    .object({
      of: z.enum(['rows', 'columns']),
      done: z.number().int(),
      total: z.number().int().optional(),
      forSeconds: z.number(),
    })
    .optional()
    .describe('While listing'),
  asOf: Timestamp.optional().describe('Last word from the site, on its own clock'),
  failure: FailureRecord.optional(),
  notes: z.array(z.object({ code: ListNote, says: z.string().optional() })),
  held: z
    .number()
    .int()
    .describe('Changes of order or membership not shown while the order is held'),
  changesPerSecond: z.number(),
  took: z.object({
    firstRowMs: z.number().optional(),
    rowsMs: z.number().optional(),
    columnsMs: z.number().optional(),
  }),
  facets: z.object({
    states: z.record(z.string(), z.number()),
    namespaces: z.number().int(),
    kinds: z.record(z.string(), z.number()),
  }),
})
export type ListUpdate = z.infer<typeof ListUpdate>

export const ListKind = z.object({
  id: ListId,
  offered: z.boolean(),
  says: z.string().optional().describe('Why it is not offered'),
  columns: z.array(ListColumn),
  sort: ListSort,
  count: z.number().int().optional().describe('Rows as last known'),
})
export type ListKind = z.infer<typeof ListKind>

export const GpuKind = z.enum(['whole', 'mig', 'shared', 'dra'])
export type GpuKind = z.infer<typeof GpuKind>
/** One node of the GPU strip, in the order of names. */
export const NodeCell = z.object({
  name: z.string(),
  model: z.string(),
  gpus: z.number(),
  allocated: z.number().optional(),
  used: z.number().optional(),
  state: z.enum(['ready', 'down', 'draining']),
})
export type NodeCell = z.infer<typeof NodeCell>
export const GpuSummary = z.object({
  state: z.enum(['loading', 'live', 'stale', 'failed', 'forbidden']),
  asOf: Timestamp.optional(),
  failure: FailureRecord.optional(),
  nodes: z.array(NodeCell).max(20_000),
  kinds: z.array(
    z.object({ kind: GpuKind, capacity: z.number(), allocated: z.number().optional() }),
  ),
  totals: z.object({
    gpus: z.number(),
    allocated: z.number().optional(),
    used: z.number().optional(),
    free: z.number().optional(),
    down: z.number().int(),
    draining: z.number().int(),
  }),
  counting: z
    .object({ done: z.number().int(), total: z.number().int().optional() })
    .optional()
    .describe('While pods are still being read'),
  notes: z.array(z.object({ code: ListNote, says: z.string().optional() })),
})
export type GpuSummary = z.infer<typeof GpuSummary>

/** Lists of what a cluster holds: kept, sorted and filtered in the core; only visible rows cross. */
export const cluster = {
  kinds: entry
    .meta({
      says: 'Which lists a site offers, with their columns and counts as last known, again after each change.',
    })
    .input(z.object({ site: SiteId }))
    .output(eventIterator(z.array(ListKind))),
  watchList: entry
    .meta({
      says: 'The rows in a window of a sorted and filtered list: as last seen at once, then live, at most four times a second.',
    })
    .input(ListAsk)
    .output(eventIterator(ListUpdate)),
  look: entry
    .meta({
      says: 'Moves the window of a list that is being watched, holds its order, or lets held changes in.',
    })
    .input(
      z.object({
        id: z.string(),
        window: ListWindow.optional(),
        hold: z.boolean().optional(),
        apply: z.boolean().optional(),
      }),
    )
    .output(z.object({})),
  range: entry
    .meta({
      says: 'Which objects stand in some rows of a list that is being watched, for selecting more than is in sight.',
    })
    .input(
      z.object({
        id: z.string(),
        from: z.number().int().min(0),
        count: z.number().int().min(0).max(5000),
      }),
    )
    .output(z.object({ rows: z.array(z.object({ key: z.string(), ref: RowRef })) })),
  csv: entry
    .meta({
      says: 'All matching rows, or those named, as comma-separated text; simulated sites say so in the first line.',
    })
    .input(Asked.extend({ keys: z.array(z.string()).max(5000).optional() }))
    .output(z.object({ csv: z.string(), rows: z.number().int() })),
  summary: entry
    .meta({
      says: 'GPUs by node and by kind: capacity, allocation and, where it is measured, use.',
    })
    .input(z.object({ site: SiteId }))
    .output(eventIterator(GpuSummary)),
}
