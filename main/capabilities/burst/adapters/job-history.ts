import { z } from 'zod'
import { isGpuResource } from '../../../kernel/inventory'
import { LABEL } from '../../../kernel/manifest'
import { succeed, type Outcome } from '../../../kernel/outcome'
import { quantityOf } from '../../../kernel/quantities'
import type { TraceJob } from '../domain/trace'
import { readPackedJson, refusedFile } from './packed-json'
import type { ReadTrace } from './trace-csv'

const Instant = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), 'is not an instant')
  .transform((text) => Date.parse(text) / 1000)
const Quantities = z.record(z.string(), z.union([z.string(), z.number()]))
const Template = z.object({
  spec: z.object({
    containers: z.array(
      z.object({
        resources: z
          .object({ limits: Quantities.optional(), requests: Quantities.optional() })
          .optional(),
      }),
    ),
  }),
})
const Owner = z.object({ kind: z.string(), name: z.string() })
const Metadata = z.object({
  name: z.string(),
  namespace: z.string().default('default'),
  creationTimestamp: Instant,
  labels: z.record(z.string(), z.string()).optional(),
  ownerReferences: z.array(Owner).optional(),
})
const Condition = z.object({ type: z.string(), status: z.string(), lastTransitionTime: Instant })

const Job = z.object({
  kind: z.literal('Job'),
  metadata: Metadata,
  spec: z.object({ parallelism: z.number().int().min(0).default(1), template: Template }),
  status: z
    .object({
      startTime: Instant.optional(),
      completionTime: Instant.optional(),
      conditions: z.array(Condition).default([]),
    })
    .default({ conditions: [] }),
})
const Workload = z.object({
  kind: z.literal('Workload'),
  metadata: Metadata,
  spec: z.object({
    queueName: z.string().optional(),
    priority: z.number().optional(),
    podSets: z.array(z.object({ count: z.number().int().min(0), template: Template })),
  }),
  status: z.object({ conditions: z.array(Condition).default([]) }).default({ conditions: [] }),
})
const List = z.object({ items: z.array(z.unknown()) })
const Kind = z.object({ kind: z.string(), metadata: z.object({ name: z.string() }).optional() })

const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name'
const OWNER_LABEL = LABEL.owner
const gpusOf = (template: z.output<typeof Template>) =>
  template.spec.containers.reduce((sum, { resources }) => {
    const wanted = resources?.limits ?? resources?.requests ?? {}
    return (
      sum +
      Object.keys(wanted)
        .filter(isGpuResource)
        .reduce((gpus, resource) => gpus + quantityOf(wanted, resource), 0)
    )
  }, 0)
const since = (conditions: readonly z.output<typeof Condition>[], type: string) =>
  conditions.find((condition) => condition.type === type && condition.status === 'True')
    ?.lastTransitionTime

interface Ended {
  metadata: z.output<typeof Metadata>
  gpus: number
  startedS: number | undefined
  endedS: number | undefined
  queue: string | undefined
  priority?: number | undefined
}
function ended(item: unknown): Ended | undefined {
  const job = Job.safeParse(item)
  if (job.success) {
    const { metadata, spec, status } = job.data
    return {
      metadata,
      gpus: spec.parallelism * gpusOf(spec.template),
      startedS: status.startTime,
      endedS: status.completionTime ?? since(status.conditions, 'Failed'),
      queue: metadata.labels?.[QUEUE_LABEL],
    }
  }
  const workload = Workload.safeParse(item)
  if (!workload.success) return undefined
  const { metadata, spec, status } = workload.data
  const gpus = spec.podSets.reduce((sum, { count, template }) => sum + count * gpusOf(template), 0)
  return {
    metadata,
    gpus,
    startedS: since(status.conditions, 'Admitted'),
    endedS: since(status.conditions, 'Finished'),
    queue: spec.queueName,
    priority: spec.priority,
  }
}

/** A job of the past with the instants of its life in seconds since 1970. */
export interface PastRun extends TraceJob {
  startedS: number
  namespace: string
}
export interface JobHistory {
  runs: PastRun[]
  skipped: ReadTrace['skipped']
}

