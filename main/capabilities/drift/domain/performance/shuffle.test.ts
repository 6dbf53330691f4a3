import { expect, test } from 'vitest'
import { stratifiedSplits } from './shuffle'

test('draws the splits that scikit-learn 1.9.1 draws from seed 42', () => {
  const truth = Uint8Array.from({ length: 57 }, (_, at) => ((at * 7) % 10 < 3 ? 1 : 0))
  const splits = stratifiedSplits(truth, { splits: 2, seed: 42 })
  expect(splits.map(({ test: rows }) => rows)).toEqual([
    [26, 55, 21, 20, 41, 11],
    [39, 20, 40, 11, 12, 9],
  ])
  expect(splits.map(({ train }) => train.slice(0, 8))).toEqual([
    [23, 50, 44, 53, 33, 7, 51, 12],
    [43, 3, 38, 17, 30, 8, 56, 41],
  ])
})
