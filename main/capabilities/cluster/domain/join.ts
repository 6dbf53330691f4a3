import type { Cell, GpuKind } from '../../../../preload/contract/cluster'
import { indexOf } from './definition'
import { NODE_COLUMNS, type DeviceFacts, type NodeFacts } from './kinds/nodes'
import { pods } from './kinds/pods'
import { flavors, type QuotaFacts } from './kinds/queues'
import {
  WORKLOAD_COLUMNS,
  type JobFacts,
  type LocalQueueFacts,
  type QueueFacts,
} from './kinds/workloads'
import type { Row } from './row'
import { positionsOf, whyQueued } from './why'

/** What pods hold of a node. */
export interface Held {
  gpus: number
  pods: number
  kinds: Partial<Record<GpuKind, number>>
}
export interface Allocation {
  byNode: Map<string, Held>
  complete: boolean
}

const POD = {
  gpus: indexOf(pods.columns, 'gpus'),
  node: indexOf(pods.columns, 'node'),
  device: indexOf(pods.columns, 'device'),
}
const OVER = new Set(['done', 'failed'])
const kindOf = (device: Cell | undefined): GpuKind =>
  device === 'shared'
    ? 'shared'
    : typeof device === 'string' && device.startsWith('MIG')
      ? 'mig'
      : 'whole'

/** Sums what the pods of each node asked for; incomplete while some pods are known by the server's columns only. */
export function allocationOf(all: Iterable<Row>, complete: boolean): Allocation {
  const byNode = new Map<string, Held>()
  for (const row of all) {
    const node = row.cells[POD.node]
    if (typeof node !== 'string' || OVER.has(row.state)) continue
    let held = byNode.get(node)
    if (!held) byNode.set(node, (held = { gpus: 0, pods: 0, kinds: {} }))
    held.pods++
    const gpus = row.cells[POD.gpus]
    if (typeof gpus !== 'number' || gpus === 0) continue
    const kind = kindOf(row.cells[POD.device])
    held.gpus += gpus
    held.kinds[kind] = (held.kinds[kind] ?? 0) + gpus
  }
  return { byNode, complete }
}

/** What a row is to become because of what others tell about it. */
export interface Patch {
  row: Row
  cells: [index: number, value: Cell][]
  state?: string
  hidden?: boolean
}

const NODE = Object.fromEntries(
  ['gpus', 'allocated', 'used', 'free', 'pods'].map((id) => [id, indexOf(NODE_COLUMNS, id)]),
) as Record<'gpus' | 'allocated' | 'used' | 'free' | 'pods', number>
/** Devices handed out by drivers: what each node offers and what claims hold there. */
export function claimedDevices(
  slices: Iterable<Row>,
  claims: Iterable<Row>,
): Map<string, { capacity: number; held: number }> {
  const byNode = new Map<string, { capacity: number; held: number }>()
  const nodeOf = new Map<string, string>()
  for (const { facts } of slices) {
    const { node, pool, devices } = facts as DeviceFacts
    nodeOf.set(pool, node)
    const known = byNode.get(node)
    byNode.set(node, { capacity: (known?.capacity ?? 0) + devices, held: 0 })
  }
  for (const { facts } of claims)
    for (const pool of (facts as DeviceFacts).holds) {
      const known = byNode.get(nodeOf.get(pool) ?? '')
      if (known) known.held++
    }
  return byNode
}

export interface NodeJoin {
  allocation: Allocation | undefined
  claimed: ReturnType<typeof claimedDevices>
  used(node: string): number | undefined
}
/** Capacity, allocation and use on each node's row. */
export function joinNodes(rows: Iterable<Row>, { allocation, claimed, used }: NodeJoin): Patch[] {
  const none: Held = { gpus: 0, pods: 0, kinds: {} }
  return [...rows]
    .filter(({ whole }) => whole)
    .map((row) => {
      const dra = claimed.get(row.name) ?? { capacity: 0, held: 0 }
      const held = allocation?.byNode.get(row.name) ?? none
      const gpus = ownGpus(row) + dra.capacity
      const allocated = allocation?.complete ? held.gpus + dra.held : null
      return {
        row,
        cells: [
          [NODE.gpus, gpus],
          [NODE.allocated, allocated],
          [NODE.free, freeOf(row, gpus, allocated)],
          [NODE.used, used(row.name) ?? null],
          [NODE.pods, allocation ? held.pods : null],
        ],
      }
    })
}
const ownGpus = ({ facts }: Row) =>
  Object.values((facts as NodeFacts | undefined)?.kinds ?? {}).reduce((sum, many) => sum + many, 0)
function freeOf({ state }: Row, gpus: number, allocated: number | null): number | null {
  if (allocated === null) return null
  return state === 'ready' ? Math.max(0, gpus - allocated) : 0
}

