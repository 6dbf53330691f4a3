import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countCategories, readNumeric } from './adapters/columns'
import type { Engine } from './adapters/engine'
import { openSource } from './adapters/sources'
import { categoricalStatistics } from './domain/categorical'
import { examinePair, numericStatistics, tallyStatistics } from './domain/numeric'
import { sortDoubles, SortSpace } from './domain/radix'
import type { SpecialFunctions } from './domain/special'
import { loadSpecialFunctions } from './numerics/cephes'
import { cases, differences, fixtures, openTestEngine } from './testing/parity'

let engine: Engine, special: SpecialFunctions
beforeAll(async () => { engine = await openTestEngine(); special = await loadSpecialFunctions() })
afterAll(() => engine.close())

async function sides(name: string) {
  const path = join(fixtures ?? '', 'cases', `${name}.parquet`)
  const open = (side: string, label: 'reference' | 'current') => openSource(engine, { path, where: `side = '${side}'`, label })
  const reference = await open('ref', 'reference'), current = await open('cur', 'current')
  const column = reference.columns.find((each) => each.name === 'x')
  if (!column) throw new Error('no column x')
  return { reference, current, column }
}

async function numeric(name: string) {
  const { reference, current, column } = await sides(name), space = new SortSpace()
  const read = async (relation: string) => { const found = await readNumeric(engine, { relation, column, rows: 1000 }); sortDoubles(found.values, space); return found }
  const ref = await read(reference.relation), cur = await read(current.relation)
  const statistics = numericStatistics(examinePair({ reference: ref.values, current: cur.values }), special)
  return { ...tallyStatistics(ref.tally, cur.tally, { reference: ref.values.length, current: cur.values.length }), ...statistics }
}

async function categorical(name: string) {
  const { reference, current, column } = await sides(name)
  const ref = await countCategories(engine, { relation: reference.relation, column, rows: 0 }), cur = await countCategories(engine, { relation: current.relation, column, rows: 0 })
  if (!ref || !cur) throw new Error('too many categories')
  return categoricalStatistics(ref, cur, special)
}

describe.skipIf(!fixtures)('every published value is reached within its tolerance (needs TAKT_TEST_DATA)', () => {
  test.each(Object.entries(cases()))('%s', async (name, { scipy }) => {
    const found = name.startsWith('cat_') ? await categorical(name) : await numeric(name)
    const range = 'max_ref' in found ? Math.max(found.max_ref, found.max_cur) - Math.min(found.min_ref, found.min_cur) : 1
    expect(differences(found, scipy, { range })).toEqual([])
  })
})
