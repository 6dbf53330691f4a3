export type Correction =
  'benjamini-hochberg' | 'benjamini-yekutieli' | 'holm' | 'bonferroni' | 'none'

/** p-values corrected for the number of tests, in the given order; compare them with the level itself. */
export function adjust(p: readonly number[], correction: Correction): number[] {
  const count = p.length
  switch (correction) {
    case 'none':
      return [...p]
    case 'bonferroni':
      return p.map((value) => Math.min(1, value * count))
    case 'holm':
      return stepwise(p, { descending: false, factor: (rank) => count - rank })
    case 'benjamini-hochberg':
      return stepwise(p, { descending: true, factor: (rank) => count / (rank + 1) })
    case 'benjamini-yekutieli': {
      const harmonic = p.reduce((sum, _, at) => sum + 1 / (at + 1), 0)
      return stepwise(p, { descending: true, factor: (rank) => (harmonic * count) / (rank + 1) })
    }
  }
}

/** Scales each p by a factor of its rank (0 is the smallest), then makes the result monotone from one end. */
function stepwise(
  p: readonly number[],
  { descending, factor }: { descending: boolean; factor: (rank: number) => number },
): number[] {
  const order = p.map((_, at) => at).sort((a, b) => (p[a] as number) - (p[b] as number))
  const ranks = order.map((_, rank) => rank)
  if (descending) ranks.reverse()
  const adjusted = [...p]
  let bound = descending ? 1 : 0
  for (const rank of ranks) {
    const at = order[rank] as number,
      scaled = (p[at] as number) * factor(rank)
    bound = descending ? Math.min(bound, scaled) : Math.max(bound, scaled)
    adjusted[at] = Math.min(1, bound)
  }
  return adjusted
}
