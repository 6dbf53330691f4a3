import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { quickest } from '../../../../test/support/timing'
import { expressionOf, hitFrom, Search } from './search'
import { Spool } from './spool'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-spool-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_unused, index) => ({
    at: '2026-11-23T19:00:00Z',
    container: 'main',
    text: `line ${String(from + index)} äöü`,
  }))
const texts = (read: { text: string }[]) => read.map(({ text }) => text)

test('windows are read across files, and what is not there is left out', () => {
  const spool = new Spool(join(folder, 'a'), { segmentLines: 10 })
  spool.append(lines(0, 25))
  expect(texts(spool.read(8, 4))).toEqual([
    'line 8 äöü',
    'line 9 äöü',
    'line 10 äöü',
    'line 11 äöü',
  ])
  expect(spool.read(23, 10).map(({ n }) => n)).toEqual([23, 24])
  spool.close()
  expect(existsSync(join(folder, 'a'))).toBe(false)
})
test('the oldest lines go when there are too many, and numbers stay', () => {
  const spool = new Spool(join(folder, 'a'), { segmentLines: 10, mostSegments: 3 })
  spool.append(lines(0, 95))
  expect({ first: spool.first, end: spool.end }).toEqual({ first: 70, end: 95 })
  expect(readdirSync(join(folder, 'a'))).toHaveLength(3)
  expect(spool.read(0, 1000)[0]).toMatchObject({ n: 70, text: 'line 70 äöü' })
  spool.close()
})
test('a million lines need little memory, and a window of them little time', () => {
  const spool = new Spool(join(folder, 'a'))
  const before = process.memoryUsage().rss
  for (let from = 0; from < 1_000_000; from += 2000) spool.append(lines(from, 2000))
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20)
  expect(texts(spool.read(777_777, 1000)).at(-1)).toBe('line 778776 äöü')
  let from = 0
  expect(quickest(() => spool.read((from += 111_111), 1000))).toBeLessThan(50)
  spool.close()
})

test('search finds on from where it was, goes round, and takes in what came since', async () => {
  const spool = new Spool(join(folder, 'a'))
  spool.append(lines(0, 12_000))
  const search = new Search(spool, { text: 'LINE 99', regex: false, matchCase: false })
  const first = await search.all()
  const found = first.ok ? [...first.value] : []
  expect(hitFrom(found, -1, 'next')).toMatchObject({ line: 99, nth: 1, wrapped: false })
  expect(hitFrom(found, 99, 'next')).toMatchObject({ line: 990 })
  expect(hitFrom(found, 99, 'previous')).toMatchObject({ line: found.at(-1), wrapped: true })
  spool.append([{ at: '', container: 'main', text: 'line 99 again' }])
  const again = await search.all()
  expect(again.ok && again.value.length).toBe(found.length + 1)
  spool.close()
})
test('an expression that would take for ever is stopped and told, and the core goes on', async () => {
  const spool = new Spool(join(folder, 'a'))
  spool.append([{ at: '', container: 'main', text: `${'a'.repeat(60)}!` }])
  const ended = await new Search(spool, { text: '^(a+)+$', regex: true, matchCase: true }).all()
  expect(ended).toMatchObject({ ok: false, failure: { code: 'INVALID' } })
  expect(expressionOf({ text: '(', regex: true, matchCase: true })).toMatchObject({
    ok: false,
    failure: { code: 'INVALID' },
  })
  spool.close()
})
