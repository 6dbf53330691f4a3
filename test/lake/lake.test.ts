import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  countInLake,
  loadSpecialFunctions,
  scoreWindows,
  trinoLake,
  type Lake,
} from '../../main/capabilities/drift'
import { Tables } from '../../main/capabilities/drift/testing/tables'
import { countWindows, profileReference } from '../../main/capabilities/drift'
import { lakeParts } from './parts'
import { startLake } from './server'

const parts = lakeParts()
const lacking = 'missing' in parts ? parts.missing : undefined
let server: Awaited<ReturnType<typeof startLake>> | undefined, lake: Lake, tables: Tables
beforeAll(async () => {
  if ('missing' in parts) return
  tables = await Tables.open()
  server = await startLake(parts)
  lake = trinoLake({ url: server.url, catalog: 'iceberg', schema: 'drift', user: 'takt' })
  // A fresh server is slow with its first statements; they are not part of what is tried.
  await lake.ask('CREATE SCHEMA iceberg.drift')
  await lake.ask('CREATE TABLE iceberg.drift.warm AS SELECT 1 AS x')
}, 600_000)
afterAll(async () => {
  await server?.close()
  tables?.close()
})

/** Shapes that engines may count differently; the same values go into both. */
const NASTY: Record<string, { sql: string; type: string }> = {
  normal: { sql: '(hash(i, SIDE) % 100003) / 7.0 AS x', type: 'DOUBLE' },
  ties: { sql: '((hash(i, SIDE) % 7)::INTEGER - 3) AS x', type: 'INTEGER' },
  constant: { sql: '4.5::DOUBLE AS x', type: 'DOUBLE' },
  'negative zero': {
    sql: "CASE WHEN i % 2 = 0 THEN '-0.0'::DOUBLE ELSE i % 3 END AS x",
    type: 'DOUBLE',
  },
  odd: {
    sql: "CASE i % 9 WHEN 0 THEN NULL WHEN 1 THEN 'NaN'::DOUBLE WHEN 2 THEN 'Infinity'::DOUBLE WHEN 3 THEN '-Infinity'::DOUBLE ELSE i * 1.0 END AS x",
    type: 'DOUBLE',
  },
  denormal: { sql: '(i % 50) * 5e-324::DOUBLE AS x', type: 'DOUBLE' },
  huge: { sql: '((i % 5)::INTEGER - 2) * 8e307 AS x', type: 'DOUBLE' },
  'large integers': { sql: '(9007199254740993 + i * 3) AS x', type: 'BIGINT' },
  'edges exactly hit': { sql: '(i % 10) / 10.0::DOUBLE AS x', type: 'DOUBLE' },
  'all null': { sql: 'NULL::DOUBLE AS x', type: 'DOUBLE' },
  categories: { sql: "'k' || (hash(i, SIDE) % 40) AS x", type: 'VARCHAR' },
  'odd names': {
    sql: "CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'it''s' WHEN 3 THEN chr(128512) ELSE 'e' || chr(769) END AS x",
    type: 'VARCHAR',
  },
  booleans: { sql: 'i % 3 = SIDE AS x', type: 'BOOLEAN' },
}
function literalOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`
  if (typeof value !== 'number') return String(value as boolean | bigint)
  if (Number.isFinite(value))
    return Number.isInteger(value) && Math.abs(value) < 2 ** 31 && !Object.is(value, -0)
      ? String(value)
      : `DOUBLE '${Object.is(value, -0) ? '-0.0' : String(value)}'`
  return Number.isNaN(value) ? 'nan()' : value > 0 ? 'infinity()' : '-infinity()'
}
const slug = (name: string) => name.replaceAll(' ', '_')

test.skipIf(lacking !== undefined).each(Object.entries(NASTY))(
  'a real lake counts a column of %s to the same integers and the same scores as here',
  async (name, { sql, type }) => {
    const query = (side: number, rows: number) =>
        `SELECT ${sql.replaceAll('SIDE', String(side))} FROM range(${rows}) t(i)`,
      table = `iceberg.drift.${slug(name)}`
    const reference = await tables.write(`${slug(name)}-reference.parquet`, query(1, 900)),
      current = await tables.write(`${slug(name)}-current.parquet`, query(2, 600))
    const values = (await tables.engine.rows(`SELECT x FROM read_parquet('${current}')`)).map(
      ({ x }) => `(${literalOf(x)})`,
    )
    await lake.ask(`CREATE TABLE ${table} (x ${type})`)
    await lake.ask(
      `INSERT INTO ${table} SELECT CAST(x AS ${type}) FROM (VALUES ${values.join(', ')}) AS v(x)`,
    )
    const kinds = {
        x:
          type === 'VARCHAR' || type === 'BOOLEAN'
            ? ('categorical' as const)
            : ('numeric' as const),
      },
      profile = await profileReference({ path: reference, kinds }),
      here = await countWindows(profile, { path: current, kinds })
    const there = await countInLake(profile, { lake, relation: table, name: 'current' }),
      special = await loadSpecialFunctions()
    expect(there).toEqual(here[0])
    expect(scoreWindows(profile, [there], { special })).toEqual(
      scoreWindows(profile, here, { special }),
    )
  },
  400_000,
)

test('says what it lacks where it cannot run', ({ skip }) => {
  if (lacking !== undefined) skip(`the lake suite needs ${lacking}`)
  expect(server?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
})
