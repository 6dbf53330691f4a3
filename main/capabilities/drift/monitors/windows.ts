import type { DriftLimits, FleetRow } from '../../../../preload/contract/drift-review'
import type { Summary, SummaryScore, SummaryWindow } from '../desk/questions'
import { kOfLast } from '../domain/decide'

type Level = FleetRow['cells'][number]['level']
export interface Limits {
  limits: DriftLimits
  alertAfter: { k: number; n: number }
}

/** Jensen-Shannon distance (base 2) between two shares of missing rows. */
export function missingness(before: number, now: number): number {
  const middle = (before + now) / 2,
    part = (p: number, q: number) => (p === 0 ? 0 : p * Math.log2(p / q))
  const sides =
    part(before, middle) +
    part(1 - before, 1 - middle) +
    part(now, middle) +
    part(1 - now, 1 - middle)
  return Math.sqrt(Math.max(0, sides / 2))
}

/** How far a column moved: by its values, or by how many of them are missing. */
export const sizeOf = ({ severity, missing }: SummaryScore): number | null =>
  severity === null ? (missing > 0 ? missing : null) : Math.max(severity, missing)
/** Whether a column moved for sure and by at least so much, or nobody can say that it did not. */
const isOver = (score: SummaryScore, least: number) =>
  (score.decision === 'drifted' && (score.severity ?? 0) >= least) ||
  score.missing >= least ||
  score.unjudged === true

/** The column of a window that moved most; those that drifted by rule come first. */
export function worstOf({ columns }: SummaryWindow): SummaryScore | undefined {
  const certain = (score: SummaryScore) => Number(score.decision === 'drifted' || score.missing > 0)
  return columns
    .filter((score) => sizeOf(score) !== null)
    .toSorted((a, b) => certain(b) - certain(a) || (sizeOf(b) ?? 0) - (sizeOf(a) ?? 0))[0]
}
export const windowSize = (window: SummaryWindow): number | null => {
  const worst = worstOf(window)
  return worst ? sizeOf(worst) : null
}

/** True at each window that alerts: k of the last n reached the limit, this one among them. */
export function alertsOf(
  windows: readonly SummaryWindow[],
  { limits, alertAfter }: Limits,
): boolean[] {
  const over = windows.map(({ columns }) => columns.some((score) => isOver(score, limits.watch)))
  return kOfLast(over, alertAfter).map((enough, at) => enough && over[at] === true)
}

export function levelOf(size: number | null, { watch, act }: DriftLimits): Level {
  if (size === null) return 'unscored'
  if (size < watch / 2) return 'none'
  if (size < watch) return 'small'
  if (size < act) return 'notable'
  return size < Math.min(0.95, 1.6 * act) ? 'large' : 'severe'
}

/** Whether one feature of a window calls for a person, or for the line to stop. */
export const featureAlert = (
  score: SummaryScore,
  { watch, act }: DriftLimits,
): 'none' | 'watch' | 'act' =>
  isOver(score, act) && score.unjudged !== true ? 'act' : isOver(score, watch) ? 'watch' : 'none'
export const windowNamed = ({ windows }: Summary, name: string): SummaryWindow | undefined =>
  windows.find((window) => window.name === name)

/** The column that moved most, or the first that cannot be judged. */
export function movedWords(window: SummaryWindow): string {
  const worst = worstOf(window),
    unjudged = window.columns.find((score) => score.unjudged)
  if (unjudged && worst?.decision !== 'drifted') return `${unjudged.column} cannot be judged`
  return worst
    ? `${worst.column} moved by ${(windowSize(window) ?? 0).toFixed(3)}`
    : 'no column can be scored'
}
