import { chiSquare } from '../contingency'
import { pairCategories } from '../categorical'
import type { Tools } from '../score'
import { ksTests } from '../two-sample'
import type { PresetColumn, PresetScore } from './index'

const LEVEL = 0.05

/** What alibi-detect 0.13 reports for one feature. The threshold is the level over the number of features, set once that is known. */
export function alibi(column: PresetColumn, { special }: Tools): PresetScore {
  if (column.kind === 'numeric') {
    const { sorted, distances } = column.pair
    const ks = ksTests(distances, { n: sorted.reference.length, m: sorted.current.length }, special)
    return {
      ...judge(Math.fround(ks.asymp.p), 1),
      method: 'K-S',
      methods: { ks: judge(Math.fround(ks.asymp.p), 1) },
      fault: 'p is the asymptotic one in single precision, also where the exact one is cheap',
    }
  }
  // Only the reference's categories are counted, so a new category is never seen.
  const known = [...column.reference.tally.counts.keys()]
  const current = {
    ...column.current.tally,
    counts: new Map(known.map((key) => [key, column.current.tally.counts.get(key) ?? 0])),
  }
  const { table } = pairCategories(column.reference.tally, current)
  const p = known.length < 2 ? 1 : Math.fround(chiSquare(table, { yates: true, special }).p)
  return {
    ...judge(p, 1),
    method: 'Chi2',
    methods: { chi2: judge(p, 1) },
    fault:
      'rows of a category that the reference does not have are left out, so a new category is not seen',
  }
}

const judge = (p: number, features: number) => ({
  value: p,
  threshold: LEVEL / features,
  drifted: p < LEVEL / features,
})

/** Scores of all features once their number is known: Bonferroni over the family. */
export const alibiFamily = (scores: readonly PresetScore[]): PresetScore[] =>
  scores.map((score) => ({ ...score, ...judge(score.value, scores.length) }))

/** The threshold of its false discovery control: the level times rank over count at the last rank that passes, else the first rank's. */
export function alibiFdr(
  p: readonly number[],
  level = LEVEL,
): { isDrift: boolean; threshold: number } {
  const steps = [...p]
    .sort((a, b) => a - b)
    .map((value, rank) => ({ value, step: (level * (rank + 1)) / p.length }))
  const last = steps.findLast(({ value, step }) => value < step)
  return { isDrift: last !== undefined, threshold: last?.step ?? level / p.length }
}
