import { generateKeyPairSync } from 'node:crypto'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { beforeAll, describe, expect, test } from 'vitest'
import { quickest } from '../../../../test/support/timing'
import {
  BundleManifest,
  type DriftProfile,
  type DriftWindow,
} from '../../../../preload/contract/drift'
import { seeded } from '../../../kernel/random'
import { DEFAULT_RULE } from '../domain/decide'
import {
  countCategorical,
  countNumeric,
  profileCategorical,
  profileNumeric,
} from '../domain/profile'
import { SortSpace } from '../domain/radix'
import type { CategoricalSide, NumericSide, Tools } from '../domain/score'
import { loadSpecialFunctions } from '../../../platform/numerics'
import { hashOf, scoreWindows } from '../profile'
import { packFirstForm, type FirstContent } from '../testing/first-form'
import { openBooks } from './form'
import { verifyBooks } from './verify'

let tools: Tools, content: FirstContent
const random = seeded(11)
const numbers = (rows: number, shift = 0): NumericSide => ({
  values: Float64Array.from({ length: rows }, () => random.next() ** 2 * 100 + shift),
  tally: { rows, nulls: 0, nan: 0, inf: 0, negativeInf: 0, zeros: 0 },
})
function categories(rows: number, of: number): CategoricalSide {
  const counts = new Map<string, number>()
  for (let at = 0; at < rows; at++) {
    const name = `k${Math.floor(random.next() * of)}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return { tally: { rows, nulls: 0, counts }, chunks: [], chunkRows: 0 }
}
/** A model's year: 25 columns and 52 weekly windows. */
function year(): FirstContent {
  const settings = { cells: 500, windowRows: 400, tools }
  const columns = [
    ...Array.from({ length: 20 }, (_, at) => profileNumeric(`f${at}`, numbers(20_000), settings)),
    ...[2, 5, 20, 100, 1000].map((of, at) =>
      profileCategorical(`c${at}`, categories(20_000, of), tools),
    ),
  ]
  const head = { format: 'takt-drift-profile' as const, version: 1 as const, rows: 20_000, columns }
  const profile: DriftProfile = { ...head, hash: hashOf(head) }
  const windows = Array.from({ length: 52 }, (_, week): DriftWindow => ({
    name: `week ${week}`,
    rows: 4000,
    columns: columns.map((column, at) => {
      if (column.kind === 'unscored') return column
      return column.kind === 'numeric'
        ? countNumeric(column, numbers(4000, at === 0 ? week : 0))
        : countCategorical(column, categories(4000, [2, 5, 20, 100, 1100][at - 20] ?? 2))
    }),
  }))
  return {
    profile,
    windows,
    scores: scoreWindows(profile, windows, { special: tools.special }),
    verdicts: [],
  }
}
const ABOUT = {
  createdAt: '2026-11-18T14:32:00Z',
  model: 'loans',
  engine: { name: 'takt' },
  rule: DEFAULT_RULE,
  sources: ['loans.parquet'],
}

beforeAll(async () => {
  tools = { special: await loadSpecialFunctions(), space: new SortSpace(), random: seeded(1) }
  content = year()
})

/** The bundle's files with one of them rewritten. */
const rewrite = (bytes: Uint8Array, name: string, change: (text: string) => string) => {
  const files = unzipSync(bytes)
  return zipSync({
    ...files,
    [name]: strToU8(change(Buffer.from(files[name] ?? []).toString('utf8'))),
  })
}

describe('a bundle of the first form', () => {
  test('of 25 columns and 52 windows is under a megabyte, opens in under a second and computes to the same scores', () => {
    const bytes = packFirstForm(content, ABOUT)
    expect(bytes.length).toBeLessThan(1_000_000)
    const bundle = openBooks(bytes)
    expect(quickest(() => openBooks(bytes), 3)).toBeLessThan(1000)
    expect(bundle.books[0]?.windows).toEqual(content.windows)
    expect(verifyBooks(bundle.books, tools.special)).toEqual({ scores: 25 * 52, differing: [] })
    expect(
      content.scores[51]?.columns
        .filter(({ decision }) => decision === 'drifted')
        .map(({ column }) => column),
    ).toContain('f0')
  })
  test('is chained as it always was: reader and writer cannot change together', () => {
    const head = {
        format: 'takt-drift-profile' as const,
        version: 1 as const,
        rows: 1,
        columns: [],
      },
      bytes = packFirstForm(
        { profile: { ...head, hash: hashOf(head) }, windows: [], scores: [], verdicts: [] },
        ABOUT,
      )
    expect(
      BundleManifest.parse(
        JSON.parse(strFromU8(unzipSync(bytes)['manifest.json'] ?? new Uint8Array())),
      ).parts.map(({ chain }) => chain.slice(0, 8)),
    ).toEqual(['60d9fe06', '7c243365', 'e52761ce', '1df1ae80'])
  })
  test('is the same file for the same content', () => {
    expect(packFirstForm(content, ABOUT)).toEqual(packFirstForm(content, ABOUT))
  })
  test('tells who signed it, and a changed signature is not believed', () => {
    const { privateKey } = generateKeyPairSync('ed25519'),
      bytes = packFirstForm(content, ABOUT, privateKey)
    expect(openBooks(bytes).signedBy).toMatch(/^[0-9a-f]{64}$/)
    expect(() =>
      openBooks(
        rewrite(bytes, 'manifest.json', (text) => text.replace(/"value":"..../, '"value":"AAAA')),
      ),
    ).toThrow(/signature that is not true/)
  })
  test.each([
    [
      'a count',
      'windows.json',
      (text: string) =>
        text.replace(/"counts":\[(\d+)/, (_all, count: string) => `"counts":[${Number(count) + 1}`),
    ],
    [
      'a score',
      'scores.json',
      (text: string) => text.replace('"decision":"drifted"', '"decision":"stable"'),
    ],
    [
      'the model it speaks of',
      'manifest.json',
      (text: string) => text.replace('"loans"', '"loams"'),
    ],
    ['the rule', 'manifest.json', (text: string) => text.replace('0.05', '0.5')],
  ])('%s that was changed is found', (_what, name, change) => {
    expect(() => openBooks(rewrite(packFirstForm(content, ABOUT), name, change))).toThrow(
      /was changed after it was written/,
    )
  })
  test('counts that were changed before its hashes were made are found by computing again', () => {
    const windows = content.windows.map((window, at) =>
      at === 3
        ? {
            ...window,
            columns: window.columns.map((column) =>
              column.kind === 'numeric' && column.column === 'f2'
                ? {
                    ...column,
                    counts: column.counts.map((count, cell) => (cell < 100 ? count + 3 : count)),
                  }
                : column,
            ),
          }
        : window,
    )
    const { differing } = verifyBooks(
      openBooks(packFirstForm({ ...content, windows }, ABOUT)).books,
      tools.special,
    )
    expect(differing).toContainEqual({ model: 'loans', window: 'week 3', column: 'f2' })
    expect(new Set(differing.map(({ window }) => window))).toEqual(new Set(['week 3']))
  })
  test('cut short, of another kind, or without a part is refused by name', () => {
    const bytes = packFirstForm(content, ABOUT)
    for (const cut of [0, 10, bytes.length / 2, bytes.length - 30])
      expect(() => openBooks(bytes.slice(0, cut))).toThrow(/is cut short or is no bundle/)
    const { 'windows.json': _gone, ...rest } = unzipSync(bytes)
    expect(() => openBooks(zipSync(rest))).toThrow(
      /was changed after it was written: windows\.json/,
    )
    expect(() => openBooks(zipSync({}))).toThrow(/lacks its manifest/)
  })
  test('from the future asks for an update', () => {
    expect(() =>
      openBooks(
        rewrite(packFirstForm(content, ABOUT), 'manifest.json', (text) =>
          text.replace('"version":1', '"version":3'),
        ),
      ),
    ).toThrow(/written by a newer Takt/)
  })
  test('that would unpack to gigabytes is not unpacked', () => {
    const big = zipSync({ 'manifest.json': new Uint8Array(300 * 2 ** 20) }, { level: 1 })
    expect(big.length).toBeLessThan(10_000_000)
    expect(() => openBooks(big)).toThrow(/unpack to more than 256 MB/)
  })
  test.each(['../../etc/passwd', '/tmp/evil', 'readme.txt', 'about.json'])(
    'with a file %s that it does not have is refused',
    (name) => {
      expect(() =>
        openBooks(zipSync({ ...unzipSync(packFirstForm(content, ABOUT)), [name]: strToU8('{}') })),
      ).toThrow(
        /names a file outside itself|a file that bundles do not have|files that its list of parts does not name/,
      )
    },
  )
})
