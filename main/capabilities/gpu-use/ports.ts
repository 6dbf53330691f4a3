import type { Clock } from '../../kernel/clock'
import type { Store } from '../../platform/store'
import type { Log } from '../../platform/log'
import type { Capacity } from '../capacity'
import type { Sites } from '../sites'

/** What the use of GPUs is told from. The clock is the machine's; samples bear the site's own time. */
export interface GpuUsePorts {
  sites: Pick<Sites, 'client' | 'states' | 'onChange'>
  capacity: Pick<Capacity, 'known' | 'snapshot'>
  store: Pick<Store, 'samples' | 'settings'>
  clock: Clock
  log: Log
}
