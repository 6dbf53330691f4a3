import { z } from 'zod'
import { refusingUserinfo } from './addresses'
import { entry, Name, NamespacedRef } from './common'
import { decimalNumber, line, paragraph, wholeNumber } from './inputs'
import { Plan } from './operations'
import { DataSourceSpec, ToolSpec, ToolStage } from './records/catalog'
import { Gate } from './records/work'

/** A tool as people bring one: what a record may hold, with a sentence for each field that is wrong. */
export const NewTool = ToolSpec.extend({
  title: line({ most: 80, such: 'Marimo' }),
  version: line({ most: 40, such: '0.14.2' }),
  image: z
    .string()
    .trim()
    .regex(
      /^(?=.{1,500}$)[^\s@]+@sha256:[0-9a-f]{64}$/,
      'an image pinned by digest, such as registry.example/marimo@sha256: and 64 letters of 0-9a-f',
    ),
  port: wholeNumber({ from: 1, to: 65_535, such: 8080 }),
  probePath: line({ most: 200, such: '/healthz' }).refine(
    (path) => path.startsWith('/') && !/\s/.test(path),
    'a path beginning with /, such as /healthz',
  ),
  minimum: z.object({
    cpuCores: decimalNumber({ from: 0.1, to: 1024, such: 2 }),
    memoryGi: decimalNumber({ from: 0.1, to: 65_536, such: 4, unit: 'GB' }),
  }),
})
const NO_SECRET = 'a source is read by everybody on the site, so name the secret that holds them'
/** Where data lies, as people say it: what names an address holds no password. */
const place = (most: number) => refusingUserinfo(z.string().max(most), NO_SECRET).optional()
/** A data source as people add one. */
export const NewDataSource = DataSourceSpec.extend({
  location: DataSourceSpec.shape.location.extend({
    uri: place(1000),
    engine: place(63),
    path: place(1000),
  }),
  title: line({ most: 200, such: 'Loan applications' }),
  description: paragraph({ most: 2000, such: 'Applications since 2019', optional: true }),
  team: line({ most: 63, such: 'Risk' }),
  freshWithinHours: decimalNumber({ from: 0.1, to: 100_000, such: 24, unit: 'hours' }).optional(),
})
export const SourcePlace = refusingUserinfo(
  line({ most: 253, such: 's3://lake/loans or a claim, table, topic or path' }),
  NO_SECRET,
)
export const ToolNote = paragraph({ most: 2000, such: 'Approved for Voice', optional: true })
export const RevisionNote = paragraph({ most: 2000, such: 'Best of 12 runs', optional: true })
export const WaiverReason = paragraph({ most: 1000, such: 'agreed with Risk on Monday' }).refine(
  (reason) => reason.length >= 10,
  'a reason of at least ten letters, such as agreed with Risk on Monday',
)
export const ItemOwner = line({ most: 253, such: 'mara.lind' })
export const ItemDescription = paragraph({
  most: 4000,
  such: 'What the model decides',
  optional: true,
})

export const catalog = {
  planBringTool: entry
    .meta({
      says: "What adding a tool of one's own would do: its record, and a test start that marks it evaluating.",
    })
    .input(z.object({ name: Name, spec: NewTool }))
    .output(Plan),
  planTestTool: entry
    .meta({
      says: 'What a test start of a tool would run, in which namespace, and what it checks.',
    })
    .input(z.object({ name: Name }))
    .output(Plan),
  setToolStage: entry
    .meta({
      says: 'Marks a tool evaluating, approved or retired, with a note. Approving one whose checks did not pass needs a reason.',
    })
    .input(
      z.object({
        name: Name,
        stage: ToolStage,
        note: ToolNote,
        resourceVersion: z.string(),
      }),
    )
    .output(z.object({})),
  planAddSource: entry
    .meta({ says: 'What adding a data source would do.' })
    .input(z.object({ name: Name, spec: NewDataSource }))
    .output(Plan),
  source: entry
    .meta({
      says: 'One data source with its lineage, and first rows where this person may read them (personal columns masked).',
    })
    .input(z.object({ name: Name }))
    .output(
      z.object({
        lineage: z.array(
          z.object({
            snapshot: z.string(),
            namespace: z.string(),
            pointer: z.string(),
            takenAt: z.string().optional(),
            usedBy: z.array(z.object({ kind: z.string(), name: z.string(), by: z.string() })),
          }),
        ),
        rows: z.object({
          columns: z.array(z.string()),
          values: z.array(z.array(z.string().nullable())),
          says: z.string(),
        }),
      }),
    ),
}
export const snapshots = {
  planTake: entry
    .meta({
      says: 'What a snapshot would keep: method, pointer, bytes copied (none), and what it blocks from clean-up.',
    })
    .input(z.object({ source: Name, namespace: Name, name: Name.optional() }))
    .output(Plan),
  planRelease: entry
    .meta({ says: 'What letting go of a snapshot would lose.' })
    .input(NamespacedRef)
    .output(Plan),
}
const Binding = z.object({
  part: z.enum(['code', 'data', 'parameters', 'images', 'packages', 'metrics', 'machine']),
  has: z.boolean(),
  says: z.string(),
  weight: z.number(),
})
export const revisions = {
  preview: entry
    .meta({
      says: 'What a revision of this environment would bind now, and what would be missing.',
    })
    .input(NamespacedRef)
    .output(
      z.object({ bindings: z.array(Binding), score: z.number(), missing: z.array(z.string()) }),
    ),
  planSave: entry
    .meta({ says: 'What saving a revision would make.' })
    .input(
      NamespacedRef.extend({
        workItem: Name,
        note: RevisionNote,
        parameters: z.record(z.string(), z.string()).default({}),
        metrics: z.record(z.string(), z.number()).default({}),
      }),
    )
    .output(Plan),
  planReproduce: entry
    .meta({ says: 'What provisioning the same again would make.' })
    .input(NamespacedRef.extend({ as: Name }))
    .output(Plan),
}
export const GateState = z.object({
  gate: Gate,
  title: z.string(),
  state: z.enum(['passed', 'open', 'waived']),
  says: z.string(),
  remedy: z.string().optional(),
})
export type GateState = z.infer<typeof GateState>
export const backlog = {
  gates: entry
    .meta({ says: 'What a work item still needs before it may stand on the backlog, checked now.' })
    .input(NamespacedRef)
    .output(z.object({ gates: z.array(GateState), ready: z.boolean() })),
  describe: entry
    .meta({ says: 'Sets owner and description of a work item.' })
    .input(
      NamespacedRef.extend({
        resourceVersion: z.string(),
        owner: ItemOwner.optional(),
        description: ItemDescription.optional(),
      }),
    )
    .output(z.object({ resourceVersion: z.string() })),
  waive: entry
    .meta({ says: 'Waives a gate of a work item with a reason that stays on record.' })
    .input(
      NamespacedRef.extend({
        gate: Gate,
        reason: WaiverReason,
      }),
    )
    .output(z.object({})),
  recordDrift: entry
    .meta({ says: 'Records the outcome of a drift check on a revision.' })
    .input(NamespacedRef.extend({ result: z.enum(['none', 'watch', 'act']) }))
    .output(z.object({})),
  move: entry
    .meta({
      says: 'Moves a work item to the next station of the discovery line and writes the event.',
    })
    .input(NamespacedRef.extend({ station: z.string(), text: z.string().max(1000).optional() }))
    .output(z.object({})),
  planHandOver: entry
    .meta({
      says: 'What handing a work item over to the MLOps line would do; blocked while a gate is open.',
    })
    .input(NamespacedRef)
    .output(Plan),
}
