import { closedCells, equalWidthEdges, sturgesCells } from '../cells'
import { pairCategories } from '../categorical'
import type { Table } from '../contingency'
import { standardDeviation } from '../moments'
import { andersonDarling, cramerVonMises, mannWhitney, studentT } from '../rank-tests'
import type { Tools } from '../score'
import { jensenShannon, relativeEntropy, sharesOf, stabilityIndex } from '../shares'
import { chiSquareUpper, type SpecialFunctions } from '../special'
import type { NumericPair } from '../numeric'
import { ksTests } from '../two-sample'
import type { MethodScore, PresetColumn, PresetPair, PresetScore } from './index'
import { countDistinct, unionTable } from './values'

/** The names that Evidently 0.7 reports its methods by, with their default thresholds. */
const METHODS = {
  ks: ['K-S p_value', 0.05],
  psi: ['PSI', 0.1],
  jensenshannon: ['Jensen-Shannon distance', 0.1],
  hellinger: ['Hellinger distance', 0.1],
  kl_div: ['Kullback-Leibler divergence', 0.1],
  wasserstein: ['Wasserstein distance (normed)', 0.1],
  anderson: ['Anderson-Darling', 0.1],
  cramer_von_mises: ['Cramer-von Mises', 0.1],
  mannw: ['Mann-Whitney U-rank test', 0.05],
  t_test: ['t_test', 0.05],
  ed: ['energy distance', 0.1],
  chisquare: ['chi-square p_value', 0.05],
  z: ['Z-test p_value', 0.05],
  g_test: ['g_test', 0.1],
} as const
type Method = keyof typeof METHODS
const P_VALUES = new Set<Method>([
  'ks',
  'anderson',
  'cramer_von_mises',
  'mannw',
  't_test',
  'chisquare',
  'z',
  'g_test',
])
const INCLUSIVE_P = new Set<Method>(['ks', 'cramer_von_mises'])

const FAULTS: Partial<Record<Method, string>> = {
  chisquare:
    'takes the reference shares as known truth, so at a nominal 5 % it alarms in 36 to 100 % of windows without drift',
  jensenshannon: 'its cells move with the window, and its distance is in natural units',
  wasserstein:
    'the limit of 0.1 reference deviations is one for all columns; there is no p, so chance is not looked at',
  z: 'compares only the share of the first category',
  ks: 'one level for every column, with no correction for how many there are',
}

function judge(method: Method, value: number): MethodScore {
  const threshold = METHODS[method][1]
  const drifted = P_VALUES.has(method)
    ? INCLUSIVE_P.has(method)
      ? value <= threshold
      : value < threshold
    : value >= threshold
  return { value, threshold, drifted }
}

// Empty cells get a millionth of the smallest share, or a ten-thousandth where even the smallest is larger than that.
function fillZeroes(shares: readonly number[]): number[] {
  const least = Math.min(...shares.filter((share) => share > 0))
  return shares.map((share) => (share > 0 ? share : least <= 1e-4 ? least / 1e6 : 1e-4))
}

function fromTable({ reference, current }: Table): Partial<Record<Method, number>> {
  const p = sharesOf(reference),
    q = sharesOf(current),
    a = fillZeroes(p),
    b = fillZeroes(q)
  return {
    psi: stabilityIndex(a, b, 0),
    jensenshannon: jensenShannon(p, q, 1),
    kl_div: relativeEntropy(a, b),
  }
}

const overlap = (p: readonly number[], q: readonly number[]): number =>
  Math.sqrt(
    1 -
      Math.min(
        1,
        p.reduce((sum, a, at) => sum + Math.sqrt(a * (q[at] as number)), 0),
      ),
  )

