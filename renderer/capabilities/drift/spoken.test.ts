import { describe, expect, test } from 'vitest'
import type { VerdictOperation } from '../../../preload/contract/drift'
import { spokenRows } from './spoken'

const said = (
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
const marks = (all: VerdictOperation[]) =>
  spokenRows(all).map(({ said: { id }, disagrees, isOverruled, isReplaced }) =>
    [
      id,
      ...(disagrees ? ['disagrees'] : []),
      ...(isOverruled ? ['overruled'] : []),
      ...(isReplaced ? ['replaced'] : []),
    ].join(' '),
  )

describe('what was said of a window', () => {
  test('is all there, the latest first', () => {
    const all = Array.from({ length: 7 }, (_, at) =>
      said(String(at), 'mara', { at: `2026-11-18T1${at}:00:00Z` }),
    )
    expect(marks(all)).toEqual([
      '6',
      ...['5', '4', '3', '2', '1', '0'].map((id) => `${id} replaced`),
    ])
  })
  test('marks the verdicts of people who disagree, and no others', () => {
    const fine = said('a', 'mara'),
      act = said('b', 'lena', { verdict: 'act', at: '2026-11-18T11:00:00Z' })
    expect(marks([fine, act])).toEqual(['b disagrees', 'a disagrees'])
    expect(marks([fine, said('c', 'lena')])).toEqual(['c', 'a'])
    expect(marks([fine, { ...act, column: 'income' }])).toEqual(['b', 'a'])
  })
  test('marks none once one holds over the other; both stay', () => {
    const settled = said('c', 'nora', { over: 'b', at: '2026-11-18T12:00:00Z' })
    expect(
      marks([
        said('a', 'mara'),
        said('b', 'lena', { verdict: 'act', at: '2026-11-18T11:00:00Z' }),
        settled,
      ]),
    ).toEqual(['c', 'b overruled', 'a'])
  })
  test('two people who used one id are two rows with keys of their own', () => {
    const rows = spokenRows([said('1', 'mara'), said('1', 'lena', { verdict: 'act' })])
    expect(new Set(rows.map(({ key }) => key)).size).toBe(2)
    expect(rows.every(({ disagrees }) => disagrees)).toBe(true)
  })
})
