import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { taktDrift as takt } from './testing/command'
import { Tables } from './testing/tables'

/** A coordinator that speaks the statement protocol and lets DuckDB count. */
let tables: Tables, server: Server, address: string, profile: string
const heard: { user: string; token: string }[] = []
beforeAll(async () => {
  tables = await Tables.open()
  const rows = (shift: number) =>
    `SELECT (hash(i) % 10007) / 100.0 + ${shift} AS x, 'k' || (hash(i + 9) % 4) AS c, i % 2 AS side FROM range(7000) t(i)`
  const reference = await tables.write('reference.parquet', rows(0))
  const current = await tables.write(
    'current.parquet',
    `SELECT x + side * 40 AS x, c, side FROM (${rows(0)})`,
  )
  server = createServer((request, response) => {
    const parts: Buffer[] = []
    request
      .on('data', (part: Buffer) => parts.push(part))
      .on(
        'end',
        () =>
          void answer(Buffer.concat(parts).toString(), current).then((body) =>
            response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
          ),
      )
    heard.push({
      user: String(request.headers['x-trino-user']),
      token: String(request.headers.authorization),
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  profile = `${reference}.json`
  await takt('profile', '--reference', reference, '--columns', 'x,c', '--out', profile)
})
afterAll(() => {
  server.close()
  tables.close()
})
afterEach(() => {
  vi.unstubAllEnvs()
  process.exitCode = 0
})

async function answer(sql: string, current: string): Promise<unknown> {
  const asked = sql
    .replaceAll('"iceberg"."loans"."applications"', `read_parquet('${current}')`)
    .replaceAll('is_nan(', 'isnan(')
    .replaceAll('is_infinite(', 'isinf(')
  try {
    return {
      data: (await tables.engine.rows(asked)).map((row) =>
        Object.values(row).map((value) => (typeof value === 'bigint' ? Number(value) : value)),
      ),
    }
  } catch (error) {
    return { error: { message: String(error) } }
  }
}
const lake = (...more: string[]) =>
  takt(
    'lake',
    '--profile',
    profile,
    '--server',
    address,
    '--table',
    'iceberg.loans.applications',
    ...more,
  )

test('a table is counted where it lies and scored here', async () => {
  const { out, code } = await lake('--user', 'ada', '--fail-on-drift', '--json')
  expect(code).toBe(3)
  expect(JSON.parse(out)).toMatchObject({ window: 'current', rows: 7000, drifted: true })
  expect(new Set(heard.map(({ user }) => user))).toEqual(new Set(['ada']))
})
test('a filter cuts the window, in the words of the engine', async () => {
  const still = await lake('--where-current', 'side = 0', '--window', 'even')
  expect(still.code).toBe(0)
  expect(still.out).toMatch(/even +3500 +0 of 2/)
  const moved = await lake('--where-current', 'side = 1')
  expect(moved.out).toMatch(/current +3500 +1 of 2 .*x/)
})
test('a token goes to this machine or over TLS only', async () => {
  vi.stubEnv('TAKT_LAKE_TOKEN', 'secret-of-ada')
  heard.length = 0
  await lake()
  expect(heard[0]?.token).toBe('Bearer secret-of-ada')
  const open = await takt(
    'lake',
    '--profile',
    profile,
    '--server',
    'http://trino.example:8080',
    '--table',
    'a.b.c',
  )
  expect(open).toMatchObject({ code: 2, out: '' })
  expect(open.err).toContain('Use the https address')
  expect(open.err).not.toContain('secret-of-ada')
})
test.each([
  [['--server', 'nowhere', '--table', 'a.b.c'], /names no address/],
  [['--server', 'ada:hunter2@lake', '--table', 'a.b.c'], /names no address/],
  [['--server', 'https://ada:hunter2@127.0.0.1:9', '--table', 'a.b.c'], /TAKT_LAKE_TOKEN/],
  [['--server', 'https://x', '--table', 'applications'], /Write catalog\.schema\.table/],
  [['--server', 'http://127.0.0.1:9', '--table', 'a.b.c'], /No answer from/],
])('bad input is told with a remedy: %j', async (words, says) => {
  const { out, err, code } = await takt('lake', '--profile', profile, ...words)
  expect({ out, code }).toEqual({ out: '', code: 2 })
  expect(err).toMatch(says)
  expect(err).not.toContain('hunter2')
})
test('what the engine refuses is told in its own words', async () => {
  const { out, err, code } = await lake('--where-current', 'side = nothing')
  expect({ out, code }).toEqual({ out: '', code: 2 })
  expect(err).toMatch(/nothing.*\n(.*\n)*Check the table/)
})
