import type { makeCapacity } from '../capabilities/capacity'
import { askThread } from '../capabilities/burst'
import { makeReplay, replayHandlers, type Building, type PolicyPort } from '../capabilities/replay'
import { amount, GPU, type Inventory } from '../kernel/inventory'
import type { Outcome } from '../kernel/outcome'
import { os } from '../platform/contract'
import type { Services } from './options'

type Needed = Pick<Services, 'store' | 'sites' | 'records' | 'clock' | 'uploads'> & {
  capacity: ReturnType<typeof makeCapacity>
  policy: PolicyPort
}
/** Replays in a thread of their own; the program of that thread lies beside the core's. */
export function replaying(
  { store, sites, records, capacity, policy, clock, uploads }: Needed,
  script = new URL('./replay-worker.mjs', import.meta.url),
) {
  const service = makeReplay({
    store,
    sites,
    records,
    policy,
    clock,
    uploads,
    player: (question, listening) => askThread(script, question, listening),
    building: async (site, signal) => buildingOf(await capacity.snapshot(site, signal)),
  })
  return { handlers: replayHandlers(os.replay, service) }
}

/** Whole GPUs of a site as equal nodes; slices of GPUs are not counted. */
function buildingOf(inventory: Outcome<Inventory>): Building | undefined {
  if (!inventory.ok) return undefined
  const gpus = inventory.value.nodes
    .map(({ capacity }) => amount(capacity, GPU))
    .filter((count) => count > 0)
  const gpusPerNode = Math.max(0, ...gpus)
  if (gpusPerNode === 0) return undefined
  const total = gpus.reduce((sum, count) => sum + count, 0)
  return {
    nodes: Math.max(1, Math.round(total / gpusPerNode)),
    gpusPerNode,
    basis: `${inventory.value.site} has ${total} whole GPUs`,
  }
}
