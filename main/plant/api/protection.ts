import { draftOf, listAt, SYSTEM, textAt, type Cluster } from './cluster'
import type { KubeObject } from '../types'
import { updateObject } from './writes/update'

const PROTECTION = 'kubernetes.io/pvc-protection'
const isOver = (pod: KubeObject): boolean =>
  ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase') ?? '')

/** Holds claims that are going until no pod uses them, as the cluster's protection controller does. */
export function startProtection(cluster: Cluster): () => void {
  return cluster.store.listen((change, resource) => {
    const { metadata } = change.now.object
    if (
      resource === '/persistentvolumeclaims' &&
      metadata.deletionTimestamp &&
      change.type !== 'DELETED'
    )
      release(cluster, metadata.namespace ?? '', metadata.name)
    if (resource !== '/pods' || (change.type !== 'DELETED' && !isOver(change.now.object))) return
    for (const name of claimsOf(change.now.object)) release(cluster, metadata.namespace ?? '', name)
  })
}
const claimsOf = (pod: KubeObject): string[] =>
  listAt(pod, 'spec', 'volumes').flatMap(
    (volume) => textAt(volume, 'persistentVolumeClaim', 'claimName') ?? [],
  )

function release(cluster: Cluster, namespace: string, name: string): void {
  const before = cluster.store.get('/persistentvolumeclaims', name, namespace)?.object
  if (!before?.metadata.deletionTimestamp || !before.metadata.finalizers?.includes(PROTECTION))
    return
  const used = [...cluster.store.all('/pods', namespace)].some(
    ({ object }) => !isOver(object) && claimsOf(object).includes(name),
  )
  const resource = cluster.registry.ofKey('/persistentvolumeclaims')
  if (used || !resource) return
  const object = draftOf(before)
  object.metadata.finalizers = before.metadata.finalizers.filter(
    (finalizer) => finalizer !== PROTECTION,
  )
  if (object.metadata.finalizers.length === 0) delete object.metadata.finalizers
  updateObject({
    cluster,
    resource,
    object,
    before,
    how: { user: SYSTEM, manager: 'kube-controller-manager' },
  })
}
