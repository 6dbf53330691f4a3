import type { GpuCell, LaneView, NodeView } from '../../../../preload/contract/flow'
import type { Place } from '../../../../preload/contract/common'
import {
  amount,
  GPU,
  gpuModelOf,
  holds,
  MIG,
  type Inventory,
  type NodeFacts,
  type PodFacts,
} from '../../../kernel/inventory'
import { given } from '../../../kernel/given'
import { LABEL } from '../../../kernel/manifest'

/** How busy each GPU of each node is, 0 to 1: by node, then by namespace/pod, in the order the exporter lists them. */
export interface UseFacts {
  byPod: Map<string, number[]>
  idlePods: Set<string>
}
export interface LaneFacts {
  inventory: Inventory
  place: Place
  simulated: boolean
  use: UseFacts | undefined
  usdPerHour(node: NodeFacts): number | undefined
  asOf: string
}
const MOST_NODES = 200
const MOST_GPUS = 64
const BOOT_MS = 15 * 60_000

const keyOf = (pod: PodFacts) => `${pod.namespace}/${pod.metadata.name}`
export const isGpuNode = (node: NodeFacts): boolean => builtIn(node) > 0
/** GPUs built into a node, split or faulted ones among them. */
const builtIn = (node: NodeFacts) =>
  Number(node.labels['nvidia.com/gpu.count'] ?? amount(node.capacity, GPU)) || 0
const slicesOf = (list: Record<string, number>) =>
  Object.entries(list)
    .filter(([resource]) => resource.startsWith(MIG))
    .reduce((sum, [, count]) => sum + count, 0)
const mean = (values: number[]) =>
  values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : undefined
const percent = (share: number) => `${String(Math.round(share * 100))} %`

/** What a pod is, in a few words: its environment, the object that made it without the hash, and whose it is. */
function labelOf(pod: PodFacts): string {
  const what =
    pod.labels[LABEL.environment] ??
    pod.labels['job-name'] ??
    pod.labels['batch.kubernetes.io/job-name'] ??
    pod.labels['app'] ??
    pod.owner?.name.replace(/-[a-f0-9]{8,10}$/, '') ??
    pod.metadata.name
  const owner = pod.labels[LABEL.owner]
    ?.split('.')
    .map((part) => part[0]?.toUpperCase() ?? '')
    .join('')
  return owner ? `${what} · ${owner}` : what
}

interface Strip {
  cells: GpuCell[]
  holders: NodeView['holders']
}
function add(strip: Strip, cells: GpuCell[], label?: string) {
  if (cells.length === 0) return
  const last = strip.holders.at(-1)
  // Pods of one server stand side by side as one.
  if (label !== undefined && last?.label === label && last.from + last.count === strip.cells.length)
    last.count += cells.length
  else if (label !== undefined)
    strip.holders.push({ label, from: strip.cells.length, count: cells.length })
  strip.cells.push(...cells)
}
const cellsOf = (count: number, state: GpuCell['state']): GpuCell[] =>
  Array.from({ length: Math.max(0, Math.round(count)) }, () => ({ state }))

function stripOf(
  node: NodeFacts,
  pods: PodFacts[],
  { use, at }: { use: UseFacts | undefined; at: number },
): Strip {
  const strip: Strip = { cells: [], holders: [] }
  const built = Math.min(MOST_GPUS, builtIn(node))
  if (!node.ready) {
    add(strip, cellsOf(built, at - node.createdAt < BOOT_MS ? 'booting' : 'off'))
    return strip
  }
  for (const pod of pods.toSorted(
    (a, b) => (a.scheduledAt ?? a.createdAt) - (b.scheduledAt ?? b.createdAt),
  ))
    add(strip, wholesOf(pod, use), labelOf(pod))
  addSlices(strip, node, { pods, built, use })
  const faulted = Math.max(0, amount(node.capacity, GPU) - amount(node.allocatable, GPU))
  add(strip, cellsOf(built - strip.cells.length - faulted, node.cordoned ? 'off' : 'free'))
  add(strip, cellsOf(faulted, 'faulted'), faulted > 0 ? faultName(node) : undefined)
  return { ...strip, cells: strip.cells.slice(0, MOST_GPUS) }
}
/** Whoever may not list the pods of others cannot tell what is free. */
const seenBy = ({ only }: Inventory, strip: Strip): Strip =>
  only
    ? {
        ...strip,
        cells: strip.cells.map((cell) => (cell.state === 'free' ? { state: 'off' } : cell)),
      }
    : strip
