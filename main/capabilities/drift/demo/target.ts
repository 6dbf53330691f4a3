export type Task = 'binary' | 'multiclass' | 'regression'

/** Labels come this many weeks late. */
export const LABELS_LATE_BY = 2
interface Target {
  task: Task
  score: string
  uniform: (purpose: number) => string
  isLate: boolean
  concept: boolean
}

/** What a model answers and how it turns out, as columns of SQL. Where the concept changed, the outcome no longer follows the score, and no column tells. */
export function targetOf({ task, score, uniform, isLate, concept }: Target): string {
  const known = (sql: string, type: string) =>
    isLate ? `CAST(NULL AS ${type}) AS y_true` : `${sql} AS y_true`
  if (task === 'regression') {
    const predicted = `round(50 + 10 * (${score}), 3)`,
      noise = `sqrt(-2 * ln(${uniform(91)})) * cos(2 * pi() * ${uniform(92)})`
    return `${predicted} AS y_pred, ${known(`round(50 + 10 * (${score}) + ${concept ? 9 : 4} * ${noise}, 3)`, 'DOUBLE')}`
  }
  if (task === 'multiclass') {
    const sure = `round(0.5 + 0.5 * sqrt(${uniform(93)}), 4)`,
      named = `CASE WHEN ${uniform(94)} < 0.5 THEN 'order' WHEN ${uniform(94)} < 0.8 THEN 'return' ELSE 'other' END`
    return `${named} AS y_pred, ${sure} AS y_sure, ${known(`CASE WHEN ${uniform(95)} < ${sure} THEN ${named} ELSE 'none of these' END`, 'VARCHAR')}`
  }
  const proba = `round(1 / (1 + exp(-(${score}))), 5)`
  return `${proba} AS y_pred_proba, CAST(${proba} >= 0.5 AS INTEGER) AS y_pred, ${known(`CAST(${uniform(96)} < ${concept ? `(0.4 + 0.2 * ${proba})` : proba} AS INTEGER)`, 'INTEGER')}`
}
