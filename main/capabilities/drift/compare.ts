import { availableParallelism } from 'node:os'
import type { UnscoredCause } from '../../../preload/contract/drift'
import { given } from '../../kernel/given'
import type { Engine, EngineSettings } from './adapters/engine'
import { threadRunner, type Runner, type WorkerStart } from './adapters/pool'
import { withSpillFolder } from './adapters/spill'
import { engineFor } from './adapters/reach'
import { openPair, type Source } from './adapters/sources'
import { spellingOf, type ColumnType } from './adapters/sql'
import { DEFAULT_RULE, type DecisionRule } from './domain/decide'
import { UnusableInput } from './domain/failures'
import { reportColumns, unjudgedOf, type Kind, type Report, type Scored } from './domain/report'
import type { PresetName } from './domain/presets'
import { makeInlineRunner, randomOf, SEED } from './inline-runner'
import { loadSpecialFunctions } from '../../platform/numerics'
import { exactBytes, EXACT_BYTES, type ColumnJob } from './score-column'

export interface CompareRequest {
  reference: string
  current: string
  whereReference?: string | undefined
  whereCurrent?: string | undefined
  columns?: string[] | undefined
  kinds?: Record<string, Kind> | undefined
  preset?: PresetName | undefined
  rule?: DecisionRule
  /** How many threads may score columns; by default as many as the machine has, for data that is worth it. */
  threads?: number | undefined
  /** Bytes that the exact route may hold for a column before it is counted on cells. */
  exactBytes?: number | undefined
  /** The built thread program; without it columns are scored one after the other. */
  workerScript?: URL | undefined
}
export interface Progress {
  phase: 'opening' | 'scoring'
  done: number
  total: number
  column?: string
}
export interface Following {
  signal?: AbortSignal | undefined
  progress?: ((progress: Progress) => void) | undefined
}
export interface Comparison {
  report: Report
  scored: Scored[]
  files: { reference: string[]; current: string[] }
  skipped: { file: string; says: string }[]
}

const MEMORY_MIB = 192
/** Under this many values threads cost more than they save. */
const WORTH_THREADS = 4_000_000
const MOST_THREADS = 4

/** Compares two tables column by column; nothing leaves the machine and nothing is downloaded. */
export const compare = (request: CompareRequest, following: Following = {}): Promise<Comparison> =>
  withSpillFolder(async (spillFolder) => {
    following.progress?.({ phase: 'opening', done: 0, total: 0 })
    const settings = { threads: 1, memoryMiB: MEMORY_MIB, spillFolder }
    const engine = await engineFor([request.reference, request.current], {
      ...settings,
      threads: Math.min(availableParallelism(), MOST_THREADS),
    })
    let plan
    try {
      plan = await planJobs(engine, request, { spillFolder, signal: following.signal })
    } finally {
      engine.close()
    }
    const sealed: EngineSettings = {
      ...settings,
      sources: [...plan.reference.reads, ...plan.current.reads],
    }
    const runner = chooseRunner(request, plan, { settings: sealed, seed: SEED })
    try {
      let done = 0
      const results = await runner.run(plan.jobs, {
        signal: following.signal,
        done: ({ name }) =>
          following.progress?.({
            phase: 'scoring',
            done: ++done,
            total: plan.jobs.length,
            column: name,
          }),
      })
      const byName = new Map(results.map((result) => [result.name, result]))
      const scored = plan.order.map((entry): Scored =>
        'reason' in entry
          ? { ...entry, score: { statistics: {}, reason: entry.reason, cause: entry.cause } }
          : (byName.get(entry.name) ?? {
              ...entry,
              score: { statistics: {}, reason: 'it was not scored', cause: 'unreadable' },
            }),
      )
      const columns = reportColumns(scored, request.rule ?? DEFAULT_RULE, {
        special: await loadSpecialFunctions(),
        random: (column) => randomOf(SEED, column),
      })
      const report: Report = {
        rows: plan.rows,
        engine: { name: 'takt', duckdb: engine.version, preset: request.preset ?? 'takt' },
        drifted: columns.some(({ decision }) => decision === 'drifted'),
        unjudged: unjudgedOf(columns),
        rule: request.rule ?? DEFAULT_RULE,
        columns,
      }
      return {
        report,
        scored,
        files: { reference: plan.reference.files, current: plan.current.files },
        skipped: [...plan.reference.skipped, ...plan.current.skipped],
      }
    } finally {
      await runner.close?.()
    }
  })

