import { fractionOf, ZERO, type Fraction } from '../../../../kernel/exact'
import type { Rate } from './book'
import { NANO } from './records'

const HOUR_S = 3_600n
/** A month of storage, as the clouds count it. */
const MONTH_HOURS = 730n

/** What was used at one rate: whole billionths of GPUs, cores or GiB times seconds. Slices are counted as slices. */
export interface Use {
  requested: bigint
  allocated: bigint
  inferred: bigint
  used: bigint
  measured: bigint
  idle: bigint
  cores: bigint
  memoryGi: bigint
  storageGi: bigint
}
export type What = keyof Use
const none = (): Use => ({
  requested: 0n,
  allocated: 0n,
  inferred: 0n,
  used: 0n,
  measured: 0n,
  idle: 0n,
  cores: 0n,
  memoryGi: 0n,
  storageGi: 0n,
})

/** Use of one group, apart by the rate it is priced at: money is worked out once, at the end, and exactly. */
export class Cell {
  readonly #byRate = new Map<Rate, Use>()

  add(rate: Rate, what: What, amount: bigint) {
    let use = this.#byRate.get(rate)
    if (!use) this.#byRate.set(rate, (use = none()))
    use[what] += amount
  }
  figures(): Figures {
    const sum = emptyFigures()
    for (const [rate, use] of this.#byRate) addFigures(sum, rate, use)
    return sum
  }
  /** What it cost in dollars. */
  usd(): Fraction {
    return usdOf(this.figures())
  }
  /** What it cost in euros, at the rates that were in force; undefined where no rate was. */
  eur(): Fraction | undefined {
    let sum = ZERO
    for (const [rate, use] of this.#byRate) {
      const one = emptyFigures()
      addFigures(one, rate, use)
      const usd = usdOf(one)
      if (usd.equals(0)) continue
      if (!rate.eurUsd) return undefined
      sum = sum.add(usd.div(rate.eurUsd))
    }
    return sum
  }
}

/** Figures of one group, exactly: GPU-hours of whole GPUs and dollars. Requested ≥ allocated ≥ used and idle. */
export interface Figures {
  requested: Fraction
  allocated: Fraction
  used: Fraction
  measured: Fraction
  idle: Fraction
  inferred: Fraction
  unpriced: Fraction
  gpuUsd: Fraction
  cpuUsd: Fraction
  memoryUsd: Fraction
  storageUsd: Fraction
  idleUsd: Fraction
}
const emptyFigures = (): Figures => ({
  requested: ZERO,
  allocated: ZERO,
  used: ZERO,
  measured: ZERO,
  idle: ZERO,
  inferred: ZERO,
  unpriced: ZERO,
  gpuUsd: ZERO,
  cpuUsd: ZERO,
  memoryUsd: ZERO,
  storageUsd: ZERO,
  idleUsd: ZERO,
})
const hours = (nanoSeconds: bigint) => fractionOf(nanoSeconds, NANO * HOUR_S)

function addFigures(sum: Figures, rate: Rate, use: Use) {
  const share = rate.gpu?.share
  const whole = (nanoSeconds: bigint) =>
    share ? hours(nanoSeconds).mul(share) : hours(nanoSeconds)
  const [slices, idleSlices] = [hours(use.allocated), hours(use.idle)]
  const add = (name: keyof Figures, value: Fraction) => {
    sum[name] = sum[name].add(value)
  }
  add('requested', whole(use.requested))
  add('allocated', whole(use.allocated))
  add('used', whole(use.used))
  add('measured', whole(use.measured))
  add('idle', whole(use.idle))
  add('inferred', whole(use.inferred))
  if (rate.gpu) {
    add('gpuUsd', slices.mul(rate.gpu.usdPerHour))
    add('idleUsd', idleSlices.mul(rate.gpu.usdPerHour))
  } else add('unpriced', slices)
  add('cpuUsd', hours(use.cores).mul(rate.cpuUsdPerCoreHour))
  add('memoryUsd', hours(use.memoryGi).mul(rate.memoryUsdPerGiHour))
  add(
    'storageUsd',
    fractionOf(use.storageGi, NANO * HOUR_S * MONTH_HOURS).mul(rate.storageUsdPerGiMonth),
  )
}
export const usdOf = ({ gpuUsd, cpuUsd, memoryUsd, storageUsd }: Figures): Fraction =>
  gpuUsd.add(cpuUsd).add(memoryUsd).add(storageUsd)
