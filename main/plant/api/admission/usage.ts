import type { KubeObject } from '../../types'
import { listAt, recordAt, textAt } from '../cluster'
import type { Resource } from '../resource'
import { amountOf } from './quantity'

export type Usage = Record<string, number>
const SHORT = new Set(['cpu', 'memory', 'ephemeral-storage'])
const COUNTED = new Set([
  'pods',
  'services',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'resourcequotas',
  'replicationcontrollers',
])
const isOver = (pod: KubeObject): boolean =>
  ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase') ?? '')

function add(usage: Usage, name: string, amount: number): void {
  usage[name] = (usage[name] ?? 0) + amount
}
function requestsOf(pod: KubeObject, kind: 'requests' | 'limits'): Usage {
  const sum: Usage = {}
  for (const container of listAt(pod, 'spec', 'containers')) {
    for (const [name, value] of Object.entries(recordAt(container, 'resources', kind) ?? {}))
      add(sum, name, amountOf(value))
  }
  for (const container of listAt(pod, 'spec', 'initContainers')) {
    for (const [name, value] of Object.entries(recordAt(container, 'resources', kind) ?? {}))
      sum[name] = Math.max(sum[name] ?? 0, amountOf(value))
  }
  return sum
}
function podUsage(pod: KubeObject): Usage {
  if (isOver(pod)) return {}
  const usage: Usage = { pods: 1 }
  for (const [name, amount] of Object.entries(requestsOf(pod, 'requests'))) {
    usage[`requests.${name}`] = amount
    if (SHORT.has(name)) usage[name] = amount
  }
  for (const [name, amount] of Object.entries(requestsOf(pod, 'limits')))
    if (SHORT.has(name)) usage[`limits.${name}`] = amount
  return usage
}
function claimUsage(claim: KubeObject): Usage {
  const storage = amountOf(recordAt(claim, 'spec', 'resources', 'requests')?.['storage'])
  const storageClass = textAt(claim, 'spec', 'storageClassName')
  const byClass =
    storageClass === undefined
      ? {}
      : {
          [`${storageClass}.storageclass.storage.k8s.io/requests.storage`]: storage,
          [`${storageClass}.storageclass.storage.k8s.io/persistentvolumeclaims`]: 1,
        }
  return { persistentvolumeclaims: 1, 'requests.storage': storage, ...byClass }
}
function serviceUsage(service: KubeObject): Usage {
  const type = textAt(service, 'spec', 'type')
  return {
    services: 1,
    ...(type === 'LoadBalancer' && { 'services.loadbalancers': 1 }),
    ...((type === 'NodePort' || type === 'LoadBalancer') && {
      'services.nodeports': Math.max(1, listAt(service, 'spec', 'ports').length),
    }),
  }
}
const counted = new WeakMap<KubeObject, Usage>()
/** What one object counts for under a quota. Stored objects never change, so each is counted once. */
export function usageOf(resource: Resource, object: KubeObject): Usage {
  if (!Object.isFrozen(object)) return countUsage(resource, object)
  const known = counted.get(object) ?? countUsage(resource, object)
  counted.set(object, known)
  return known
}
function countUsage(resource: Resource, object: KubeObject): Usage {
  const itself = { [`count/${resource.plural}${resource.group ? `.${resource.group}` : ''}`]: 1 }
  if (resource.group !== '') return itself
  switch (resource.kind) {
    case 'Pod':
      return { ...itself, ...podUsage(object) }
    case 'PersistentVolumeClaim':
      return { ...itself, ...claimUsage(object) }
    case 'Service':
      return { ...itself, ...serviceUsage(object) }
    default:
      return COUNTED.has(resource.plural) ? { ...itself, [resource.plural]: 1 } : itself
  }
}

type Scope = { name: string; operator: string; values: string[] }
/** Under which circumstances a quota counts a pod. */
export function scopesOf(quota: KubeObject): Scope[] {
  const texts = (value: unknown[]): string[] => value.filter((item) => typeof item === 'string')
  return [
    ...texts(listAt(quota, 'spec', 'scopes')).map((name) => ({
      name,
      operator: 'Exists',
      values: [],
    })),
    ...listAt(quota, 'spec', 'scopeSelector', 'matchExpressions').map((expression) => ({
      name: textAt(expression, 'scopeName') ?? '',
      operator: textAt(expression, 'operator') ?? '',
      values: texts(listAt(expression, 'values')),
    })),
  ]
}
function inScope({ name, operator, values }: Scope, pod: KubeObject): boolean {
  switch (name) {
    case 'BestEffort':
      return textAt(pod, 'status', 'qosClass') === 'BestEffort'
    case 'NotBestEffort':
      return textAt(pod, 'status', 'qosClass') !== 'BestEffort'
    case 'Terminating':
      return recordAt(pod, 'spec')?.['activeDeadlineSeconds'] !== undefined
    case 'NotTerminating':
      return recordAt(pod, 'spec')?.['activeDeadlineSeconds'] === undefined
    case 'PriorityClass': {
      const own = textAt(pod, 'spec', 'priorityClassName') ?? ''
      if (operator === 'Exists') return own !== ''
      return operator === 'In'
        ? values.includes(own)
        : operator === 'NotIn'
          ? !values.includes(own)
          : own === ''
    }
    default:
      return true
  }
}
/** Whether a quota counts an object at all: quotas with scopes count only pods in all of them. */
export function counts(quota: KubeObject, resource: Resource, object: KubeObject): boolean {
  const scopes = scopesOf(quota)
  return (
    scopes.length === 0 ||
    (resource.group === '' &&
      resource.kind === 'Pod' &&
      scopes.every((scope) => inScope(scope, object)))
  )
}
