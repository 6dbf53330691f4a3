import {
  amount,
  holds,
  sumRequests,
  type Inventory,
  type NodeFacts,
  type PodFacts,
} from './inventory'

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

/** How much of a resource is free on a node. */
export const freeOn = ({ node, used }: Room, resource: string): number =>
  node.ready && !node.cordoned
    ? Math.max(0, amount(node.allocatable, resource) - amount(used, resource))
    : 0
