import { afterAll, beforeAll, expect, test } from 'vitest'
import { edgeOf, keyEdges, KeyCounter } from './domain/key-cells'
import { Tables } from './testing/tables'

let tables: Tables
beforeAll(async () => {
  tables = await Tables.open()
})
afterAll(() => tables.close())

const SHAPES = {
  skewed: 'exp((hash(i, SIDE) % 100003) / 20000.0) - 3',
  'with ties': '((hash(i, SIDE) % 23)::INTEGER - 11)::DOUBLE',
  tiny: '(hash(i, SIDE) % 997) * 5e-324::DOUBLE',
  wide: '((hash(i, SIDE) % 2000003)::DOUBLE - 1000000) * 1e12',
}
test.each(Object.entries(SHAPES))(
  'cells of a column too long to sort bound its exact distances: %s',
  async (name, expression) => {
    const side = (seed: number, more: string) =>
      `SELECT ${expression.replace('SIDE', String(seed))} ${more} AS x FROM range(20000) t(i)`
    const exact = await tables.column(side(1, ''), side(2, '* 1.1')),
      cells = await tables.column(side(1, ''), side(2, '* 1.1'), { exactBytes: 0 })
    const { d } = exact.statistics['ks_auto'] as { d: number },
      w1 = exact.statistics['wasserstein1'] as number
    const ks = cells.statistics['ks_bounds'] as { lower: number; upper: number },
      area = cells.statistics['wasserstein1_bounds'] as { lower: number; upper: number }
    expect(ks.lower).toBeLessThanOrEqual(d + 1e-12)
    expect(ks.upper).toBeGreaterThanOrEqual(d - 1e-12)
    // Values that agree in their upper twenty bits lie in one cell, so bounds on them are true but say little.
    if (name !== 'tiny')
      expect(ks.upper - ks.lower).toBeLessThan(name === 'with ties' ? 1 / 22 : 0.02)
    expect(area.lower).toBeLessThanOrEqual(w1 * (1 + 1e-9))
    expect(area.upper).toBeGreaterThanOrEqual(w1 * (1 - 1e-9))
    expect(cells.statistics).toMatchObject({ n_ref: 20_000, finite_cur: 20_000 })
  },
)

test('edges lie in the order of the keys and a value is never below its own', () => {
  const counter = new KeyCounter(),
    values = Float64Array.from({ length: 4000 }, (_, at) => (at - 2000) ** 3 / 7e4)
  counter.take({ values })
  const edges = keyEdges(counter, 64).map(edgeOf)
  expect(edges.length).toBeGreaterThan(40)
  expect([...edges].sort((a, b) => a - b)).toEqual(edges)
  const [first = 0] = edges
  const below = values.filter((value) => value < first).length
  expect(Math.abs(below - 4000 / 64)).toBeLessThan(40)
})
