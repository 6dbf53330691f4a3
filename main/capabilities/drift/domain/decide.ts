import type { UnscoredCause } from '../../../../preload/contract/drift'
import { adjust, type Correction } from './adjust'

/** From which size on a difference matters, and where that was taken from. */
export interface SizeLimits {
  js: number
  /** Absent where the reference has no unit that distances could be measured in. */
  second: number | null
  source: 'calibrated' | 'constant'
  chunks: number
  chunkRows: number
}

/** What the decision needs of one column: two sizes (JS and W1/IQR, or JS and Cramér's V) and a raw p. */
export interface Evidence {
  js: number
  /** Absent where the reference is one single value, on which JS alone tells all. */
  second: number | null
  p: number
  /** How many values each side has; too few of them could never be told from chance. */
  values: { reference: number; current: number }
}

/** Sizes that count where the reference is too small to show how much it moves by itself. */
export const CONSTANT_LIMITS: SizeLimits = {
  js: 0.1,
  second: 0.1,
  source: 'constant',
  chunks: 0,
  chunkRows: 0,
}

export interface DecisionRule {
  correction: Correction
  level: number
}
export const DEFAULT_RULE: DecisionRule = { correction: 'benjamini-hochberg', level: 0.05 }

const QUIET: ReadonlySet<UnscoredCause> = new Set(['identifier', 'unsupported', 'always-empty'])
/** Whether a column without a decision has to be told as loudly as drift. */
export const isUnjudged = (cause: UnscoredCause | undefined): boolean =>
  cause === undefined || !QUIET.has(cause)

export interface Decision {
  decision: 'stable' | 'drifted'
  severity: number
  p: number
  pAdjusted: number
  reason: string
}
/** No decision: what it would be made from is no number, or could never tell. */
export interface NoDecision {
  decision: 'unscored'
  cause: UnscoredCause
  reason: string
}

const words = (isLarge: boolean, isClear: boolean): string => {
  if (isLarge && isClear) return 'larger than the reference moves by itself, and not chance'
  if (isLarge) return 'large, but chance could have done it'
  return isClear ? 'not chance, but too small to matter' : 'small, and chance could have done it'
}

interface Judged {
  evidence: Evidence
  limits: SizeLimits
}

/** The least p that so many values could ever show, were they all apart: 2 n! m! / (n + m)!. */
export function leastP({ reference, current }: Evidence['values']): number {
  const fewer = Math.min(reference, current),
    all = reference + current
  let p = 2
  for (let k = 1; k <= fewer && p > 1e-300; k++) p *= k / (all - fewer + k)
  return Math.min(1, p)
}

const isNumber = (value: number): boolean => Number.isFinite(value)
/** Whether a size is beyond its limit; undefined where neither can be said. */
function isLarge({ evidence, limits }: Judged): boolean | undefined {
  if (evidence.js > limits.js) return true
  const { second } = evidence
  if (second === null) return false
  if (limits.second === null || !isNumber(second) || !isNumber(limits.second)) return undefined
  return second > limits.second
}

/** Why nothing can be decided, where nothing can. */
function noDecision(judged: Judged, rule: DecisionRule): NoDecision | undefined {
  const { evidence, limits } = judged,
    { reference, current } = evidence.values
  const none = (cause: UnscoredCause, reason: string): NoDecision => ({
    decision: 'unscored',
    cause,
    reason,
  })
  if (!isNumber(evidence.js) || !isNumber(evidence.p))
    return none('no-number', 'its size or its p-value is no number')
  if (!isNumber(limits.js))
    return none('no-number', 'its limit is no number; freeze the reference again')
  if (isLarge(judged) === undefined)
    return none('no-number', 'distances between its values, or their limit, are beyond all numbers')
  if (Math.min(reference, current) < 2 || leastP(evidence.values) > rule.level)
    return none(
      'too-few-values',
      `too few values to tell drift from chance: ${reference} and ${current}`,
    )
  return undefined
}

/** Decides all columns of a family together, since their p-values are corrected together. An alert needs both size and p. */
export function decideFamily(
  family: readonly Judged[],
  rule: DecisionRule,
): (Decision | NoDecision)[] {
  const barred = family.map((judged) => noDecision(judged, rule))
  const adjusted = adjust(
    family.filter((_, at) => !barred[at]).map(({ evidence }) => evidence.p),
    rule.correction,
  )[Symbol.iterator]()
  return family.map((judged, at) => barred[at] ?? decided(judged, adjusted.next().value ?? 1, rule))
}

function decided(judged: Judged, pAdjusted: number, rule: DecisionRule): Decision {
  const { js, p } = judged.evidence,
    large = isLarge(judged) === true,
    isClear = pAdjusted <= rule.level
  return {
    decision: large && isClear ? 'drifted' : 'stable',
    severity: js,
    p,
    pAdjusted,
    reason: words(large, isClear),
  }
}

/** True at each window where at least k of the last n windows alerted. */
export const kOfLast = (
  alerts: readonly boolean[],
  { k, n }: { k: number; n: number },
): boolean[] =>
  alerts.map((_, at) => alerts.slice(Math.max(0, at - n + 1), at + 1).filter(Boolean).length >= k)

/** What distances are measured in: the interquartile range, the standard deviation where that is nothing, and nothing where all values are one. */
export const unitOf = (range: number, deviation: number): number | null => {
  if (range > 0) return range
  return deviation > 0 ? deviation : null
}
/** A distance in its unit: none where there is no unit. */
export const inUnits = (distance: number, unit: number | null): number | null => {
  if (unit === null) return null
  return distance === 0 ? 0 : distance / unit
}
