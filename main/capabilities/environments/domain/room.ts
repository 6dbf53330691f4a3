import type { Size } from '../../../../preload/contract/records/environment'
import { amount, type NodeFacts } from '../../../kernel/inventory'
import { freeOn, type Room } from '../../../kernel/rooms'
import { requestsOfSize } from './sizes'

export const modelFits = (node: NodeFacts, size: Size): boolean =>
  !size.gpu ||
  size.gpu.model === undefined ||
  node.labels['nvidia.com/gpu.product'] === size.gpu.model
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
