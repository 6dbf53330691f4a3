import type { Budget, DataSource, PriceBook, Project } from '../../../../preload/contract/records'
import type { BurstPolicySpec } from '../../../../preload/contract/records/burst'
import {
  GPU,
  gpuModelOf,
  holds,
  isGpuResource,
  sameModel,
  type Inventory,
  type NodeFacts,
  type PodFacts,
} from '../../../kernel/inventory'
import type { BudgetLine, Kind, Link, Pool, QueuedJob, RunTime, Snapshot } from '../domain/snapshot'
import type { CloudMarket, CloudPool, LinkState } from '../ports'
import type { SiteWork } from './follow'
import { budgetNames, ownersOf, priorityStep, usdPerWaitHour, type Whose } from './team'
import { keyOf, MARK, type KueueFacts, type WorkloadFacts } from './workload'

/** Everything that was gathered for one site; times are milliseconds of its clock. */
export interface Gathered {
  site: string
  to: string | undefined
  now: number
  inventory: Inventory
  work: SiteWork
  there: { inventory: Inventory; work: SiteWork } | undefined
  market: CloudMarket | undefined
  policy: BurstPolicySpec
  projects: readonly Project[]
  budgets: readonly Budget[]
  sources: readonly DataSource[]
  book: PriceBook['spec'] | undefined
  link: LinkState
  /** Gigabytes that would have to travel for a data URI, where somebody has looked. */
  shipped: ReadonlyMap<string, { gb: number }>
  lines: readonly (BudgetLine & {
    title: string
    period: 'month' | 'quarter' | 'year'
    owner: string | undefined
  })[]
  estimate: (work: WorkloadFacts) => RunTime
}
/** A workload with all that deciding about it needed. */
export interface Known {
  work: WorkloadFacts
  key: string
  whose: Whose
  kind: string
  state: 'waiting' | 'running' | 'moving' | 'away'
  kueue: KueueFacts | undefined
  runTime: RunTime
  job: QueuedJob
  priority: { name: string; value: number }
}
export interface Understood {
  snapshot: Snapshot
  known: Known[]
  kindOfProduct: ReadonlyMap<string, string>
}

const GB = 1e9
const FOREVER_MS = 30 * 86_400_000

/** Turns what was seen into what the planner decides by. */
export function understand(seen: Gathered): Understood {
  const whoseOf = ownersOf(seen.projects)
  const kueueOf = new Map(
    seen.work.kueue.flatMap((one) => (one.owner === undefined ? [] : [[one.owner, one] as const])),
  )
  const kinds = kindsOf(seen.inventory)
  const known = seen.work.workloads
    .filter(({ ended, deleting }) => !ended && !deleting)
    .flatMap((work): Known[] => {
      const whose = whoseOf(work.namespace, work.queue)
      const kind = kindFor(work, kinds)
      const kueue = kueueOf.get(work.uid)
      const runTime = seen.estimate(work)
      const priority = { name: work.priorityClass, value: kueue?.priority ?? 0 }
      return [
        {
          work,
          whose,
          kind,
          kueue,
          runTime,
          priority,
          key: keyOf({ site: seen.site, ...work }),
          state: stateOf(work),
          job: jobOf(seen, { work, whose, kind, runTime, priority }),
        },
      ]
    })
  const snapshot: Snapshot = {
    nowS: seen.now / 1000,
    kinds: [...kinds.values()].map((nodes) => kindFacts(seen, nodes, known)),
    queue: known.filter(({ state }) => state === 'waiting').map(({ job }) => job),
    pools: poolsOf(seen, [...kinds.keys()]),
    budgets: seen.lines,
    link: linkOf(seen),
    policy: {
      usdPerWaitHour: {},
      teamWeights: Object.fromEntries(
        seen.policy.weights.map(({ team, weight }) => [`team/${team}`, weight]),
      ),
      keepDeadlines: seen.policy.keepDeadlines,
      oldestPriceS: seen.policy.oldestPriceHours * 3600,
    },
  }
  return {
    snapshot,
    known,
    kindOfProduct: new Map([...kinds.values()].map(({ product, name }) => [product, name])),
  }
}

function stateOf(work: WorkloadFacts): Known['state'] {
  if (work.annotations[MARK.movedTo] !== undefined) return 'away'
  if (work.annotations[MARK.held] !== undefined) return 'moving'
  return work.active > 0 && !work.suspended ? 'running' : 'waiting'
}

