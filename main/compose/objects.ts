import type { makeCapacity } from '../capabilities/capacity'
import { makeObjects, objectHandlers } from '../capabilities/objects'
import { os } from '../platform/contract'
import type { Services } from './options'

/** What is told about one object of a cluster, and what may be done to it. */
export function objectDetail({ store, sites, operations, clock, random, log, capacity }: Services & { capacity: ReturnType<typeof makeCapacity> }) {
  const objects = makeObjects({ store, sites, operations, clock, random, log, capacity })
  return { handlers: { objects: objectHandlers(os.objects, { service: objects, clock }) }, close: () => objects.close() }
}
