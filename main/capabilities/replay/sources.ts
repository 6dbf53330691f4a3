import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { ReplaySource } from '../../../preload/contract/replay'
import { timestamp } from '../../kernel/clock'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import {
  asTrace,
  parseJobHistory,
  parsePackedJson,
  parseTrace,
  pastRuns,
  unpacked,
  type PastRun,
  type ReadTrace,
  type TraceJob,
} from '../burst'
import { KUBE } from '../plans'
import type { OwnedUpload } from '../uploads'
import { keepPacked, readPacked } from './packed'
import type { ReplayPorts } from './ports'
import { summaryOf } from './summary'

const INDEX = 'replay.sources'
const blobOf = (id: string) => `replay/source/${id}`
const Jobs = z.array(
  z.object({
    id: z.string(),
    submitS: z.number(),
    gpus: z.number(),
    durationS: z.number(),
    user: z.string().optional(),
    team: z.string().optional(),
    priority: z.number().optional(),
    datasetGb: z.number().optional(),
    deadlineS: z.number().optional(),
    startedS: z.number().optional(),
    namespace: z.string().optional(),
  }),
)
type Kept = z.output<typeof Jobs>[number]

export interface ImportedFile extends OwnedUpload {
  name: string
  packedByUs: boolean
  skipBadLines: boolean
}

/** Jobs of the past: kept on this machine, so that a what-if needs no network. */
export function makeSources(ports: ReplayPorts) {
  const { store, clock, sites } = ports
  const index = (): ReplaySource[] => {
    const parsed = z.array(ReplaySource).safeParse(store.settings.get(INDEX) ?? [])
    return parsed.success ? parsed.data : []
  }
  const keep = (source: ReplaySource, jobs: readonly Kept[]): Outcome<ReplaySource> => {
    const kept = keepPacked(store.blobs, blobOf(source.id), jobs)
    if (!kept.ok) return kept
    const listed = store.settings.set(INDEX, [
      source,
      ...index().filter(({ id }) => id !== source.id),
    ])
    return listed.ok ? succeed(source) : listed
  }
  const find = (id: string) => index().find((source) => source.id === id)
  return {
    list: index,
    find,
    /** The jobs as they are replayed, times from the first submission on. */
    jobs(id: string): Outcome<{ source: ReplaySource; jobs: TraceJob[] }> {
      const source = find(id)
      const jobs = source && readPacked(store.blobs, blobOf(id), Jobs)
      if (!source || !jobs) return fail(failure('NOT_FOUND', { kind: 'source of jobs', name: id }))
      const plain =
        source.kind === 'history' ? asTrace(jobs.filter(isPast).map(plainRun)) : jobs.map(plainJob)
      return succeed({ source, jobs: plain })
    },
    async import(file: ImportedFile): Promise<Outcome<ReplaySource>> {
      const taken = await ports.uploads?.take(file)
      if (!taken) return fail(failure('NOT_FOUND', { kind: 'file on its way', name: file.upload }))
      if (!taken.ok) return taken
      const { bytes } = taken.value
      const name = basename(file.name.replaceAll('\\', '/'))
      const plain = await unpacked(bytes, file.packedByUs ? `${name}.gz` : name)
      if (!plain.ok) return plain
      const read = await readJobs(plain.value, name, file.skipBadLines)
      if (!read.ok) return read
      const id = `file-${createHash('sha256').update(plain.value).digest('hex').slice(0, 16)}`
      const { jobs, skipped } = read.value
      return keep(
        summaryOf(
          {
            id,
            kind: 'trace',
            title: name,
            says: 'imported from a file',
            simulated: false,
            importedAt: timestamp(clock.now()),
          },
          { jobs, skipped },
        ),
        jobs,
      )
    },
    /** Adds what a site tells of jobs that ended to what it told before: clusters forget their Jobs after days. */
    async importHistory(site: string, signal?: AbortSignal): Promise<Outcome<ReplaySource>> {
      const told = await ask(ports, site, signal)
      if (!told.ok) return told
      const id = `history-${site}`
      const { skipped } = told.value
      const runs = together(
        (readPacked(store.blobs, blobOf(id), Jobs) ?? []).filter(isPast).map(plainRun),
        told.value.runs,
      )
      if (runs.length === 0)
        return fail(
          failure('INVALID', {
            issues: [
              {
                path: site,
                says: `tells of no GPU job that ended${skipped[0] ? `; the first it has: ${skipped[0].says}` : ''}`,
              },
            ],
          }),
        )
      const about = {
        id,
        kind: 'history' as const,
        ...historyWords(site),
        simulated: sites.states().some((state) => state.id === site && state.simulated),
        importedAt: timestamp(clock.now()),
      }
      return keep(
        summaryOf(about, {
          jobs: asTrace(runs),
          skipped: [],
          building: await ports.building(site, signal),
          runs,
        }),
        runs,
      )
    },
    forget(id: string): Outcome<void> {
      const gone = store.blobs.remove(blobOf(id))
      return gone.ok
        ? store.settings.set(
            INDEX,
            index().filter((source) => source.id !== id),
          )
        : gone
    },
  }
}
export type Sources = ReturnType<typeof makeSources>

