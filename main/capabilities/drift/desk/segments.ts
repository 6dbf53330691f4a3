import type { Book } from '../../../../preload/contract/drift-bundle'
import type { SegmentScore } from '../../../../preload/contract/drift-review'
import type { z } from 'zod'
import { identifier } from '../adapters/sql'
import { adjust } from '../domain/adjust'
import { loadSpecialFunctions } from '../../../platform/numerics'
import { countWindows, profileReference, scoreWindows, withSource } from '../profile'
import type { Located } from './questions'
import { currentRequest, referenceRequest } from './request'

type Scored = z.infer<typeof SegmentScore>
const MOST_VALUES = 8,
  LEAST_ROWS = 100,
  CELLS = 100

/** Each value of the segment columns against the same value in the reference; p-values are corrected over all of them, so that many segments raise no more false alarms. */
export async function segmentScores(
  { about, profile }: Book,
  { window, located }: { window: string; located: Located },
): Promise<Scored[]> {
  const { settings } = about,
    scored: (Scored & { p: number | null; isLarge: boolean })[] = [],
    special = await loadSpecialFunctions()
  for (const segment of settings.segments ?? []) {
    const columns = profile.columns
      .filter(({ kind, column }) => kind !== 'unscored' && column !== segment)
      .map(({ column }) => column)
    for (const value of await valuesOf(segment, { settings, located })) {
      const frozen = await profileReference({
        ...referenceRequest(settings, located, { column: segment, value }),
        columns,
        cells: CELLS,
      })
      const [counted] = await countWindows(frozen, {
        ...currentRequest(settings, located, { column: segment, value }),
        only: new Set([window]),
      })
      const unscored = (reason: string) => ({
        segment,
        value,
        rows: counted?.rows ?? 0,
        size: null,
        pAdjusted: null,
        decision: 'unscored' as const,
        reason,
        p: null,
        isLarge: false,
      })
      if (!counted || counted.rows < LEAST_ROWS || frozen.rows < LEAST_ROWS) {
        scored.push(unscored(`fewer than ${LEAST_ROWS} rows`))
        continue
      }
      const [scores] = scoreWindows(frozen, [counted], {
        special,
        rule: { correction: 'bonferroni', level: settings.rule.level },
      })
      const worst = (scores?.columns ?? [])
        .filter(({ severity }) => severity !== null)
        .sort(
          (a, b) =>
            Number(b.decision === 'drifted') - Number(a.decision === 'drifted') ||
            (b.severity ?? 0) - (a.severity ?? 0),
        )[0]
      if (!worst) {
        scored.push(unscored('none of its columns can be scored'))
        continue
      }
      scored.push({
        segment,
        value,
        rows: counted.rows,
        size: worst.severity,
        pAdjusted: null,
        decision: worst.decision,
        reason: `${worst.column}: ${worst.reason}`,
        p: worst.pAdjusted,
        isLarge: worst.decision === 'drifted',
      })
    }
  }
  const adjusted = adjust(
    scored.map(({ p }) => p ?? 1),
    settings.rule.correction,
  )
  return scored.map(({ p, isLarge, ...score }, at) =>
    p === null
      ? score
      : {
          ...score,
          pAdjusted: adjusted[at] ?? null,
          decision: isLarge && (adjusted[at] ?? 1) <= settings.rule.level ? 'drifted' : 'stable',
        },
  )
}

const valuesOf = (
  segment: string,
  { settings, located }: { settings: Book['about']['settings']; located: Located },
): Promise<string[]> =>
  withSource(referenceRequest(settings, located), async ({ engine, source }) => {
    if (!source.columns.some(({ name }) => name === segment)) return []
    const rows = await engine.rows(
      `SELECT CAST(${identifier(segment)} AS VARCHAR) AS value, count(*) AS count FROM ${source.relation} WHERE ${identifier(segment)} IS NOT NULL GROUP BY ALL ORDER BY count DESC, value LIMIT ${MOST_VALUES}`,
    )
    return rows.map(({ value }) => String(value))
  })
