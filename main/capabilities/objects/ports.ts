import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import type { Store } from '../../platform/store'
import type { Log } from '../../platform/log'
import type { Capacity } from '../capacity'
import type { NeedService } from '../needs'
import type { Operations } from '../operations'
import type { Sites } from '../sites'

/** What objects stand on. The clock is the machine's: people and sockets wait in real time; ages are read by the site's own. */
export interface ObjectPorts {
  sites: Sites
  operations: Operations
  capacity: Pick<Capacity, 'known'>
  needs: NeedService
  store: Pick<Store, 'blobs' | 'settings' | 'folder'>
  clock: Clock
  random: Random
  log: Log
}
