import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countWindows, profileReference } from './profile'
import { Tables, values } from './testing/tables'

let tables: Tables
beforeAll(async () => {
  tables = await Tables.open()
})
afterAll(() => tables.close())

const at = (statistics: Record<string, unknown>, ...path: string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], statistics)

describe('numbers at the edge', () => {
  test('a constant against itself is stable, whatever its spread of nothing', async () => {
    const found = await tables.column(
      'SELECT 5.0 AS x FROM range(200)',
      'SELECT 5.0 AS x FROM range(300)',
    )
    expect(found).toMatchObject({ decision: 'stable', severity: 0, p: 1 })
    expect(found.statistics).toMatchObject({
      wasserstein1: 0,
      wasserstein1_over_iqr: 0,
      std_ref_ddof0: 0,
      decile_edges: [5],
    })
    expect(at(found.statistics, 'decile', 'ref_counts')).toEqual([0, 200])
  })
  test('tiny noise around a constant is seen', async () => {
    const found = await tables.column(
      'SELECT 5.0::DOUBLE AS x FROM range(2000)',
      'SELECT 5.0 + (i % 11 - 5) * 1e-9 AS x FROM range(2000) t(i)',
    )
    expect(found.decision).toBe('drifted')
    expect(found.severity).toBeGreaterThan(0.4)
  })
  test.each([
    ['reference', values('NULL::DOUBLE', 'NULL::DOUBLE'), values(1, 2)],
    ['current window', values(1, 2), values('NULL::DOUBLE')],
  ])('nothing but nulls in the %s is unscored, never stable', async (side, reference, current) => {
    const found = await tables.column(reference, current)
    expect(found).toMatchObject({
      decision: 'unscored',
      reason: `the ${side} has no finite value`,
      severity: null,
      pAdjusted: null,
    })
  })
  test('one row on each side could never be told from chance, which is no stability', async () => {
    const found = await tables.column(values('1.5::DOUBLE'), values('99.0::DOUBLE'))
    expect(found).toMatchObject({ decision: 'unscored', cause: 'too-few-values', p: null })
    expect(found.statistics['ks_auto']).toMatchObject({ d: 1, location: 1.5, sign: 1 })
  })
  test.each(['evidently-0.7', 'nannyml-0.13', 'alibi-0.13'] as const)(
    '%s of one row, of a constant and of nothing comes to an end',
    async (preset) => {
      for (const [reference, current] of [
        [values('1.5::DOUBLE'), values('99.0::DOUBLE')],
        ['SELECT 5.0 AS x FROM range(60)', 'SELECT 6.0 AS x FROM range(70)'],
        [values('1.0::DOUBLE'), 'SELECT NULL::DOUBLE AS x'],
      ] as const) {
        expect((await tables.column(reference, current, { preset })).decision).not.toBe('')
      }
    },
  )
  test('an empty window is unscored, with its rows told', async () => {
    const { report } = await tables.compare(
      'SELECT i::DOUBLE AS x FROM range(100) t(i)',
      'SELECT 1.0::DOUBLE AS x WHERE false',
    )
    expect(report.rows).toEqual({ reference: 100, current: 0 })
    expect(report.columns[0]).toMatchObject({
      decision: 'unscored',
      reason: 'the current window has no finite value',
    })
    expect(report.drifted).toBe(false)
  })
  test('a value on an edge belongs to the cell above it', async () => {
    const found = await tables.column(
      'SELECT (i % 10)::DOUBLE AS x FROM range(100) t(i)',
      values('0::DOUBLE', 0.9, 1, 9),
    )
    const edges = at(found.statistics, 'decile_edges') as number[],
      counts = at(found.statistics, 'decile', 'cur_counts') as number[]
    const expected = [
      ...edges.map(
        (edge, k) =>
          [0, 0.9, 1, 9].filter((x) => x < edge && (k === 0 || x >= (edges[k - 1] as number)))
            .length,
      ),
      [0, 0.9, 1, 9].filter((x) => x >= (edges[edges.length - 1] as number)).length,
    ]
    expect(counts).toEqual(expected)
  })
  test('null, NaN and both infinities are counted apart and left out', async () => {
    const odd = values(
      '1.0::DOUBLE',
      2,
      3,
      'NULL',
      "'NaN'::DOUBLE",
      "'Infinity'::DOUBLE",
      "'-Infinity'::DOUBLE",
      "'-Infinity'::DOUBLE",
      0,
    )
    const found = await tables.column(odd, odd)
    expect(found.statistics).toMatchObject({
      n_ref: 9,
      finite_ref: 4,
      null_ref: 1,
      nan_ref: 1,
      inf_ref: 3,
      null_rate: { shift: 0 },
      zero_rate: { ref: 1 / 9 },
    })
    expect(found).toMatchObject({ decision: 'stable', severity: 0 })
  })
  test('values whose range is beyond a double are still decided', async () => {
    const found = await tables.column(
      'SELECT CASE WHEN i % 2 = 0 THEN 1e308 ELSE -1e308 END AS x FROM range(400) t(i)',
      'SELECT 1e308 AS x FROM range(400)',
    )
    expect(found.statistics['ks_auto']).toMatchObject({ d: 0.5 })
    expect(found.statistics['wasserstein1']).toBe(Infinity)
    expect(found.decision).toBe('drifted')
  })
  test('denormals keep their order', async () => {
    const found = await tables.column(
      'SELECT i * 5e-324::DOUBLE AS x FROM range(1, 101) t(i)',
      'SELECT i * 5e-324::DOUBLE AS x FROM range(51, 151) t(i)',
    )
    expect(found.statistics['ks_auto']).toMatchObject({ d: 0.5 })
    expect(found.statistics).toMatchObject({ min_ref: 5e-324, max_cur: 150 * 5e-324 })
  })
  test('negative zero is zero', async () => {
    const found = await tables.column(
      "SELECT CASE WHEN i % 2 = 0 THEN '-0.0'::DOUBLE ELSE 0.0 END AS x FROM range(5000) t(i)",
      "SELECT '-0.0'::DOUBLE AS x FROM range(5000)",
    )
    expect(found.statistics['ks_auto']).toMatchObject({ d: 0, p: 1 })
    expect(found).toMatchObject({ decision: 'stable', severity: 0 })
    expect(found.limits).toMatchObject({ js: 0.1 })
  })
  test('the largest unsigned integers differ from the smallest', async () => {
    const found = await tables.column(
      'SELECT (18446744073709551615::UBIGINT - i::UBIGINT) AS x FROM range(100) t(i)',
      'SELECT i::UBIGINT AS x FROM range(100) t(i)',
    )
    expect(found.statistics).toMatchObject({ max_ref: 18446744073709551615, min_cur: 0 })
    expect(found.statistics['ks_auto']).toMatchObject({ d: 1 })
  })
  test('dates before 1970 and days of a clock change are seconds of UTC', async () => {
    const days = (from: string, to: string) =>
      `SELECT d::DATE AS x FROM generate_series(DATE '${from}', DATE '${to}', INTERVAL 1 DAY) t(d)`
    const found = await tables.column(
      days('1899-12-30', '1900-03-01'),
      days('1969-12-25', '1970-01-05'),
    )
    expect(found.statistics).toMatchObject({
      min_ref: Date.UTC(1899, 11, 30) / 1000,
      max_cur: Date.UTC(1970, 0, 5) / 1000,
    })
    const hours = await tables.column(
      "SELECT t AS x FROM generate_series(TIMESTAMPTZ '2026-03-29 00:00:00+01', TIMESTAMPTZ '2026-03-29 05:00:00+02', INTERVAL 1 HOUR) s(t)",
      values("TIMESTAMPTZ '2026-03-29 03:00:00+02'"),
    )
    expect(hours.statistics).toMatchObject({
      n_ref: 5,
      min_ref: Date.UTC(2026, 2, 28, 23) / 1000,
      min_cur: Date.UTC(2026, 2, 29, 1) / 1000,
    })
  })
})

