import { z } from 'zod'
import { entry, Name, NamespacedRef } from './common'
import { Plan } from './operations'
import { DataSourceSpec, ToolSpec, ToolStage } from './records/catalog'
import { Gate } from './records/work'

export const catalog = {
  planBringTool: entry
    .meta({
      says: "What adding a tool of one's own would do: its record, and a test start that marks it evaluating.",
    })
    .input(z.object({ name: Name, spec: ToolSpec }))
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
        note: z.string().max(2000),
        resourceVersion: z.string(),
      }),
    )
    .output(z.object({})),
  planAddSource: entry
    .meta({ says: 'What adding a data source would do.' })
    .input(z.object({ name: Name, spec: DataSourceSpec }))
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
        note: z.string().max(2000),
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
        owner: z.string().max(253).optional(),
        description: z.string().max(4000).optional(),
      }),
    )
    .output(z.object({ resourceVersion: z.string() })),
  waive: entry
    .meta({ says: 'Waives a gate of a work item with a reason that stays on record.' })
    .input(
      NamespacedRef.extend({
        gate: Gate,
        reason: z.string().min(10, 'a reason of at least ten letters').max(1000),
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
