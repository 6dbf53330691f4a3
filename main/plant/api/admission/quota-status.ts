import type { KubeObject } from '../../types'
import { draftOf, sameJson, SYSTEM, type Cluster } from '../cluster'
import { updateObject } from '../writes/update'
import { formatQuantity } from './quantity'
import { hardOf, QUOTAS, usedUnder } from './quota'

/** Keeps the status of every ResourceQuota at what is used now. */
export function startQuotaStatus(cluster: Cluster): () => void {
  return cluster.store.listen((change, key) => {
    const { namespace } = change.now.object.metadata
    if (
      namespace === undefined ||
      key === '/events' ||
      cluster.store.count(QUOTAS, namespace) === 0
    )
      return
    if (key === QUOTAS && change.type === 'DELETED') return
    if (
      change.type === 'MODIFIED' &&
      !['/pods', '/persistentvolumeclaims', '/services', QUOTAS].includes(key)
    )
      return
    for (const { object } of [...cluster.store.all(QUOTAS, namespace)]) refresh(cluster, object)
  })
}
function refresh(cluster: Cluster, quota: KubeObject): void {
  const hard = hardOf(quota)
  const used = Object.fromEntries(
    Object.entries(usedUnder(cluster, quota)).map(([name, amount]) => [
      name,
      formatQuantity(amount, hard[name]),
    ]),
  )
  const status = { hard, used }
  const resource = cluster.registry.ofKey(QUOTAS)
  if (!resource || sameJson(quota['status'], status)) return
  const object = draftOf(quota)
  object['status'] = structuredClone(status)
  updateObject({
    cluster,
    resource,
    object,
    before: quota,
    how: { user: SYSTEM, manager: 'kube-controller-manager', subresource: 'status' },
  })
}
