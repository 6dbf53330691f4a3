import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'

import { fileURLToPath, pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compare, type CompareRequest } from './compare'
import { toJson } from './json'
import { Tables } from './testing/tables'

let tables: Tables
const root = fileURLToPath(new URL('../../..', import.meta.url))
// Beside the packages, so that the built thread finds the engine.
const built = mkdtempSync(join(root, 'node_modules', '.drift-worker-'))
beforeAll(async () => {
  tables = await Tables.open()
})
afterAll(() => {
  tables.close()
  rmSync(built, { recursive: true, force: true })
})

const rows = (shift: number) =>
  `SELECT i, (hash(i + ${shift} * 1000003) % 10007) / 97.0 + ${shift} AS a, CASE WHEN i % 17 = 0 THEN NULL ELSE sqrt(hash(i * 3 + ${shift}) % 99991) END AS b, 'k' || (hash(i + ${shift}) % 37) AS c FROM range(30000) t(i)`
const pick = 'SELECT a, b, c'

/** Everything but the limits, which follow the order of the rows as they must. */
async function scores(request: CompareRequest): Promise<string> {
  const { report } = await compare({ ...request, columns: ['a', 'b', 'c'] })
  return toJson(
    report.columns.map(
      ({ limits: _limits, decision: _decision, reason: _reason, ...rest }) => rest,
    ),
  )
}

test('the same numbers to the last digit for permuted rows, split files and any number of threads', async () => {
  const reference = await tables.write('r.parquet', `${pick} FROM (${rows(0)}) ORDER BY i`),
    current = await tables.write('c.parquet', `${pick} FROM (${rows(2)}) ORDER BY i`)
  const expected = await scores({ reference, current })

  const shuffled = {
    reference: await tables.write('r2.parquet', `${pick} FROM (${rows(0)}) ORDER BY hash(i)`),
    current: await tables.write('c2.parquet', `${pick} FROM (${rows(2)}) ORDER BY hash(i + 5)`),
  }
  expect(await scores(shuffled)).toBe(expected)

  mkdirSync(tables.path('split'))
  for (const part of [0, 1, 2])
    await tables.write(
      join('split', `${part}.parquet`),
      `${pick} FROM (${rows(2)}) WHERE i % 3 = ${part}`,
    )
  expect(await scores({ reference, current: tables.path('split') })).toBe(expected)
  expect(await scores({ reference, current: join(tables.path('split'), '*.parquet') })).toBe(
    expected,
  )

  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, external: ['@duckdb/node-api'] },
    build: {
      ssr: true,
      outDir: built,
      target: 'node24',
      rolldownOptions: {
        input: join(root, 'main/capabilities/drift/drift-worker.ts'),
        external: ['@duckdb/node-api'],
        output: { format: 'es', entryFileNames: 'worker.mjs' },
      },
    },
  })
  const workerScript = pathToFileURL(join(built, 'worker.mjs'))
  for (const threads of [2, 3])
    expect(await scores({ reference, current, threads, workerScript })).toBe(expected)
}, 60_000)

test('the same numbers from CSV as from Parquet', async () => {
  const ask = {
    reference: await tables.write('same.parquet', `${pick} FROM (${rows(0)})`),
    current: await tables.write('same2.parquet', `${pick} FROM (${rows(1)})`),
  }
  const csv = {
    reference: await tables.write('same.csv', `${pick} FROM (${rows(0)})`),
    current: await tables.write('same2.csv', `${pick} FROM (${rows(1)})`),
  }
  expect(await scores(csv)).toBe(await scores(ask))
}, 30_000)
