import { countCategories, mixedShare, MIXED_FROM, MOST_CATEGORIES, readNumeric } from './adapters/columns'
import type { Engine } from './adapters/engine'
import { firstLine } from './adapters/sources'
import type { ColumnType } from './adapters/sql'
import { canCalibrate, chunkRows } from './domain/calibrate'
import type { PresetName } from './domain/presets'
import { scoreCategorical, scoreNumeric, type CategoricalSide, type ColumnScore, type Tools } from './domain/score'

/** One side of a column: where its rows are and how it is typed there. */
export interface JobSide { relation: string; column: ColumnType; rows: number }
/** Everything that one column's score needs; plain, so that it can be sent to a thread. */
export interface ColumnJob {
  name: string
  kind: 'numeric' | 'categorical'
  /** False where the kind was asked for, so that it is not questioned. */
  isGuess: boolean
  reference: JobSide
  current: JobSide
  preset?: PresetName
}
export interface JobResult { name: string; kind: 'numeric' | 'categorical'; score: ColumnScore }

interface Means { engine: Engine; tools: Tools; signal?: AbortSignal | undefined }

/** Reads both sides of one column, each once, and scores them; what stands in the way becomes the reason of an unscored column. */
export async function scoreColumn(job: ColumnJob, means: Means): Promise<JobResult> {
  const score = job.kind === 'numeric' ? numeric : categorical
  try { return { name: job.name, kind: job.kind, score: await score(job, means) } } catch (error) {
    means.signal?.throwIfAborted()
    return { name: job.name, kind: job.kind, score: unscored(`it cannot be read: ${firstLine(error)}`) }
  }
}

const unscored = (reason: string): ColumnScore => ({ statistics: {}, reason })

async function numeric({ reference, current, preset }: ColumnJob, { engine, tools, signal }: Means): Promise<ColumnScore> {
  const read = (side: JobSide, name: string) => readNumeric(engine, { ...side, signal }, [tools.space, name])
  return scoreNumeric({ reference: await read(reference, 'reference'), current: await read(current, 'current') }, preset, tools)
}

async function categorical(job: ColumnJob, { engine, tools, signal }: Means): Promise<ColumnScore> {
  const rows = chunkRows(job.reference.rows, job.current.rows), wantsChunks = canCalibrate(rows) || job.preset !== undefined
  const reference = await countCategories(engine, { ...job.reference, signal, chunkRows: wantsChunks ? Math.max(rows, 1) : 0 })
  const current = await countCategories(engine, { ...job.current, signal })
  const mixed = job.isGuess ? (mixedValues(reference, 'reference') ?? mixedValues(current, 'current window')) : undefined
  if (mixed) return unscored(mixed)
  if (reference && current) return scoreCategorical({ reference, current }, job.preset, tools)
  const many = job.isGuess ? await findMixed(engine, job, signal) : undefined
  return unscored(many ?? `more than ${MOST_CATEGORIES} different values: an identifier rather than a category`)
}

const mixedWords = (where: string, { share, example }: { share: number; example: string }) =>
  `mixed types in the ${where}: ${Math.round(share * 100)} % of its different values are numbers and others are not, such as ${JSON.stringify(example.slice(0, 40))}; name its kind to score it`

const isNumber = (text: string) => text.trim() !== '' && !Number.isNaN(Number(text))
function mixedValues(side: CategoricalSide | undefined, where: string): string | undefined {
  if (!side || side.tally.counts.size <= MIXED_FROM) return undefined
  const values = [...side.tally.counts.keys()], share = values.filter(isNumber).length / values.length
  const example = values.find((value) => !isNumber(value))
  return share >= 0.5 && example !== undefined ? mixedWords(where, { share, example }) : undefined
}

/** The same for a column of too many values to count. */
async function findMixed(engine: Engine, job: ColumnJob, signal: AbortSignal | undefined): Promise<string | undefined> {
  for (const [side, where] of [[job.reference, 'reference'], [job.current, 'current window']] as const) {
    const mixed = await mixedShare(engine, { ...side, signal })
    if (mixed) return mixedWords(where, mixed)
  }
  return undefined
}