describe('categories at the edge', () => {
  test('a thousand categories without drift raise no alarm, with a vanished half they do', async () => {
    const draw = (rows: number, of: number, seed: number) =>
      `SELECT 'k' || (hash(i + ${seed}) % ${of}) AS x FROM range(${rows}) t(i)`
    expect(await tables.column(draw(50_000, 1000, 1), draw(20_000, 1000, 900_000))).toMatchObject({
      kind: 'categorical',
      decision: 'stable',
    })
    const gone = await tables.column(draw(50_000, 1000, 1), draw(20_000, 500, 900_000))
    expect(gone).toMatchObject({
      decision: 'drifted',
      statistics: { categories: 1000, gone_count: 500 },
    })
    expect((gone.statistics['gone_in_cur'] as string[]).length).toBe(50)
  })
  test('forms of the same letter are different categories, in the order of their bytes', async () => {
    const found = await tables.column(
      values('chr(233)', "'zebra'", 'chr(128512)', 'chr(65370)'),
      values("'e' || chr(769)", "'zebra'", "''"),
    )
    expect(found.statistics['gone_in_cur']).toEqual(['\u00e9', '\uff5a', '\u{1f600}'])
    expect(found.statistics['new_in_cur']).toEqual(['', 'e\u0301'])
  })
  test('booleans are categories', async () => {
    const found = await tables.column(
      'SELECT i % 10 < 3 AS x FROM range(1000) t(i)',
      'SELECT true AS x FROM range(1000)',
    )
    expect(found).toMatchObject({
      kind: 'categorical',
      decision: 'drifted',
      statistics: { gone_in_cur: ['False'], ref_counts: [700, 300] },
    })
  })
  test('one category on both sides is stable', async () => {
    expect(
      await tables.column("SELECT 'a' AS x FROM range(50)", "SELECT 'a' AS x FROM range(60)"),
    ).toMatchObject({ decision: 'stable', severity: 0, p: 1 })
  })
  test('more values than categories have is an identifier', async () => {
    const found = await tables.column(
      "SELECT 'user-' || i AS x FROM range(120000) t(i)",
      "SELECT 'a' AS x",
    )
    expect(found).toMatchObject({
      decision: 'unscored',
      reason: 'more than 100000 different values: an identifier rather than a category',
    })
  })
})

