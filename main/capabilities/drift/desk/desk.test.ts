import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MonitorSettings } from '../../../../preload/contract/drift-review'
import { Tables } from '../testing/tables'
import { inlineDesk } from './inline'
import type { Answers, BookAt } from './questions'

let tables: Tables
beforeAll(async () => {
  tables = await Tables.open()
})
afterAll(() => tables.close())
const desk = inlineDesk()
const settings = (path: string, more: Partial<MonitorSettings> = {}): MonitorSettings => ({
  model: 'm',
  about: '',
  owner: '',
  reference: { path, where: 'week = 0' },
  current: { path, where: 'week > 0' },
  timeColumn: 'at',
  period: 'week',
  rule: { correction: 'benjamini-hochberg', level: 0.05 },
  alertAfter: { k: 1, n: 1 },
  limits: { watch: 0.1, act: 0.25 },
  incidents: [],
  ...more,
})
const count = (
  path: string,
  more: Partial<MonitorSettings> = {},
  extra: { late?: string; before?: BookAt; current?: string } = {},
): Promise<Answers['count']> =>
  desk.ask<'count'>({
    ask: 'count',
    id: 'm',
    settings: settings(path, more),
    located: { reference: path, current: extra.current ?? path, late: extra.late, snapshots: [] },
    before: extra.before,
    anew: false,
    simulated: false,
    madeAt: '2026-02-01T00:00:00Z',
  })

// Chance is a hash, so that every run has the same rows.
const u = (purpose: number) =>
  `((hash(concat_ws(':', i, week, ${purpose})) >> 11) + 0.5) / 9007199254740992.0`
const z = (purpose: number) => `sqrt(-2 * ln(${u(purpose)})) * cos(2 * pi() * ${u(purpose + 1)})`
const rows = (columns: string, { weeks = 4, perWeek = 3000 } = {}) =>
  `SELECT i, week, TIMESTAMP '2026-01-05' + to_days(CAST(7 * week + i % 7 AS INTEGER)) AS at, ${columns} FROM range(${perWeek}) a(i), range(${weeks}) b(week) ORDER BY week, i`
interface Seen {
  estimated: { value: number; lower: number; upper: number }
  realised: { value: number; upper: number }
  labelled: number
}
/** One window's metric; what is not there is not a number, which no comparison accepts. */
function metric({ summary }: Answers['count'], name: string, at: number): Seen {
  const found = summary.quality.filter((point) => point.metric === name)[at],
    none = { value: NaN, lower: NaN, upper: NaN }
  return {
    estimated: found?.estimated ?? none,
    realised: found?.realised ?? none,
    labelled: found?.labelled ?? NaN,
  }
}
const apart = ({ estimated, realised }: Seen) => Math.abs(estimated.value - realised.value)

describe('quality without labels', () => {
  test('of several classes is estimated where sureness falls, and not where only the concept changed', async () => {
    const sure = `(0.3 + CASE WHEN week = 2 THEN 0.35 ELSE 0.7 END * ${u(1)})`
    const path = await tables.write(
      'classes.parquet',
      rows(
        `${z(8)} AS x, ${sure} AS sure, 'a' AS said, CASE WHEN ${u(2)} < ${sure} * CASE WHEN week = 3 THEN 0.6 ELSE 1 END THEN 'a' ELSE 'b' END AS truth`,
      ),
    )
    const found = await count(path, {
        columns: ['x'],
        labels: { task: 'multiclass', label: 'truth', prediction: 'said', probability: 'sure' },
      }),
      usual = metric(found, 'accuracy', 0),
      unsure = metric(found, 'accuracy', 1),
      changed = metric(found, 'accuracy', 2)
    expect(apart(usual)).toBeLessThan(0.04)
    expect(unsure.estimated.value).toBeLessThan(usual.estimated.lower - 0.1)
    expect(apart(unsure)).toBeLessThan(0.05)
    expect(changed.estimated.lower).toBeGreaterThan(changed.realised.upper)
  })
  test('of a number grows where rows move to where the model errs', async () => {
    const x = `${u(3)} + CASE WHEN week = 2 THEN 0.5 ELSE 0 END`,
      path = await tables.write(
        'numbers.parquet',
        rows(`${x} AS x, 10.0 AS said, 10 + (0.2 + 3 * (${x})) * (${z(4)}) AS truth`),
      )
    const found = await count(path, {
        columns: ['x'],
        labels: { task: 'regression', label: 'truth', prediction: 'said' },
      }),
      usual = metric(found, 'mae', 0),
      moved = metric(found, 'mae', 1)
    expect(usual.estimated.lower).toBeLessThan(usual.realised.value)
    expect(usual.estimated.upper).toBeGreaterThan(usual.realised.value)
    expect(moved.estimated.value).toBeGreaterThan(1.2 * usual.estimated.value)
  })
  test('joins labels that came later by their key, and says how many are known', async () => {
    const path = await tables.write(
      'early.parquet',
      rows(
        `week * 3000 + i AS id, ${z(1)} AS x, 1 / (1 + exp(-(${z(1)}))) AS p, CAST(${z(1)} > 0 AS INTEGER) AS said, CASE WHEN week = 0 THEN CAST(${u(9)} < 1 / (1 + exp(-(${z(1)}))) AS INTEGER) END AS truth`,
      ),
    )
    const late = await tables.write(
      'late.parquet',
      `SELECT id, CAST((hash(id) >> 11) / 9007199254740992.0 < p AS INTEGER) AS truth FROM '${path}' WHERE week = 1 OR (week = 2 AND i % 4 = 0)`,
    )
    const found = await count(
      path,
      {
        columns: ['x'],
        labels: {
          task: 'binary',
          label: 'truth',
          prediction: 'said',
          probability: 'p',
          late: { source: { path: late }, key: 'id' },
        },
      },
      { late },
    )
    expect(
      found.summary.quality
        .filter((point) => point.metric === 'roc_auc')
        .map(({ labelled, realised }) => [labelled, realised !== undefined]),
    ).toEqual([
      [1, true],
      [0.25, true],
      [0, false],
    ])
    expect(apart(metric(found, 'roc_auc', 0))).toBeLessThan(0.04)
  })
  test('says what it lacks instead of guessing', async () => {
    const path = await tables.write(
      'few.parquet',
      rows(`${z(1)} AS x, 0.5 AS p, 1 AS said, 1 AS truth`, { perWeek: 50 }),
    )
    expect(
      (
        await count(path, {
          columns: ['x'],
          labels: { task: 'binary', label: 'truth', prediction: 'said', probability: 'p' },
        })
      ).summary.qualityMissing,
    ).toMatch(/only 50 labelled rows/)
    expect(
      (
        await count(path, {
          columns: ['x'],
          labels: { task: 'binary', label: 'nowhere', prediction: 'said' },
        })
      ).summary.qualityMissing,
    ).toBe('The reference has no column nowhere.')
    expect((await count(path, { columns: ['x'] })).summary.qualityMissing).toMatch(/No label/)
  })
})

