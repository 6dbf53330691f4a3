import {
  estimated,
  METRICS,
  realised,
  samplingError,
  samplingParts,
  type Metric,
  type Predictions,
} from './binary'
import { evaluate, fitIsotonic, type Monotone } from './isotonic'
import { stratifiedSplits } from './shuffle'

export interface MetricEstimate {
  value: number
  samplingError: number
  lower: number
  upper: number
  realised?: number
  lowerThreshold: number
  upperThreshold: number
  alert: boolean
}
export type ChunkEstimate = Record<Metric, MetricEstimate>
/** What is learnt from the labelled reference, to estimate performance where labels have not come yet. */
export interface Estimator {
  /** Absent where the probabilities are right as they are. */
  calibration?: Monotone
  parts: ReturnType<typeof samplingParts>
  thresholds: Record<Metric, { lower: number; upper: number }>
}

export function sliceRows(
  { proba, predicted, truth }: Predictions,
  from: number,
  to: number,
): Predictions {
  return {
    proba: proba.subarray(from, to),
    predicted: predicted.subarray(from, to),
    truth: truth?.subarray(from, to),
  }
}
/** Consecutive chunks of equal length; rows that do not fill one are left out. */
export const chunksOf = (rows: Predictions, length: number): Predictions[] =>
  Array.from({ length: Math.floor(rows.proba.length / length) }, (_, at) =>
    sliceRows(rows, at * length, (at + 1) * length),
  )

const calibrate = (proba: Float64Array, calibration: Monotone | undefined): Float64Array =>
  calibration ? proba.map((p) => evaluate(calibration, p)) : proba

const BINS = 10,
  FOLDS = 10
/** Expected calibration error: how far mean probability and share of positives lie apart, over tenths of the rows by probability. */
function calibrationError(proba: Float64Array, truth: ArrayLike<number>): number {
  const order = Array.from(proba, (_, at) => at).sort(
      (a, b) => (proba[a] as number) - (proba[b] as number),
    ),
    width = Math.floor(order.length / BINS)
  let error = 0
  for (let bin = 0; bin < BINS; bin++) {
    const rows = order.slice(bin * width, bin + 1 === BINS ? order.length : (bin + 1) * width)
    error +=
      Math.abs(rows.reduce((sum, at) => sum + (proba[at] as number) - (truth[at] as number), 0)) /
      order.length
  }
  return error
}

/** Whether calibrating makes the probabilities truer on rows that it has not seen. */
function needsCalibration({ proba, truth = new Uint8Array() }: Predictions): boolean {
  const seen: number[] = [],
    plain: number[] = [],
    calibrated: number[] = []
  for (const { train, test } of stratifiedSplits(truth, { splits: FOLDS, seed: 42 })) {
    const fit = fitIsotonic(
      train.map((at) => proba[at] as number),
      train.map((at) => truth[at] as number),
    )
    for (const at of test) {
      const p = proba[at] as number
      seen.push(truth[at] as number)
      plain.push(p)
      calibrated.push(evaluate(fit, p))
    }
  }
  return (
    calibrationError(Float64Array.from(plain), seen) >
    calibrationError(Float64Array.from(calibrated), seen)
  )
}

/** Learns from a labelled reference; thresholds are three deviations of its chunks' realised performance. */
export function fitEstimator(reference: Predictions, chunkRows: number): Estimator {
  const { proba, truth = new Uint8Array() } = reference
  const calibration = needsCalibration(reference) ? fitIsotonic(proba, truth) : undefined
  const performance = chunksOf(reference, chunkRows).flatMap((chunk) => realised(chunk) ?? [])
  const thresholds = Object.fromEntries(
    METRICS.map((metric) => {
      const values = performance.map((of) => of[metric]),
        mean = values.reduce((a, b) => a + b, 0) / values.length
      const deviation = Math.sqrt(
        values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length,
      )
      return [
        metric,
        { lower: Math.max(0, mean - 3 * deviation), upper: Math.min(1, mean + 3 * deviation) },
      ]
    }),
  ) as Estimator['thresholds']
  return {
    ...(calibration && { calibration }),
    parts: samplingParts(reference, calibrate(proba, calibration)),
    thresholds,
  }
}

/** Estimates one chunk's performance, with the realised one beside it where its labels are known. It cannot see concept drift: only labels can. */
export function estimateChunk(
  { calibration, parts, thresholds }: Estimator,
  chunk: Predictions,
): ChunkEstimate {
  const values = estimated(chunk, calibrate(chunk.proba, calibration)),
    known = realised(chunk)
  return Object.fromEntries(
    METRICS.map((metric) => {
      const error = samplingError(parts[metric], chunk.proba.length),
        value = values[metric],
        { lower, upper } = thresholds[metric]
      return [
        metric,
        {
          value,
          samplingError: error,
          lower: Math.max(0, value - 3 * error),
          upper: Math.min(1, value + 3 * error),
          ...(known && { realised: known[metric] }),
          lowerThreshold: lower,
          upperThreshold: upper,
          alert: value < lower || value > upper,
        },
      ]
    }),
  ) as ChunkEstimate
}
