import type { Random } from '../../../kernel/random'
import { decidingP } from './categorical'
import { jensenShannon } from './shares'
import type { SpecialFunctions } from './special'

/** Rows of one side that hold no value a size could be measured on. */
export interface Absence {
  rows: number
  /** Nulls and NaN. */
  missing: number
  /** Infinities of either sign. */
  infinite: number
}
/** A share of such rows that moved further than chance and by enough to matter. */
export interface AbsenceDrift {
  what: 'missing values' | 'infinite values'
  reference: number
  current: number
  /** Jensen-Shannon distance (base 2) of having a value or not. */
  size: number
  p: number
  pAdjusted: number
}

/** From which size on a moved share is drift: 0 to 2 %, or 50 to 64 %. */
export const ABSENCE_LIMIT = 0.1

interface Means {
  special: SpecialFunctions
  random: Random
  /** How many shares are looked at in all columns together. */
  tests: number
  level: number
}
/** Whether the share of missing or of infinite values drifted; a family of its own, corrected by Bonferroni. */
export function absenceDrift(
  reference: Absence,
  current: Absence,
  means: Means,
): AbsenceDrift | undefined {
  const found = (['missing', 'infinite'] as const)
    .map((kind) => shareDrift(kind, { reference, current }, means))
    .filter((each) => each !== undefined)
  return found.sort((a, b) => b.size - a.size)[0]
}

function shareDrift(
  kind: 'missing' | 'infinite',
  { reference, current }: { reference: Absence; current: Absence },
  { special, random, tests, level }: Means,
): AbsenceDrift | undefined {
  const [n, m] = [reference.rows, current.rows],
    [a, b] = [reference[kind], current[kind]]
  if (n === 0 || m === 0 || (a === 0 && b === 0) || (a === n && b === m)) return undefined
  const size = jensenShannon([a / n, 1 - a / n], [b / m, 1 - b / m])
  if (!(size > ABSENCE_LIMIT)) return undefined
  const table = { reference: [a, n - a], current: [b, m - b] },
    { p } = decidingP(table, { special, random }),
    pAdjusted = Math.min(1, p * tests)
  return pAdjusted <= level
    ? { what: `${kind} values`, reference: a / n, current: b / m, size, p, pAdjusted }
    : undefined
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
export const absenceWords = ({ what, reference, current }: AbsenceDrift): string =>
  `${what} went from ${percent(reference)} to ${percent(current)}`