describe('differences of schema are told per column and stop nothing', () => {
  test('missing, new and retyped columns', async () => {
    const { report } = await tables.compare(
      'SELECT i::DOUBLE AS a, i AS b, i AS c FROM range(50) t(i)',
      "SELECT i::DOUBLE AS a, 'x' AS b, i AS d FROM range(50) t(i)",
    )
    expect(
      report.columns.map(({ column, decision, schema, reason }) => [
        column,
        decision,
        schema,
        reason,
      ]),
    ).toEqual([
      ['a', 'stable', undefined, 'small, and chance could have done it'],
      ['b', 'unscored', 'type changed', 'its type changed from BIGINT to VARCHAR'],
      ['c', 'unscored', 'missing', 'the current window does not have this column'],
      ['d', 'unscored', 'new', 'the reference does not have this column'],
    ])
  })
  test('lists and structures are named and left out', async () => {
    const { report } = await tables.compare(
      'SELECT [1, 2] AS list, {a: 1} AS structure, 1.0 AS x FROM range(50)',
      'SELECT [1] AS list, {a: 2} AS structure, 1.0 AS x FROM range(50)',
    )
    expect(report.columns.map(({ decision }) => decision)).toEqual([
      'unscored',
      'unscored',
      'stable',
    ])
  })
  test('three hundred columns', async () => {
    const wide = `SELECT ${Array.from({ length: 300 }, (_, k) => `(hash(i + ${k}) % 1000) / 10.0 AS c${k}`).join(', ')} FROM range(500) t(i)`
    const { report } = await tables.compare(wide, wide)
    expect(report.columns.length).toBe(300)
    expect(
      report.columns.every(({ decision, severity }) => decision === 'stable' && severity === 0),
    ).toBe(true)
  })
})

test('a week with a clock change has its own hours in its own zone', async () => {
  const file = await tables.write(
    'hours.parquet',
    "SELECT t::TIMESTAMP AS t, 1.0 AS x FROM generate_series(TIMESTAMP '2026-03-28 23:00:00', TIMESTAMP '2026-03-30 21:59:00', INTERVAL 1 HOUR) s(t)",
  )
  const profile = await profileReference({ path: file, columns: ['x'] })
  const rows = async (zone: string) =>
    (
      await countWindows(profile, {
        path: file,
        cut: { by: 'time', column: 't', period: 'day', zone },
      })
    ).map((window) => [window.name, window.rows])
  expect(await rows('Europe/Berlin')).toEqual([
    ['2026-03-29', 23],
    ['2026-03-30', 24],
  ])
  expect(await rows('UTC')).toEqual([
    ['2026-03-28', 1],
    ['2026-03-29', 24],
    ['2026-03-30', 22],
  ])
})
