import { failure, type Failure } from '../../../../preload/contract/failures'
import { timestamp } from '../../../kernel/clock'
import type { Found } from './plan'

/** When it would start and end in the pool that is taken first, whether going is advised or not. */
export function expectedAway({
  options: [best],
  moving: {
    job: { runTime },
  },
}: Pick<Found, 'options' | 'moving'>):
  { startsAt: string; finishes: { at: string; earliest: string; latest: string } } | undefined {
  if (!best) return undefined
  const after = (seconds: number) => timestamp((best.startS + seconds) * 1000)
  return {
    startsAt: after(0),
    finishes: { at: after(runTime.p50), earliest: after(runTime.p10), latest: after(runTime.p90) },
  }
}

/** What a person has to know of the machines: that they may be taken back, and that their price is old. */
export function machineRisks(
  { options: [best] }: Pick<Found, 'options'>,
  pool: { spot: boolean } | undefined,
): string[] {
  return [
    ...(pool?.spot
      ? [
          "Spot machines can be taken back at two minutes' notice; it then starts again from its checkpoint.",
        ]
      : []),
    ...(best?.priceTooOld
      ? ['Its price is older than the policy lets anything decide by: what is billed may differ.']
      : []),
  ]
}

const DAY_S = 86_400

/** Why nothing may go by itself although a person could send it: every price it could go by is older than the policy allows. Undefined where one is fresh enough, or none is known. */
export function tooOld({
  options,
  planned: { seen, plan },
  moving: { job },
}: Pick<Found, 'options' | 'planned' | 'moving'>): Failure | undefined {
  if (options.length > 0) return undefined
  const [best] = plan.options(job)
  const pool = best?.priceTooOld
    ? seen.market?.pools.find(({ name }) => name === best.pool)
    : undefined
  return (
    pool &&
    failure('PRICE_TOO_OLD', {
      pool: pool.name,
      asOf: timestamp(pool.priceAsOf),
      ageDays: (seen.now - pool.priceAsOf) / (DAY_S * 1000),
      limitDays: Math.round((seen.policy.oldestPriceHours / 24) * 10) / 10,
      source: pool.priceSource,
    })
  )
}
