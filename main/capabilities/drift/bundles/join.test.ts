import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DriftProfile, VerdictOperation } from '../../../../preload/contract/drift'
import type { Book } from '../../../../preload/contract/drift-bundle'
import { DEFAULT_RULE } from '../domain/decide'
import { canonical, hashOf } from '../hash'
import { openBooks, packBooks } from './form'
import { identityOf, joinBooks } from './join'

/** A small model whose content is told by a number, and who spoke of it. */
function aBook(
  content: number,
  verdicts: VerdictOperation[] = [],
  more: { id?: string; model?: string; madeAt?: string } = {},
): Book {
  const head = {
    format: 'takt-drift-profile' as const,
    version: 1 as const,
    rows: content,
    columns: [],
  }
  const profile: DriftProfile = { ...head, hash: hashOf(head) }
  return {
    profile,
    windows: [{ name: 'week 1', rows: 10, columns: [] }],
    scores: [{ window: 'week 1', drifted: false, columns: [] }],
    verdicts,
    about: {
      id: more.id ?? 'model',
      simulated: false,
      madeAt: more.madeAt ?? '2026-11-18T14:32:00Z',
      engine: { name: 'takt' },
      sources: [],
      snapshots: [],
      schema: {},
      quality: [],
      multivariate: [],
      events: [],
      settings: {
        model: more.model ?? 'model',
        about: '',
        owner: '',
        reference: { path: 'a' },
        current: { path: 'b' },
        period: 'week',
        rule: DEFAULT_RULE,
        alertAfter: { k: 1, n: 1 },
        limits: { watch: 0.1, act: 0.25 },
        incidents: [],
      },
    },
  }
}
const verdict = (
  id: string,
  author: string,
  more: Partial<VerdictOperation> = {},
): VerdictOperation => ({
  id,
  author,
  at: '2026-11-18T10:00:00Z',
  window: 'week 1',
  verdict: 'fine',
  ...more,
})
const said = (books: readonly Book[]): string[] =>
  books.flatMap(({ verdicts }) => verdicts.map((one) => canonical(one))).sort()

// Few contents, names, ids and times, so that the same ones meet often.
const aVerdict = fc.record({
  id: fc.constantFrom('1', '2', '3'),
  author: fc.constantFrom('mara', 'lena', 'nora'),
  at: fc.constantFrom('2026-11-18T10:00:00Z', '2026-11-18T11:00:00Z'),
  window: fc.constantFrom('week 1', 'week 2'),
  verdict: fc.constantFrom('fine' as const, 'watch' as const, 'act' as const),
})
const anyBook = fc
  .tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.array(aVerdict, { maxLength: 4 }),
    fc.record({
      id: fc.constantFrom('model', 'loans'),
      model: fc.constantFrom('model', 'loans'),
      madeAt: fc.constantFrom('2026-11-18T14:32:00Z', '2026-11-19T14:32:00Z'),
    }),
  )
  .map((parts) => aBook(...parts))
const aBundle = fc.array(anyBook, { minLength: 1, maxLength: 4 })

describe('joining bundles', () => {
  test('keeps every verdict of every analyst', () => {
    const joined = joinBooks([
      aBook(1, [verdict('a', 'mara')]),
      aBook(1, [verdict('b', 'lena', { verdict: 'act' })]),
      aBook(1, [verdict('c', 'nora', { window: 'week 2' })]),
    ])
    expect(joined.map(({ verdicts }) => verdicts.map(({ author }) => author))).toEqual([
      ['mara', 'lena', 'nora'],
    ])
  })
  test('keeps what two analysts said under one id', () => {
    const [joined] = joinBooks([aBook(1, [verdict('1', 'mara')]), aBook(1, [verdict('1', 'lena')])])
    expect(joined?.verdicts.map(({ author }) => author).sort()).toEqual(['lena', 'mara'])
  })
  test('never folds two models of one default name', () => {
    const joined = joinBooks([aBook(1), aBook(2)])
    expect(joined.length).toBe(2)
    expect(new Set(joined.map(({ about }) => about.id)).size).toBe(2)
  })
  test('loses no verdict and no model, whatever is joined', () => {
    fc.assert(
      fc.property(fc.array(aBundle, { minLength: 1, maxLength: 4 }), (bundles) => {
        const all = bundles.flat(),
          joined = joinBooks(all)
        expect(new Set(joined.map(identityOf))).toEqual(new Set(all.map(identityOf)))
        for (const book of all) {
          const whole = joined.find((one) => identityOf(one) === identityOf(book))
          expect(said(whole ? [whole] : [])).toEqual(expect.arrayContaining(said([book])))
        }
      }),
    )
  })
  test('comes out the same in any order', () => {
    fc.assert(
      fc.property(aBundle, aBundle, (a, b) => {
        expect(joinBooks([...a, ...b])).toEqual(joinBooks([...b, ...a]))
      }),
    )
  })
  test('comes out the same in any grouping', () => {
    fc.assert(
      fc.property(aBundle, aBundle, aBundle, (a, b, c) => {
        expect(joinBooks([...joinBooks([...a, ...b]), ...c])).toEqual(
          joinBooks([...a, ...joinBooks([...b, ...c])]),
        )
      }),
    )
  })
  test('changes nothing the second time', () => {
    fc.assert(
      fc.property(aBundle, (a) => {
        const once = joinBooks(a)
        expect(joinBooks([...once, ...a])).toEqual(once)
        expect(joinBooks(once)).toEqual(once)
      }),
    )
  })
  test('opens again as it was joined', () => {
    const joined = joinBooks([aBook(1, [verdict('a', 'mara')]), aBook(2, [verdict('b', 'lena')])])
    const bytes = packBooks(joined, { createdAt: '2026-11-18T15:00:00Z', name: 'all' })
    expect(openBooks(bytes).books).toEqual(joined)
  })
  test('refuses more models or verdicts than a bundle can hold', () => {
    const many = Array.from({ length: 201 }, (_, at) => aBook(at + 1))
    expect(() => joinBooks(many)).toThrow(/201 models, and one can hold 200/)
    const spoken = Array.from({ length: 10_001 }, (_, at) => verdict(String(at), 'mara'))
    expect(() => joinBooks([aBook(1, spoken)])).toThrow(/10001 verdicts/)
  })
})
