import { join } from 'node:path'
import type { Engine } from './adapters/engine'
import { literal } from './adapters/sql'

/** What was done to the loan book, and from which week on: the truth that findings are held against. */
export const LOAN_BOOK = {
  weeks: 12,
  rowsAWeek: 4000,
  referenceWeeks: 4,
  /** Income falls a little each week from here on. */
  incomeShiftsFrom: 5,
  /** The bureau's score arrives as minus one: something upstream broke. */
  bureauBreaksAt: 8,
  /** A way of employment that was not there before. */
  newEmploymentFrom: 7,
  /** Debts are missing for a third of the rows in this one week. */
  nullsIn: 9,
  /** Who pays back changes, though no column tells. */
  conceptChangesFrom: 10,
  /** Labels come this many weeks late. */
  labelsLateBy: 2,
} as const

// Chance is a hash of row, week and purpose: the same book everywhere.
const uniform = (purpose: number) =>
  `((hash(concat_ws(':', i, week, ${purpose})) >> 11) + 0.5) / 9007199254740992.0`
const normal = (purpose: number) =>
  `sqrt(-2 * ln(${uniform(purpose)})) * cos(2 * pi() * ${uniform(purpose + 1)})`

const book = (week: number, monday: string): string => {
  const {
    incomeShiftsFrom,
    bureauBreaksAt,
    newEmploymentFrom,
    nullsIn,
    conceptChangesFrom,
    rowsAWeek,
    weeks,
    labelsLateBy,
  } = LOAN_BOOK
  const shift = Math.max(0, week - incomeShiftsFrom + 1) * 0.08,
    isLate = week >= weeks - labelsLateBy
  return `
    WITH drawn AS (SELECT i, ${week} AS week, ${normal(1)} AS a, ${normal(3)} AS b, ${normal(5)} AS c, ${uniform(7)} AS u, ${uniform(8)} AS pays, ${uniform(9)} AS missing, ${uniform(10)} AS work
      FROM (SELECT i, ${week} AS week FROM range(${rowsAWeek}) t(i))),
    features AS (SELECT *, a - ${shift} AS income_z, 1 / (1 + exp(-(0.9 * (a - ${shift}) - 0.7 * b - 0.2))) AS proba FROM drawn)
    SELECT 'loan-' || (week * ${rowsAWeek} + i) AS loan, TIMESTAMP ${literal(monday)} + to_days(CAST(7 * week + i % 7 AS INTEGER)) AS applied_at,
      round(exp(10.3 + 0.5 * income_z), 2) AS income, ${week >= bureauBreaksAt ? '-1.0' : 'round(600 + 60 * c)'}::DOUBLE AS bureau_score,
      ${week === nullsIn ? 'CASE WHEN missing < 0.33 THEN NULL ELSE exp(8 + 0.6 * b) END' : 'exp(8 + 0.6 * b)'} AS debts, CAST(floor(20 + 45 * u) AS INTEGER) AS age,
      CASE ${week >= newEmploymentFrom ? "WHEN work < 0.12 THEN 'platform'" : ''} WHEN work < 0.55 THEN 'employee' WHEN work < 0.75 THEN 'self-employed' WHEN work < 0.9 THEN 'retired' ELSE 'none' END AS employment,
      round(proba, 6) AS y_pred_proba, CAST(proba >= 0.5 AS INTEGER) AS y_pred,
      ${isLate ? 'CAST(NULL AS INTEGER)' : `CAST(pays < ${week >= conceptChangesFrom - labelsLateBy ? '(0.35 + 0.3 * proba)' : 'proba'} AS INTEGER)`} AS y_true
    FROM features ORDER BY i`
}

/** Writes the loan book: one Parquet file a week, in a folder of its own, beginning with a Monday. */
export async function writeLoanBook(
  engine: Engine,
  folder: string,
  monday = '2026-01-05',
): Promise<string[]> {
  const files: string[] = []
  for (let week = 0; week < LOAN_BOOK.weeks; week++) {
    const file = join(folder, `week-${String(week).padStart(2, '0')}.parquet`)
    await engine.run(`COPY (${book(week, monday)}) TO ${literal(file)} (FORMAT parquet)`)
    files.push(file)
  }
  return files
}
