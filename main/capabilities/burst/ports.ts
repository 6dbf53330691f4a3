import type { Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import type { Random } from '../../kernel/random'
import type { Log } from '../../platform/log'
import type { Store } from '../../platform/store'
import type { Capacity } from '../capacity'
import type { NeedService } from '../needs'
import type { OperationsService } from '../operations'
import type { Records } from '../records'
import type { Sites } from '../sites'

/** Cloud capacity that can be asked for: an instance type in a zone, spot or on-demand. Money is dollars, times are milliseconds since 1970 unless named. */
export interface CloudPool {
  /** Unique on its site and readable: p4d.24xlarge-eu-north-1a. */
  name: string
  site: string
  instanceType: string
  zone: string
  spot: boolean
  /** Value of nvidia.com/gpu.product on its nodes. */
  gpuProduct: string
  gpusPerNode: number
  gpuMemoryGib: number | undefined
  cpuCores: number
  memoryGi: number
  usdPerNodeHour: number
  priceAsOf: number
  priceSource: string
  bootSeconds: number
  /** How many more nodes quota, the group's maximum and known shortages allow. */
  nodesLeft: number
  /** Why `nodesLeft` is what it is, in a sentence. */
  limitSays: string
  /** Nodes that run or boot now, by name. */
  nodes: { name: string; readyAt: number }[]
}
export interface CloudMarket {
  site: string
  asOf: number
  pools: CloudPool[]
  usdPerGbBack: number
  left: string[]
}

/** What has to travel so that a URI can be read on a site: nothing where the target lies there already. */
export interface Shipment {
  from: string
  target: string
  bytes: number
  missingBytes: number
  says: string
}
export interface LinkState {
  bytesPerSecond: number
  measuredAt: number | undefined
  queuedBytes: number
}
/** How a long ask tells what it does; share is 0..1. */
export interface Telling {
  signal: AbortSignal
  progress(says: string, share?: number): void
}

/** What burst uses of the cloud. Every ask that changes something is idempotent by its `claim`, so that a restarted step may repeat it. */
export interface CloudPorts {
  /** Pools of a cloud site as known now, asked for where nothing is known yet. */
  market(site: string, signal?: AbortSignal): Promise<Outcome<CloudMarket>>
  /** Calls back after prices, quotas or nodes changed; the answer stops it. */
  onChange(listener: () => void): () => void
  /** Sees to it that a pool has so many nodes for the claim, and waits until they are ready. Fails with CAPACITY_REFUSED where the zone has none. */
  ensureNodes(
    ask: { site: string; pool: string; nodes: number; claim: string },
    telling: Telling,
  ): Promise<Outcome<{ pool: string }>>
  /** Gives up what a claim held: nodes nobody claims and nothing runs on are drained and released. */
  releaseNodes(ask: { site: string; claim: string }, telling: Telling): Promise<Outcome<void>>
  /** What shipping a data URI from one site to another would move. */
  shipment(
    ask: { uri: string; from: string; to: string; namespace: string },
    signal?: AbortSignal,
  ): Promise<Outcome<Shipment>>
  /** Ships what is missing and answers the URI to read there. */
  ship(
    ask: {
      uri: string
      from: string
      to: string
      namespace: string
      claim: string
      mbps: number | undefined
    },
    telling: Telling,
  ): Promise<Outcome<{ uri: string }>>
  /** The line out of the building as last measured. */
  link(site: string): LinkState
}

/** What burst stands on. The clock is the machine's; decisions are taken on the site's own. */
export interface BurstPorts {
  sites: Sites & { homeId(): string | undefined; clockOf(site: string): Clock }
  records: Records
  operations: OperationsService
  capacity: Capacity
  /** What pods need, against what is free and what quotas allow. */ needs: NeedService
  cloud: CloudPorts
  store: Pick<Store, 'samples' | 'settings'>
  clock: Clock
  random: Random
  log: Log
}
