import { evaluate, fitIsotonic, type Monotone } from './isotonic'

/** Rows of a classifier of several classes: how sure it was of the class it named, and whether that was right. */
export interface ClassRows {
  sure: Float64Array
  correct?: Uint8Array
}
export interface MulticlassEstimator {
  calibration: Monotone
}

/** Learns from labelled rows how often the model is right when it is that sure. */
export const fitMulticlass = ({
  sure,
  correct = new Uint8Array(),
}: ClassRows): MulticlassEstimator => ({ calibration: fitIsotonic(sure, correct) })

/** The share of right answers to be expected, within three deviations of a sum of independent answers. It cannot see concept drift. */
export function expectedAccuracy(
  { calibration }: MulticlassEstimator,
  { sure }: ClassRows,
): { value: number; lower: number; upper: number } {
  let sum = 0,
    variance = 0
  for (const probability of sure) {
    const right = evaluate(calibration, probability)
    sum += right
    variance += right * (1 - right)
  }
  const value = sum / sure.length,
    spread = (3 * Math.sqrt(variance)) / sure.length
  return { value, lower: Math.max(0, value - spread), upper: Math.min(1, value + spread) }
}
