import { chiSquare } from './contingency'
import type { SpecialFunctions } from './special'

/** A share of rows that is no matter of values: how it moved, and whether chance could have done it. */
export interface QualityFinding {
  what: 'nulls' | 'infinities' | 'zeros'
  reference: number
  current: number
  p: number
}

/** A share has to move by this much to be worth telling. */
const WORTH_TELLING = 0.02
const RATES = { nulls: 'null_rate', infinities: 'inf_rate', zeros: 'zero_rate' } as const

/** Shares of nulls, infinities and zeros that moved, among a column's statistics; `tests` is how many were looked at in all columns together. */
export function qualityOf(
  statistics: Readonly<Record<string, unknown>>,
  { special, tests, level }: { special: SpecialFunctions; tests: number; level: number },
): QualityFinding[] {
  const n = Number(statistics['n_ref']),
    m = Number(statistics['n_cur'])
  if (!(n > 0 && m > 0)) return []
  return Object.entries(RATES).flatMap(([what, key]) => {
    const rate = statistics[key] as { ref: number; cur: number } | undefined
    if (!rate || Math.abs(rate.cur - rate.ref) < WORTH_TELLING) return []
    const table = {
      reference: [rate.ref * n, (1 - rate.ref) * n],
      current: [rate.cur * m, (1 - rate.cur) * m],
    }
    const { p } = chiSquare(table, { yates: true, special })
    return p * tests <= level
      ? [{ what: what as QualityFinding['what'], reference: rate.ref, current: rate.cur, p }]
      : []
  })
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
/** The findings in words, to stand behind a decision. */
export const qualityWords = (findings: readonly QualityFinding[]): string =>
  findings
    .map(
      ({ what, reference, current }) =>
        `; ${what} went from ${percent(reference)} to ${percent(current)}`,
    )
    .join('')