interface NodesOfKind {
  name: string
  product: string
  resource: string
  nodes: NodeFacts[]
  gpusPerNode: number
}
/** The GPUs of a site by model, a MIG fraction as a kind of its own. */
function kindsOf({ nodes }: Inventory): Map<string, NodesOfKind> {
  const kinds = new Map<string, NodesOfKind>()
  for (const node of nodes.filter(({ ready, cordoned }) => ready && !cordoned)) {
    for (const [resource, amount] of Object.entries(node.allocatable)) {
      if (!isGpuResource(resource) || amount < 1) continue
      const name = resource === GPU ? gpuModelOf(node) || 'GPU' : resource
      const kind = kinds.get(name) ?? {
        name,
        product: resource === GPU ? gpuModelOf(node) : '',
        resource,
        nodes: [],
        gpusPerNode: 0,
      }
      kind.nodes.push(node)
      kind.gpusPerNode = Math.max(kind.gpusPerNode, amount)
      kinds.set(name, kind)
    }
  }
  return kinds
}
/** The kind a workload asks for; one that does not care is planned where most of them are. */
function kindFor({ gpus }: WorkloadFacts, kinds: ReadonlyMap<string, NodesOfKind>): string {
  if (gpus.resource !== GPU) return gpus.resource
  if (gpus.product !== '') return gpus.product
  const own = [...kinds.values()].filter(({ resource }) => resource === gpus.resource)
  return (
    own.toSorted((a, b) => b.nodes.length * b.gpusPerNode - a.nodes.length * a.gpusPerNode)[0]
      ?.name ?? gpus.resource
  )
}

function kindFacts(
  seen: Gathered,
  { name, product, resource, nodes, gpusPerNode }: NodesOfKind,
  known: readonly Known[],
): Kind {
  const index = new Map(nodes.map((node, at) => [node.metadata.name, at]))
  const free = nodes.map((node) => node.allocatable[resource] ?? 0)
  const owners = new Map(known.map((one) => [`${one.work.namespace}/${one.work.name}`, one]))
  const running = seen.inventory.pods.filter(holds).flatMap((pod) => {
    const [node, gpus] = [index.get(pod.node ?? ''), pod.requests[resource] ?? 0]
    if (node === undefined || gpus < 1) return []
    free[node] = Math.max(0, (free[node] ?? 0) - gpus)
    const owner = owners.get(`${pod.namespace}/${pod.owner?.name ?? ''}`)
    return [
      {
        node,
        gpus,
        ...courseOf(pod, owner, seen.now),
        team: owner ? budgetNames(owner.whose).team : '',
      },
    ]
  })
  return {
    name,
    gpusPerNode,
    free,
    running,
    usdPerGpuHour: bookedUsd(seen.book, resource, product),
  }
}
const bookedUsd = (book: Gathered['book'], resource: string, product: string): number =>
  book?.gpus.find(
    (entry) => entry.resource === resource && (resource !== GPU || sameModel(entry.model, product)),
  )?.usdPerHour ?? 0
/** When a pod gives its GPUs back: a run when it is expected to end, anything else not soon. */
function courseOf(
  pod: PodFacts,
  owner: Known | undefined,
  now: number,
): { startedS: number; expectedEndS: number } {
  const started = pod.startedAt ?? pod.scheduledAt ?? pod.createdAt
  const end = owner
    ? expectedEnd(owner, now, started)
    : pod.deadlineSeconds !== undefined
      ? started + pod.deadlineSeconds * 1000
      : now + FOREVER_MS
  return { startedS: started / 1000, expectedEndS: end / 1000 }
}
/** When what runs is expected to end, in milliseconds: what it reports counts from now, an estimate from its start. */
export const expectedEnd = (
  { work, runTime }: Pick<Known, 'work' | 'runTime'>,
  now: number,
  startedAt = work.startedAt ?? now,
): number => (work.remainingSeconds === undefined ? startedAt : now) + runTime.p50 * 1000

function jobOf(
  seen: Gathered,
  {
    work,
    whose,
    kind,
    runTime,
    priority,
  }: Pick<Known, 'work' | 'whose' | 'kind' | 'runTime' | 'priority'>,
): QueuedJob {
  const due = Date.parse(work.annotations[MARK.due] ?? '')
  const dataset = datasetOf(seen, work, whose)
  return {
    id: keyOf({ site: seen.site, ...work }),
    kind,
    gpus: work.gpus.count,
    runTime,
    submittedS: work.createdAt / 1000,
    ...(!Number.isNaN(due) && { deadlineS: due / 1000 }),
    ...budgetNames(whose),
    priority: priorityStep(priority.value),
    usdPerWaitHour:
      usdPerWaitHour(seen.policy, { team: whose.team, priority: priority.name }) *
      2 ** priorityStep(priority.value),
    perGpu: { ...work.gpus.perGpu, gpuMemoryGib: Number(work.annotations[MARK.gpuMemory]) || 0 },
    ...(dataset && { dataset }),
    resultsGb: Number(work.annotations[MARK.resultsGb]) || 0,
  }
}
/** The data of a workload: how much would travel, and whether its owner and the project let it go there. */
function datasetOf(
  { to, sources, shipped }: Gathered,
  { dataUri, namespace }: WorkloadFacts,
  whose: Whose,
): QueuedJob['dataset'] | undefined {
  if (to !== undefined && whose.sites?.includes(to) === false)
    return { name: `Work of ${namespace}`, gb: 0, mayLeave: false }
  if (dataUri === undefined) return undefined
  const source = sourceOf(sources, dataUri)
  const gb = shipped.get(dataUri)?.gb ?? (source?.status.bytes ?? 0) / GB
  return { name: source?.meta.name ?? dataUri, gb, mayLeave: mayLeave(source, to) }
}
const mayLeave = (source: DataSource | undefined, to: string | undefined) =>
  to === undefined || !source || source.spec.mayGoTo.includes(to)
