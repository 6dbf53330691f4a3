import type { Random } from '../../../kernel/random'
import {
  chiSquare,
  cramersV,
  fisherExact,
  gTest,
  permutationP,
  sparseness,
  type Table,
} from './contingency'
import { measureShares } from './shares'
import type { SpecialFunctions } from './special'

/** Counts of one side of a categorical column; nulls are apart. */
export interface CategoryTally {
  rows: number
  nulls: number
  counts: ReadonlyMap<string, number>
}

/** Both sides over the union of their categories, in the order of their UTF-8 bytes. */
export interface CategoryPair {
  categories: string[]
  table: Table
}

/** Order of UTF-8 bytes, which is the order of code points. */
export function byCodePoint(a: string, b: string): number {
  for (let at = 0; at < a.length && at < b.length; at++) {
    const x = a.charCodeAt(at),
      y = b.charCodeAt(at)
    // Surrogates stand for the highest code points though their own numbers are lower than those of the last plain ones.
    if (x !== y)
      return (
        (x >= 0xd800 && x <= 0xdfff ? x + 0x10000 : x) -
        (y >= 0xd800 && y <= 0xdfff ? y + 0x10000 : y)
      )
  }
  return a.length - b.length
}

export function pairCategories(reference: CategoryTally, current: CategoryTally): CategoryPair {
  const categories = [...new Set([...reference.counts.keys(), ...current.counts.keys()])].sort(
    byCodePoint,
  )
  const row = ({ counts }: CategoryTally) => categories.map((category) => counts.get(category) ?? 0)
  return { categories, table: { reference: row(reference), current: row(current) } }
}

/** Above this many rows shuffling them is too slow; categories too rare for the limit distribution are put together instead. */
const SHUFFLED_UP_TO = 20_000
const MOST_SHUFFLES = 9_999

/** Puts categories that independence expects fewer than five of into one. */
export function poolRare({ reference, current }: Table): Table {
  const n = reference.reduce((a, b) => a + b, 0),
    m = current.reduce((a, b) => a + b, 0)
  const isRare = reference.map(
    (a, at) => ((a + (current[at] as number)) * Math.min(n, m)) / (n + m) < 5,
  )
  const keep = (counts: readonly number[]) => {
    const pooled = counts.reduce((sum, count, at) => (isRare[at] ? sum + count : sum), 0)
    return [...counts.filter((_, at) => !isRare[at]), pooled]
  }
  return { reference: keep(reference), current: keep(current) }
}

export interface CategoryP {
  p: number
  method: 'chi-square' | 'fisher' | 'permutation' | 'chi-square, rare pooled'
}

/** The p that decides: chi-square where expectations allow it, else Fisher (2 x 2), shuffles, or rare categories pooled. */
export function decidingP(
  table: Table,
  { special, random }: { special: SpecialFunctions; random: Random },
): CategoryP {
  if (table.reference.length < 2) return { p: 1, method: 'chi-square' }
  const { stat, p } = chiSquare(table, { yates: false, special })
  const { least, share } = sparseness(table)
  // Cochran's rule: none under one, at most a fifth under five.
  if (least >= 5 || (least >= 1 && share <= 0.2)) return { p, method: 'chi-square' }
  if (table.reference.length === 2) return { p: fisherExact(table, special), method: 'fisher' }
  const rows = [...table.reference, ...table.current].reduce((a, b) => a + b, 0)
  if (rows <= SHUFFLED_UP_TO)
    return { p: permutationP(table, { stat, most: MOST_SHUFFLES, random }), method: 'permutation' }
  const pooled = poolRare(table)
  return {
    p: pooled.reference.length < 2 ? 1 : chiSquare(pooled, { yates: false, special }).p,
    method: 'chi-square, rare pooled',
  }
}

function tests(table: Table, special: SpecialFunctions) {
  const categories = table.reference.length,
    rows = [...table.reference, ...table.current].reduce((a, b) => a + b, 0)
  if (categories < 2) return { cramers_v: 0 }
  const chi2 = chiSquare(table, { yates: false, special })
  return {
    chi2_nocorr: chi2,
    chi2_yates: chiSquare(table, { yates: true, special }),
    cramers_v: cramersV(chi2.stat, { rows, categories, corrected: false }),
    cramers_v_corrected: cramersV(chi2.stat, { rows, categories, corrected: true }),
    g_test: gTest(table, special),
    ...(categories === 2 && { fisher: { p: fisherExact(table, special) } }),
  }
}

/** All statistics of a categorical column, under the names of the published reference values. */
export function categoricalStatistics(
  reference: CategoryTally,
  current: CategoryTally,
  special: SpecialFunctions,
) {
  const { categories, table } = pairCategories(reference, current)
  const only = (counts: readonly number[]) => categories.filter((_, at) => counts[at] === 0)
  const isEmpty = (counts: readonly number[]) => counts.every((count) => count === 0)
  const created = only(table.reference),
    gone = only(table.current)
  const heads = {
    n_ref: reference.rows,
    n_cur: current.rows,
    null_ref: reference.nulls,
    null_cur: current.nulls,
    categories: categories.length,
    new_in_cur: created.slice(0, 50),
    gone_in_cur: gone.slice(0, 50),
    new_count: created.length,
    gone_count: gone.length,
    null_rate: {
      ref: share(reference),
      cur: share(current),
      shift: share(current) - share(reference),
    },
  }
  if (isEmpty(table.reference) || isEmpty(table.current))
    return { ...heads, undefined: 'one side has no value' }
  return { ...heads, ...measureShares(table.reference, table.current), ...tests(table, special) }
}
const share = ({ nulls, rows }: CategoryTally): number => (rows === 0 ? 0 : nulls / rows)
