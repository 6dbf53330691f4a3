import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compare } from '../compare'
import { UnusableInput } from '../domain/failures'
import { profileReference } from '../profile'
import { Tables } from '../testing/tables'
import { Engine } from './engine'

let tables: Tables, source: string, other: string, folder: string
beforeAll(async () => {
  tables = await Tables.open()
  folder = mkdtempSync(join(tmpdir(), 'takt-engine-'))
  source = await tables.write('source.parquet', "SELECT i AS x, 'a' AS side FROM range(500) t(i)")
  other = await tables.write('other.parquet', 'SELECT 1 AS x')
})
afterAll(() => {
  tables.close()
  rmSync(folder, { recursive: true, force: true })
})

async function sealed<T>(work: (engine: Engine) => Promise<T>, timeLimitMs?: number): Promise<T> {
  const engine = await Engine.open({
    threads: 1,
    memoryMiB: 64,
    spillFolder: folder,
    sources: [source],
    timeLimitMs,
  })
  try {
    return await work(engine)
  } finally {
    engine.close()
  }
}

describe('an engine that scores reaches its sources and nothing else', () => {
  test('it reads its source', async () => {
    const [row] = await sealed((engine) =>
      engine.rows(`SELECT count(*) AS count FROM read_parquet('${source}')`),
    )
    expect(Number(row?.['count'])).toBe(500)
  })
  test.each([
    ['another file', () => `SELECT * FROM read_parquet('${other}')`],
    ['a text of the machine', () => "SELECT * FROM read_text('/etc/hostname')"],
    ['a list of files', () => "SELECT * FROM glob('/etc/*')"],
    ['writing a file', () => `COPY (SELECT 1) TO '${join(folder, 'written.csv')}'`],
    ['writing onto its own source', () => `COPY (SELECT 1 AS x) TO '${source}' (FORMAT parquet)`],
    ['another setting', () => 'SET threads = 8'],
    ['opening itself', () => 'SET enable_external_access = true'],
    ['a second statement', () => 'SELECT 1; SELECT 2'],
    ['an extension', () => 'LOAD httpfs'],
    ['attaching a database', () => `ATTACH '${join(folder, 'made.db')}'`],
  ])('%s is refused', async (_what, sql) => {
    const before = readFileSync(source)
    await expect(sealed((engine) => engine.rows(sql()))).rejects.toThrow()
    expect(readFileSync(source).equals(before)).toBe(true)
    expect(existsSync(join(folder, 'written.csv'))).toBe(false)
  })
  test('a query without an end is stopped in time, and at once where nobody waits any more', async () => {
    const endless = 'SELECT count(*) FROM range(1000000000000) a, range(1000000000000) b'
    await expect(sealed((engine) => engine.rows(endless), 50)).rejects.toThrow(/was stopped/)
    const stop = new AbortController()
    const asked = sealed((engine) => engine.rows(endless, stop.signal))
    setImmediate(() => stop.abort(new Error('enough')))
    await expect(asked).rejects.toThrow('enough')
  })
  test('more than fits in memory spills to its folder', async () => {
    const rows = await sealed((engine) =>
      engine.rows(
        `SELECT count(*) AS count FROM (SELECT DISTINCT hash(a.x, b.x, c.i) FROM read_parquet('${source}') a, read_parquet('${source}') b, range(12) c(i))`,
      ),
    )
    expect(Number(rows[0]?.['count'])).toBe(3_000_000)
  })
})

test('a filter that would overwrite the source leaves it as it is, on every way in', async () => {
  const before = readFileSync(source),
    attack = `true); COPY (SELECT 1 AS x) TO '${source}' (FORMAT parquet); SELECT * FROM (SELECT 1`
  for (const work of [
    () => compare({ reference: source, current: source, whereCurrent: attack }),
    () => compare({ reference: source, current: source, whereReference: attack }),
    () => profileReference({ path: source, where: attack }),
  ])
    await expect(work()).rejects.toBeInstanceOf(UnusableInput)
  expect(readFileSync(source).equals(before)).toBe(true)
})
