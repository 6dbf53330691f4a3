import type { Size } from '../../../../preload/contract/records/environment'
import {
  amount,
  holds,
  sumRequests,
  type Inventory,
  type NodeFacts,
  type PodFacts,
} from '../../../kernel/inventory'
import { requestsOfSize } from './sizes'

/** A node with what its pods took. */
export interface Room {
  node: NodeFacts
  pods: PodFacts[]
  used: Record<string, number>
}

export function roomsOf({ nodes, pods }: Pick<Inventory, 'nodes' | 'pods'>): Room[] {
  const byNode = Map.groupBy(pods.filter(holds), (pod) => pod.node ?? '')
  return nodes.map((node) => {
    const own = byNode.get(node.metadata.name) ?? []
    return { node, pods: own, used: sumRequests(own) }
  })
}

export const modelFits = (node: NodeFacts, size: Size): boolean =>
  !size.gpu ||
  size.gpu.model === undefined ||
  node.labels['nvidia.com/gpu.product'] === size.gpu.model
/** How much of a resource is free on a node. */
export const freeOn = ({ node, used }: Room, resource: string): number =>
  node.ready && !node.cordoned
    ? Math.max(0, amount(node.allocatable, resource) - amount(used, resource))
    : 0

/** Rooms that could take a pod of this size now. */
export const roomsFor = (rooms: Room[], size: Size): Room[] => {
  const wanted = Object.entries(requestsOfSize(size))
  return rooms.filter(
    (room) =>
      modelFits(room.node, size) &&
      wanted.every(([resource, asked]) => freeOn(room, resource) >= asked),
  )
}
/** Whether the site could ever take it: some node is large enough when empty. */
export const couldFit = (rooms: Room[], size: Size): boolean =>
  rooms.some(
    ({ node }) =>
      modelFits(node, size) &&
      Object.entries(requestsOfSize(size)).every(
        ([resource, asked]) => amount(node.capacity, resource) >= asked,
      ),
  )
