import { area } from '../performance/binary'
import { fitBoost, predictBoost, type BoostSettings } from '../model/boost'

/** How well a model tells the two windows apart: 0.5 not at all, 1 always. The interval is of two standard errors (Hanley and McNeil 1982). */
export interface Separation {
  auc: number
  lower: number
  upper: number
  importance: number[]
}

const FOLDS = 5
const SETTINGS: BoostSettings = { trees: 30, depth: 3, rate: 0.2, loss: 'logistic' }

const pick = (column: Float64Array, rows: readonly number[]): Float64Array =>
  Float64Array.from(rows, (row) => column[row] as number)

/** Tells reference rows from current ones by all columns at once; every row is judged by a model that has not seen it. */
export function separate(
  reference: readonly Float64Array[],
  current: readonly Float64Array[],
): Separation {
  const columns = reference.map((column, at) =>
    Float64Array.from([...column, ...(current[at] as Float64Array)]),
  )
  const n = reference[0]?.length ?? 0,
    m = current[0]?.length ?? 0,
    truth = Uint8Array.from({ length: n + m }, (_, row) => (row < n ? 0 : 1))
  const score = new Float64Array(n + m),
    importance = columns.map(() => 0)
  for (let fold = 0; fold < FOLDS; fold++) {
    const train: number[] = [],
      held: number[] = []
    for (let row = 0; row < n + m; row++) (row % FOLDS === fold ? held : train).push(row)
    const model = fitBoost(
      columns.map((column) => pick(column, train)),
      train.map((row) => truth[row] as number),
      SETTINGS,
    )
    predictBoost(
      model,
      columns.map((column) => pick(column, held)),
    ).forEach((p, at) => {
      score[held[at] as number] = p
    })
    model.importance.forEach((share, at) => {
      importance[at] = (importance[at] as number) + share / FOLDS
    })
  }
  const auc = area(score, truth),
    q1 = auc / (2 - auc),
    q2 = (2 * auc * auc) / (1 + auc)
  const error = Math.sqrt(
    (auc * (1 - auc) + (m - 1) * (q1 - auc * auc) + (n - 1) * (q2 - auc * auc)) / (n * m),
  )
  return { auc, lower: auc - 2 * error, upper: Math.min(1, auc + 2 * error), importance }
}
