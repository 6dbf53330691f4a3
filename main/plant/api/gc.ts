import { draftOf, SYSTEM, type Cluster } from './cluster'
import { keyOf, type Resource } from './resource'
import type { ObjectRef } from './owners'
import type { LoggedChange } from './store'
import { removeObject } from './writes/remove'
import { updateObject } from './writes/update'

const HOW = { user: SYSTEM, manager: 'kube-controller-manager' }
const FOREGROUND = 'foregroundDeletion'
const ORPHAN = 'orphan'

/**
 * Collects what deleted objects owned and empties namespaces that are going, the way the garbage collector and the namespace
 * controller of a real cluster do, at once instead of within seconds.
 */
export function startCollector(cluster: Cluster): () => void {
  return cluster.store.listen((change, resource) => {
    if (change.type === 'DELETED') afterDeletion(cluster, change, resource)
    else if (change.now.object.metadata.deletionTimestamp) whileGoing(cluster, change, resource)
    else if (change.type === 'ADDED') collectIfOrphaned(cluster, change)
  })
}

const resourceOf = (cluster: Cluster, key: string): Resource | undefined =>
  cluster.registry.ofKey(key)

function afterDeletion(cluster: Cluster, { now }: LoggedChange, key: string): void {
  const { uid, namespace, ownerReferences } = now.object.metadata
  for (const ref of uid ? cluster.store.owners.dependentsOf(uid) : []) collect(cluster, ref)
  for (const owner of ownerReferences ?? []) releaseOwner(cluster, owner.uid)
  if (namespace !== undefined && key !== '/namespaces') finishNamespace(cluster, namespace)
}

/** Deletes a dependent that has no living owner left. */
function collect(cluster: Cluster, ref: ObjectRef): void {
  const resource = resourceOf(cluster, ref.resource)
  const stored = cluster.store.get(ref.resource, ref.name, ref.namespace)
  if (!resource || !stored || stored.object.metadata.deletionTimestamp) return
  const owners = stored.object.metadata.ownerReferences ?? []
  if (owners.length === 0) return
  if (owners.some((owner) => cluster.store.owners.lives(owner.uid))) {
    forgetDead(cluster, ref)
    return
  }
  removeObject({ cluster, resource, stored, options: { propagation: 'Background' } })
}
/** Takes owners that are gone off an object that another keeps. */
function forgetDead(cluster: Cluster, ref: ObjectRef): void {
  const resource = resourceOf(cluster, ref.resource)
  const before = cluster.store.get(ref.resource, ref.name, ref.namespace)?.object
  const dead = (before?.metadata.ownerReferences ?? []).filter(
    (owner) => !cluster.store.owners.lives(owner.uid),
  )
  if (!resource || !before || dead.length === 0) return
  const object = draftOf(before)
  object.metadata.ownerReferences = (before.metadata.ownerReferences ?? []).filter((owner) =>
    cluster.store.owners.lives(owner.uid),
  )
  updateObject({ cluster, resource, object, before, how: HOW })
}
function collectIfOrphaned(cluster: Cluster, { now }: LoggedChange): void {
  const { name, namespace, ownerReferences } = now.object.metadata
  if (!ownerReferences?.length) return
  const resource = cluster.registry.ofKind({
    group: groupOf(now.object.apiVersion),
    kind: now.object.kind,
  })
  if (resource) collect(cluster, { resource: keyOf(resource), name, namespace })
}
const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''

