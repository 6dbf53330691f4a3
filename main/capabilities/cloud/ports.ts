import type { Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import type { Random } from '../../kernel/random'
import type { AwsClients } from '../../platform/aws'
import type { Log } from '../../platform/log'
import type { Store } from '../../platform/store'
import type { Capacity } from '../capacity'
import type { Spend, SpendDecision } from '../money'
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
/** One shipment: where to, and when it ran. Times in milliseconds since 1970. */
export interface ShippedRecord {
  toSite: string
  /** s3://bucket/prefix */
  to: string
  startedAt: number
  endedAt: number | undefined
}
export interface CloudPorts {
  sites: Sites & { clockOf(site: string): Clock }
  operations: Operations
  capacity: Capacity
  /** Accounts of the cloud sites that are known now. */
  accounts(): CloudAccount[]
  clients(account: CloudAccount): AwsClients
  /** Whether the signed-in person answers for what is spent: who may change the burst policy. */
  mayLead(signal?: AbortSignal): Promise<'yes' | 'no' | 'unknown'>
  /** The gate before machines are rented that belong to no cost centre; `nodes` is how many there would be then. */
  spend(
    asked: Spend & { nodes: number },
    signal?: AbortSignal,
  ): Promise<Outcome<Pick<SpendDecision, 'blockedBy'>>>
  /** What Takt itself shipped, as its own ledger has it: the record that an unfinished upload is its own. */
  shipped(): readonly ShippedRecord[]
  store: Pick<Store, 'settings'>
  /** The machine's clock, for pauses; ages are told by the site's own. */
  clock: Clock
  random: Random
  log: Log
}
