import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'

export interface EngineSettings {
  threads: number
  /** How much the engine may hold before it spills to `spillFolder`. */
  memoryMiB: number
  spillFolder: string
}

export type Row = Record<string, unknown>

/** DuckDB, opened in memory and without any network or extension download. */
export class Engine {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    readonly version: string,
  ) {}

  static async open({ threads, memoryMiB, spillFolder }: EngineSettings): Promise<Engine> {
    // Loaded on first use: the library is 70 MB and most commands never need it.
    const { DuckDBInstance, version } = await import('@duckdb/node-api')
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(threads),
      memory_limit: `${memoryMiB}MiB`,
      temp_directory: spillFolder,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      preserve_insertion_order: 'true',
    })
    const connection = await instance.connect()
    return new Engine(instance, connection, version())
  }

  async rows(sql: string, signal?: AbortSignal): Promise<Row[]> {
    return this.interruptible(signal, async () => {
      const result = await this.connection.run(sql)
      return result.getRowObjectsJS() as Promise<Row[]>
    })
  }

  async run(sql: string, signal?: AbortSignal): Promise<void> {
    await this.interruptible(signal, () => this.connection.run(sql))
  }

  /** Streams the first column of a query as doubles, a block at a time in the order of the rows. */
  async doubles(
    sql: string,
    { take, signal }: { take: (block: DoubleBlock) => void; signal?: AbortSignal | undefined },
  ): Promise<void> {
    await this.interruptible(signal, async () => {
      const result = await this.connection.stream(sql)
      for (let blocks = 1; ; blocks++) {
        signal?.throwIfAborted()
        if (blocks % BLOCKS_BETWEEN_SWEEPS === 0) dropYoungGarbage()
        const chunk = await result.fetchChunk()
        if (!chunk || chunk.rowCount === 0) return
        take(blockOf(chunk.getColumnVector(0)))
      }
    })
  }

  close(): void {
    this.connection.closeSync()
    this.instance.closeSync()
  }

  private async interruptible<T>(
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted()
    const stop = () => this.connection.interrupt()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      return await work()
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    } finally {
      signal?.removeEventListener('abort', stop)
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
