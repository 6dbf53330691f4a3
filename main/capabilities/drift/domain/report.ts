import { decideFamily, type Decision, type DecisionRule, type SizeLimits } from './decide'
import { alibiFamily } from './presets/alibi'
import type { PresetScore } from './presets'
import { qualityOf, qualityWords, type QualityFinding } from './quality'
import type { ColumnScore } from './score'
import type { SpecialFunctions } from './special'

export type Kind = 'numeric' | 'categorical'
/** How a column's presence or type differs between the two sides. */
export type SchemaDifference = 'missing' | 'new' | 'type changed'

export interface ColumnReport {
  column: string
  kind: Kind
  decision: 'stable' | 'drifted' | 'unscored'
  reason: string
  severity: number | null
  p: number | null
  pAdjusted: number | null
  pMethod?: string
  limits?: SizeLimits
  schema?: SchemaDifference
  /** Shares of nulls, infinities and zeros that moved; they do not change the decision, which is about values. */
  quality?: QualityFinding[]
  statistics: Record<string, unknown>
  preset?: PresetScore
}
export interface Report {
  rows: { reference: number; current: number }
  engine: Record<string, unknown>
  drifted: boolean
  rule: DecisionRule
  columns: ColumnReport[]
}
export interface Scored {
  name: string
  kind: Kind
  score: ColumnScore
  schema?: SchemaDifference
}

/** Decides all scored columns as one family; those that could not be scored say why and are never counted as stable. */
export function reportColumns(
  scored: readonly Scored[],
  rule: DecisionRule,
  special: SpecialFunctions,
): ColumnReport[] {
  const family = scored.flatMap(({ score }) =>
    score.evidence && score.limits ? [{ evidence: score.evidence, limits: score.limits }] : [],
  )
  const decisions = decideFamily(family, rule)[Symbol.iterator]()
  const presets = withFamily(scored.flatMap(({ score }) => (score.preset ? [score.preset] : [])))[
    Symbol.iterator
  ]()
  return scored.map((entry) => {
    const isScored = entry.score.evidence !== undefined && entry.score.limits !== undefined
    const described = describeColumn(
      entry,
      isScored ? decisions.next().value : undefined,
      entry.score.preset ? presets.next().value : undefined,
    )
    const quality = qualityOf(entry.score.statistics, {
      special,
      tests: 3 * scored.length,
      level: rule.level,
    })
    return quality.length > 0
      ? { ...described, quality, reason: described.reason + qualityWords(quality) }
      : described
  })
}

function describeColumn(
  { name, kind, score, schema }: Scored,
  decided: Decision | undefined,
  preset: PresetScore | undefined,
): ColumnReport {
  const verdict = decided ?? {
    decision: 'unscored' as const,
    reason: score.reason ?? 'it was not scored',
    severity: null,
    p: null,
    pAdjusted: null,
  }
  return {
    column: name,
    kind,
    decision: verdict.decision,
    reason: verdict.reason,
    severity: verdict.severity,
    p: verdict.p,
    pAdjusted: verdict.pAdjusted,
    ...(score.pMethod && { pMethod: score.pMethod }),
    ...(score.limits && { limits: score.limits }),
    ...(schema && { schema }),
    statistics: score.statistics,
    ...(preset && { preset }),
  }
}

// alibi-detect divides its level by the number of features, so its scores are only known together.
const withFamily = (scores: PresetScore[]): PresetScore[] =>
  scores[0] && ['K-S', 'Chi2'].includes(scores[0].method) ? alibiFamily(scores) : scores

/** Worst first: drifted before unscored before stable, then by severity. */
export function worstFirst(columns: readonly ColumnReport[]): ColumnReport[] {
  const order = { drifted: 0, unscored: 1, stable: 2 }
  return [...columns].sort(
    (a, b) => order[a.decision] - order[b.decision] || (b.severity ?? 0) - (a.severity ?? 0),
  )
}
