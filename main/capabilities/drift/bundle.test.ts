import { generateKeyPairSync } from 'node:crypto'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { beforeAll, describe, expect, test } from 'vitest'
import type { DriftProfile, DriftWindow, VerdictOperation } from '../../../preload/contract/drift'
import { seeded } from '../../kernel/random'
import { conflictsOf, mergeVerdicts, openBundle, packBundle, verifyBundle, type BundleContent } from './bundle'
import { DEFAULT_RULE } from './domain/decide'
import { countCategorical, countNumeric, profileCategorical, profileNumeric } from './domain/profile'
import { SortSpace } from './domain/radix'
import type { CategoricalSide, NumericSide, Tools } from './domain/score'
import { loadSpecialFunctions } from './numerics/cephes'
import { hashOf, scoreWindows } from './profile'

let tools: Tools, content: BundleContent
const random = seeded(11)
const numbers = (rows: number, shift = 0): NumericSide => ({ values: Float64Array.from({ length: rows }, () => random.next() ** 2 * 100 + shift), tally: { rows, nulls: 0, nan: 0, inf: 0, negativeInf: 0, zeros: 0 } })
function categories(rows: number, of: number): CategoricalSide {
  const counts = new Map<string, number>()
  for (let at = 0; at < rows; at++) { const name = `k${Math.floor(random.next() * of)}`; counts.set(name, (counts.get(name) ?? 0) + 1) }
  return { tally: { rows, nulls: 0, counts }, chunks: [], chunkRows: 0 }
}
/** A model's year: 25 columns and 52 weekly windows. */
function year(): BundleContent {
  const settings = { cells: 500, windowRows: 400, tools }
  const columns = [...Array.from({ length: 20 }, (_, at) => profileNumeric(`f${at}`, numbers(20_000), settings)), ...[2, 5, 20, 100, 1000].map((of, at) => profileCategorical(`c${at}`, categories(20_000, of), tools))]
  const head = { format: 'takt-drift-profile' as const, version: 1 as const, rows: 20_000, columns }
  const profile: DriftProfile = { ...head, hash: hashOf(head) }
  const windows = Array.from({ length: 52 }, (_, week): DriftWindow => ({
    name: `week ${week}`, rows: 4000,
    columns: columns.map((column, at) => {
      if (column.kind === 'unscored') return column
      return column.kind === 'numeric' ? countNumeric(column, numbers(4000, at === 0 ? week : 0)) : countCategorical(column, categories(4000, [2, 5, 20, 100, 1100][at - 20] ?? 2))
    }),
  }))
  return { profile, windows, scores: scoreWindows(profile, windows, { special: tools.special }), verdicts: [] }
}
const ABOUT = { createdAt: '2026-11-18T14:32:00Z', model: 'loans', engine: { name: 'takt' }, rule: DEFAULT_RULE, sources: ['loans.parquet'] }

beforeAll(async () => { tools = { special: await loadSpecialFunctions(), space: new SortSpace(), random: seeded(1) }; content = year() })

/** The bundle's files with one of them rewritten. */
const rewrite = (bytes: Uint8Array, name: string, change: (text: string) => string) => {
  const files = unzipSync(bytes)
  return zipSync({ ...files, [name]: strToU8(change(Buffer.from(files[name] ?? []).toString('utf8'))) })
}

