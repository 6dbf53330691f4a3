import { at } from './trace'

const REMEMBERED = 500
const RECOUNT_EVERY = 20
const ENOUGH = 20

/** What was said about a job when it was submitted, and what became of it. Seconds. */
export interface Forecast {
  job: number
  submitS: number
  finishS: number
  earliestS: number
  latestS: number
  endS: number
}

/**
 * Bands that hold four times out of five, learnt from how earlier forecasts turned out (split conformal prediction on the ratio of actual to
 * forecast time in the system). Until enough jobs have ended a band is wide on purpose.
 */
export class Forecaster {
  readonly made: Forecast[] = []
  private readonly open = new Map<number, Forecast>()
  private readonly ratios = new Float64Array(REMEMBERED)
  private seen = 0
  private band = { low: 0.5, high: 2 }

  predict(job: number, submitS: number, finishS: number): Forecast {
    const seconds = finishS - submitS
    const forecast = {
      job,
      submitS,
      finishS,
      earliestS: submitS + seconds * this.band.low,
      latestS: submitS + seconds * this.band.high,
      endS: NaN,
    }
    this.open.set(job, forecast)
    this.made.push(forecast)
    return forecast
  }

  ended(job: number, endS: number): void {
    const forecast = this.open.get(job)
    if (!forecast) return
    this.open.delete(job)
    forecast.endS = endS
    this.ratios[this.seen++ % REMEMBERED] =
      (endS - forecast.submitS) / Math.max(1, forecast.finishS - forecast.submitS)
    if (this.seen >= ENOUGH && this.seen % RECOUNT_EVERY === 0) this.recount()
  }

  private recount(): void {
    const count = Math.min(this.seen, REMEMBERED)
    const sorted = this.ratios.slice(0, count).sort()
    const rank = (share: number) =>
      at(sorted, Math.min(count - 1, Math.max(0, Math.round(share * (count + 1)) - 1)))
    this.band = { low: rank(0.1), high: rank(0.9) }
  }
}

/** How good forecasts were: relative error of the finish time at the median and the 90th percentile, and how often the band held. */
export function accuracy(forecasts: readonly Forecast[]): {
  p50: number
  p90: number
  held: number
} {
  const known = forecasts.filter(({ endS }) => !Number.isNaN(endS))
  const errors = Float64Array.from(
    known,
    ({ submitS, finishS, endS }) => Math.abs(endS - finishS) / Math.max(1, endS - submitS),
  ).sort()
  const rank = (share: number) => at(errors, Math.max(0, Math.ceil(share * errors.length) - 1))
  const held = known.filter(
    ({ earliestS, latestS, endS }) => endS >= earliestS - 1e-6 && endS <= latestS + 1e-6,
  ).length
  return { p50: rank(0.5), p90: rank(0.9), held: known.length === 0 ? 0 : held / known.length }
}
