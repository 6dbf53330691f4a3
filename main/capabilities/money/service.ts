import { timestamp } from '../../kernel/clock'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { Capacity } from '../capacity'
import type { Records } from '../records'
import type { Sites } from '../sites'
import { costCentres, type CostCentre } from './domain/spending'

export interface MoneyPorts {
  sites: Pick<Sites, 'home'>
  records: Pick<Records, 'known' | 'find'>
  capacity: Pick<Capacity, 'snapshot'>
}

/** Cost centres with their caps and what they spend. */
export function makeMoney({ sites, records, capacity }: MoneyPorts) {
  return {
    async budgets(signal?: AbortSignal): Promise<Outcome<CostCentre[]>> {
      const home = sites.home()
      if (!home.ok) return home
      const inventory = await capacity.snapshot(home.value.site, signal)
      if (!inventory.ok) return inventory
      return succeed(
        costCentres({
          budgets: records.known('Budget').items,
          projects: records.known('Project').items,
          nodes: inventory.value.nodes,
          pods: inventory.value.pods,
          book: records.find('PriceBook', 'default')?.spec,
          now: home.value.clock.now(),
          timestamp,
        }),
      )
    },
  }
}
export type Money = ReturnType<typeof makeMoney>
