import { waitLimitS } from './value'

/** A cap on cloud spend that has to last for a period. */
export interface Cap {
  usd: number
  fromS: number
  days: number
}

/** How much of the cap may be spent ahead of an even pace before jobs have to wait longer. */
const CUSHION = 0.06
/** What an hour of waiting is worth for a job of ten GPU hours while spend is on pace, and how fast that falls as spend runs ahead. */
const REFERENCE_USD_PER_WAIT_HOUR = 40
const STEEPNESS = 8
const PACED_STEEPNESS = 6

/** How far committed spend runs ahead of an even pace over the period: 1 is on pace. */
export function pace(cap: Cap, committedUsd: number, nowS: number): number {
  const share = Math.min(1, Math.max(0, (nowS - cap.fromS) / (cap.days * 86_400)))
  return committedUsd / (cap.usd * (CUSHION + (1 - CUSHION) * share))
}

/** What an hour of waiting is worth when spend on pace is all that is asked for: less and less as spend runs ahead. */
export const pacedUsdPerWaitHour = (ahead: number): number =>
  REFERENCE_USD_PER_WAIT_HOUR * Math.exp(PACED_STEEPNESS * (1 - ahead))

/** How long a job has to wait at least because spend runs ahead, in seconds: nothing on pace, ever longer beyond. */
export function thriftS(job: { gpuHours: number; gpuHourUsd: number }, ahead: number): number {
  if (ahead <= 1) return 0
  return waitLimitS({
    ...job,
    usdPerWaitHour: REFERENCE_USD_PER_WAIT_HOUR / Math.expm1(STEEPNESS * (ahead - 1)),
  })
}
