import type { KubeObject } from '../../types'
import { listAt, recordAt, textAt, type Attempt, type Cluster } from '../cluster'
import { forbidden } from '../errors'
import { keyOf, type Resource } from '../resource'
import { amountOf, formatQuantity } from './quantity'
import { counts, usageOf, type Usage } from './usage'

export const QUOTAS = '/resourcequotas'
export const hardOf = (quota: KubeObject): Record<string, unknown> =>
  recordAt(quota, 'spec', 'hard') ?? {}

/** What the objects of a namespace use of what a quota limits. */
export function usedUnder(cluster: Cluster, quota: KubeObject): Usage {
  const hard = hardOf(quota)
  const used: Usage = Object.fromEntries(Object.keys(hard).map((name) => [name, 0]))
  for (const resource of resourcesOf(cluster, Object.keys(hard))) {
    for (const { object } of cluster.store.all(keyOf(resource), quota.metadata.namespace)) {
      if (!counts(quota, resource, object)) continue
      for (const [name, amount] of Object.entries(usageOf(resource, object)))
        if (name in used) used[name] = (used[name] ?? 0) + amount
    }
  }
  return used
}
/** The kinds that names of limits speak of. */
function resourcesOf(cluster: Cluster, names: string[]): Resource[] {
  const counted = new Set(
    names.flatMap((name) => (name.startsWith('count/') ? [name.slice('count/'.length)] : [])),
  )
  const compute = names.some((name) => !name.startsWith('count/'))
  return cluster.registry.all().filter((resource) => {
    if (!resource.namespaced || resource.virtual || resource.view) return false
    return (
      counted.has(resource.group ? `${resource.plural}.${resource.group}` : resource.plural) ||
      (compute && resource.group === '' && resource.kind !== 'Event')
    )
  })
}
function mustSay(quota: KubeObject, pod: KubeObject): string[] {
  const wanted = Object.keys(hardOf(quota)).flatMap((name) =>
    ['cpu', 'memory'].includes(name)
      ? [{ name, kind: 'requests', resource: name }]
      : /^(requests|limits)\.(cpu|memory)$/.test(name)
        ? [{ name, kind: name.split('.')[0] ?? '', resource: name.split('.')[1] ?? '' }]
        : [],
  )
  return wanted
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, kind, resource }) => {
      const silent = listAt(pod, 'spec', 'containers')
        .filter((container) => recordAt(container, 'resources', kind)?.[resource] === undefined)
        .map((container) => textAt(container, 'name') ?? '')
      return silent.length > 0 ? [`${name} for: ${silent.sort().join(',')}`] : []
    })
}
const listed = (amounts: [string, string][]): string =>
  amounts.map(([name, amount]) => `${name}=${amount}`).join(',')

/** Refuses with 403 what would go beyond a ResourceQuota of its namespace. */
export function enforceQuota({ cluster, resource, object, before }: Attempt): void {
  const { namespace } = object.metadata
  if (!resource.namespaced || namespace === undefined) return
  for (const { object: quota } of cluster.store.all(QUOTAS, namespace)) {
    if (!counts(quota, resource, object)) continue
    const name = quota.metadata.name
    if (resource.kind === 'Pod' && resource.group === '' && !before) {
      const silent = mustSay(quota, object)
      if (silent.length > 0)
        throw forbidden(
          resource,
          object.metadata.name,
          `failed quota: ${name}: must specify ${silent.join('; ')}`,
        )
    }
    const hard = hardOf(quota)
    const was = before ? usageOf(resource, before) : {}
    const asked = Object.entries(usageOf(resource, object))
      .map(([key, amount]) => [key, amount - (was[key] ?? 0)] as const)
      .filter(([key, amount]) => key in hard && amount > 0)
    if (asked.length === 0) continue
    const used = usedUnder(cluster, quota)
    const over = asked
      .filter(([key, amount]) => (used[key] ?? 0) + amount > amountOf(hard[key]))
      .sort(([a], [b]) => (a < b ? -1 : 1))
    if (over.length === 0) continue
    const say = (amount: (key: string) => number): string =>
      listed(over.map(([key]) => [key, formatQuantity(amount(key), hard[key])]))
    const askedOf = Object.fromEntries(over)
    throw forbidden(
      resource,
      object.metadata.name,
      `exceeded quota: ${name}, requested: ${say((key) => askedOf[key] ?? 0)}, used: ${say((key) => used[key] ?? 0)}, limited: ${listed(over.map(([key]) => [key, String(hard[key])]))}`,
    )
  }
}
