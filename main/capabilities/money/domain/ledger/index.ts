import type { Days } from '../../../../kernel/days'
import { decimalText, fractionOf, shareCents } from '../../../../kernel/exact'
import type { PriceBook } from './book'
import { burnDown, DailySpending, type BudgetCap } from './burn'
import { usdOf, type Cell, type Figures } from './cells'
import { Ledger, type Grouping } from './ledger'
import type { Metering } from './records'
import { gapFigures, sharedFigures, siteFigures } from './sites'

export type { BookVersion, EuroRate, GpuPrice, PriceBook } from './book'
export type { BudgetCap } from './burn'
export { GROUPINGS, type Grouping } from './ledger'
export { NANO, noMetering, UNMEASURED, type Metering } from './records'

const ALWAYS: readonly Grouping[] = ['project', 'person', 'team', 'costCentre']

export interface MoneyQuestion {
  days: Days
  by?: Grouping | undefined
  budgets: readonly BudgetCap[]
}

/**
 * What a window of whole local days cost and held, exactly: by project, person, team and cost centre (who owned it then), with what was
 * requested, allocated, used, idle and unallocated. Money and hours are decimal text with six decimals, half to even.
 */
export function moneyReport(metering: Metering, book: PriceBook, question: MoneyQuestion) {
  const { days, by, budgets } = question
  const daily = new DailySpending(budgets, days.days)
  const groupings = [...new Set([...ALWAYS, 'site' as const, ...(by ? [by] : [])])]
  const ledger = new Ledger(metering, book, {
    question: { window: days, groupings, days: days.days },
    onCost: (stretch, amounts) => daily.add(stretch, amounts),
  })
  const shown = groupings.filter((grouping) => ALWAYS.includes(grouping) || grouping === by)
  const groups = shown.map((grouping) => groupFigures(ledger.groups.get(grouping) ?? new Map()))
  const usd = ledger.total.usd()
  const eur = ledger.rates.countsEuros ? ledger.total.eur() : undefined
  return {
    window: {
      ...days.window,
      hours: decimalText(fractionOf(BigInt(days.toS - days.fromS), 3_600n)),
    },
    by: Object.fromEntries(shown.map((grouping, index) => [grouping, groups[index]])),
    total: {
      usd: decimalText(usd),
      cents: decimalText(usd, 2),
      ...(ledger.rates.countsEuros && { eur: eur ? decimalText(eur) : null }),
    },
    sites: siteFigures(metering, {
      rates: ledger.rates,
      window: days,
      allocated: ledger.groups.get('site') ?? new Map<string, Cell>(),
    }),
    shared: sharedFigures(metering, days),
    gaps: gapFigures(metering, days),
    budgets: Object.fromEntries(
      budgets.map((cap) => [
        cap.costCentre,
        burnDown(cap, daily.of(cap), { days: days.days, gaps: metering.gaps }),
      ]),
    ),
  }
}
export type MoneyReport = ReturnType<typeof moneyReport>

/** Each group's figures as text, by name, with cents that add up to the total. */
function groupFigures(cells: ReadonlyMap<string, Cell>) {
  const figures = new Map([...cells].map(([name, cell]) => [name, cell.figures()]))
  const { parts } = shareCents(new Map([...figures].map(([name, one]) => [name, usdOf(one)])))
  const names = [...figures.keys()].sort()
  return Object.fromEntries(
    names.map((name) => [name, rowOf(figures.get(name), parts.get(name) ?? '0.00')]),
  )
}
function rowOf(figures: Figures | undefined, cents: string) {
  const text = (name: keyof Figures) => (figures ? decimalText(figures[name]) : '0.000000')
  return {
    requestedGpuHours: text('requested'),
    allocatedGpuHours: text('allocated'),
    usedGpuHours: text('used'),
    measuredGpuHours: text('measured'),
    idleGpuHours: text('idle'),
    inferredGpuHours: text('inferred'),
    unpricedGpuHours: text('unpriced'),
    gpuUsd: text('gpuUsd'),
    cpuUsd: text('cpuUsd'),
    memoryUsd: text('memoryUsd'),
    storageUsd: text('storageUsd'),
    idleUsd: text('idleUsd'),
    usd: figures ? decimalText(usdOf(figures)) : '0.000000',
    cents,
  }
}
