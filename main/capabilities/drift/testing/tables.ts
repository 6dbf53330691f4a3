import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Engine } from '../adapters/engine'
import { compare, type CompareRequest, type Comparison } from '../compare'
import type { ColumnReport } from '../domain/report'

/** A folder of small tables made by SQL, gone when the tests are. */
export class Tables {
  readonly folder = mkdtempSync(join(tmpdir(), 'takt-drift-test-'))
  private constructor(readonly engine: Engine) {}
  static async open(): Promise<Tables> {
    return new Tables(await Engine.open({ threads: 1, memoryMiB: 256, spillFolder: tmpdir() }))
  }

  /** Writes what a query answers and tells the file. */
  async write(name: string, sql: string, options = ''): Promise<string> {
    const file = join(this.folder, name)
    await this.engine.run(`COPY (${sql}) TO '${file}'${options ? ` (${options})` : ''}`)
    return file
  }
  path(name: string): string {
    return join(this.folder, name)
  }
  close(): void {
    this.engine.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Compares two queries' answers. */
  async compare(
    reference: string,
    current: string,
    request: Partial<CompareRequest> = {},
  ): Promise<Comparison> {
    return compare({
      reference: await this.write('reference.parquet', reference),
      current: await this.write('current.parquet', current),
      ...request,
    })
  }
  /** Compares and answers one column's report. */
  async column(
    reference: string,
    current: string,
    request: Partial<CompareRequest> = {},
  ): Promise<ColumnReport> {
    const { report } = await this.compare(reference, current, request),
      [first] = report.columns
    if (!first) throw new Error('no column was reported')
    return first
  }
}
/** One column x of the given SQL values. */
export const values = (...items: (string | number)[]): string =>
  `SELECT * FROM (VALUES ${items.map((item) => `(${item})`).join(', ')}) AS t(x)`
