import { failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { GPU, gpuModelOf, type NodeFacts } from '../../../kernel/inventory'
import type { Capacity } from '../../capacity'
import { gpuUsdPerHour } from '../../money'
import type { Records } from '../../records'
import { burstUri } from '../domain/lines'
import type { CloudMarket, CloudPool, CloudPorts } from '../ports'

/**
 * A cloud site that only its cluster is known of: the machines that run there are its pools, priced by the team's price book, and none can be added.
 * Data is said to be where a workload names it; shipping is somebody else's work.
 */
export function plainCloud(ports: {
  capacity: Pick<Capacity, 'snapshot' | 'follow'>
  records: Pick<Records, 'find'>
}): CloudPorts {
  return {
    async market(site, signal): Promise<Outcome<CloudMarket>> {
      const inventory = await ports.capacity.snapshot(site, signal)
      if (!inventory.ok) return inventory
      const book = ports.records.find('PriceBook', 'default')?.spec
      const byType = Map.groupBy(
        inventory.value.nodes.filter(
          (node) => (node.allocatable[GPU] ?? 0) > 0 && node.ready && !node.cordoned,
        ),
        typeOf,
      )
      const pools = [...byType].flatMap(([name, nodes]): CloudPool[] => {
        const [first] = nodes
        return first
          ? [
              poolOf({
                site,
                name,
                nodes,
                first,
                usdPerGpuHour: gpuUsdPerHour(first, book),
                priceAsOf: Date.parse(book?.asOf ?? '') || 0,
              }),
            ]
          : []
      })
      return succeed({
        site,
        asOf: inventory.value.at,
        pools,
        usdPerGbBack: 0.09,
        left:
          pools.length === 0
            ? ['No machine with GPUs runs there, and none can be asked for without an account.']
            : [],
      })
    },
    onChange: (listener) => ports.capacity.follow(listener),
    ensureNodes: ({ site, pool }) =>
      Promise.resolve(
        fail(
          failure('CLOUD_CAPACITY_SHORT', {
            site,
            nodeGroup: pool,
            says: 'without an account no machine can be added',
            instead: [],
          }),
        ),
      ),
    releaseNodes: () => Promise.resolve(succeed(undefined)),
    shipment: ({ uri }) =>
      Promise.resolve(
        succeed({
          from: uri,
          target: burstUri(uri),
          bytes: 0,
          missingBytes: 0,
          says: 'Whether the data is there is not known: nothing is shipped.',
        }),
      ),
    ship: ({ uri }) => Promise.resolve(succeed({ uri: burstUri(uri) })),
    link: () => ({ bytesPerSecond: 0, measuredAt: undefined, queuedBytes: 0 }),
  }
}
const typeOf = ({ labels }: NodeFacts) =>
  `${labels['node.kubernetes.io/instance-type'] ?? 'machine'}-${labels['topology.kubernetes.io/zone'] ?? 'here'}`
const GI = 2 ** 30

interface Machines {
  site: string
  name: string
  nodes: NodeFacts[]
  first: NodeFacts
  usdPerGpuHour: number | undefined
  priceAsOf: number
}
function poolOf({ site, name, nodes, first, usdPerGpuHour, priceAsOf }: Machines): CloudPool {
  const gpusPerNode = first.allocatable[GPU] ?? 0
  return {
    name,
    site,
    instanceType: first.labels['node.kubernetes.io/instance-type'] ?? 'machine',
    zone: first.labels['topology.kubernetes.io/zone'] ?? '',
    spot: first.labels['eks.amazonaws.com/capacityType'] === 'SPOT',
    gpuProduct: gpuModelOf(first),
    gpusPerNode,
    gpuMemoryGib: Number(first.labels['nvidia.com/gpu.memory']) / 1024 || undefined,
    cpuCores: first.allocatable['cpu'] ?? 0,
    memoryGi: (first.allocatable['memory'] ?? 0) / GI,
    // A machine without a price is never free of charge: it is priced as too old to decide by.
    usdPerNodeHour: (usdPerGpuHour ?? 0) * gpusPerNode,
    priceAsOf: usdPerGpuHour === undefined ? 0 : priceAsOf,
    priceSource: 'price book',
    bootSeconds: 0,
    nodesLeft: 0,
    limitSays: 'only machines that run already',
    nodes: nodes.map(({ metadata, createdAt }) => ({ name: metadata.name, readyAt: createdAt })),
  }
}
