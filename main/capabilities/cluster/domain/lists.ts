import type { ListId } from '../../../../preload/contract/cluster'
import type { ListDefinition } from './definition'
import { nodes } from './kinds/nodes'
import { pods } from './kinds/pods'
import { events, flavors, namespaces, queues } from './kinds/queues'
import { workloads } from './kinds/workloads'

/** Every list there is. */
export const LISTS: Record<ListId, ListDefinition> = {
  nodes,
  workloads,
  pods,
  queues,
  flavors,
  events,
  namespaces,
}