/** The data source a URI lies in. */
export function sourceOf(sources: readonly DataSource[], uri: string): DataSource | undefined {
  const plain = (text: string) => text.replace(/\/+$/, '')
  const repository = /^lakefs:\/\/([^/@]+)/.exec(uri)?.[1]
  return sources.find(({ spec }) => {
    const own = spec.location.uri
    if (own === undefined) return false
    return (
      plain(uri) === plain(own) ||
      uri.startsWith(`${plain(own)}/`) ||
      (repository !== undefined && own.startsWith(`lakefs://${repository}/`))
    )
  })
}

/** Pools under the name of the kind at home that they can stand in for: the same model family, whatever its memory. */
function poolsOf({ market, policy, there, now }: Gathered, kinds: readonly string[]): Pool[] {
  if (!market) return []
  const running = market.pools.reduce((sum, { nodes }) => sum + nodes.length, 0)
  const mostNew = policy.maxNodes === undefined ? Infinity : Math.max(0, policy.maxNodes - running)
  return market.pools
    .filter(({ spot }) => policy.spot || !spot)
    .flatMap((pool): Pool[] => {
      const served = kinds.filter((kind) => family(kind) === family(pool.gpuProduct))
      return (served.length > 0 ? served : [pool.gpuProduct.replace(/^NVIDIA-/, '')]).map(
        (kind) => ({
          name: pool.name,
          kind,
          gpusPerNode: pool.gpusPerNode,
          usdPerNodeHour: pool.usdPerNodeHour,
          priceAsOfS: pool.priceAsOf / 1000,
          bootS: pool.bootSeconds,
          spot: pool.spot,
          nodesLeft: Math.min(pool.nodesLeft, mostNew),
          machine: {
            cpuCores: pool.cpuCores,
            memoryGi: pool.memoryGi,
            gpuMemoryGib: pool.gpuMemoryGib,
          },
          nodes: nodesOf(pool, there?.inventory, now),
        }),
      )
    })
}
/** "A100-SXM4-80GB" and "A100-SXM4-40GB" are one family. */
export const family = (product: string): string =>
  product
    .replace(/^NVIDIA-/, '')
    .split(/[-_ ]/)[0]
    ?.toUpperCase() ?? ''

function nodesOf(
  { nodes, gpusPerNode, gpuProduct }: CloudPool,
  inventory: Inventory | undefined,
  now: number,
): Pool['nodes'] {
  const names = new Set(nodes.map(({ name }) => name))
  const used = new Map<string, { gpus: number; endsAt: number }>()
  for (const pod of inventory?.pods.filter(holds) ?? []) {
    if (!names.has(pod.node ?? '')) continue
    const before = used.get(pod.node ?? '') ?? { gpus: 0, endsAt: now }
    const told = Number(pod.annotations['takt.dev/expected-seconds']) || 3600
    used.set(pod.node ?? '', {
      gpus: before.gpus + (pod.requests[GPU] ?? 0),
      endsAt: Math.max(before.endsAt, (pod.startedAt ?? now) + told * 1000),
    })
  }
  const sizeOf = (name: string) =>
    inventory?.nodes.find(
      ({ metadata, ...node }) =>
        metadata.name === name && gpuModelOf(node) === gpuProduct.replace(/^NVIDIA-/, ''),
    )?.allocatable[GPU] ?? gpusPerNode
  return nodes.map(({ name, readyAt }) => ({
    free: Math.max(0, sizeOf(name) - (used.get(name)?.gpus ?? 0)),
    readyS: readyAt / 1000,
    expectedEndS: (used.get(name)?.endsAt ?? now) / 1000,
  }))
}

/** What nobody has measured is taken for a line of a gigabit. */
const ASSUMED_BYTES_PER_SECOND = 125e6
function linkOf({ link, shipped, market, policy }: Gathered): Link {
  const capped = Math.min(
    link.bytesPerSecond || ASSUMED_BYTES_PER_SECOND,
    policy.linkMbps === undefined ? Infinity : policy.linkMbps * 125_000,
  )
  const cached = new Set([...shipped].filter(([, { gb }]) => gb === 0).map(([uri]) => uri))
  return {
    gbPerSecond: capped / GB,
    queuedGb: link.queuedBytes / GB,
    cached,
    usdPerGbBack: market?.usdPerGbBack ?? 0.09,
  }
}