/** The whole GPUs a pod holds. */
function wholesOf(pod: PodFacts, use: UseFacts | undefined): GpuCell[] {
  const uses = use?.byPod.get(keyOf(pod)) ?? []
  const state = use?.idlePods.has(keyOf(pod)) ? 'idle' : 'taken'
  return Array.from({ length: amount(pod.requests, GPU) }, (_unused, index) => ({
    state,
    ...given({ use: within(uses[index]) }),
  }))
}
const within = (use: number | undefined) =>
  use === undefined ? undefined : Math.min(1, Math.max(0, use))

/** Slices share a GPU, so as many of the split ones count as taken as the slices in use would fill. */
function addSlices(
  strip: Strip,
  node: NodeFacts,
  { pods, built, use }: { pods: PodFacts[]; built: number; use: UseFacts | undefined },
) {
  const slices = slicesOf(node.capacity)
  const sliced = pods.filter((pod) => slicesOf(pod.requests) > 0)
  if (slices === 0 || sliced.length === 0) return
  const split = Math.max(0, built - amount(node.capacity, GPU))
  const filled = Math.ceil(
    (sliced.reduce((sum, pod) => sum + slicesOf(pod.requests), 0) / slices) * split,
  )
  const busy = within(mean(sliced.flatMap((pod) => use?.byPod.get(keyOf(pod)) ?? [])))
  add(
    strip,
    cellsOf(filled, 'taken').map((cell) => ({ ...cell, ...given({ use: busy }) })),
    `${String(sliced.length)} in slices`,
  )
}
const faultName = ({ conditions }: NodeFacts) => {
  const fault = conditions.find(({ type, status }) => /gpu|xid/i.test(type) && status === 'True')
  return fault ? (/XID \d+/i.exec(fault.message)?.[0] ?? fault.reason) : 'faulted'
}

function metaOf(node: NodeFacts, cells: GpuCell[], usd: number | undefined): string {
  const count = (state: GpuCell['state']) => cells.filter((cell) => cell.state === state).length
  if (count('booting') > 0) return 'boots'
  if (!node.ready) return 'not ready'
  if (count('faulted') > 0) return `${String(count('faulted'))} faulted`
  if (node.cordoned) return 'closed'
  const busy = mean(cells.flatMap(({ use }) => (use === undefined ? [] : [use])))
  if (busy !== undefined) return `${percent(busy)} used`
  return usd === undefined
    ? `${String(count('taken'))} of ${String(cells.length)} ${count('off') > 0 ? 'yours' : 'taken'}`
    : `$${usd.toFixed(2)}/h`
}

function takenWords(cells: GpuCell[], { only }: Inventory): string {
  if (cells.length === 0) return 'no GPU nodes now'
  const held = cells.filter(({ state }) => state === 'taken' || state === 'idle').length
  const all = `${String(cells.length)} GPUs, ${String(held)}`
  return only ? `${all} yours; what others hold is not known` : `${all} taken`
}
/** One site as a lane: a column for each GPU of each node, who holds it, and how busy it is where that is measured. */
export function laneOf(facts: LaneFacts): LaneView {
  const { inventory, use, place } = facts
  const byNode = Map.groupBy(inventory.pods.filter(holds), (pod) => pod.node ?? '')
  const views = inventory.nodes
    .filter(isGpuNode)
    .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name))
    .slice(0, MOST_NODES)
    .map((node) => {
      const pods = byNode.get(node.metadata.name) ?? []
      const strip = seenBy(inventory, stripOf(node, pods, { use, at: inventory.at }))
      return {
        node,
        view: {
          name: node.metadata.name,
          model: gpuModelOf(node),
          gpus: strip.cells,
          meta: metaOf(node, strip.cells, place === 'cloud' ? facts.usdPerHour(node) : undefined),
          holders: strip.holders,
        },
      }
    })
  const cells = views.flatMap(({ view }) => view.gpus)
  const count = (state: GpuCell['state']) => cells.filter((cell) => cell.state === state).length
  const idleUsd = views.reduce(
    (sum, { node, view }) =>
      sum +
      view.gpus.filter(({ state }) => state === 'idle').length * (facts.usdPerHour(node) ?? 0),
    0,
  )
  const idle =
    count('idle') > 0
      ? [`${String(count('idle'))} idle${idleUsd > 0 ? `, $${idleUsd.toFixed(2)}/h` : ''}`]
      : []
  const faulted = count('faulted') > 0 ? [`${String(count('faulted'))} faulted`] : []
  return {
    site: inventory.site,
    place,
    simulated: facts.simulated,
    nodes: views.map(({ view }) => view),
    asOf: facts.asOf,
    useKnown: use !== undefined,
    lines: [takenWords(cells, inventory), ...idle, ...faulted],
  }
}
