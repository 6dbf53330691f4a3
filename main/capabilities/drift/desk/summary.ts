import type { ProfileColumn, WindowColumn } from '../../../../preload/contract/drift'
import type { Book } from '../../../../preload/contract/drift-bundle'
import { isUnjudged } from '../domain/decide'
import { missingness } from '../monitors/windows'
import type { Summary, SummaryScore } from './questions'

const nullRate = (column: WindowColumn | ProfileColumn | undefined): number | null =>
  !column || column.kind === 'unscored' || column.tally.rows === 0
    ? null
    : column.tally.nulls / column.tally.rows
/** A share of nulls that moved by this much is told whatever the values do. */
const NULLS_MATTER = 0.1
const percent = (share: number) => `${(share * 100).toFixed(1)} %`

function missed(
  frozen: ProfileColumn | undefined,
  seen: WindowColumn | undefined,
): Pick<SummaryScore, 'missing' | 'quality'> {
  const before = nullRate(frozen),
    now = nullRate(seen)
  if (before === null || now === null || Math.abs(now - before) < NULLS_MATTER)
    return { missing: 0, quality: [] }
  return {
    missing: missingness(before, now),
    quality: [`nulls went from ${percent(before)} to ${percent(now)}`],
  }
}

/** What is kept in memory of a book. */
export function summaryOf({ about, profile, windows, scores, verdicts }: Book): Summary {
  const { id, settings, simulated, madeAt, quality, qualityMissing, events } = about
  const frozen = new Map(profile.columns.map((column) => [column.column, column]))
  return {
    id,
    settings,
    simulated,
    madeAt,
    profile: { hash: profile.hash, rows: profile.rows },
    quality,
    qualityMissing,
    events,
    verdicts,
    segments: [
      ...new Set([
        ...(settings.segments ?? []),
        ...about.multivariate.flatMap((found) => found.segments.map(({ segment }) => segment)),
      ]),
    ],
    windows: windows.map(({ name, from, to, rows, columns }, at) => {
      const seen = new Map(columns.map((column) => [column.column, column]))
      return {
        name,
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        rows,
        schema: about.schema[name] ?? [],
        columns: (scores[at]?.columns ?? []).map(
          ({ column, decision, cause, severity, p, pAdjusted }): SummaryScore => ({
            column,
            kind: frozen.get(column)?.kind ?? 'unscored',
            decision,
            ...(decision === 'unscored' && isUnjudged(cause) && { unjudged: true as const }),
            severity,
            p,
            pAdjusted,
            nullRate: nullRate(seen.get(column)),
            ...missed(frozen.get(column), seen.get(column)),
          }),
        ),
      }
    }),
  }
}