interface Unscored {
  name: string
  kind: Kind
  reason: string
  cause: UnscoredCause
  schema?: 'missing' | 'new' | 'type changed'
}
type Entry = { name: string; kind: Kind } | Unscored
interface Plan {
  jobs: ColumnJob[]
  order: Entry[]
  rows: { reference: number; current: number }
  reference: Source
  current: Source
}

async function planJobs(
  engine: Engine,
  request: CompareRequest,
  { spillFolder, signal }: { spillFolder: string; signal: AbortSignal | undefined },
): Promise<Plan> {
  const { reference, current } = await openPair(engine, {
    reference: {
      path: request.reference,
      where: request.whereReference,
      label: 'reference',
      spillFolder,
      signal,
    },
    current: {
      path: request.current,
      where: request.whereCurrent,
      label: 'current',
      spillFolder,
      signal,
    },
  })
  const count = async (source: Source) =>
    Number(
      (await engine.rows(`SELECT count(*) AS count FROM ${source.relation}`, signal))[0]?.[
        'count'
      ] ?? 0,
    )
  const rows = { reference: await count(reference), current: await count(current) }
  const names = request.columns ?? [
    ...new Set([...reference.columns, ...current.columns].map(({ name }) => name)),
  ]
  const jobs: ColumnJob[] = [],
    order: Entry[] = []
  for (const name of names) {
    const of = ({ columns }: Source) => columns.find((column) => column.name === name)
    const ref = of(reference),
      cur = of(current)
    if (!ref && !cur)
      throw new UnusableInput(
        `There is no column ${name}.`,
        `Pick from ${reference.columns.map((column) => column.name).join(', ')}.`,
      )
    const entry = judgeSchema(name, { ref, cur }, request.kinds?.[name])
    order.push(entry)
    if ('reason' in entry || !ref || !cur) continue
    jobs.push({
      name,
      kind: entry.kind,
      isGuess: request.kinds?.[name] === undefined,
      ...(request.preset && { preset: request.preset }),
      ...(request.exactBytes !== undefined && { exactBytes: request.exactBytes }),
      ...given({ spelling: spellingOf(ref, cur) }),
      reference: { relation: reference.relation, column: ref, rows: rows.reference },
      current: { relation: current.relation, column: cur, rows: rows.current },
    })
  }
  return { jobs, order, rows, reference, current }
}

function judgeSchema(
  name: string,
  { ref, cur }: { ref: ColumnType | undefined; cur: ColumnType | undefined },
  asked: Kind | undefined,
): Entry {
  const kindOf = (column: ColumnType | undefined): Kind =>
    asked ?? (column?.kind === 'numeric' ? 'numeric' : 'categorical')
  const kind = kindOf(ref ?? cur)
  const none = (cause: UnscoredCause, reason: string, schema?: Unscored['schema']): Unscored => ({
    name,
    kind,
    reason,
    cause,
    ...given({ schema }),
  })
  if (!ref) return none('new-column', 'the reference does not have this column', 'new')
  if (!cur) return none('missing-column', 'the current window does not have this column', 'missing')
  const unclear = [ref, cur].find(({ reason }) => reason !== undefined)
  if (unclear?.reason !== undefined) return none('unclear', unclear.reason)
  if (asked) return { name, kind }
  const changed = `its type changed from ${ref.type} to ${cur.type}`
  const unsupported = [ref, cur].find((column) => column.kind === 'unsupported')
  if (unsupported)
    return ref.type === cur.type
      ? none('unsupported', `values of type ${unsupported.type} cannot be scored`)
      : none('type-changed', `${changed}, and ${unsupported.type} cannot be scored`, 'type changed')
  if (ref.kind !== cur.kind || ref.unit !== cur.unit)
    return none('type-changed', changed, 'type changed')
  return { name, kind }
}

function chooseRunner(
  request: CompareRequest,
  { jobs, rows }: Plan,
  start: WorkerStart,
): Runner & { close?(): Promise<void> } {
  // As many columns at a time as memory for all of them allows.
  const fitting = Math.max(
    1,
    Math.floor(EXACT_BYTES / Math.min(EXACT_BYTES, exactBytes(rows.reference, rows.current))),
  )
  const threads = Math.min(request.threads ?? availableParallelism(), MOST_THREADS, fitting)
  const isWorthIt =
    request.threads !== undefined || jobs.length * (rows.reference + rows.current) >= WORTH_THREADS
  if (request.workerScript && threads > 1 && jobs.length > 1 && isWorthIt)
    return threadRunner({ script: request.workerScript, threads, start })
  return makeInlineRunner(start)
}
