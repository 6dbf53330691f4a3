import { fitBoost, predictBoost, type BoostSettings, type Model } from '../model/boost'

/** A regression model's rows: what it was given, what it predicted, and the truth where it is known. */
export interface RegressionRows {
  features: readonly Float64Array[]
  predicted: Float64Array
  truth?: Float64Array
}
export interface LossEstimator {
  absolute: Model
  squared: Model
}
export interface LossEstimate {
  mae: number
  rmse: number
  realised?: { mae: number; rmse: number }
}

const SETTINGS: BoostSettings = { trees: 40, depth: 3, rate: 0.15, loss: 'squared' }
const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length

/** Learns from a labelled reference how far off the predictions are for which rows (direct loss estimation). */
export function fitLoss({
  features,
  predicted,
  truth = new Float64Array(),
}: RegressionRows): LossEstimator {
  const columns = [...features, predicted],
    errors = predicted.map((value, at) => Math.abs(value - (truth[at] as number)))
  return {
    absolute: fitBoost(columns, errors, SETTINGS),
    squared: fitBoost(
      columns,
      errors.map((error) => error * error),
      SETTINGS,
    ),
  }
}

/** What the errors of a window are expected to be, before its labels have come. */
export function estimateLoss(
  { absolute, squared }: LossEstimator,
  { features, predicted, truth }: RegressionRows,
): LossEstimate {
  const columns = [...features, predicted],
    errors = truth && predicted.map((value, at) => Math.abs(value - (truth[at] as number)))
  return {
    mae: Math.max(0, mean(predictBoost(absolute, columns))),
    rmse: Math.sqrt(Math.max(0, mean(predictBoost(squared, columns)))),
    ...(errors && {
      realised: { mae: mean(errors), rmse: Math.sqrt(mean(errors.map((error) => error * error))) },
    }),
  }
}
