/** The GPU hours of the job for which the value of waiting is stated. */
const REFERENCE_GPU_HOURS = 10
/**
 * Above 1: a job ten times as large may wait more than ten times as long. Someone has to wait, and each large job that does keeps as much work
 * in the building as many small ones, so the mean wait for a given bill is lower.
 */
const SIZE_EXPONENT = 1.25

/** How long a job may wait for the building before its cloud price is the better buy, in seconds; Infinity where waiting costs nothing. */
export function waitLimitS(of: {
  gpuHours: number
  gpuHourUsd: number
  usdPerWaitHour: number
}): number {
  if (of.usdPerWaitHour <= 0) return Infinity
  const referenceUsd = REFERENCE_GPU_HOURS * of.gpuHourUsd
  return (
    (referenceUsd / of.usdPerWaitHour) * (of.gpuHours / REFERENCE_GPU_HOURS) ** SIZE_EXPONENT * 3600
  )
}