const WORK = Object.fromEntries(
  ['state', 'queue', 'position', 'why'].map((id) => [id, indexOf(WORKLOAD_COLUMNS, id)]),
) as Record<'state' | 'queue' | 'position' | 'why', number>
const isFacts = <F extends { of: string }>(facts: unknown, of: F['of']): facts is F =>
  typeof facts === 'object' && facts !== null && (facts as { of?: unknown }).of === of
const isTrue = ({ conditions }: QueueFacts, type: string) =>
  conditions.some((one) => one.type === type && one.status === 'True')

/** Brings jobs and their place in a queue together: a queued job says why it waits, and its queue entry needs no row of its own. */
export function joinWorkloads(rows: Iterable<Row>): Patch[] {
  const all = [...rows]
  const clusterQueues = new Map<string, string>()
  for (const { namespace, name, facts } of all)
    if (isFacts<LocalQueueFacts>(facts, 'local'))
      clusterQueues.set(`${namespace}/${name}`, facts.clusterQueue)
  const byUid = new Map(
    all.flatMap((row) =>
      isFacts<JobFacts>(row.facts, 'job') && row.uid !== '' ? [[row.uid, row] as const] : [],
    ),
  )
  const entries = all.flatMap((row) =>
    isFacts<QueueFacts>(row.facts, 'queue') ? [{ row, facts: row.facts }] : [],
  )
  const waiting = entries
    .filter(
      ({ facts }) => facts.active && !isTrue(facts, 'Finished') && !isTrue(facts, 'QuotaReserved'),
    )
    .map(({ row, facts }) => ({
      row,
      name: `${row.namespace}/${row.name}`,
      priority: facts.priority,
      since: facts.since,
      clusterQueue:
        clusterQueues.get(`${row.namespace}/${facts.queue}`) ?? `${row.namespace}/${facts.queue}`,
    }))
  const places = new Map([...positionsOf(waiting)].map(([one, place]) => [one.row, place]))
  const queued = new Set<Row>()
  const patches = entries.flatMap(({ row, facts }): Patch[] => {
    const owner = byUid.get(facts.owner)
    if (owner) queued.add(owner)
    const told = tell(owner ?? row, facts, places.get(row))
    return owner ? [{ row, cells: [], hidden: true }, told] : [{ ...told, hidden: false }]
  })
  return [...patches, ...[...byUid.values()].filter((row) => !queued.has(row)).map(tellAlone)]
}
const BEFORE_START = new Set(['waiting', 'held', 'starting'])
function tell(row: Row, facts: QueueFacts, position: number | undefined): Patch {
  const own = isFacts<JobFacts>(row.facts, 'job') ? row.facts : undefined
  const why = whyQueued({ ...facts, position })
  if (why !== '' && (own === undefined || BEFORE_START.has(own.state)))
    return show(row, {
      state: facts.active ? 'waiting' : 'held',
      queue: facts.queue,
      position: position ?? null,
      why,
    })
  const begun = own ?? { state: isTrue(facts, 'Finished') ? 'done' : 'running', why: '' }
  // Its own word lags behind the queue for a moment.
  return show(row, {
    state: begun.state === 'waiting' ? 'starting' : begun.state,
    queue: facts.queue,
    position: null,
    why: begun.why,
  })
}
function tellAlone(row: Row): Patch {
  const { state, queue, why } = row.facts as JobFacts
  return show(row, {
    state,
    queue,
    position: null,
    why: state === 'waiting' && why === '' ? `in queue ${queue}` : why,
  })
}
const show = (
  row: Row,
  {
    state,
    queue,
    position,
    why,
  }: { state: string; queue: string; position: number | null; why: string },
): Patch => ({
  row,
  state,
  cells: [
    [WORK.state, state],
    [WORK.queue, queue],
    [WORK.position, position],
    [WORK.why, why],
  ],
})

const FLAVOR = Object.fromEntries(
  ['state', 'queues', 'gpus', 'quota'].map((id) => [id, indexOf(flavors.columns, id)]),
) as Record<'state' | 'queues' | 'gpus' | 'quota', number>
/** What all queues together give and use of each flavor. */
export function joinFlavors(rows: Iterable<Row>): Patch[] {
  const all = [...rows]
  const quotas = all.flatMap(({ facts }) => (facts as QuotaFacts | undefined) ?? [])
  return all
    .filter((row) => !row.hidden)
    .map((row) => {
      const shares = quotas.flatMap(({ queue, flavors: given }) =>
        given.filter(({ name }) => name === row.name).map((one) => ({ ...one, queue })),
      )
      const sum = (of: 'used' | 'quota') => shares.reduce((all, one) => all + one[of], 0)
      const state = shares.length > 0 ? 'offered' : 'unused'
      return {
        row,
        state,
        cells: [
          [FLAVOR.state, state],
          [FLAVOR.queues, shares.map(({ queue }) => queue).join(', ')],
          [FLAVOR.gpus, sum('used')],
          [FLAVOR.quota, sum('quota')],
        ],
      }
    })
}
