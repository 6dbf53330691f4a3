import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { DriftProfile, DriftWindow } from '../../../../preload/contract/drift'
import type { Book } from '../../../../preload/contract/drift-bundle'
import { seeded } from '../../../kernel/random'
import { DEFAULT_RULE } from '../domain/decide'
import { countNumeric, profileNumeric } from '../domain/profile'
import { SortSpace } from '../domain/radix'
import type { NumericSide, Tools } from '../domain/score'
import { loadSpecialFunctions } from '../../../platform/numerics'
import { hashOf, scoreWindows } from '../profile'
import { packFirstForm } from '../testing/first-form'
import { openBooks, packBooks } from './form'
import { verifyBooks } from './verify'

let tools: Tools
beforeAll(async () => {
  tools = { special: await loadSpecialFunctions(), space: new SortSpace(), random: seeded(1) }
})
const random = seeded(3)
const numbers = (rows: number, shift = 0): NumericSide => ({
  values: Float64Array.from({ length: rows }, () => random.next() ** 2 * 100 + shift),
  tally: { rows, nulls: 0, nan: 0, inf: 0, negativeInf: 0, zeros: 0 },
})
function aBook(id: string, { columns = 3, windows: count = 2 } = {}): Book {
  const frozen = Array.from({ length: columns }, (_, at) =>
      profileNumeric(`f${at}`, numbers(11_000), { cells: 500, windowRows: 4000, tools }),
    ),
    head = {
      format: 'takt-drift-profile' as const,
      version: 1 as const,
      rows: 11_000,
      columns: frozen,
    }
  const profile: DriftProfile = { ...head, hash: hashOf(head) }
  const windows = Array.from({ length: count }, (_, week): DriftWindow => ({
    name: `week ${week}`,
    rows: 4000,
    columns: frozen.map((column) =>
      column.kind === 'numeric'
        ? countNumeric(column, numbers(4000, week))
        : { kind: 'unscored', column: column.column, reason: 'no' },
    ),
  }))
  return {
    profile,
    windows,
    scores: scoreWindows(profile, windows, { special: tools.special }),
    verdicts: [],
    about: {
      id,
      simulated: false,
      madeAt: '2026-11-18T14:32:00Z',
      engine: { name: 'takt' },
      sources: [],
      snapshots: [],
      schema: {},
      quality: [],
      multivariate: [],
      events: [],
      settings: {
        model: id,
        about: '',
        owner: '',
        reference: { path: 'a' },
        current: { path: 'b' },
        period: 'week',
        rule: DEFAULT_RULE,
        alertAfter: { k: 1, n: 1 },
        limits: { watch: 0.1, act: 0.3 },
        incidents: [],
      },
    },
  }
}
const HEAD = { createdAt: '2026-11-18T14:32:00Z', name: 'fleet' }

describe('a bundle of several models', () => {
  test('comes back as it was written, the same file for the same content', () => {
    const books = [aBook('a'), aBook('b')],
      bytes = packBooks(books, HEAD),
      opened = openBooks(bytes)
    expect(opened.books).toEqual(books)
    expect(opened).toMatchObject({ form: 2, manifest: { models: [{ id: 'a' }, { id: 'b' }] } })
    expect(packBooks(books, HEAD)).toEqual(bytes)
    expect(verifyBooks(opened.books, tools.special)).toEqual({ scores: 12, differing: [] })
  })
  test('whose scores were changed before its hashes were made is found by computing again', () => {
    const book = aBook('a'),
      [first] = book.scores[0]?.columns ?? []
    if (first) first.severity = 0.123
    expect(verifyBooks(openBooks(packBooks([book], HEAD)).books, tools.special).differing).toEqual([
      { model: 'a', window: 'week 0', column: 'f0' },
    ])
  })
  test('names the key that signed it', () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    expect(openBooks(packBooks([aBook('a')], HEAD, privateKey)).signedBy).toMatch(/^[0-9a-f]{64}$/)
    expect(openBooks(packBooks([aBook('a')], HEAD)).signedBy).toBeUndefined()
  })
  test('one of the first form is read as one of today, with every number', () => {
    const { profile, windows, scores } = aBook('a'),
      verdicts = [
        {
          id: 'v',
          at: '2026-11-18T10:00:00Z',
          author: 'lena',
          window: 'week 0',
          verdict: 'fine' as const,
        },
      ]
    const opened = openBooks(
      packFirstForm(
        { profile, windows, scores, verdicts },
        {
          createdAt: '2026-11-18T14:32:00Z',
          model: 'loans',
          engine: { name: 'takt' },
          rule: DEFAULT_RULE,
          sources: ['ref.parquet', 'cur.parquet'],
        },
      ),
    )
    expect(opened.form).toBe(1)
    expect(opened.books[0]).toMatchObject({
      profile,
      windows,
      scores,
      verdicts,
      about: {
        settings: {
          model: 'loans',
          reference: { path: 'ref.parquet' },
          current: { path: 'cur.parquet' },
        },
      },
    })
    expect(verifyBooks(opened.books, tools.special)).toEqual({ scores: 6, differing: [] })
  })
  test('of 25 columns and 52 windows is under a megabyte', () => {
    expect(packBooks([aBook('a', { columns: 25, windows: 52 })], HEAD).length).toBeLessThan(
      1_000_000,
    )
  }, 60_000)
})
