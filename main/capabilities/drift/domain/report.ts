import type { UnscoredCause } from '../../../../preload/contract/drift'
import type { Random } from '../../../kernel/random'
import {
  decideFamily,
  isUnjudged,
  type Decision,
  type DecisionRule,
  type NoDecision,
  type SizeLimits,
} from './decide'
import { absenceDrift, absenceWords, type Absence } from './missing'
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
  /** Why it is unscored, for code. */
  cause?: UnscoredCause
  /** Shares of nulls, infinities and zeros that moved. */
  quality?: QualityFinding[]
  statistics: Record<string, unknown>
  preset?: PresetScore
}
export interface Report {
  rows: { reference: number; current: number }
  engine: Record<string, unknown>
  drifted: boolean
  /** Columns that cannot be judged though they should be: as loud as drift. */
  unjudged: string[]
  rule: DecisionRule
  columns: ColumnReport[]
}
export interface Scored {
  name: string
  kind: Kind
  score: ColumnScore
  schema?: SchemaDifference
}

interface Means {
  special: SpecialFunctions
  /** Chance for a column, by its name. */
  random: (column: string) => Random
}

/** Decides all scored columns as one family; those that could not be scored say why and are never counted as stable. */
export function reportColumns(
  scored: readonly Scored[],
  rule: DecisionRule,
  { special, random }: Means,
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
    const means = { special, random: random(entry.name) }
    return withQuality(
      withAbsence(described, { ...means, tests: 2 * scored.length, level: rule.level }),
      quality,
    )
  })
}

/** Columns that have no decision though they should have one. */
export const unjudgedOf = (columns: readonly ColumnReport[]): string[] =>
  columns.flatMap(({ column, decision, cause }) =>
    decision === 'unscored' && isUnjudged(cause) ? [column] : [],
  )

const withQuality = (column: ColumnReport, quality: QualityFinding[]): ColumnReport =>
  quality.length > 0
    ? { ...column, quality, reason: column.reason + qualityWords(quality) }
    : column

const countAt = (statistics: Record<string, unknown>, name: string): number =>
  Number(statistics[name] ?? 0)
const absenceAt = (statistics: Record<string, unknown>, side: 'ref' | 'cur'): Absence => ({
  rows: countAt(statistics, `n_${side}`),
  missing: countAt(statistics, `null_${side}`) + countAt(statistics, `nan_${side}`),
  infinite: countAt(statistics, `inf_${side}`),
})
/** A share of missing or infinite values that drifted is drift, whatever the values that are left do. */
function withAbsence(
  column: ColumnReport,
  means: Parameters<typeof absenceDrift>[2],
): ColumnReport {
  const { statistics, decision, severity } = column,
    moved = absenceDrift(absenceAt(statistics, 'ref'), absenceAt(statistics, 'cur'), means)
  if (!moved) return column
  const { cause: _cause, ...rest } = column,
    reason = `${absenceWords(moved)}; ${column.reason}`
  if (decision === 'drifted') return { ...rest, reason }
  return {
    ...rest,
    decision: 'drifted',
    reason,
    severity: Math.max(severity ?? 0, moved.size),
    p: moved.p,
    pAdjusted: moved.pAdjusted,
  }
}

function describeColumn(
  { name, kind, score, schema }: Scored,
  decided: Decision | NoDecision | undefined,
  preset: PresetScore | undefined,
): ColumnReport {
  return {
    column: name,
    kind,
    ...verdictOf(score, decided),
    ...(score.pMethod && { pMethod: score.pMethod }),
    ...(score.limits && { limits: score.limits }),
    ...(schema && { schema }),
    statistics: score.statistics,
    ...(preset && { preset }),
  }
}
function verdictOf(score: ColumnScore, decided: Decision | NoDecision | undefined) {
  if (decided && decided.decision !== 'unscored') {
    const { decision, reason, severity, p, pAdjusted } = decided
    return { decision, reason, severity, p, pAdjusted }
  }
  const cause = decided?.cause ?? score.cause
  return {
    decision: 'unscored' as const,
    reason: decided?.reason ?? score.reason ?? 'it was not scored',
    severity: null,
    p: null,
    pAdjusted: null,
    ...(cause && { cause }),
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
