import type { DriftProfile } from '../../../../preload/contract/drift'
import type { QualityPoint } from '../../../../preload/contract/drift-review'
import { asDouble, identifier } from '../adapters/sql'
import { estimateLoss, fitLoss, type RegressionRows } from '../domain/performance/loss'
import type { Asked, Quality } from './quality'
import { evenly, type Side } from './rows'

const MOST_ROWS = 8000
const LEAST_LABELLED = 200

interface Rows {
  all: RegressionRows
  labelled: RegressionRows & { truth: Float64Array }
}
async function read(
  { engine, relation, columns }: Side,
  { labels, profile }: { labels: Asked['labels']; profile: DriftProfile },
): Promise<Rows> {
  const numeric = profile.columns.flatMap((column) =>
    column.kind === 'numeric' && column.column !== labels.prediction ? [column] : [],
  )
  const type = (name: string) => columns.find((column) => column.name === name)
  const value = (name: string) => {
    const column = type(name)
    return column ? asDouble(column) : 'NULL'
  }
  // What is missing stands for what is usual.
  const features = numeric.map(
    ({ column, mean }) =>
      `coalesce(${value(column)}, ${Number.isFinite(Number(mean)) ? Number(mean) : 0}::DOUBLE)`,
  )
  const rows = (
    await engine.rows(
      `SELECT ${[...features.map((sql, at) => `${sql} AS ${identifier(`f${at}`)}`), `${value(labels.prediction)} AS predicted`, `${value(labels.label)} AS truth`].join(', ')} FROM ${await evenly({ engine, relation }, MOST_ROWS)}`,
    )
  ).filter(({ predicted }) => predicted !== null)
  const known = rows.filter(({ truth }) => truth !== null),
    numbers = (of: typeof rows, name: string) => Float64Array.from(of, (row) => Number(row[name]))
  const make = (of: typeof rows): RegressionRows => ({
    features: features.map((_, at) => numbers(of, `f${at}`)),
    predicted: numbers(of, 'predicted'),
  })
  return { all: make(rows), labelled: { ...make(known), truth: numbers(known, 'truth') } }
}

interface Spread {
  mae: number
  rmse: number
}
/** Deviation of one row's part in each metric, seen on the reference: its square root of n shares are the sampling error. */
function spreadOf({ predicted, truth }: { predicted: Float64Array; truth: Float64Array }): Spread {
  const errors = Array.from(predicted, (value, at) => Math.abs(value - (truth[at] ?? 0))),
    mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length
  const deviation = (values: number[]) => {
    const middle = mean(values)
    return Math.sqrt(mean(values.map((each) => (each - middle) ** 2)))
  }
  const squares = errors.map((error) => error * error),
    rmse = Math.sqrt(mean(squares))
  return { mae: deviation(errors), rmse: rmse === 0 ? 0 : deviation(squares) / (2 * rmse) }
}

/** A number is predicted: direct loss estimation (DLE) by boosted trees learnt on the labelled reference. */
export async function regressionQuality({
  labels,
  profile,
  reference,
  windows,
}: Asked): Promise<Quality> {
  const { labelled } = await read(reference, { labels, profile })
  if (labelled.predicted.length < LEAST_LABELLED)
    return {
      points: [],
      missing: `The reference has only ${labelled.predicted.length} labelled rows; ${LEAST_LABELLED} are needed.`,
    }
  const estimator = fitLoss(labelled),
    spread = spreadOf(labelled),
    points: QualityPoint[] = []
  for (const { name, side } of windows) {
    const rows = await read(side, { labels, profile }),
      count = rows.all.predicted.length
    if (count === 0) continue
    const estimated = estimateLoss(estimator, rows.all),
      realised =
        rows.labelled.predicted.length > 0
          ? estimateLoss(estimator, rows.labelled).realised
          : undefined
    for (const metric of ['mae', 'rmse'] as const) {
      const around = (value: number, rowsOf: number) => {
        const error = (3 * spread[metric]) / Math.sqrt(rowsOf)
        return { value, lower: Math.max(0, value - error), upper: value + error }
      }
      points.push({
        window: name,
        metric,
        estimated: around(estimated[metric], count),
        labelled: rows.labelled.predicted.length / count,
        ...(realised && { realised: around(realised[metric], rows.labelled.predicted.length) }),
      })
    }
  }
  return { points }
}
