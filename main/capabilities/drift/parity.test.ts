import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seeded } from '../../kernel/random'
import { countCategories, readNumeric } from './adapters/columns'
import type { Engine } from './adapters/engine'
import { openSource } from './adapters/sources'
import { alibiFdr } from './domain/presets/alibi'
import { adjust } from './domain/adjust'
import type { PresetName } from './domain/presets'
import { SortSpace } from './domain/radix'
import { scoreCategorical, scoreNumeric, type ColumnScore, type Tools } from './domain/score'
import { loadSpecialFunctions } from '../../platform/numerics'
import {
  cases,
  differences,
  fixtures,
  numberOf,
  openTestEngine,
  readJson,
  type Json,
} from './testing/parity'

let engine: Engine, tools: Tools
beforeAll(async () => {
  engine = await openTestEngine()
  tools = { special: await loadSpecialFunctions(), space: new SortSpace(), random: seeded(1) }
})
afterAll(() => engine.close())

async function score(
  path: string,
  name: string,
  { preset, kind = 'numeric' }: { preset?: PresetName; kind?: string },
): Promise<ColumnScore> {
  const open = (side: string, label: 'reference' | 'current') =>
    openSource(engine, {
      path: join(fixtures ?? '', path),
      where: `side = '${side}'`,
      label,
      spillFolder: tmpdir(),
    })
  const reference = await open('ref', 'reference'),
    current = await open('cur', 'current')
  const column = reference.columns.find((each) => each.name === name)
  if (!column) throw new Error(`no column ${name}`)
  if (kind === 'numeric') {
    const read = ({ relation }: { relation: string }, side: string) =>
      readNumeric(engine, { relation, column, rows: 1000 }, [tools.space, side])
    return scoreNumeric(
      { reference: await read(reference, 'reference'), current: await read(current, 'current') },
      preset,
      tools,
    )
  }
  const count = async (relation: string) => {
    const side = await countCategories(engine, { relation, column, rows: 0, chunkRows: 100 })
    if (!side) throw new Error('too many categories')
    return side
  }
  return scoreCategorical(
    { reference: await count(reference.relation), current: await count(current.relation) },
    preset,
    tools,
  )
}
const kindOf = (name: string) => (name.startsWith('cat_') ? 'categorical' : 'numeric')
const scoreCase = (name: string, preset?: PresetName) =>
  score(`cases/${name}.parquet`, 'x', { kind: kindOf(name), ...(preset && { preset }) })
const rangeOf = (statistics: Record<string, unknown>) => {
  const [min1, min2, max1, max2] = ['min_ref', 'min_cur', 'max_ref', 'max_cur'].map(
    (key) => statistics[key],
  )
  return typeof min1 === 'number'
    ? Math.max(Number(max1), Number(max2)) - Math.min(min1, Number(min2))
    : 1
}

describe.skipIf(!fixtures)(
  'published values are reached within their tolerances (needs TAKT_TEST_DATA)',
  () => {
    test('the fixtures are there', () => {
      expect(Object.keys(cases()).length).toBeGreaterThan(20)
    })

    test.each(Object.entries(cases()))('scipy: %s', async (name, { scipy }) => {
      const { statistics } = await scoreCase(name)
      expect(differences(statistics, scipy, { range: rangeOf(statistics) })).toEqual([])
    })

    test.each(Object.entries(cases()))('Evidently: %s', async (name, { evidently }) => {
      const { preset, statistics } = await scoreCase(name, 'evidently-0.7')
      const { default_public_api: byDefault, TVD: _random, ...methods } = evidently
      expect(differences(preset, byDefault as Json, { range: rangeOf(statistics) })).toEqual([])
      expect(
        withoutRefusals(methods).flatMap(([method, want]) =>
          pDifferences(method, preset?.methods[method], want),
        ),
      ).toEqual([])
    })

    test.each(Object.entries(cases()))('NannyML: %s', async (name, { nannyml }) => {
      const { preset, statistics } = await scoreCase(name, 'nannyml-0.13')
      const values = Object.fromEntries(
        Object.entries(preset?.methods ?? {}).map(([method, found]) => [
          method,
          'value' in found ? found.value : undefined,
        ]),
      )
      expect(
        differences(values, Object.fromEntries(withoutRefusals(nannyml)), {
          range: rangeOf(statistics),
        }),
      ).toEqual([])
    })

    const multi = () => readJson('multi', 'multi_20x400.json') as Record<string, Json>
    const columns = Array.from({ length: 20 }, (_, at) => `f${String(at).padStart(2, '0')}`)
    test('corrections across twenty features', () => {
      const p = multi()['p'] as number[]
      const found = {
        bonferroni_adj: adjust(p, 'bonferroni'),
        holm_adj: adjust(p, 'holm'),
        bh_adj: adjust(p, 'benjamini-hochberg'),
        by_adj: adjust(p, 'benjamini-yekutieli'),
      }
      for (const [key, values] of Object.entries(found))
        expect(differences(values, multi()[key] as Json, { path: key })).toEqual([])
    })
    test('alibi-detect over twenty features', async () => {
      const want = multi()['alibi_ksdrift_bonferroni'] as Record<string, Json>,
        fdr = multi()['alibi_ksdrift_fdr'] as Record<string, Json>
      const scores = []
      for (const column of columns)
        scores.push(await score('multi/multi_20x400.parquet', column, { preset: 'alibi-0.13' }))
      expect(scores.map(({ preset }) => preset?.value)).toEqual(want['p'])
      expect(
        scores.map(({ statistics }) => Math.fround((statistics['ks_asymp'] as { d: number }).d)),
      ).toEqual(want['d'])
      expect(alibiFdr(scores.map(({ preset }) => preset?.value ?? 1))).toEqual({
        isDrift: fdr['is_drift'] === 1,
        threshold: numberOf(fdr['threshold'] ?? null),
      })
    })
  },
)

const withoutRefusals = (block: Record<string, Json>) =>
  Object.entries(block).filter(
    ([, want]) => !(want !== null && typeof want === 'object' && 'error' in want),
  )
const P_METHODS = [
  'ks',
  'anderson',
  'cramer_von_mises',
  'mannw',
  't_test',
  'chisquare',
  'z',
  'g_test',
]
/** Compares a method's value as a p where it is one. */
function pDifferences(method: string, got: unknown, want: Json): string[] {
  const { value, ...rest } = want as Record<string, Json>,
    { value: own, ...ownRest } = (got ?? {}) as Record<string, unknown>
  return [
    ...differences(
      { [P_METHODS.includes(method) ? 'p' : 'value']: own },
      { [P_METHODS.includes(method) ? 'p' : 'value']: value ?? null },
      { path: method },
    ),
    ...differences(ownRest, rest, { path: method }),
  ]
}
