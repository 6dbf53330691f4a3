import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import fc from 'fast-check'
import type { DriftProfile } from '../../../preload/contract/drift'
import { CONSTANT_LIMITS, decideFamily, DEFAULT_RULE, leastP } from './domain/decide'
import { nextUp, severityCuts, severityEdges } from './domain/severity-cells'
import { loadSpecialFunctions } from '../../platform/numerics'
import { countWindows, profileReference, scoreWindows } from './profile'
import { taktDrift } from './testing/command'
import { Tables } from './testing/tables'

let tables: Tables
beforeAll(async () => {
  tables = await Tables.open()
})
afterAll(() => tables.close())
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = 0
})

const ROWS = 12_000
const chance = (seed: number) => `((hash(i + ${seed}) >> 11) / 9007199254740992.0)`
const inflated = (zeros: number, seed: number, times = 1) =>
  `SELECT CASE WHEN ${chance(seed)} < ${zeros} THEN 0.0 ELSE ${times} * exp(3 * ${chance(seed + 1e7)}) END AS x FROM range(${ROWS}) t(i)`
const plain = `SELECT ${chance(5)} AS x FROM range(${ROWS}) t(i)`

/** What a reference and a window come to on every way: compared, frozen and counted, and by the exit code. */
async function everyWay(reference: string, current: string) {
  const files = {
    reference: await tables.write('reference.parquet', reference),
    current: await tables.write('current.parquet', current),
  }
  const { out, code } = await taktDrift(
    ...['compare', '--reference', files.reference, '--current', files.current],
    ...['--json', '--fail-on-drift'],
  )
  const [column] = (JSON.parse(out) as { columns: { decision: string; severity: number }[] })
    .columns
  const profile: DriftProfile = await profileReference({ path: files.reference })
  const windows = await countWindows(profile, { path: files.current }),
    [scores] = scoreWindows(profile, windows, { special: await loadSpecialFunctions() })
  return {
    code,
    compared: column?.decision,
    severity: column?.severity,
    counted: scores?.columns[0]?.decision,
    isLoud: scores?.drifted === true || (scores?.unjudged ?? []).length > 0,
  }
}

describe('what changed is drift or cannot be judged, never stable', () => {
  test.each<[why: string, reference: string, current: string, decision: string]>([
    ['95 % zeros become 61 %', inflated(0.95, 1), inflated(0.61, 2), 'drifted'],
    [
      'the few other values grow a hundredfold',
      inflated(0.95, 1),
      inflated(0.95, 2, 100),
      'drifted',
    ],
    [
      'a constant becomes another',
      'SELECT 0.0 AS x FROM range(12000)',
      'SELECT 1.0 AS x FROM range(12000)',
      'drifted',
    ],
    [
      'a constant of few rows becomes another',
      'SELECT 0.0 AS x FROM range(60)',
      'SELECT 1.0 AS x FROM range(70)',
      'drifted',
    ],
    [
      'nulls go from 0 to 95 %',
      plain,
      `SELECT CASE WHEN i % 20 = 0 THEN x END AS x FROM (SELECT i, ${chance(9)} AS x FROM range(${ROWS}) t(i))`,
      'drifted',
    ],
    [
      'nulls go from 95 % to 0',
      `SELECT CASE WHEN i % 20 = 0 THEN x END AS x FROM (SELECT i, ${chance(9)} AS x FROM range(${ROWS}) t(i))`,
      plain,
      'drifted',
    ],
    ['all values become null', plain, `SELECT NULL::DOUBLE AS x FROM range(${ROWS})`, 'drifted'],
    [
      'a third becomes NaN',
      plain,
      `SELECT CASE WHEN i % 3 = 0 THEN 'NaN'::DOUBLE ELSE ${chance(9)} END AS x FROM range(${ROWS}) t(i)`,
      'drifted',
    ],
    [
      'a third becomes infinite',
      plain,
      `SELECT CASE WHEN i % 3 = 0 THEN 'Infinity'::DOUBLE ELSE ${chance(9)} END AS x FROM range(${ROWS}) t(i)`,
      'drifted',
    ],
    [
      'categories become null',
      `SELECT 'k' || (i % 3) AS x FROM range(${ROWS}) t(i)`,
      `SELECT CASE WHEN i % 5 = 0 THEN 'k' || (i % 3) END AS x FROM range(${ROWS}) t(i)`,
      'drifted',
    ],
    [
      'values beyond any difference',
      'SELECT CASE WHEN i % 2 = 0 THEN 1.7e308 ELSE -1.7e308 END AS x FROM range(400) t(i)',
      'SELECT CASE WHEN i % 2 = 1 THEN 1.7e308 ELSE -1.7e308 END AS x FROM range(400) t(i)',
      'stable or unscored',
    ],
    ['the column vanishes', plain, `SELECT 1 AS y FROM range(${ROWS})`, 'unscored'],
    [
      'numbers become words',
      plain,
      `SELECT 'w' || (i % 7) AS x FROM range(${ROWS}) t(i)`,
      'unscored',
    ],
    ['one row is left', plain, 'SELECT 0.5 AS x', 'unscored'],
    ['no row is left', plain, 'SELECT 0.5 AS x WHERE false', 'unscored'],
  ])('%s', async (_why, reference, current, decision) => {
    const found = await everyWay(reference, current)
    if (decision === 'stable or unscored') {
      expect(found).toMatchObject({ severity: found.compared === 'stable' ? 0 : null })
      return
    }
    expect(found).toMatchObject({ code: 3, compared: decision, counted: decision, isLoud: true })
  })
  test.each([
    ['the same mostly zeros', inflated(0.95, 1), inflated(0.95, 2)],
    [
      'the same share of nulls',
      `SELECT CASE WHEN i % 5 > 0 THEN ${chance(1)} END AS x FROM range(${ROWS}) t(i)`,
      `SELECT CASE WHEN i % 5 < 4 THEN ${chance(2)} END AS x FROM range(${ROWS}) t(i)`,
    ],
    ['the same constant', 'SELECT 5.0 AS x FROM range(5000)', 'SELECT 5.0 AS x FROM range(3000)'],
  ])('%s stays stable', async (_why, reference, current) => {
    expect(await everyWay(reference, current)).toMatchObject({
      code: 0,
      compared: 'stable',
      counted: 'stable',
      isLoud: false,
    })
  })
  test('a column that is empty on both sides, or an identifier on both, stops no pipeline', async () => {
    for (const sql of [
      `SELECT NULL::DOUBLE AS x FROM range(500)`,
      `SELECT 'user-' || i AS x FROM range(5000) t(i)`,
      `SELECT [1, 2] AS x FROM range(500)`,
    ])
      expect(await everyWay(sql, sql)).toMatchObject({ code: 0, compared: 'unscored' })
  })
  test('a new column is told, and stops a pipeline', async () => {
    const reference = await tables.write('old.parquet', plain),
      current = await tables.write('new.parquet', `SELECT x, 1 AS y FROM (${plain})`)
    const words = ['compare', '--reference', reference, '--current', current, '--fail-on-drift']
    expect(await taktDrift(...words)).toMatchObject({
      code: 3,
      err: expect.stringContaining('One column cannot be judged: y.') as string,
    })
  })
})

