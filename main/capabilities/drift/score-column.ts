import {
  countCategories,
  mixedShare,
  MIXED_FROM,
  MOST_CATEGORIES,
  readNumeric,
} from './adapters/columns'
import type { Engine } from './adapters/engine'
import { firstLine } from './adapters/sources'
import { asDouble, type ColumnType, type Spelling } from './adapters/sql'
import type { UnscoredCause } from '../../../preload/contract/drift'
import { given } from '../../kernel/given'
import { KeyCounter } from './domain/key-cells'
import { scoreCounters } from './domain/lake-score'
import { canCalibrate, chunkRows } from './domain/calibrate'
import type { PresetName } from './domain/presets'
import {
  scoreCategorical,
  scoreNumeric,
  type CategoricalSide,
  type ColumnScore,
  type Tools,
} from './domain/score'

/** One side of a column: where its rows are and how it is typed there. */
export interface JobSide {
  relation: string
  column: ColumnType
  rows: number
}
/** Everything that one column's score needs; plain, so that it can be sent to a thread. */
export interface ColumnJob {
  name: string
  kind: 'numeric' | 'categorical'
  /** False where the kind was asked for, so that it is not questioned. */
  isGuess: boolean
  reference: JobSide
  current: JobSide
  preset?: PresetName
  /** How both sides' categories are spelt alike, where their types differ. */
  spelling?: Spelling
  /** Another bound for the exact route than the usual one, in bytes. */
  exactBytes?: number
}
export interface JobResult {
  name: string
  kind: 'numeric' | 'categorical'
  score: ColumnScore
}

interface Means {
  engine: Engine
  tools: Tools
  signal?: AbortSignal | undefined
}

/** Reads both sides of one column, each once, and scores them; what stands in the way becomes the reason of an unscored column. */
export async function scoreColumn(job: ColumnJob, means: Means): Promise<JobResult> {
  const score = job.kind === 'numeric' ? numeric : categorical
  try {
    return { name: job.name, kind: job.kind, score: await score(job, means) }
  } catch (error) {
    means.signal?.throwIfAborted()
    return {
      name: job.name,
      kind: job.kind,
      score: unscored('unreadable', `it cannot be read: ${firstLine(error)}`),
    }
  }
}

const unscored = (cause: UnscoredCause, reason: string): ColumnScore => ({
  statistics: {},
  reason,
  cause,
})

/** Bytes that the exact route may hold for one column; longer columns are counted on frozen cells instead. */
export const EXACT_BYTES = 400e6
/** What the exact route holds: both sides, the reference in its row order, and room to sort the longer side. */
export const exactBytes = (reference: number, current: number): number =>
  8 * (2 * reference + current + Math.max(reference, current))

/** Counts both sides by the upper bits of their values, in memory that does not grow with the rows. */
async function counted(
  { reference, current, preset }: ColumnJob,
  { engine, tools, signal }: Means,
): Promise<ColumnScore> {
  if (preset)
    return unscored('too-long', 'it is too long for the exact numbers that a preset needs')
  const count = async (side: JobSide) => {
    const counter = new KeyCounter()
    await engine.doubles(`SELECT ${asDouble(side.column)} FROM ${side.relation}`, {
      take: counter.take,
      signal,
    })
    return counter
  }
  return scoreCounters(await count(reference), await count(current), tools)
}

async function numeric(job: ColumnJob, means: Means): Promise<ColumnScore> {
  const { reference, current, preset } = job,
    { engine, tools, signal } = means
  if (exactBytes(reference.rows, current.rows) > (job.exactBytes ?? EXACT_BYTES))
    return counted(job, means)
  const read = (side: JobSide, name: string) =>
    readNumeric(engine, { ...side, signal }, [tools.space, name])
  return scoreNumeric(
    { reference: await read(reference, 'reference'), current: await read(current, 'current') },
    preset,
    tools,
  )
}

async function categorical(job: ColumnJob, { engine, tools, signal }: Means): Promise<ColumnScore> {
  const rows = chunkRows(job.reference.rows, job.current.rows),
    wantsChunks = canCalibrate(rows) || job.preset !== undefined,
    spelt = given({ spelling: job.spelling })
  const reference = await countCategories(engine, {
    ...job.reference,
    ...spelt,
    signal,
    chunkRows: wantsChunks ? Math.max(rows, 1) : 0,
  })
  const current = await countCategories(engine, { ...job.current, ...spelt, signal })
  const odd = job.isGuess ? oddColumn(reference, current) : undefined
  if (odd) return odd
  if (reference && current) return scoreCategorical({ reference, current }, job.preset, tools)
  const many = job.isGuess ? await findMixed(engine, job, signal) : undefined
  if (many !== undefined) return unscored('mixed', many)
  return unscored(reference || current ? 'type-changed' : 'identifier', TOO_MANY)
}
/** What makes a guessed column of categories none. */
function oddColumn(
  reference: CategoricalSide | undefined,
  current: CategoricalSide | undefined,
): ColumnScore | undefined {
  const mixed = mixedValues(reference, 'reference') ?? mixedValues(current, 'current window')
  return mixed === undefined ? identifierColumn(reference, current) : unscored('mixed', mixed)
}
const TOO_MANY = `more than ${MOST_CATEGORIES} different values: an identifier rather than a category`

/** Whether nearly every row of a side has a value of its own; a side of too many values to count has. */
const isOwnEach = (side: CategoricalSide | undefined, least: number): boolean =>
  side === undefined ||
  (side.tally.counts.size > least &&
    side.tally.counts.size > (side.tally.rows - side.tally.nulls) / 2)

/** On both sides so, a column is an identifier; on one side only, it became one or ceased to be one. */
function identifierColumn(
  reference: CategoricalSide | undefined,
  current: CategoricalSide | undefined,
): ColumnScore | undefined {
  if (![reference, current].some((side) => side && isOwnEach(side, 1000))) return undefined
  const words = 'nearly every row has a value of its own: an identifier rather than a category'
  return isOwnEach(reference, 1) && isOwnEach(current, 1)
    ? unscored('identifier', words)
    : unscored('type-changed', `${words}, but on one side only`)
}

const mixedWords = (where: string, { share, example }: { share: number; example: string }) =>
  `mixed types in the ${where}: ${Math.round(share * 100)} % of its different values are numbers and others are not, such as ${JSON.stringify(example.slice(0, 40))}; name its kind to score it`

const isNumber = (text: string) => text.trim() !== '' && !Number.isNaN(Number(text))
function mixedValues(side: CategoricalSide | undefined, where: string): string | undefined {
  if (!side || side.tally.counts.size <= MIXED_FROM) return undefined
  const values = [...side.tally.counts.keys()],
    share = values.filter(isNumber).length / values.length
  const example = values.find((value) => !isNumber(value))
  return share >= 0.5 && example !== undefined ? mixedWords(where, { share, example }) : undefined
}

/** The same for a column of too many values to count. */
async function findMixed(
  engine: Engine,
  job: ColumnJob,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  for (const [side, where] of [
    [job.reference, 'reference'],
    [job.current, 'current window'],
  ] as const) {
    const mixed = await mixedShare(engine, { ...side, signal })
    if (mixed) return mixedWords(where, mixed)
  }
  return undefined
}