function whileGoing(cluster: Cluster, { now }: LoggedChange, key: string): void {
  const finalizers = now.object.metadata.finalizers ?? []
  if (finalizers.includes(ORPHAN)) orphanDependents(cluster, now.object.metadata.uid ?? '')
  if (finalizers.includes(FOREGROUND)) {
    for (const ref of cluster.store.owners.dependentsOf(now.object.metadata.uid ?? ''))
      deleteInForeground(cluster, ref, now.object.metadata.uid ?? '')
  }
  if (finalizers.includes(ORPHAN))
    dropFinalizer(
      cluster,
      { resource: key, name: now.object.metadata.name, namespace: now.object.metadata.namespace },
      ORPHAN,
    )
  else if (finalizers.includes(FOREGROUND)) releaseOwner(cluster, now.object.metadata.uid ?? '')
  if (key === '/namespaces') emptyNamespace(cluster, now.object.metadata.name)
}
function deleteInForeground(cluster: Cluster, ref: ObjectRef, ownerUid: string): void {
  const resource = resourceOf(cluster, ref.resource)
  const stored = cluster.store.get(ref.resource, ref.name, ref.namespace)
  if (!resource || !stored || stored.object.metadata.deletionTimestamp) return
  const others = (stored.object.metadata.ownerReferences ?? []).filter(
    (owner) => owner.uid !== ownerUid && cluster.store.owners.lives(owner.uid),
  )
  if (others.length > 0) return
  removeObject({
    cluster,
    resource,
    stored,
    options: {
      propagation:
        cluster.store.owners.dependentsOf(stored.object.metadata.uid ?? '').length > 0
          ? 'Foreground'
          : 'Background',
    },
  })
}
function orphanDependents(cluster: Cluster, uid: string): void {
  for (const ref of cluster.store.owners.dependentsOf(uid)) {
    const resource = resourceOf(cluster, ref.resource)
    const before = cluster.store.get(ref.resource, ref.name, ref.namespace)?.object
    if (!resource || !before) continue
    const object = draftOf(before)
    object.metadata.ownerReferences = (before.metadata.ownerReferences ?? []).filter(
      (owner) => owner.uid !== uid,
    )
    if (object.metadata.ownerReferences.length === 0) delete object.metadata.ownerReferences
    updateObject({ cluster, resource, object, before, how: HOW })
  }
}
/** Lets an owner go that waits in the foreground for what it owns, once nothing that blocks it is left. */
function releaseOwner(cluster: Cluster, uid: string): void {
  const blocking = cluster.store.owners.dependentsOf(uid).filter((ref) => {
    const owners =
      cluster.store.get(ref.resource, ref.name, ref.namespace)?.object.metadata.ownerReferences ??
      []
    return owners.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true)
  })
  const owner = cluster.store.owners.find(uid)
  if (blocking.length === 0 && owner) dropFinalizer(cluster, owner, FOREGROUND)
}
function dropFinalizer(cluster: Cluster, ref: ObjectRef, finalizer: string): void {
  const resource = resourceOf(cluster, ref.resource)
  const before = cluster.store.get(ref.resource, ref.name, ref.namespace)?.object
  if (
    !resource ||
    !before?.metadata.deletionTimestamp ||
    !before.metadata.finalizers?.includes(finalizer)
  )
    return
  const object = draftOf(before)
  object.metadata.finalizers = before.metadata.finalizers.filter((name) => name !== finalizer)
  if (object.metadata.finalizers.length === 0) delete object.metadata.finalizers
  updateObject({ cluster, resource, object, before, how: HOW })
}

function emptyNamespace(cluster: Cluster, namespace: string): void {
  for (const resource of cluster.registry.all()) {
    if (!resource.namespaced || resource.virtual || resource.view) continue
    for (const stored of [...cluster.store.all(keyOf(resource), namespace)]) {
      if (!stored.object.metadata.deletionTimestamp)
        removeObject({
          cluster,
          resource,
          stored,
          options: { propagation: 'Background', gracePeriodSeconds: 0 },
        })
    }
  }
  finishNamespace(cluster, namespace)
}
function finishNamespace(cluster: Cluster, name: string): void {
  const stored = cluster.store.get('/namespaces', name)
  if (!stored?.object.metadata.deletionTimestamp || stored.object.metadata.finalizers?.length)
    return
  const left = cluster.registry
    .all()
    .some(
      (resource) =>
        resource.namespaced &&
        !resource.virtual &&
        !resource.view &&
        cluster.store.count(keyOf(resource), name) > 0,
    )
  if (!left) cluster.store.remove('/namespaces', name)
}
