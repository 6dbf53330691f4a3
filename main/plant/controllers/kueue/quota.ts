import { quantityOf } from '../../../kernel/quantities'
import type { KubeObject } from '../../types'
import type { Condition, PodTemplate, Quantities } from '../objects'
import { requestsOf } from '../scheduling/requests'

export interface PodSet {
  name: string
  count: number
  template: PodTemplate
}
export interface Workload extends KubeObject {
  spec: { queueName?: string; priority?: number; active?: boolean; podSets: PodSet[] }
  status?: {
    conditions?: Condition[]
    admission?: {
      clusterQueue: string
      podSetAssignments: {
        name: string
        count: number
        flavors: Record<string, string>
        resourceUsage: Quantities
      }[]
    }
  }
}
export interface ClusterQueue extends KubeObject {
  spec: {
    resourceGroups?: {
      coveredResources: string[]
      flavors: { name: string; resources: { name: string; nominalQuota: string | number }[] }[]
    }[]
    queueingStrategy?: string
    stopPolicy?: string
  }
  status?: { conditions?: Condition[]; [field: string]: unknown }
}
export interface LocalQueue extends KubeObject {
  spec: { clusterQueue: string }
  status?: { conditions?: Condition[]; [field: string]: unknown }
}
export interface Flavor extends KubeObject {
  spec?: { nodeLabels?: Record<string, string> }
}

/** Flavor and resource, in one key. */
export type Usage = Map<string, number>
export const usageKey = (flavor: string, resource: string) => `${flavor}/${resource}`

/** What admitted workloads hold in a cluster queue. */
export function usageOf(workloads: Workload[], queue: string): Usage {
  const usage: Usage = new Map()
  for (const workload of workloads) {
    const admission = workload.status?.admission
    if (admission?.clusterQueue !== queue || isOver(workload)) continue
    for (const { flavors, resourceUsage } of admission.podSetAssignments) {
      for (const [resource, flavor] of Object.entries(flavors)) {
        const key = usageKey(flavor, resource)
        usage.set(key, (usage.get(key) ?? 0) + quantityOf(resourceUsage, resource))
      }
    }
  }
  return usage
}
export const isOver = (workload: Workload) =>
  workload.status?.conditions?.some(
    ({ type, status }) => type === 'Finished' && status === 'True',
  ) ?? false

/** What one pod set asks for in all its pods; the count of pods is a resource as well. */
export function demandOf({ count, template }: PodSet): Map<string, number> {
  return new Map(
    [...requestsOf(template.spec)].map(([resource, amount]) => [resource, amount * count]),
  )
}

export type Fit =
  | { fits: true; flavors: Record<string, string>; demand: Map<string, number> }
  | { fits: false; reason: string }

/** Chooses the first flavor with room for every resource of each group, or says why none has, as Kueue does. */
export function fit(
  podSet: PodSet,
  queue: ClusterQueue,
  now: { usage: Usage; flavors: Map<string, Flavor> },
): Fit {
  const demand = demandOf(podSet)
  const chosen: Record<string, string> = {}
  const reasons: string[] = []
  for (const group of queue.spec.resourceGroups ?? []) {
    const wanted = [...demand].filter(
      ([resource, amount]) => group.coveredResources.includes(resource) && amount > 0,
    )
    if (wanted.length === 0) continue
    const said: string[] = []
    const flavor = group.flavors.find(({ name, resources }) => {
      const mismatch = labelMismatch(podSet, now.flavors.get(name))
      const short = mismatch
        ? [mismatch]
        : wanted.flatMap(([resource, amount]) =>
            shortage({ flavor: name, resource, amount }, resources, now.usage),
          )
      said.push(...short)
      return short.length === 0
    })
    if (flavor) for (const [resource] of wanted) chosen[resource] = flavor.name
    else reasons.push(...said)
  }
  const uncovered = [...demand.keys()].find(
    (resource) =>
      (demand.get(resource) ?? 0) > 0 &&
      !(queue.spec.resourceGroups ?? []).some((group) => group.coveredResources.includes(resource)),
  )
  if (uncovered) reasons.push(`resource ${uncovered} unavailable in ClusterQueue`)
  return reasons.length > 0
    ? {
        fits: false,
        reason: `couldn't assign flavors to pod set ${podSet.name}: ${reasons.join(', ')}`,
      }
    : { fits: true, flavors: chosen, demand }
}

function labelMismatch(podSet: PodSet, flavor: Flavor | undefined): string | undefined {
  if (!flavor) return 'flavor not found'
  const labels = flavor.spec?.nodeLabels ?? {}
  const selector = podSet.template.spec.nodeSelector ?? {}
  const clash = Object.entries(labels).some(
    ([key, value]) => selector[key] !== undefined && selector[key] !== value,
  )
  return clash ? `flavor ${flavor.metadata.name} doesn't match node affinity` : undefined
}

function shortage(
  ask: { flavor: string; resource: string; amount: number },
  resources: { name: string; nominalQuota: string | number }[],
  usage: Usage,
): string[] {
  const quota = quantityOf(
    { quota: resources.find(({ name }) => name === ask.resource)?.nominalQuota ?? 0 },
    'quota',
  )
  const used = usage.get(usageKey(ask.flavor, ask.resource)) ?? 0
  if (ask.amount <= quota - used + 1e-9) return []
  if (ask.amount > quota)
    return [
      `insufficient quota for ${ask.resource} in flavor ${ask.flavor}, request > maximum capacity (${say(ask.resource, ask.amount)} > ${say(ask.resource, quota)})`,
    ]
  return [
    `insufficient unused quota for ${ask.resource} in flavor ${ask.flavor}, ${say(ask.resource, ask.amount - (quota - used))} more needed`,
  ]
}

/** An amount as a quantity: memory in Gi, other things as numbers or thousandths. */
export function say(resource: string, amount: number): string {
  if (resource === 'memory' || resource.endsWith('storage'))
    return `${String(Math.round((amount / 2 ** 30) * 100) / 100)}Gi`
  return Number.isInteger(amount) ? String(amount) : `${String(Math.round(amount * 1000))}m`
}

/** The labels a pod set must be bound to for the flavors it got. */
export const labelsOf = (flavors: Record<string, string>, known: Map<string, Flavor>) =>
  Object.assign(
    {},
    ...[...new Set(Object.values(flavors))].map((name) => known.get(name)?.spec?.nodeLabels ?? {}),
  ) as Record<string, string>