/** Chi-square and G against the reference's shares scaled to the current size, and the z test on the first category's share. */
function goodnessOfFit(table: Table, special: SpecialFunctions): Partial<Record<Method, number>> {
  const n = table.reference.reduce((a, b) => a + b, 0),
    m = table.current.reduce((a, b) => a + b, 0),
    dof = table.reference.length - 1
  let chi = 0,
    g = 0
  table.reference.forEach((count, at) => {
    const expected = (count * m) / n,
      observed = table.current[at] as number
    chi += (observed - expected) ** 2 / expected
    g += observed > 0 ? 2 * observed * Math.log(observed / expected) : 0
  })
  const p = (stat: number) =>
    dof === 0 ? Number.NaN : stat === Infinity ? 0 : chiSquareUpper(special, stat, dof)
  const p1 = 1 - (table.reference[0] as number) / n,
    p2 = 1 - (table.current[0] as number) / m,
    pooled = (p1 * n + p2 * m) / (n + m)
  const z = (p1 - p2) / Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
  return {
    chisquare: p(chi),
    g_test: p(g),
    z: dof === 0 ? 1 : twiceOneMinus(special.normalUpper(Math.abs(z))),
  }
}

// One minus the distribution function, as it is computed there: below 1e-16 nothing is left of it.
const twiceOneMinus = (upper: number): number => 2 * (1 - (1 - upper))

/** Cells over both windows' range: Sturges' number for the count of values given. */
function movingCells(
  { sorted: { reference, current }, moments }: NumericPair,
  count: number,
): Table {
  const from = Math.min(moments.reference.min, moments.current.min),
    to = Math.max(moments.reference.max, moments.current.max)
  const edges =
    from === to ? [from - 0.5, to + 0.5] : equalWidthEdges(from, to, sturgesCells(to - from, count))
  return { reference: closedCells(reference, edges), current: closedCells(current, edges) }
}

function numericMethods(
  { pair }: PresetPair<'numeric'>,
  special: SpecialFunctions,
): { values: Partial<Record<Method, number>>; distinct: number } {
  const { sorted, moments, distances, ranks } = pair
  const sizes = { n: sorted.reference.length, m: sorted.current.length },
    distinct = ranks.distinct
  const cells =
    countDistinct(sorted.reference, 21) > 20
      ? movingCells(pair, sizes.n + sizes.m)
      : unionTable(sorted)
  const hellingerCells = movingCells(pair, distinct)
  const values: Partial<Record<Method, number>> = {
    ks: ksTests(distances, sizes, special).auto.p,
    ...fromTable(cells),
    hellinger: overlap(sharesOf(hellingerCells.reference), sharesOf(hellingerCells.current)),
    wasserstein: distances.wasserstein1 / Math.max(standardDeviation(moments.reference), 0.001),
    anderson: andersonDarling(ranks, sizes)?.p ?? Number.NaN,
    cramer_von_mises: cramerVonMises(ranks, sizes, special).p,
    mannw: mannWhitney(ranks, sizes, special).less,
    t_test: studentT(moments.reference, moments.current, { pooled: true, special }).p,
    ed: Math.sqrt(2 * distances.cramer),
  }
  if (distinct <= 5) Object.assign(values, goodnessOfFit(unionTable(sorted), special))
  return { values, distinct }
}

function chosen(
  kind: PresetColumn['kind'],
  { rows, distinct }: { rows: number; distinct: number },
): Method {
  if (rows > 1000) return kind === 'numeric' && distinct > 5 ? 'wasserstein' : 'jensenshannon'
  if (kind === 'numeric' && distinct > 5) return 'ks'
  return distinct > 2 ? 'chisquare' : 'z'
}

/** What Evidently 0.7 reports by default, and the value of each of its methods. */
export function evidently(column: PresetColumn, { special }: Tools): PresetScore {
  const { values, distinct, rows } =
    column.kind === 'numeric'
      ? { ...numericMethods(column, special), rows: column.pair.sorted.reference.length }
      : categoricalMethods(column, special)
  const method = chosen(column.kind, { rows, distinct })
  const methods = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, judge(name as Method, value)]),
  )
  return {
    method: METHODS[method][0],
    ...judge(method, values[method] ?? Number.NaN),
    methods,
    fault: FAULTS[method] ?? '',
  }
}

function categoricalMethods(
  { reference, current }: PresetPair<'categorical'>,
  special: SpecialFunctions,
) {
  const { table } = pairCategories(reference.tally, current.tally)
  const values = {
    ...fromTable(table),
    ...goodnessOfFit(table, special),
    hellinger: overlap(sharesOf(table.reference), sharesOf(table.current)),
  }
  return {
    values,
    distinct: table.reference.length,
    rows: table.reference.reduce((a, b) => a + b, 0),
  }
}
