import { overlapS } from '../../../../kernel/spans'
import type { LocalDay } from '../../../../kernel/days'
import {
  decimalText,
  fractionOf,
  rounded,
  total,
  ZERO,
  type Fraction,
} from '../../../../kernel/exact'
import { Cell, type What } from './cells'
import type { Gap } from './records'
import type { Stretch } from './ledger'

export interface BudgetCap {
  costCentre: string
  capUsd: Fraction
  /** Up to when spending is known, in seconds since 1970. */
  asOfS: number
}
const CLOSE = 1e-12
const DIGITS = 12

/** Spending of budgets by local day, up to the instant each is known to. */
export class DailySpending {
  readonly #days: readonly LocalDay[]
  readonly #caps: readonly BudgetCap[]
  readonly #cells: Map<string, Cell[]>
  constructor(caps: readonly BudgetCap[], days: readonly LocalDay[]) {
    this.#caps = caps
    this.#days = days
    this.#cells = new Map(caps.map(({ costCentre }) => [costCentre, days.map(() => new Cell())]))
  }
  /** Spreads a stretch over the days it lies in, by its seconds. */
  add(stretch: Stretch, amounts: Partial<Record<What, bigint>>) {
    const cap = this.#caps.find(({ costCentre }) => costCentre === stretch.owner.costCentre)
    const cells = cap && this.#cells.get(cap.costCentre)
    if (!cap || !cells) return
    const lengthS = BigInt(stretch.toS - stretch.fromS)
    const known = { fromS: stretch.fromS, toS: Math.min(stretch.toS, cap.asOfS) }
    for (const [index, day] of this.#days.entries()) {
      if (day.fromS >= known.toS) break
      const seconds = BigInt(overlapS(day, known))
      if (seconds === 0n) continue
      for (const [what, amount] of Object.entries(amounts))
        cells[index]?.add(stretch.rate, what as What, (amount / lengthS) * seconds)
    }
  }
  of({ costCentre }: BudgetCap): Fraction[] {
    return (this.#cells.get(costCentre) ?? []).map((cell) => cell.usd())
  }
}

interface BurnFacts {
  days: readonly LocalDay[]
  gaps: readonly Gap[]
}
/**
 * A budget's burn-down and where it lands, by resampling: each day to come is like one of the whole observed days of its kind (Monday to
 * Friday, or weekend; days touched by a gap are left out), the distribution worked out exactly in cents.
 */
export function burnDown(cap: BudgetCap, spending: readonly Fraction[], { days, gaps }: BurnFacts) {
  const spent = total(spending)
  const left = cap.capUsd.sub(spent)
  const amounts = {
    capUsd: decimalText(cap.capUsd, 2),
    spentUsd: decimalText(spent),
    leftUsd: decimalText(left),
  }
  if (left.compare(0) <= 0) return { ...amounts, landed: landedOn(cap, spending, days) }
  const first = days.findIndex(({ toS }) => toS > cap.asOfS)
  const firstOpen = first < 0 ? days.length : first
  const pools = poolsOf(cap, spending, { days, gaps })
  const chances = landingChances(left, days.slice(firstOpen), pools)
  const [start, end] = [days[0]?.fromS ?? 0, days.at(-1)?.toS ?? 1]
  const on = (share: number) => {
    const index = chances.findIndex((chance) => chance >= share - CLOSE)
    return days[index < 0 ? days.length : firstOpen + index]?.date ?? 'after the period'
  }
  const last = chances.at(-1)
  return {
    ...amounts,
    evenPaceLeftUsd: decimalText(
      cap.capUsd.mul(fractionOf(BigInt(end - cap.asOfS), BigInt(end - start))),
    ),
    days: spending.slice(0, firstOpen + 1).map((usd) => decimalText(usd)),
    sampledDays: { weekday: pools.weekday.length, weekend: pools.weekend.length },
    landing: { p10: on(0.1), p50: on(0.5), p90: on(0.9) },
    landsInPeriod: last === undefined ? null : Number(last.toFixed(DIGITS)),
  }
}

function landedOn(cap: BudgetCap, spending: readonly Fraction[], days: readonly LocalDay[]) {
  let sum = ZERO
  const index = spending.findIndex((usd) => {
    sum = sum.add(usd)
    return sum.compare(cap.capUsd) >= 0
  })
  return days[index]?.date ?? null
}

interface Pools {
  weekday: number[]
  weekend: number[]
}
/** What whole, wholly observed days cost, in cents. */
function poolsOf(cap: BudgetCap, spending: readonly Fraction[], { days, gaps }: BurnFacts): Pools {
  const pools: Pools = { weekday: [], weekend: [] }
  for (const [index, day] of days.entries()) {
    if (day.toS > cap.asOfS || gaps.some((gap) => overlapS(gap, day) > 0)) continue
    const cents = Number(rounded((spending[index] ?? ZERO).mul(100)))
    pools[day.weekend ? 'weekend' : 'weekday'].push(cents)
  }
  return pools
}
/** How many additions an exact distribution may take; what would take more is worked out in a larger coin. */
const MOST_WORK = 100_000_000

/** The chance that a budget is spent by the end of each day to come; empty where no day is known to draw from. */
function landingChances(left: Fraction, days: readonly LocalDay[], pools: Pools): number[] {
  const draws = days.map(({ weekend }) =>
    weekend && pools.weekend.length > 0 ? pools.weekend : pools.weekday,
  )
  if (draws.some((pool) => pool.length === 0)) return []
  const cents = left.mul(100).floor()
  const coin = coinOf(Number(cents.n), draws)
  const most = Math.floor(Number(cents.n) / coin)
  return spentChances(
    draws.map((pool) => pool.map((cost) => Math.round(cost / coin))),
    most,
  )
}
/** One cent as long as the distribution can be worked out in cents, else the smallest coin in which it can. */
function coinOf(leftCents: number, draws: readonly (readonly number[])[]): number {
  let [reach, work] = [0, 0]
  for (const pool of draws) {
    work += pool.length * (Math.min(reach, leftCents) + 1)
    reach += Math.max(...pool)
  }
  return Math.max(1, Math.ceil(work / MOST_WORK))
}
/** The chance that sums of draws, one a day, have passed `most` by the end of each day. */
function spentChances(draws: readonly (readonly number[])[], most: number): number[] {
  const widest = draws.reduce((sum, pool) => sum + Math.max(...pool), 0)
  const size = Math.min(most, widest) + 1
  let open = new Float64Array(size)
  open[0] = 1
  let reach = 0
  return draws.map((pool) => {
    const next = new Float64Array(size)
    for (const cost of pool) addShifted(open, next, { by: cost, reach, share: pool.length })
    open = next
    reach = Math.min(size - 1, reach + Math.max(...pool))
    return 1 - open.reduce((sum, chance) => sum + chance, 0)
  })
}
/** Adds a distribution, moved by a cost and divided by a count, to another one. */
function addShifted(
  open: Float64Array,
  next: Float64Array,
  { by, reach, share }: { by: number; reach: number; share: number },
) {
  const end = Math.min(reach, next.length - 1 - by)
  for (let from = 0; from <= end; from++)
    next[from + by] = (next[from + by] ?? 0) + (open[from] ?? 0) / share
}
