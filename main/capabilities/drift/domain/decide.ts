import { adjust, type Correction } from './adjust'

/** From which size on a difference matters, and where that was taken from. */
export interface SizeLimits {
  js: number
  second: number
  source: 'calibrated' | 'constant'
  chunks: number
  chunkRows: number
}

/** What the decision needs of one column: two sizes (JS and W1/IQR, or JS and Cramér's V) and a raw p. */
export interface Evidence {
  js: number
  second: number
  p: number
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

export interface Decision {
  decision: 'stable' | 'drifted'
  severity: number
  p: number
  pAdjusted: number
  reason: string
}

const words = (isLarge: boolean, isClear: boolean): string => {
  if (isLarge && isClear) return 'larger than the reference moves by itself, and not chance'
  if (isLarge) return 'large, but chance could have done it'
  return isClear ? 'not chance, but too small to matter' : 'small, and chance could have done it'
}

/** Decides all columns of a family together, since their p-values are corrected together. An alert needs both size and p. */
export function decideFamily(
  family: readonly { evidence: Evidence; limits: SizeLimits }[],
  rule: DecisionRule,
): Decision[] {
  const adjusted = adjust(
    family.map(({ evidence }) => evidence.p),
    rule.correction,
  )
  return family.map(({ evidence, limits }, at) => {
    const pAdjusted = adjusted[at] as number
    const isLarge = evidence.js > limits.js || evidence.second > limits.second,
      isClear = pAdjusted <= rule.level
    return {
      decision: isLarge && isClear ? 'drifted' : 'stable',
      severity: evidence.js,
      p: evidence.p,
      pAdjusted,
      reason: words(isLarge, isClear),
    }
  })
}

/** True at each window where at least k of the last n windows alerted. */
export const kOfLast = (
  alerts: readonly boolean[],
  { k, n }: { k: number; n: number },
): boolean[] =>
  alerts.map((_, at) => alerts.slice(Math.max(0, at - n + 1), at + 1).filter(Boolean).length >= k)
