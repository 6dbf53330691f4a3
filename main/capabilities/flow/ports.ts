import type { Place } from '../../../preload/contract/common'
import type { Draft } from '../../../preload/contract/projects'
import type { Clock } from '../../kernel/clock'
import type { NodeFacts } from '../../kernel/inventory'
import type { Store } from '../../platform/store'
import type { Capacity } from '../capacity'
import type { Records } from '../records'
import type { Sites } from '../sites'

export interface FlowPorts {
  sites: Sites
  records: Records
  capacity: Capacity
  clock: Clock
  views: Store['views']
  samples: Store['samples']
  /** Wizards in progress on this machine: they stand on the map as planned. */
  drafts(): Draft[]
  /** USD an hour of one GPU of a node, where a price is known: own hardware by the price book, rented by whoever knows its price. */
  gpuUsdPerHour(node: NodeFacts, place: Place): number | undefined
}