test('columns that are missing, new or of another type in a window are told and stop nothing', async () => {
  const path = await tables.write(
    'before.parquet',
    rows(`${z(1)} AS x, ${z(3)} AS y, ${z(5)} AS gone`, { weeks: 1 }),
  )
  mkdirSync(tables.path('after'))
  const current = await tables.write(
    'after/now.parquet',
    `SELECT * EXCLUDE (y, gone), CAST(y AS VARCHAR) AS y, 1 AS extra FROM '${path}'`,
  )
  const { summary } = await count(
    path,
    { columns: undefined as never, current: { path: current }, reference: { path } },
    { current },
  )
  expect(summary.windows[0]?.schema.toSorted()).toEqual([
    'extra is new (INTEGER).',
    'gone: the window does not have this column.',
    'y: its type changed to VARCHAR.',
  ])
  expect(summary.windows[0]?.columns.find(({ column }) => column === 'x')).toMatchObject({
    decision: 'stable',
  })
})

test('what was counted before is not counted again, and a changed reference is frozen anew', async () => {
  const path = await tables.write('again.parquet', rows(`${z(1)} AS x`)),
    first = await count(path, { columns: ['x'] }),
    before = { key: 'first', bytes: first.book }
  expect([first.counted, (await count(path, { columns: ['x'] }, { before })).counted]).toEqual([
    3, 1,
  ])
  const changed = await count(
    path,
    { columns: ['x'], reference: { path, where: 'week <= 1' } },
    { before },
  )
  expect(changed.counted).toBe(3)
  expect(changed.summary.profile.hash).not.toBe(first.summary.profile.hash)
})

test('a source is looked at: kinds, rows, and whether its form is sure', async () => {
  const csv = await tables.write(
      'some.csv',
      "SELECT 1 AS a, DATE '2026-01-05' AS at, 'x' AS c",
      'FORMAT csv, HEADER',
    ),
    look = await desk.ask<'look'>({ ask: 'look', path: csv })
  expect(look).toMatchObject({
    rows: 1,
    files: 1,
    csv: { delimiter: ',', header: true, encoding: 'utf-8' },
    columns: [
      { name: 'a', kind: 'numeric' },
      { name: 'at', kind: 'time' },
      { name: 'c', kind: 'categorical' },
    ],
  })
  const odd = await tables.write(
    'odd.csv',
    'SELECT * FROM (VALUES (1), (2)) t(alone)',
    'FORMAT csv, HEADER false',
  )
  expect((await desk.ask<'look'>({ ask: 'look', path: odd })).csv?.sure).toBe(false)
  expect(
    (
      await desk.ask<'look'>({
        ask: 'look',
        path: odd,
        csv: { delimiter: ';', header: false, encoding: 'utf-8' },
      })
    ).rows,
  ).toBe(2)
})
