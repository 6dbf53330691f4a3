import { z } from 'zod'
import { BurstPolicySpec, BurstPolicyStatus } from './burst'
import {
  DataSnapshotSpec,
  DataSnapshotStatus,
  DataSourceSpec,
  DataSourceStatus,
  ToolSpec,
  ToolStatus,
} from './catalog'
import { DriftReviewSpec, DriftReviewStatus } from './drift-review'
import { EnvironmentSpec, EnvironmentStatus } from './environment'
import { BudgetSpec, BudgetStatus, PriceBookSpec, PriceBookStatus } from './money'
import { ProjectSpec, ProjectStatus } from './project'
import { RevisionSpec, RevisionStatus, WorkItemSpec, WorkItemStatus } from './work'

export const GROUP = 'takt.dev'
export const VERSION = 'v1alpha1'

/** The identity of a stored object; resourceVersion is what an edit was based on. */
export const RecordMeta = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string(),
  resourceVersion: z.string(),
  createdAt: z.string(),
  deleting: z.boolean().optional(),
})

const record = <K extends string, P extends z.ZodObject, S extends z.ZodObject>(
  kind: K,
  spec: P,
  status: S,
) =>
  z.object({ kind: z.literal(kind), meta: RecordMeta, spec, status: status.default({} as never) })

export const Project = record('Project', ProjectSpec, ProjectStatus)
export const Environment = record('Environment', EnvironmentSpec, EnvironmentStatus)
export const Tool = record('Tool', ToolSpec, ToolStatus)
export const DataSource = record('DataSource', DataSourceSpec, DataSourceStatus)
export const DataSnapshot = record('DataSnapshot', DataSnapshotSpec, DataSnapshotStatus)
export const WorkItem = record('WorkItem', WorkItemSpec, WorkItemStatus)
export const Revision = record('Revision', RevisionSpec, RevisionStatus)
export const Budget = record('Budget', BudgetSpec, BudgetStatus)
export const PriceBook = record('PriceBook', PriceBookSpec, PriceBookStatus)
export const BurstPolicy = record('BurstPolicy', BurstPolicySpec, BurstPolicyStatus)
export const DriftReview = record('DriftReview', DriftReviewSpec, DriftReviewStatus)
export type Project = z.infer<typeof Project>
export type Environment = z.infer<typeof Environment>
export type Tool = z.infer<typeof Tool>
export type DataSource = z.infer<typeof DataSource>
export type DataSnapshot = z.infer<typeof DataSnapshot>
export type WorkItem = z.infer<typeof WorkItem>
export type Revision = z.infer<typeof Revision>
export type Budget = z.infer<typeof Budget>
export type PriceBook = z.infer<typeof PriceBook>
export type BurstPolicy = z.infer<typeof BurstPolicy>
export type DriftReview = z.infer<typeof DriftReview>

/** Any shared record, told apart by its kind. */
export const TaktRecord = z.discriminatedUnion('kind', [
  Project,
  Environment,
  Tool,
  DataSource,
  DataSnapshot,
  WorkItem,
  Revision,
  Budget,
  PriceBook,
  BurstPolicy,
  DriftReview,
])
export type TaktRecord = z.infer<typeof TaktRecord>
export type RecordKind = TaktRecord['kind']
export type RecordOf<K extends RecordKind> = Extract<TaktRecord, { kind: K }>

interface KindDefinition {
  plural: string
  shortName: string
  scope: 'Cluster' | 'Namespaced'
  schema: z.ZodObject
  columns: {
    name: string
    path: string
    type: 'string' | 'integer' | 'number' | 'date' | 'boolean'
  }[]
}
const column = (
  name: string,
  path: string,
  type: KindDefinition['columns'][number]['type'] = 'string',
) => ({ name, path, type })
const age = column('Age', '.metadata.creationTimestamp', 'date')
/** How each kind is served as a custom resource. */
export const KINDS: Record<RecordKind, KindDefinition> = {
  Project: {
    plural: 'projects',
    shortName: 'tproj',
    scope: 'Cluster',
    schema: Project,
    columns: [
      column('Owner', '.spec.owner'),
      column('Cost centre', '.spec.costCentre'),
      column('Due', '.spec.timeBox.due', 'date'),
      column('Phase', '.status.phase'),
      age,
    ],
  },
  Environment: {
    plural: 'environments',
    shortName: 'tenv',
    scope: 'Namespaced',
    schema: Environment,
    columns: [
      column('Size', '.spec.size.name'),
      column('Tool', '.spec.tool.name'),
      column('State', '.spec.state'),
      column('Phase', '.status.phase'),
      age,
    ],
  },
  Tool: {
    plural: 'tools',
    shortName: 'ttool',
    scope: 'Cluster',
    schema: Tool,
    columns: [
      column('Title', '.spec.title'),
      column('Version', '.spec.version'),
      column('Stage', '.spec.stage'),
      age,
    ],
  },
  DataSource: {
    plural: 'datasources',
    shortName: 'tsrc',
    scope: 'Cluster',
    schema: DataSource,
    columns: [
      column('Kind', '.spec.kind'),
      column('Owner', '.spec.owner'),
      column('Class', '.spec.classification'),
      column('Changed', '.status.changedAt', 'date'),
      age,
    ],
  },
  DataSnapshot: {
    plural: 'datasnapshots',
    shortName: 'tsnap',
    scope: 'Namespaced',
    schema: DataSnapshot,
    columns: [
      column('Source', '.spec.source'),
      column('Method', '.spec.method'),
      column('Ready', '.status.ready', 'boolean'),
      age,
    ],
  },
  WorkItem: {
    plural: 'workitems',
    shortName: 'twork',
    scope: 'Namespaced',
    schema: WorkItem,
    columns: [
      column('Title', '.spec.title'),
      column('Station', '.status.station'),
      column('Owner', '.spec.owner'),
      age,
    ],
  },
  Revision: {
    plural: 'revisions',
    shortName: 'trev',
    scope: 'Namespaced',
    schema: Revision,
    columns: [
      column('Work item', '.spec.workItem'),
      column('Number', '.spec.number', 'integer'),
      column('Reproducible', '.status.reproducibility.score', 'number'),
      age,
    ],
  },
  Budget: {
    plural: 'budgets',
    shortName: 'tbud',
    scope: 'Cluster',
    schema: Budget,
    columns: [column('Team', '.spec.team'), column('Cap USD', '.spec.capUsd', 'number'), age],
  },
  PriceBook: {
    plural: 'pricebooks',
    shortName: 'tprice',
    scope: 'Cluster',
    schema: PriceBook,
    columns: [column('Version', '.spec.version'), column('As of', '.spec.asOf', 'date'), age],
  },
  BurstPolicy: {
    plural: 'burstpolicies',
    shortName: 'tburst',
    scope: 'Cluster',
    schema: BurstPolicy,
    columns: [column('Mode', '.spec.mode'), column('Title', '.spec.title'), age],
  },
  DriftReview: {
    plural: 'driftreviews',
    shortName: 'tdrift',
    scope: 'Namespaced',
    schema: DriftReview,
    columns: [column('Model', '.spec.model'), column('Owner', '.spec.owner'), age],
  },
}
