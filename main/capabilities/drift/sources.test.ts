import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compare } from './compare'
import { UnusableInput } from './domain/failures'
import { Tables } from './testing/tables'

let tables: Tables
beforeAll(async () => {
  tables = await Tables.open()
})
afterAll(() => tables.close())

const NUMBERS = "SELECT (hash(i) % 1000) / 10.0 AS x, 'k' || (i % 5) AS c FROM range(3000) t(i)"
const text = (name: string, lines: string[] | Buffer) => {
  const file = tables.path(name)
  writeFileSync(file, Array.isArray(lines) ? lines.join('\n') : lines)
  return file
}

describe('tables that are not as they should be: a named reason, and the rest goes on', () => {
  test('a Parquet file that was cut short', async () => {
    const good = await tables.write('good.parquet', NUMBERS),
      cut = text('cut.parquet', readFileSync(good).subarray(0, 2000))
    await expect(compare({ reference: good, current: cut })).rejects.toThrow(
      /cut\.parquet cannot be read/,
    )
  })
  test('one cut file in a folder is named and left out', async () => {
    const folder = tables.path('parts')
    mkdirSync(folder)
    for (const part of ['a', 'b']) await tables.write(join('parts', `${part}.parquet`), NUMBERS)
    writeFileSync(
      join(folder, 'c.parquet'),
      readFileSync(join(folder, 'a.parquet')).subarray(0, 1500),
    )
    const { report, skipped } = await compare({
      reference: await tables.write('whole.parquet', NUMBERS),
      current: folder,
    })
    expect(report.rows).toEqual({ reference: 3000, current: 6000 })
    expect(report.columns.map(({ decision }) => decision)).toEqual(['stable', 'stable'])
    expect(skipped.map(({ file }) => file)).toEqual([join(folder, 'c.parquet')])
  })
  test('damage inside one column leaves the others', async () => {
    const good = await tables.write(
      'two.parquet',
      'SELECT (hash(i) % 100003) / 7.0 AS a, (hash(i + 1) % 100003) / 7.0 AS b FROM range(20000) t(i)',
      'FORMAT parquet, COMPRESSION zstd',
    )
    const bytes = readFileSync(good)
    bytes.fill(0xff, 4, 60)
    const { report } = await compare({ reference: good, current: text('damaged.parquet', bytes) })
    expect(report.columns.map(({ column, decision }) => [column, decision])).toEqual([
      ['a', 'unscored'],
      ['b', 'stable'],
    ])
    expect(report.columns[0]?.reason).toMatch(/^it cannot be read: /)
  })
  test('a ragged CSV loses its ragged lines, which are counted', async () => {
    const rows = Array.from({ length: 500 }, (_, at) => `${at % 10},k${at % 3}`)
    const ragged = text('ragged.csv', [
      'x,c',
      ...rows.slice(0, 300),
      '1,2,3,4,5',
      'x',
      ...rows.slice(300),
    ])
    const { report, skipped } = await compare({
      reference: text('even.csv', ['x,c', ...rows]),
      current: ragged,
    })
    expect(report.columns.map(({ column, kind, decision }) => [column, kind, decision])).toEqual([
      ['x', 'numeric', 'stable'],
      ['c', 'categorical', 'stable'],
    ])
    expect(report.rows.current).toBe(500)
    expect(skipped[0]?.says).toMatch(/^2 of its lines do not fit its header/)
  })
  test.each([
    ['utf-8', 'utf8'],
    ['utf-16', 'utf16le'],
    ['latin-1', 'latin1'],
  ] as const)('a CSV in %s', async (name, encoding) => {
    const lines = [
      'stadt;wert',
      ...Array.from({ length: 200 }, (_, at) => `${['Köln', 'Zürich', 'Lyon'][at % 3]};${at}`),
    ].join('\n')
    const bytes = Buffer.from(lines, encoding)
    const file = text(
      `${name}.csv`,
      encoding === 'utf16le' ? Buffer.concat([Buffer.from([0xff, 0xfe]), bytes]) : bytes,
    )
    const { report } = await compare({
      reference: text('plain.csv', Buffer.from(lines, 'utf8')),
      current: file,
    })
    expect(
      report.columns.map(({ column, decision, severity }) => [column, decision, severity]),
    ).toEqual([
      ['stadt', 'stable', 0],
      ['wert', 'stable', 0],
    ])
  })
  test('a column of mixed types is unscored unless its kind is named', async () => {
    const mixed =
      "SELECT CASE WHEN i % 50 = 0 THEN 'n/a' ELSE (i % 400)::VARCHAR END AS x FROM range(2000) t(i)"
    const found = await tables.column(mixed, mixed)
    expect(found).toMatchObject({ decision: 'unscored' })
    expect(found.reason).toMatch(
      /^mixed types in the reference: 100 % .* such as "n\/a"; name its kind/,
    )
    expect(await tables.column(mixed, mixed, { kinds: { x: 'categorical' } })).toMatchObject({
      decision: 'stable',
      kind: 'categorical',
    })
    expect(await tables.column(mixed, mixed, { kinds: { x: 'numeric' } })).toMatchObject({
      decision: 'stable',
      kind: 'numeric',
      statistics: { null_ref: 40 },
    })
  })
  test.each([
    ['a file that is not there', { current: '/nowhere/a.parquet' }, /There is no file/],
    [
      'a filter that does not fit',
      { whereCurrent: 'nope > 1' },
      /The filter nope > 1 does not fit/,
    ],
    ['a column that is not there', { columns: ['nope'] }, /There is no column nope/],
    ['a pattern without a match', { current: '/nowhere/*.parquet' }, /No table matches/],
  ])('%s', async (_why, request, says) => {
    const file = await tables.write('plain.parquet', NUMBERS)
    const found = compare({ reference: file, current: file, ...request })
    await expect(found).rejects.toThrow(says)
    await expect(found).rejects.toBeInstanceOf(UnusableInput)
  })
})

test('work that is cancelled stops with the reason given', async () => {
  const file = await tables.write('cancel.parquet', NUMBERS),
    stop = new AbortController()
  const found = compare(
    { reference: file, current: file },
    {
      signal: stop.signal,
      progress: ({ phase }) => {
        if (phase === 'scoring') stop.abort(new Error('enough'))
      },
    },
  )
  await expect(found).rejects.toThrow('enough')
})