describe('a bundle', () => {
  test('of 25 columns and 52 windows is under a megabyte, opens in under a second and computes to the same scores', () => {
    const bytes = packBundle(content, ABOUT)
    expect(bytes.length).toBeLessThan(1_000_000)
    const start = performance.now(), bundle = openBundle(bytes)
    expect(performance.now() - start).toBeLessThan(1000)
    expect(bundle.windows).toEqual(content.windows)
    expect(verifyBundle(bundle, tools.special)).toEqual({ scores: 25 * 52, differing: [] })
    expect(content.scores[51]?.columns.filter(({ decision }) => decision === 'drifted').map(({ column }) => column)).toContain('f0')
  })
  test('is the same file for the same content', () => { expect(packBundle(content, ABOUT)).toEqual(packBundle(content, ABOUT)) })
  test('tells who signed it, and a changed signature is not believed', () => {
    const { privateKey } = generateKeyPairSync('ed25519'), bytes = packBundle(content, ABOUT, privateKey)
    expect(verifyBundle(openBundle(bytes), tools.special).signedBy).toMatch(/^[0-9a-f]{64}$/)
    expect(() => openBundle(rewrite(bytes, 'manifest.json', (text) => text.replace(/"value":"..../, '"value":"AAAA')))).toThrow(/signature that is not true/)
  })
  test.each([
    ['a count', 'windows.json', (text: string) => text.replace(/"counts":\[(\d+)/, (_all, count: string) => `"counts":[${Number(count) + 1}`)],
    ['a score', 'scores.json', (text: string) => text.replace('"decision":"drifted"', '"decision":"stable"')],
    ['the model it speaks of', 'manifest.json', (text: string) => text.replace('"loans"', '"loams"')],
    ['the rule', 'manifest.json', (text: string) => text.replace('0.05', '0.5')],
  ])('%s that was changed is found', (_what, name, change) => {
    expect(() => openBundle(rewrite(packBundle(content, ABOUT), name, change))).toThrow(/was changed after it was written/)
  })
  test('counts that were changed before its hashes were made are found by computing again', () => {
    const windows = content.windows.map((window, at) => (at === 3 ? { ...window, columns: window.columns.map((column) => (column.kind === 'numeric' && column.column === 'f2' ? { ...column, counts: column.counts.map((count, cell) => (cell < 100 ? count + 3 : count)) } : column)) } : window))
    const { differing } = verifyBundle(openBundle(packBundle({ ...content, windows }, ABOUT)), tools.special)
    expect(differing).toContainEqual({ window: 'week 3', column: 'f2' })
    expect(new Set(differing.map(({ window }) => window))).toEqual(new Set(['week 3']))
  })
  test('cut short, of another kind, or without a part is refused by name', () => {
    const bytes = packBundle(content, ABOUT)
    for (const cut of [0, 10, bytes.length / 2, bytes.length - 30]) expect(() => openBundle(bytes.slice(0, cut))).toThrow(/is cut short or is no bundle/)
    const { 'windows.json': _gone, ...rest } = unzipSync(bytes)
    expect(() => openBundle(zipSync(rest))).toThrow(/was changed after it was written: windows\.json/)
    expect(() => openBundle(zipSync({ 'readme.txt': strToU8('hello') }))).toThrow(/lacks its manifest/)
  })
  test('from the future asks for an update', () => {
    expect(() => openBundle(rewrite(packBundle(content, ABOUT), 'manifest.json', (text) => text.replace('"version":1', '"version":2')))).toThrow(/written by a newer Takt/)
  })
  test('that would unpack to gigabytes is not unpacked', () => {
    const big = zipSync({ 'manifest.json': new Uint8Array(300 * 2 ** 20) }, { level: 1 })
    expect(big.length).toBeLessThan(10_000_000)
    expect(() => openBundle(big)).toThrow(/unpack to more than 256 MB/)
  })
  test('holds only its own parts: anything else inside is not read, wherever its name points', () => {
    const bytes = zipSync({ ...unzipSync(packBundle(content, ABOUT)), '../../etc/passwd': strToU8('x'), '/tmp/evil': strToU8('x') })
    expect(openBundle(bytes).manifest.model).toBe('loans')
  })
})

describe('verdicts made apart', () => {
  const verdict = (id: string, author: string, what: VerdictOperation['verdict'] | [VerdictOperation['verdict'], at: string]): VerdictOperation => {
    const [said, at] = Array.isArray(what) ? what : [what, '2026-11-18T14:32:00Z']
    return { id, author, at, window: 'week 3', column: 'f2', ...(said && { verdict: said }) }
  }
  test('merge to the same list in any order, each once', () => {
    const a = [verdict('1', 'ada', 'fine'), verdict('2', 'ada', ['act', '2026-11-19T08:00:00Z'])], b = [verdict('3', 'bo', 'act'), verdict('1', 'ada', 'fine')]
    expect(mergeVerdicts(a, b)).toEqual(mergeVerdicts(b, a))
    expect(mergeVerdicts(a, b).map(({ id }) => id)).toEqual(['1', '3', '2'])
  })
  test('are shown side by side where the latest of two people differ, and not once they agree', () => {
    expect(conflictsOf([verdict('1', 'ada', 'fine'), verdict('3', 'bo', 'act')])).toMatchObject([{ window: 'week 3', column: 'f2', verdicts: [{ author: 'ada' }, { author: 'bo' }] }])
    expect(conflictsOf([verdict('1', 'ada', 'fine'), verdict('3', 'bo', 'act'), verdict('4', 'ada', ['act', '2026-11-19T08:00:00Z'])])).toEqual([])
  })
})
