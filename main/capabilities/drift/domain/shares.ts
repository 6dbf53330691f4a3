/** Shares below this are raised to it where a logarithm would otherwise be infinite. */
export const FLOOR = 1e-4

export interface ShareMeasures {
  ref_counts: number[] | string
  cur_counts: number[] | string
  psi: number
  js_distance_base2: number
  js_distance_nat: number
  hellinger: number
  tvd: number
  linf: number
  kl_ref_cur_clipped: number
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)
export const sharesOf = (counts: readonly number[]): number[] => {
  const all = total(counts)
  return counts.map((count) => count / all)
}

/** Sum over cells of a term of both shares. */
const sum = (
  p: readonly number[],
  q: readonly number[],
  term: (p: number, q: number) => number,
): number => p.reduce((acc, share, at) => acc + term(share, q[at] as number), 0)

/** Jensen-Shannon distance: the square root of the divergence, in units of the given logarithm. */
export function jensenShannon(p: readonly number[], q: readonly number[], unit = Math.LN2): number {
  const part = (share: number, mean: number) => (share > 0 ? share * Math.log(share / mean) : 0)
  const divergence = sum(p, q, (a, b) => part(a, (a + b) / 2) + part(b, (a + b) / 2)) / 2
  return Math.sqrt(Math.max(0, divergence) / unit)
}

export const hellinger = (p: readonly number[], q: readonly number[]): number =>
  Math.sqrt(sum(p, q, (a, b) => (Math.sqrt(a) - Math.sqrt(b)) ** 2) / 2)
export const totalVariation = (p: readonly number[], q: readonly number[]): number =>
  sum(p, q, (a, b) => Math.abs(a - b)) / 2
export const largestDifference = (p: readonly number[], q: readonly number[]): number =>
  p.reduce((most, a, at) => Math.max(most, Math.abs(a - (q[at] as number))), 0)

/** Population stability index with floored shares that are not made to sum to one again. */
export const stabilityIndex = (p: readonly number[], q: readonly number[], floor = FLOOR): number =>
  sum(p, q, (a, b) => {
    const x = Math.max(a, floor),
      y = Math.max(b, floor)
    return (x - y) * Math.log(x / y)
  })

/** Relative entropy of p to q in natural units; both are first made to sum to one. */
export function relativeEntropy(p: readonly number[], q: readonly number[]): number {
  const ofP = total(p),
    ofQ = total(q)
  return sum(p, q, (a, b) => (a > 0 ? (a / ofP) * Math.log(a / ofP / (b / ofQ)) : 0))
}

const shown = (counts: readonly number[]): number[] | string =>
  counts.length <= 64 ? [...counts] : `${counts.length} cells`

/** Everything that is measured on two lists of counts over the same cells. */
export function measureShares(
  reference: readonly number[],
  current: readonly number[],
): ShareMeasures {
  const p = sharesOf(reference),
    q = sharesOf(current)
  const raise = (share: number) => Math.max(share, FLOOR)
  return {
    ref_counts: shown(reference),
    cur_counts: shown(current),
    psi: stabilityIndex(p, q),
    js_distance_base2: jensenShannon(p, q),
    js_distance_nat: jensenShannon(p, q, 1),
    hellinger: hellinger(p, q),
    tvd: totalVariation(p, q),
    linf: largestDifference(p, q),
    kl_ref_cur_clipped: relativeEntropy(p.map(raise), q.map(raise)),
  }
}
