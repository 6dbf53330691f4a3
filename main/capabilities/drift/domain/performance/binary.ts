/** Rows of a binary classifier: what it predicted, how sure it was of the positive class, and the truth where it is known. */
export interface Predictions {
  proba: Float64Array
  predicted: Uint8Array
  truth?: Uint8Array | undefined
}

export const METRICS = ['roc_auc', 'f1', 'precision', 'recall', 'specificity', 'accuracy'] as const
export type Metric = (typeof METRICS)[number]

interface Confusion {
  tp: number
  fp: number
  fn: number
  tn: number
}
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
function fromConfusion({ tp, fp, fn, tn }: Confusion): Record<Exclude<Metric, 'roc_auc'>, number> {
  return {
    f1: ratio(tp, tp + 0.5 * (fp + fn)),
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    specificity: ratio(tn, tn + fp),
    accuracy: ratio(tp + tn, tp + fp + fn + tn),
  }
}

/** Expected confusion where each row is positive with a given probability; a truth of 0 or 1 is such a probability too. */
function confusion(predicted: Uint8Array, positive: ArrayLike<number>): Confusion {
  const sums = { tp: 0, fp: 0, fn: 0, tn: 0 }
  predicted.forEach((says, at) => {
    const p = positive[at] as number
    if (says === 1) {
      sums.tp += p
      sums.fp += 1 - p
    } else {
      sums.fn += p
      sums.tn += 1 - p
    }
  })
  return sums
}

const round5 = (value: number): number => Math.round(value * 1e5) / 1e5
/** Area under the curve of expected true against expected false positives, from the surest row down. Rows equally sure make one step. */
export function area(score: Float64Array, positive: ArrayLike<number>): number {
  const order = Array.from(score, (_, at) => at).sort(
    (a, b) => (score[b] as number) - (score[a] as number),
  )
  let tp = 0,
    seen = 0,
    sum = 0,
    lastTp = 0,
    lastFp = 0
  order.forEach((at, rank) => {
    tp += positive[at] as number
    seen++
    if (rank + 1 < order.length && score[order[rank + 1] as number] === score[at]) return
    const nowTp = round5(tp),
      nowFp = round5(seen - tp)
    sum += ((nowTp + lastTp) / 2) * (nowFp - lastFp)
    lastTp = nowTp
    lastFp = nowFp
  })
  return sum / (lastTp * lastFp)
}

/** Metrics with known truth; undefined where a chunk holds one class only. */
export function realised({
  proba,
  predicted,
  truth,
}: Predictions): Record<Metric, number> | undefined {
  if (!truth || truth.every((value) => value === truth[0])) return undefined
  return { roc_auc: area(proba, truth), ...fromConfusion(confusion(predicted, truth)) }
}

/** Metrics without truth, from calibrated probabilities: what they are expected to be if those are right (CBPE). */
export const estimated = (
  { proba, predicted }: Predictions,
  calibrated: Float64Array,
): Record<Metric, number> => ({
  roc_auc: area(proba, calibrated),
  ...fromConfusion(confusion(predicted, calibrated)),
})

const spread = (values: readonly number[]): number => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}
/** Spread of zeros and ones with the given counts. */
const binarySpread = (ones: number, zeros: number): number =>
  ones + zeros === 0 ? Number.NaN : Math.sqrt(ones * zeros) / (ones + zeros)

/** What each metric's sampling error is made of: the spread of one relevant row's contribution and the share of relevant rows. */
export function samplingParts(
  { predicted, truth = new Uint8Array() }: Predictions,
  calibrated: Float64Array,
): Record<Metric, { spread: number; share: number }> {
  const { tp, fp, fn, tn } = confusion(predicted, truth),
    rows = predicted.length,
    f1Rows = tp + fp + fn
  return {
    roc_auc: areaParts(truth, calibrated),
    f1: {
      spread: binarySpread(tp, fp + fn) * (f1Rows / ((fp + fn) * 0.5 + tp)),
      share: f1Rows / rows,
    },
    precision: { spread: binarySpread(tp, fp), share: (tp + fp) / rows },
    recall: { spread: binarySpread(tp, fn), share: (tp + fn) / rows },
    specificity: { spread: binarySpread(tn, fp), share: (tn + fp) / rows },
    accuracy: { spread: binarySpread(tp + tn, fp + fn), share: 1 },
  }
}

/** For each row of the rarer class the share of the other class that lies below it. */
function areaParts(truth: Uint8Array, calibrated: Float64Array): { spread: number; share: number } {
  const positives = truth.reduce((sum, value) => sum + value, 0),
    flips = positives / truth.length > 0.5
  const order = Array.from(calibrated, (_, at) => at).sort(
    (a, b) => (flips ? -1 : 1) * ((calibrated[a] as number) - (calibrated[b] as number)),
  )
  const ranks = order.flatMap((at, rank) => ((truth[at] === 1) !== flips && rank > 0 ? [rank] : []))
  const own = flips ? truth.length - positives : positives
  return {
    spread: spread(ranks.map((rank, at) => (rank - at) / (truth.length - own))),
    share: own / truth.length,
  }
}

/** Standard error of a metric in a chunk of the given rows. */
export const samplingError = (
  { spread: of, share }: { spread: number; share: number },
  rows: number,
): number => of / Math.sqrt(rows * share)