describe('no figure decides that is no number', () => {
  const odd = fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, 0.05, 0.2, 1, 1e308)
  test('a decision with a figure that is none is no decision, or drift by another', () => {
    fc.assert(
      fc.property(odd, odd, odd, odd, odd, (js, second, p, jsLimit, secondLimit) => {
        const [found] = decideFamily(
          [
            {
              evidence: { js, second, p, values: { reference: 500, current: 500 } },
              limits: { ...CONSTANT_LIMITS, js: jsLimit, second: secondLimit },
            },
          ],
          DEFAULT_RULE,
        )
        if (found?.decision === 'stable') expect([js, p, jsLimit].every(Number.isFinite)).toBe(true)
        if (found?.decision === 'stable' && js <= jsLimit)
          expect([second, secondLimit].every(Number.isFinite)).toBe(true)
      }),
    )
  })
  test('one that is none does not touch the others of its family', () => {
    const limits = CONSTANT_LIMITS,
      values = { reference: 500, current: 500 }
    const good = { evidence: { js: 0.5, second: 0.5, p: 1e-9, values }, limits },
      bad = { evidence: { js: 0.5, second: 0.5, p: Number.NaN, values }, limits }
    expect(decideFamily([bad, good, bad], DEFAULT_RULE).map(({ decision }) => decision)).toEqual([
      'unscored',
      'drifted',
      'unscored',
    ])
  })
  test('the least p of few values', () => {
    expect(leastP({ reference: 1, current: 1 })).toBe(1)
    expect(leastP({ reference: 3, current: 3 })).toBeCloseTo(0.1)
    expect(leastP({ reference: 4, current: 4 })).toBeCloseTo(2 / 70)
  })
})

describe('cells of severity', () => {
  test('are deciles where no value takes two of them', () => {
    const values = Float64Array.from({ length: 101 }, (_, at) => at)
    expect(severityEdges(values)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90])
  })
  test('give a value that takes several a cell of its own, and cut the rest into tenths', () => {
    const values = Float64Array.from({ length: 1000 }, (_, at) => (at < 900 ? 0 : at - 899))
    expect(severityEdges(values)).toEqual([0, nextUp(0), 11, 21, 31, 41, 51, 61, 71, 81, 91])
    expect(severityEdges(new Float64Array(50).fill(7))).toEqual([7, nextUp(7)])
  })
  test('ascend, end and hold every atom alone, whatever the values', () => {
    const value = fc.oneof(
      fc.constantFrom(0, -0, 1, 1, 1, 5e-324, 1.7e308, -1.7e308),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    )
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 80 }), (list) => {
        const edges = severityEdges(Float64Array.from(list).sort())
        expect(edges.length).toBeLessThanOrEqual(32)
        expect(
          edges.every(
            (edge, at) => Number.isFinite(edge) && (at === 0 || edge > (edges[at - 1] as number)),
          ),
        ).toBe(true)
      }),
    )
  })
  test('from counts are cut at the same places', () => {
    expect(severityCuts([0, 900, 50, 50])).toEqual([1, 2, 3])
    expect(severityCuts([100, 100, 100, 100, 100, 100, 100, 100, 100, 100])).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ])
  })
})
