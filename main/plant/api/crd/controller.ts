import { timestamp } from '../../../kernel/clock'
import type { KubeObject } from '../../types'
import { draftOf, isRecord, listAt, recordAt, SYSTEM, textAt, type Cluster } from '../cluster'
import { keyOf } from '../resource'
import { removeObject } from '../writes/remove'
import { updateObject } from '../writes/update'
import { resourceFromDefinition, storageVersion } from './definition'

const CRDS = 'apiextensions.k8s.io/customresourcedefinitions'
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'
const HOW = { user: SYSTEM, manager: 'kube-apiserver' }

/** Serves the kinds that CustomResourceDefinitions describe for as long as these exist. */
export function startDefinitions(cluster: Cluster): () => void {
  for (const { object } of cluster.store.all(CRDS)) register(cluster, object)
  return cluster.store.listen((change, resource) => {
    if (resource !== CRDS) {
      if (change.type === 'DELETED') finishRemoval(cluster, resource)
      return
    }
    if (change.type === 'DELETED') unregister(cluster, change.now.object)
    else if (change.now.object.metadata.deletionTimestamp)
      removeInstances(cluster, change.now.object)
    else establish(cluster, change.now.object)
  })
}
function register(cluster: Cluster, definition: KubeObject): void {
  const resource = resourceFromDefinition(definition)
  if (!resource) return
  const known = cluster.registry.ofKind(resource)
  if (known && known.version !== resource.version) cluster.registry.remove(known)
  cluster.registry.add(resource)
}
function unregister(cluster: Cluster, definition: KubeObject): void {
  const resource = resourceFromDefinition(definition)
  if (!resource) return
  cluster.registry.remove(resource)
  cluster.store.drop(keyOf(resource))
}

const condition = (cluster: Cluster, about: { type: string; reason: string; message: string }) => ({
  lastTransitionTime: timestamp(cluster.clock.now()),
  status: 'True',
  ...about,
})
/** Registers a definition before anybody hears that it is established. */
function establish(cluster: Cluster, definition: KubeObject): void {
  register(cluster, definition)
  const established = listAt(definition, 'status', 'conditions').some(
    (item) => isRecord(item) && item['type'] === 'Established',
  )
  const names = recordAt(definition, 'spec', 'names') ?? {}
  if (
    established &&
    JSON.stringify(recordAt(definition, 'status', 'acceptedNames')) === JSON.stringify(names)
  )
    return
  const object = draftOf(definition)
  object['status'] = {
    acceptedNames: names,
    storedVersions: [textAt(storageVersion(definition), 'name') ?? ''],
    conditions: established
      ? listAt(definition, 'status', 'conditions')
      : [
          condition(cluster, {
            type: 'NamesAccepted',
            reason: 'NoConflicts',
            message: 'no conflicts found',
          }),
          condition(cluster, {
            type: 'Established',
            reason: 'InitialNamesAccepted',
            message: 'the initial names have been accepted',
          }),
        ],
  }
  const resource = cluster.registry.ofKey(CRDS)
  if (resource)
    updateObject({
      cluster,
      resource,
      object,
      before: definition,
      how: { ...HOW, subresource: 'status' },
    })
}

function removeInstances(cluster: Cluster, definition: KubeObject): void {
  const resource = resourceFromDefinition(definition)
  if (!resource) return
  for (const stored of [...cluster.store.all(keyOf(resource))]) {
    if (!stored.object.metadata.deletionTimestamp)
      removeObject({ cluster, resource, stored, options: { propagation: 'Background' } })
  }
  finishRemoval(cluster, keyOf(resource))
}
/** Lets a definition go once the last of its objects has. */
function finishRemoval(cluster: Cluster, key: string): void {
  const [group = '', plural = ''] = key.split('/')
  const before = cluster.store.get(CRDS, `${plural}.${group}`)?.object
  if (
    !before?.metadata.deletionTimestamp ||
    cluster.store.count(key) > 0 ||
    !before.metadata.finalizers?.includes(CLEANUP)
  )
    return
  const object = draftOf(before)
  object.metadata.finalizers = before.metadata.finalizers.filter((name) => name !== CLEANUP)
  const resource = cluster.registry.ofKey(CRDS)
  if (resource) updateObject({ cluster, resource, object, before, how: HOW })
}
