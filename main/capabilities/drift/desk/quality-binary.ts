import type { QualityPoint } from '../../../../preload/contract/drift-review'
import { identifier, type ColumnType } from '../adapters/sql'
import type { Predictions } from '../domain/performance/binary'
import { estimateChunk, fitEstimator, type ChunkEstimate } from '../domain/performance/cbpe'
import type { Asked, Quality } from './quality'
import { evenly, textOf, type Side } from './rows'

const MOST_ROWS = 100_000
const LEAST_LABELLED = 200
const METRICS = ['roc_auc', 'f1', 'accuracy'] as const

const isPositive = (column: ColumnType) =>
  `CASE WHEN ${textOf(column)} IS NULL THEN NULL WHEN lower(${textOf(column)}) IN ('1', '1.0', 'true', 'yes') THEN 1 ELSE 0 END`

interface Rows {
  all: Predictions
  labelled: Predictions
}
async function read(
  { engine, relation, columns }: Side,
  { labels }: Pick<Asked, 'labels'>,
): Promise<Rows> {
  const column = (name: string) => columns.find((each) => each.name === name)
  const label = column(labels.label),
    predicted = column(labels.prediction)
  const rows = await engine.rows(
    `SELECT CAST(${identifier(labels.probability ?? labels.prediction)} AS DOUBLE) AS proba, ${predicted ? isPositive(predicted) : 'NULL'} AS predicted, ${label ? isPositive(label) : 'NULL'} AS truth FROM ${await evenly({ engine, relation }, MOST_ROWS)}`,
  )
  const usable = rows.filter(({ proba, predicted: says }) => proba !== null && says !== null),
    known = usable.filter(({ truth }) => truth !== null)
  const predictions = (of: typeof rows): Predictions => ({
    proba: Float64Array.from(of, (row) => Number(row['proba'])),
    predicted: Uint8Array.from(of, (row) => Number(row['predicted'])),
  })
  return {
    all: predictions(usable),
    labelled: {
      ...predictions(known),
      truth: Uint8Array.from(known, (row) => Number(row['truth'])),
    },
  }
}

/** Two classes: confidence-based estimation (CBPE). It cannot see that the concept changed: only labels can. */
export async function binaryQuality({ labels, reference, windows }: Asked): Promise<Quality> {
  if (
    labels.probability === undefined ||
    !reference.columns.some(({ name }) => name === labels.probability)
  )
    return {
      points: [],
      missing: 'A column with the probability of the positive class is needed for an estimate.',
    }
  const { labelled } = await read(reference, { labels }),
    ones = labelled.truth?.reduce((sum, one) => sum + one, 0) ?? 0
  if (labelled.proba.length < LEAST_LABELLED || ones < 20 || labelled.proba.length - ones < 20)
    return {
      points: [],
      missing: `The reference has only ${labelled.proba.length} labelled rows, ${ones} of them positive; ${LEAST_LABELLED} and 20 of each are needed.`,
    }
  const estimator = fitEstimator(labelled, Math.max(50, Math.floor(labelled.proba.length / 10))),
    points: QualityPoint[] = []
  for (const { name, side } of windows) {
    const rows = await read(side, { labels })
    if (rows.all.proba.length > 0)
      points.push(
        ...pointsOf(name, estimateChunk(estimator, rows.all), {
          known:
            rows.labelled.proba.length > 0 ? estimateChunk(estimator, rows.labelled) : undefined,
          labelled: rows.labelled.proba.length / rows.all.proba.length,
        }),
      )
  }
  return { points }
}

const pointsOf = (
  window: string,
  estimated: ChunkEstimate,
  { known, labelled }: { known: ChunkEstimate | undefined; labelled: number },
): QualityPoint[] =>
  METRICS.map((metric) => {
    const { value, lower, upper } = estimated[metric],
      truth = known?.[metric].realised,
      spread = 3 * (known?.[metric].samplingError ?? 0)
    return {
      window,
      metric,
      estimated: { value, lower, upper },
      labelled,
      ...(truth !== undefined &&
        Number.isFinite(truth) && {
          realised: {
            value: truth,
            lower: Math.max(0, truth - spread),
            upper: Math.min(1, truth + spread),
          },
        }),
    }
  })
