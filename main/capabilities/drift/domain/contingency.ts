import type { Random } from '../../../kernel/random'
import { chiSquareUpper, type SpecialFunctions } from './special'

/** Two rows of counts over the same categories. */
export interface Table {
  reference: readonly number[]
  current: readonly number[]
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)

/** Calls back with each cell's count and what independence of row and column would expect of it. */
function eachCell(
  { reference, current }: Table,
  visit: (observed: number, expected: number) => void,
): void {
  const n = total(reference),
    m = total(current)
  reference.forEach((a, at) => {
    const b = current[at] as number,
      column = a + b
    visit(a, (column * n) / (n + m))
    visit(b, (column * m) / (n + m))
  })
}

/** Chi-square test of homogeneity; `yates` moves each of the four cells of a 2 x 2 table by at most a half towards its expectation. */
export function chiSquare(
  table: Table,
  { yates, special }: { yates: boolean; special: SpecialFunctions },
) {
  const dof = table.reference.length - 1
  let stat = 0
  eachCell(table, (observed, expected) => {
    const off = Math.abs(observed - expected),
      moved = yates && dof === 1 ? off - Math.min(0.5, off) : off
    stat += (moved * moved) / expected
  })
  return { stat, p: chiSquareUpper(special, stat, dof), dof }
}

/** Log-likelihood ratio test of homogeneity. */
export function gTest(table: Table, special: SpecialFunctions) {
  let stat = 0
  eachCell(table, (observed, expected) => {
    if (observed > 0) stat += 2 * observed * Math.log(observed / expected)
  })
  return { stat, p: chiSquareUpper(special, stat, table.reference.length - 1) }
}

/** Cramér's V: the chi-square over the row count, between 0 and 1; with the bias correction of Bergsma (2013) on request. */
export function cramersV(
  stat: number,
  { rows, categories, corrected }: { rows: number; categories: number; corrected: boolean },
): number {
  if (!corrected) return Math.sqrt(stat / rows)
  const phi2 = Math.max(0, stat / rows - (categories - 1) / (rows - 1))
  const columns = categories - (categories - 1) ** 2 / (rows - 1),
    lines = 2 - 1 / (rows - 1)
  return Math.sqrt(phi2 / Math.min(columns - 1, lines - 1))
}

/** Fisher's exact two-sided p of a 2 x 2 table: all tables no likelier than this one. */
export function fisherExact({ reference, current }: Table, special: SpecialFunctions): number {
  const [a = 0, b = 0] = reference,
    [c = 0, d = 0] = current
  const row = a + b,
    column = a + c,
    all = a + b + c + d
  const choose = (n: number, k: number) =>
    special.logGamma(n + 1) - special.logGamma(k + 1) - special.logGamma(n - k + 1)
  const first = Math.max(0, row + column - all),
    last = Math.min(row, column)
  const logOf = (x: number) => choose(column, x) + choose(all - column, row - x) - choose(all, row)
  const own = logOf(a),
    middle = Math.floor(((row + 1) * (column + 1)) / (all + 2))
  let p = 0
  // The likeliest table is in the middle; on each side the terms only fall, so the first that no longer counts ends it.
  for (const step of [-1, 1])
    for (let x = step < 0 ? middle : middle + 1; x >= first && x <= last; x += step) {
      const log = logOf(x)
      if (log > own + 1e-7) continue
      const term = Math.exp(log)
      if (term < 1e-17 * p || term === 0) break
      p += term
    }
  return Math.min(1, p)
}

/** Share of cells that independence expects fewer than five of, and the least expected count. */
export function sparseness(table: Table): { least: number; share: number } {
  let least = Infinity,
    few = 0
  eachCell(table, (_observed, expected) => {
    least = Math.min(least, expected)
    if (expected < 5) few++
  })
  return { least, share: few / (2 * table.reference.length) }
}

const EXCEEDANCES = 50

/**
 * Chi-square p by shuffling which rows are the reference's. Stops once enough shuffles reach the statistic, which keeps the p valid
 * (J. Besag, P. Clifford, Biometrika 78(2), 1991), and resolves small p to one in `most`.
 */
export function permutationP(
  table: Table,
  { stat, most, random }: { stat: number; most: number; random: Random },
): number {
  const columns = table.reference.map((count, at) => count + (table.current[at] as number))
  const n = total(table.reference),
    all = total(columns)
  const labels = new Uint32Array(all)
  columns.reduce((from, count, category) => {
    labels.fill(category, from, from + count)
    return from + count
  }, 0)
  const swapped = Math.min(n, all - n),
    drawn = new Uint32Array(columns.length)
  let reached = 0
  for (let round = 1; round <= most; round++) {
    drawn.fill(0)
    for (let at = 0; at < swapped; at++) {
      const other = at + Math.floor(random.next() * (all - at)),
        label = labels[other] as number
      labels[other] = labels[at] as number
      labels[at] = label
      drawn[label] = (drawn[label] as number) + 1
    }
    // For fixed margins the statistic depends on one row only.
    let shuffled = 0
    for (let category = 0; category < columns.length; category++) {
      const expected = ((columns[category] as number) * swapped) / all,
        off = (drawn[category] as number) - expected
      shuffled += (off * off) / expected
    }
    if (shuffled * (all / (all - swapped)) >= stat * (1 - 1e-12)) reached++
    if (reached === EXCEEDANCES) return reached / round
  }
  return (reached + 1) / (most + 1)
}
