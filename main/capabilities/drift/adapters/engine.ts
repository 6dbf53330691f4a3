import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { UnusableInput } from '../domain/failures'
import { asPattern, literal } from './sql'

export interface EngineSettings {
  threads: number
  /** How much the engine may hold before it spills to `spillFolder`. */
  memoryMiB: number
  spillFolder: string
  /** The only files that it can reach. Without them it is a workbench for statements of ours, which also writes. */
  sources?: readonly string[] | undefined
  /** The only folder that it can write to, for tables of text that are converted there. */
  workFolder?: string | undefined
  /** No statement runs longer than this. */
  timeLimitMs?: number | undefined
}

export type Row = Record<string, unknown>

/** Half an hour: a column of 100 million rows takes a minute. */
const TIME_LIMIT_MS = 30 * 60_000
const TEMPORARY_MIB = 100_000

/** What a sealed engine is told before its settings are locked: it reaches its sources and nothing else, whatever a query says. */
function seals({ sources, workFolder, spillFolder }: EngineSettings): string[] {
  if (!sources) return []
  const list = (paths: readonly string[]) => `[${paths.map(literal).join(', ')}]`
  // A name with letters that patterns use is reached by the pattern that matches only itself.
  const paths = [...new Set(sources.flatMap((file) => [file, asPattern(file)]))]
  return [
    `SET allowed_paths = ${list(paths)}`,
    ...(workFolder === undefined ? [] : [`SET allowed_directories = ${list([workFolder])}`]),
    `SET temp_directory = ${literal(spillFolder)}`,
    `SET max_temp_directory_size = '${TEMPORARY_MIB}MiB'`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ]
}

/** DuckDB, opened in memory and without any network or extension download. */
export class Engine {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly means: { selectType: number; settings: EngineSettings; version: string },
  ) {}
  get version(): string {
    return this.means.version
  }

  static async open(settings: EngineSettings): Promise<Engine> {
    // Loaded on first use: the library is 70 MB and most commands never need it.
    const { DuckDBInstance, StatementType, version } = await import('@duckdb/node-api')
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(settings.threads),
      memory_limit: `${settings.memoryMiB}MiB`,
      temp_directory: settings.spillFolder,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      preserve_insertion_order: 'true',
    })
    const connection = await instance.connect()
    for (const seal of seals(settings)) await connection.run(seal)
    return new Engine(instance, connection, {
      selectType: StatementType.SELECT,
      settings,
      version: version(),
    })
  }

  /** Answers one query; a sealed engine runs nothing but queries here. */
  async rows(sql: string, signal?: AbortSignal): Promise<Row[]> {
    return this.interruptible(signal, async () => {
      const query = await this.query(sql)
      try {
        return (await (await query.run()).getRowObjectsJS()) as Row[]
      } finally {
        query.destroySync()
      }
    })
  }

  /** Runs a statement of ours that writes. */
  async run(sql: string, signal?: AbortSignal): Promise<void> {
    const { sources, workFolder } = this.means.settings
    if (sources && workFolder === undefined) throw new Error('a sealed engine only reads')
    await this.interruptible(signal, () => this.connection.run(sql))
  }

  /** Streams the first column of a query as doubles, a block at a time in the order of the rows. */
  async doubles(
    sql: string,
    { take, signal }: { take: (block: DoubleBlock) => void; signal?: AbortSignal | undefined },
  ): Promise<void> {
    await this.interruptible(signal, async () => {
      const query = await this.query(sql)
      try {
        const result = await query.stream()
        for (let blocks = 1; ; blocks++) {
          signal?.throwIfAborted()
          if (blocks % BLOCKS_BETWEEN_SWEEPS === 0) dropYoungGarbage()
          const chunk = await result.fetchChunk()
          if (!chunk || chunk.rowCount === 0) return
          take(blockOf(chunk.getColumnVector(0)))
        }
      } finally {
        query.destroySync()
      }
    })
  }

  close(): void {
    this.connection.closeSync()
    this.instance.closeSync()
  }

  /** One statement that only reads. Allowed paths can be written as well as read, so COPY onto a source has to be refused here. */
  private async query(sql: string) {
    const statements = await this.connection.extractStatements(sql)
    if (statements.count !== 1) throw new Error('a query is one statement')
    const query = await statements.prepare(0)
    if (this.means.settings.sources && Number(query.statementType) !== this.means.selectType) {
      query.destroySync()
      throw new Error('a query only reads')
    }
    return query
  }

  private async interruptible<T>(
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted()
    const limitMs = this.means.settings.timeLimitMs ?? TIME_LIMIT_MS,
      over = AbortSignal.timeout(limitMs)
    const stop = () => this.connection.interrupt()
    for (const each of [signal, over]) each?.addEventListener('abort', stop, { once: true })
    try {
      return await work()
    } catch (error) {
      signal?.throwIfAborted()
      if (over.aborted)
        throw new UnusableInput(
          `Reading took longer than ${Math.ceil(limitMs / 60_000)} min and was stopped.`,
          'Compare fewer rows, with a filter or a sample.',
        )
      throw error
    } finally {
      for (const each of [signal, over]) each?.removeEventListener('abort', stop)
    }
  }
}

/*
 * Each block comes in 16 kB of memory outside the heap. Left to itself the collector waits for tens of megabytes of them in every thread,
 * so young garbage is dropped as the blocks go by: a millisecond each time, as next to nothing young is alive.
 */
const BLOCKS_BETWEEN_SWEEPS = 50
const dropYoungGarbage = (() => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as ((options: { type: 'minor' }) => void) | undefined
  return () => collect?.({ type: 'minor' })
})()

/** Up to 2,048 doubles; `valid` holds a bit per value, least significant first, and is absent where none is null. */
export interface DoubleBlock {
  values: Float64Array
  valid?: Uint32Array
}

// The public getter boxes each value and builds two BigInts for it; whole blocks are twenty times faster. Checked, since the fields are not promised.
function blockOf(vector: unknown): DoubleBlock {
  const { items, validity } = vector as { items?: unknown; validity?: { data?: unknown } }
  if (!(items instanceof Float64Array))
    throw new TypeError('the engine handed over something else than doubles')
  const bits = validity?.data
  if (bits === null) return { values: items }
  if (!(bits instanceof BigUint64Array))
    throw new TypeError('the engine handed over an unknown form of nulls')
  return { values: items, valid: new Uint32Array(bits.buffer, bits.byteOffset, bits.length * 2) }
}
