import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { compare } from './compare'
import { LOAN_BOOK, writeLoanBook } from './demo'
import { estimateChunk, fitEstimator } from './domain/performance/cbpe'
import type { Predictions } from './domain/performance/binary'
import { Tables } from './testing/tables'

let tables: Tables, folder: string, files: string[]
beforeAll(async () => {
  tables = await Tables.open()
  folder = tables.path('loans')
  mkdirSync(folder)
  files = await writeLoanBook(tables.engine, folder)
})
afterAll(() => tables.close())

const reference = () => join(folder, 'week-0[0-3].parquet')
const week = (at: number) => files[at] ?? ''
async function decisions(at: number): Promise<Record<string, string>> {
  const { report } = await compare({
    reference: reference(),
    current: week(at),
    columns: ['income', 'bureau_score', 'debts', 'age', 'employment'],
  })
  return Object.fromEntries(report.columns.map(({ column, decision }) => [column, decision]))
}
async function predictions(path: string): Promise<Predictions> {
  const rows = await tables.engine.rows(
    `SELECT y_pred_proba, y_pred, y_true FROM read_parquet('${path}')`,
  )
  const isKnown = rows.every((row) => row['y_true'] !== null)
  return {
    proba: Float64Array.from(rows, (row) => Number(row['y_pred_proba'])),
    predicted: Uint8Array.from(rows, (row) => Number(row['y_pred'])),
    ...(isKnown && { truth: Uint8Array.from(rows, (row) => Number(row['y_true'])) }),
  }
}

describe('the loan book: what was done to it is found, and nothing else', () => {
  test('a week before anything was done is stable throughout', async () => {
    expect(await decisions(4)).toEqual({
      income: 'stable',
      bureau_score: 'stable',
      debts: 'stable',
      age: 'stable',
      employment: 'stable',
    })
  })
  test('a slow shift of income is found before it is large, and its size grows', async () => {
    const severity = async (at: number) =>
      (await compare({ reference: reference(), current: week(at), columns: ['income'] })).report
        .columns[0]
    const early = await severity(LOAN_BOOK.incomeShiftsFrom + 1),
      late = await severity(11)
    expect(early?.decision).toBe('drifted')
    expect(late?.severity ?? 0).toBeGreaterThan(2 * (early?.severity ?? 1))
  })
  test('a broken column, a new category and a burst of nulls are found in their weeks', async () => {
    expect((await decisions(LOAN_BOOK.bureauBreaksAt - 1))['bureau_score']).toBe('stable')
    expect((await decisions(LOAN_BOOK.bureauBreaksAt))['bureau_score']).toBe('drifted')
    const { report } = await compare({
      reference: reference(),
      current: week(LOAN_BOOK.newEmploymentFrom),
      columns: ['employment'],
    })
    expect(report.columns[0]).toMatchObject({
      decision: 'drifted',
      statistics: { new_in_cur: ['platform'] },
    })
    const nulls = await compare({
      reference: reference(),
      current: week(LOAN_BOOK.nullsIn),
      columns: ['debts'],
    })
    expect(nulls.report.columns[0]?.quality).toMatchObject([{ what: 'nulls', reference: 0 }])
    expect(nulls.report.columns[0]?.reason).toMatch(/nulls went from 0\.0 % to 3\d\.\d %$/)
  })
  test('what was left alone stays stable to the end', async () => {
    for (const at of [5, 7, 9, 11]) expect((await decisions(at))['age']).toBe('stable')
  })
  test('an identifier is not scored', async () => {
    const { report } = await compare({
      reference: reference(),
      current: week(5),
      columns: ['loan'],
    })
    expect(report.columns[0]).toMatchObject({
      decision: 'unscored',
      reason: 'nearly every row has a value of its own: an identifier rather than a category',
    })
  })
  test('changed behaviour is not claimed by the estimate, and seen once labels come', async () => {
    const from = LOAN_BOOK.conceptChangesFrom - LOAN_BOOK.labelsLateBy,
      before = await predictions(join(folder, 'week-0[0-3].parquet'))
    const estimator = fitEstimator(before, 1000),
      chunk = estimateChunk(estimator, await predictions(week(from)))
    expect(chunk.roc_auc.realised).toBeLessThan(chunk.roc_auc.lowerThreshold)
    expect(chunk.roc_auc.value).toBeGreaterThan(
      (chunk.roc_auc.realised ?? 1) + 3 * chunk.roc_auc.samplingError,
    )
    expect(estimateChunk(estimator, await predictions(week(11))).roc_auc.realised).toBeUndefined()
  })
})
