import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import type { AwsClients } from '../../platform/aws'
import type { Log } from '../../platform/log'
import type { Store } from '../../platform/store'
import type { Capacity } from '../capacity'
import type { Operations } from '../operations'
import type { Sites } from '../sites'

/** The AWS account behind a cloud site: whose profile asks, and which cluster it is there. */
export interface CloudAccount {
  site: string
  profile: string
  region: string
  cluster: string
  simulated: boolean
}
export interface CloudPorts {
  sites: Sites & { clockOf(site: string): Clock }
  operations: Operations
  capacity: Capacity
  /** Accounts of the cloud sites that are known now. */
  accounts(): CloudAccount[]
  clients(account: CloudAccount): AwsClients
  store: Pick<Store, 'settings'>
  /** The machine's clock, for pauses; ages are told by the site's own. */
  clock: Clock
  random: Random
  log: Log
}
