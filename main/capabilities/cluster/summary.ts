import type { GpuKind, GpuSummary } from '../../../preload/contract/cluster'
import { timestamp } from '../../kernel/clock'
import { indexOf } from './domain/definition'
import { allocationOf, claimedDevices, type Allocation } from './domain/join'
import { NODE_COLUMNS, NODE_SOURCES, type NodeFacts } from './domain/kinds/nodes'
import type { Row } from './domain/row'
import type { Feed } from './feed'

const CELL = Object.fromEntries(
  ['gpus', 'allocated', 'used', 'free', 'model'].map((id) => [id, indexOf(NODE_COLUMNS, id)]),
) as Record<'gpus' | 'allocated' | 'used' | 'free' | 'model', number>
const number = (row: Row, index: number): number | undefined => {
  const cell = row.cells[index]
  return typeof cell === 'number' ? cell : undefined
}
const KINDS: GpuKind[] = ['whole', 'mig', 'shared', 'dra']
const ORDER = new Intl.Collator('en', { numeric: true })

const summed = new WeakMap<Feed['rows'], { turn: number; allocation: Allocation }>()
/** The allocation of a site's nodes as its pods have it now: summed again only after pods have changed, for there may be very many. */
export function allocationIn({ rows, isFilled }: Feed): Allocation {
  const known = summed.get(rows)
  if (
    known &&
    known.turn === rows.turn &&
    known.allocation.complete === isFilled &&
    !rows.isChanged
  )
    return known.allocation
  const allocation = allocationOf(rows.all(), isFilled)
  summed.set(rows, { turn: rows.turn, allocation })
  return allocation
}
export const claimedIn = (nodes: Feed) =>
  claimedDevices(nodes.rows.of(NODE_SOURCES.slices), nodes.rows.of(NODE_SOURCES.claims))

/** The GPU strip: one cell for each node with GPUs, and the sums. */
export function gpuSummary(nodes: Feed, pods: Feed): GpuSummary {
  const rows = [...nodes.rows.of(NODE_SOURCES.nodes)]
    .filter((row) => (number(row, CELL.gpus) ?? 0) > 0)
    .sort((a, b) => ORDER.compare(a.name, b.name))
  const allocation = allocationIn(pods)
  const { state, failure } = nodes.trouble()
  const sum = (index: number) =>
    rows.reduce<number | undefined>((all, row) => {
      const one = number(row, index)
      return all === undefined || one === undefined ? undefined : all + one
    }, 0)
  const used = rows.some((row) => number(row, CELL.used) !== undefined)
    ? rows.reduce((all, row) => all + (number(row, CELL.used) ?? 0), 0)
    : undefined
  const [allocated, free] = [sum(CELL.allocated), sum(CELL.free)]
  const podsTrouble = pods.trouble()
  return {
    state,
    ...(nodes.asOf > 0 && { asOf: timestamp(nodes.asOf) }),
    ...(failure && { failure }),
    nodes: rows.map((row) => ({
      name: row.name,
      model: String(row.cells[CELL.model] ?? ''),
      gpus: number(row, CELL.gpus) ?? 0,
      ...known('allocated', number(row, CELL.allocated)),
      ...known('used', number(row, CELL.used)),
      state: row.state as 'ready' | 'down' | 'draining',
    })),
    kinds: kindsOf(rows, { allocation, nodes }),
    totals: {
      gpus: sum(CELL.gpus) ?? 0,
      ...known('allocated', allocated),
      ...known('used', used),
      ...known('free', free),
      down: rows.filter((row) => row.state === 'down').length,
      draining: rows.filter((row) => row.state === 'draining').length,
    },
    ...(!pods.isFilled &&
      podsTrouble.state !== 'forbidden' &&
      pods.notes.length === 0 && {
        counting: { done: pods.rows.size - pods.rows.partial, total: pods.rows.size },
      }),
    notes: [
      ...(used === undefined ? [{ code: 'use-unknown' as const }] : []),
      ...(podsTrouble.state === 'forbidden' || pods.notes.length > 0
        ? [{ code: 'allocation-unknown' as const }]
        : []),
    ],
  }
}
const known = <K extends string>(name: K, value: number | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { [P in K]?: number }

function kindsOf(
  rows: readonly Row[],
  { allocation, nodes }: { allocation: Allocation; nodes: Feed },
): GpuSummary['kinds'] {
  const capacity = new Map<GpuKind, number>()
  const held = new Map<GpuKind, number>()
  const add = (to: Map<GpuKind, number>, kinds: Partial<Record<GpuKind, number>>) => {
    for (const kind of KINDS) to.set(kind, (to.get(kind) ?? 0) + (kinds[kind] ?? 0))
  }
  for (const row of rows) {
    const own = (row.facts as NodeFacts | undefined)?.kinds ?? {}
    add(capacity, own)
    const taken = allocation.byNode.get(row.name)?.kinds ?? {}
    // A pod asks for a GPU; whether it gets a share of one is the node's word.
    add(
      held,
      (own.shared ?? 0) > 0
        ? { ...taken, whole: 0, shared: (taken.shared ?? 0) + (taken.whole ?? 0) }
        : taken,
    )
  }
  for (const one of claimedIn(nodes).values()) {
    add(capacity, { dra: one.capacity })
    add(held, { dra: one.held })
  }
  return KINDS.filter((kind) => (capacity.get(kind) ?? 0) > 0).map((kind) => ({
    kind,
    capacity: capacity.get(kind) ?? 0,
    ...(allocation.complete && { allocated: held.get(kind) ?? 0 }),
  }))
}
