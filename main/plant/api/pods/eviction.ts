import { isRecord, listAt, numberAt, recordAt, textAt, type Cluster } from '../cluster'
import { notFound, tooManyRequests } from '../errors'
import { readObject } from '../http/body'
import { json, type Answer, type ResourceExchange } from '../http/exchange'
import type { KubeObject } from '../../types'
import { removeObject } from '../writes/remove'

function guards(budget: KubeObject, pod: KubeObject): boolean {
  const labels = Object.entries(recordAt(budget, 'spec', 'selector', 'matchLabels') ?? {})
  const expressions = listAt(budget, 'spec', 'selector', 'matchExpressions').filter(isRecord)
  return (
    labels.length + expressions.length > 0 &&
    labels.every(([key, value]) => pod.metadata.labels?.[key] === value) &&
    expressions.every((expression) => {
      const value = pod.metadata.labels?.[String(expression['key'])]
      const values = Array.isArray(expression['values']) ? expression['values'] : []
      return expression['operator'] === 'In'
        ? values.includes(value)
        : expression['operator'] === 'Exists'
          ? value !== undefined
          : expression['operator'] === 'NotIn'
            ? !values.includes(value)
            : value === undefined
    })
  )
}
function checkBudgets(cluster: Cluster, pod: KubeObject): void {
  for (const { object: budget } of cluster.store.all(
    'policy/poddisruptionbudgets',
    pod.metadata.namespace,
  )) {
    const status = (field: string): number => numberAt(budget, 'status', field) ?? 0
    if (!guards(budget, pod) || status('disruptionsAllowed') > 0) continue
    const message = `The disruption budget ${budget.metadata.name} needs ${status('desiredHealthy')} healthy pods and has ${status('currentHealthy')} currently`
    throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 0, [
      { reason: 'DisruptionBudget', message },
    ])
  }
}
/** Deletes a pod unless a disruption budget forbids it now. Throws 429 where one does. */
export async function evict(exchange: ResourceExchange): Promise<Answer> {
  const {
    server: { cluster },
    info,
    resource,
  } = exchange
  const eviction = await readObject(exchange, { group: 'policy', version: 'v1', kind: 'Eviction' })
  const stored = cluster.store.get('/pods', info.name ?? '', info.namespace)
  if (!stored) throw notFound(resource, info.name ?? '')
  if (textAt(stored.object, 'status', 'phase') === 'Running') checkBudgets(cluster, stored.object)
  const grace = numberAt(eviction, 'deleteOptions', 'gracePeriodSeconds')
  const dryRun =
    exchange.query.get('dryRun') === 'All' ||
    listAt(eviction, 'deleteOptions', 'dryRun').includes('All')
  removeObject({
    cluster,
    resource,
    stored,
    options: {
      ...(grace !== undefined && { gracePeriodSeconds: grace }),
      ...(dryRun && { dryRun }),
    },
  })
  return json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
}