/**
 * Makes a trace of what `kubectl get jobs -A -o json` (or `workloads.kueue.x-k8s.io`) printed: jobs with GPUs that ran to an end. Times count from
 * the first submission; the team is the queue, else the namespace. What is left out is named with its place in the list.
 */
export async function readJobHistory(file: string): Promise<Outcome<ReadTrace>> {
  const json = await readPackedJson(file)
  return json.ok ? parseJobHistory(json.value, file) : json
}

/** The same of a list that was read already. */
export function parseJobHistory(json: unknown, file: string): Outcome<ReadTrace> {
  const list = List.safeParse(json)
  if (!list.success)
    return refusedFile(file, 'is not a list of objects as kubectl prints it with -o json')
  const { runs, skipped } = pastRuns(list.data.items, file)
  return runs.length > 0
    ? succeed({ jobs: asTrace(runs), skipped })
    : refusedFile(
        file,
        `holds no GPU job that ended${skipped[0] ? `; the first: ${skipped[0].says}` : ''}`,
      )
}

/** Jobs that ran, with times from the first submission on. */
export function asTrace(runs: readonly PastRun[]): TraceJob[] {
  const firstS = runs.reduce((first, { submitS }) => Math.min(first, submitS), Infinity)
  return runs.map(({ startedS: _started, namespace: _namespace, ...job }) => ({
    ...job,
    submitS: job.submitS - firstS,
  }))
}

/** What Jobs and Workloads tell of the past. A Job that its own Workload tells of counts once, as the Workload. */
export function pastRuns(items: readonly unknown[], file: string): JobHistory {
  const told: JobHistory = { runs: [], skipped: [] }
  const read = items.map((item, index) => ({ index, run: toRun(item), owners: ownersOf(item) }))
  const byOwner = new Map(
    read.flatMap(({ run, owners }) =>
      typeof run === 'string' ? [] : owners.map((owner) => [owner, run]),
    ),
  )
  for (const { index, run } of read) {
    const queued = typeof run === 'string' ? undefined : byOwner.get(run.id)
    if (typeof run === 'string') told.skipped.push({ path: `${file} item ${index + 1}`, says: run })
    else if (!queued) told.runs.push(run)
    // Only the Job itself says whose it is.
    else if (run.user !== undefined) queued.user = run.user
  }
  return told
}
/** The Jobs a Workload stands for. */
function ownersOf(item: unknown): string[] {
  const workload = Workload.safeParse(item)
  if (!workload.success) return []
  const { namespace, ownerReferences = [] } = workload.data.metadata
  return ownerReferences
    .filter(({ kind }) => kind === 'Job')
    .map(({ name }) => `${namespace}/${name}`)
}

/** A job with the instant of its submission, or why it tells nothing. */
function toRun(item: unknown): PastRun | string {
  const found = ended(item)
  if (!found) return strange(item)
  const { metadata, gpus, startedS, endedS, queue, priority } = found
  const id = `${metadata.namespace}/${metadata.name}`
  const user = metadata.labels?.[OWNER_LABEL]
  if (gpus < 1 || !Number.isInteger(gpus)) return `${id} asks for ${gpus} GPUs`
  if (startedS === undefined || endedS === undefined) return `${id} did not run to an end`
  if (endedS <= startedS || startedS < metadata.creationTimestamp - 60)
    return `${id} has times that contradict each other`
  return {
    id,
    submitS: metadata.creationTimestamp,
    gpus,
    durationS: endedS - startedS,
    team: queue ?? metadata.namespace,
    ...(priority !== undefined && { priority }),
    ...(user !== undefined && { user }),
    startedS,
    namespace: metadata.namespace,
  }
}

function strange(item: unknown): string {
  const kind = Kind.safeParse(item)
  return kind.success
    ? `${kind.data.kind} ${kind.data.metadata?.name ?? ''} is neither a Job nor a Workload that can be read`
    : 'is no Kubernetes object'
}
