import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { loadSpecialFunctions } from '../../../platform/numerics'
import { countWindows, profileReference, scoreWindows } from '../profile'
import { Tables } from '../testing/tables'
import { countInLake, DUCKDB, type Lake } from './push-down'
import { literal } from './sql'
import { trinoLake } from './trino'

let tables: Tables, lake: Lake
beforeAll(async () => {
  tables = await Tables.open()
  lake = {
    dialect: DUCKDB,
    ask: async (sql) => (await tables.engine.rows(sql)).map((row) => Object.values(row)),
  }
})
afterAll(() => tables.close())

const NASTY = {
  normal: '(hash(i, SIDE) % 100003) / 7.0 AS x',
  ties: '((hash(i, SIDE) % 7)::INTEGER - 3) AS x',
  constant: '4.5::DOUBLE AS x',
  'negative zero': "CASE WHEN i % 2 = 0 THEN '-0.0'::DOUBLE ELSE i % 3 END AS x",
  odd: "CASE i % 9 WHEN 0 THEN NULL WHEN 1 THEN 'NaN'::DOUBLE WHEN 2 THEN 'Infinity'::DOUBLE WHEN 3 THEN '-Infinity'::DOUBLE ELSE i * 1.0 END AS x",
  denormal: '(i % 50) * 5e-324::DOUBLE AS x',
  huge: '((i % 5)::INTEGER - 2) * 8e307 AS x',
  'large integers': '(9007199254740993 + i * 3) AS x',
  categories: "'k' || (hash(i, SIDE) % 40) AS x",
  'odd names':
    "CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'it''s' WHEN 3 THEN chr(128512) ELSE 'e' || chr(769) END AS x",
  booleans: 'i % 3 = 0 AS x',
}
const query = (expression: string, side: number, rows: number) =>
  `SELECT ${expression.replaceAll('SIDE', String(side))} FROM range(${rows}) t(i)`

test.each(Object.entries(NASTY))(
  'counted where it lies, a column of %s gives the same integers and the same scores',
  async (name, expression) => {
    const reference = await tables.write('reference.parquet', query(expression, 1, 5000)),
      current = await tables.write('current.parquet', query(expression, 2, 3000))
    const kinds = {
      x: ['categories', 'odd names', 'booleans'].includes(name)
        ? ('categorical' as const)
        : ('numeric' as const),
    }
    const profile = await profileReference({ path: reference, kinds }),
      here = await countWindows(profile, { path: current, kinds })
    const counted = await countInLake(profile, {
      lake,
      relation: `read_parquet(${literal(current)})`,
      name: 'current',
    })
    expect(counted).toEqual(here[0])
    const special = await loadSpecialFunctions()
    expect(scoreWindows(profile, [counted], { special })).toEqual(
      scoreWindows(profile, here, { special }),
    )
  },
)

describe('the statement protocol', () => {
  let server: Server | undefined
  afterEach(() => server?.close())
  /** Answers pages in turn and tells what was asked. */
  async function coordinator(
    pages: ((origin: string) => unknown)[],
  ): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = []
    let page = 0
    server = createServer((request, response) => {
      asked.push(
        `${request.method ?? ''} ${request.url ?? ''} ${String(request.headers['x-trino-user'])}`,
      )
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify(
          request.method === 'DELETE'
            ? {}
            : pages[page++]?.(`http://127.0.0.1:${(server?.address() as AddressInfo).port}`),
        ),
      )
    })
    await new Promise<void>((ready) => server?.listen(0, '127.0.0.1', ready))
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
  }
  const connect = (url: string) =>
    trinoLake({ url, catalog: 'iceberg', schema: 'loans', user: 'ada' })

  test('pages are followed to their end', async () => {
    const { url, asked } = await coordinator([
      (o) => ({ nextUri: `${o}/v1/1` }),
      (o) => ({ nextUri: `${o}/v1/2`, data: [[1, 2]] }),
      () => ({ data: [[3, 4]] }),
    ])
    expect(await connect(url).ask('SELECT 1')).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(asked).toEqual(['POST /v1/statement ada', 'GET /v1/1 ada', 'GET /v1/2 ada'])
  })
  test('an error of the engine is told and what is left is cancelled', async () => {
    const { url, asked } = await coordinator([
      (o) => ({ nextUri: `${o}/v1/1` }),
      () => ({ error: { message: 'line 1:8: Column x cannot be resolved' } }),
    ])
    await expect(connect(url).ask('SELECT x')).rejects.toThrow('Column x cannot be resolved')
    expect(asked.at(-1)).toBe('DELETE /v1/1 ada')
  })
  test('an answer that leads elsewhere, or none of this protocol, is refused', async () => {
    await expect(
      connect((await coordinator([() => ({ nextUri: 'http://elsewhere.example/v1/1' })])).url).ask(
        'SELECT 1',
      ),
    ).rejects.toThrow(/points to http:\/\/elsewhere/)
    server?.close()
    await expect(connect((await coordinator([() => 'hello'])).url).ask('SELECT 1')).rejects.toThrow(
      /does not speak the statement protocol/,
    )
  })
})
