import { describe, expect, test } from 'vitest'
import type { VerdictOperation } from '../../../../preload/contract/drift'
import { conflictsIn, united } from './conflicts'

describe('verdicts made apart', () => {
  const verdict = (
    id: string,
    author: string,
    what: VerdictOperation['verdict'] | [VerdictOperation['verdict'], at: string],
  ): VerdictOperation => {
    const [said, at] = Array.isArray(what) ? what : [what, '2026-11-18T14:32:00Z']
    return { id, author, at, window: 'week 3', column: 'f2', ...(said && { verdict: said }) }
  }
  test('merge to the same list in any order, each once', () => {
    const a = [verdict('1', 'ada', 'fine'), verdict('2', 'ada', ['act', '2026-11-19T08:00:00Z'])],
      b = [verdict('3', 'bo', 'act'), verdict('1', 'ada', 'fine')]
    expect(united(a, b)).toEqual(united(b, a))
    expect(united(a, b).map(({ id }) => id)).toEqual(['1', '3', '2'])
  })
  test('are shown side by side where the latest of two people differ, and not once they agree', () => {
    expect(
      conflictsIn('loans', [verdict('1', 'ada', 'fine'), verdict('3', 'bo', 'act')], 'ada'),
    ).toMatchObject([
      {
        model: 'loans',
        window: 'week 3',
        column: 'f2',
        ours: { author: 'ada' },
        theirs: { author: 'bo' },
      },
    ])
    expect(
      conflictsIn(
        'loans',
        [
          verdict('1', 'ada', 'fine'),
          verdict('3', 'bo', 'act'),
          verdict('4', 'ada', ['act', '2026-11-19T08:00:00Z']),
        ],
        'ada',
      ),
    ).toEqual([])
  })
})