/** What was known and what is told now, each run once, in order of submission. */
const together = (known: readonly PastRun[], told: readonly PastRun[]): PastRun[] =>
  [
    ...new Map([...known, ...told].map((run) => [`${run.id}@${run.submitS}`, run])).values(),
  ].toSorted((a, b) => a.submitS - b.submitS)

const historyWords = (site: string) => ({
  title: `${site}, local history`,
  says: `Jobs and Workloads that ended on ${site}, as far as it remembered them when asked`,
})

/** A file by its name: JSON is a history of Jobs, everything else a table of jobs. */
async function readJobs(
  bytes: Buffer,
  name: string,
  skipBadLines: boolean,
): Promise<Outcome<ReadTrace>> {
  if (!/\.json(\.gz)?$/i.test(name)) return parseTrace(bytes, { file: name, skipBadLines })
  const json = parsePackedJson(bytes, name)
  return json.ok ? parseJobHistory(json.value, name) : json
}

const isPast = (job: Kept): job is Kept & { startedS: number; namespace: string } =>
  job.startedS !== undefined && job.namespace !== undefined
const plainJob = ({
  id,
  submitS,
  gpus,
  durationS,
  user,
  team,
  priority,
  datasetGb,
  deadlineS,
}: Kept): TraceJob => ({
  id,
  submitS,
  gpus,
  durationS,
  ...(user !== undefined && { user }),
  ...(team !== undefined && { team }),
  ...(priority !== undefined && { priority }),
  ...(datasetGb !== undefined && { datasetGb }),
  ...(deadlineS !== undefined && { deadlineS }),
})
const plainRun = (job: Kept & { startedS: number; namespace: string }): PastRun => ({
  ...plainJob(job),
  startedS: job.startedS,
  namespace: job.namespace,
})

/** Jobs and, where Kueue runs, Workloads of a site; the team is the project's, as people know it. */
async function ask({ sites, records }: ReplayPorts, site: string, signal?: AbortSignal) {
  const client = sites.client(site)
  if (!client.ok) return client
  const [jobs, queued] = await Promise.all([
    client.value.list(KUBE_JOBS, {}, z.unknown(), signal),
    client.value.offers(KUBE.workloads, signal),
  ])
  if (!jobs.ok) return jobs
  const workloads =
    queued.ok && queued.value
      ? await client.value.list(KUBE.workloads, {}, z.unknown(), signal)
      : succeed([])
  const told = pastRuns(
    [
      ...jobs.value.map((item) => withKind(item, 'Job')),
      ...(workloads.ok ? workloads.value.map((item) => withKind(item, 'Workload')) : []),
    ],
    site,
  )
  const teamOf = new Map(
    records
      .known('Project')
      .items.map(({ meta, spec, status }) => [status.namespace ?? meta.name, spec.team]),
  )
  return succeed({
    ...told,
    runs: told.runs.map((run) => ({
      ...run,
      team: teamOf.get(run.namespace) ?? run.team ?? run.namespace,
    })),
  })
}
const KUBE_JOBS = { group: 'batch', version: 'v1', plural: 'jobs' }
// Items of a list carry no kind of their own.
const withKind = (item: unknown, kind: string): unknown =>
  typeof item === 'object' && item !== null ? { ...item, kind } : item
