import type { Change, GroupKind, KubeObject, ListFilter, PlantApi } from '../types'
import { draftOf, SYSTEM, textAt, type Cluster, type How } from './cluster'
import { badRequest, notFound } from './errors'
import { keyOf, splitApiVersion, type Resource } from './resource'
import { Stored } from './stored'
import { createObject } from './writes/create'
import { removeObject } from './writes/remove'
import { updateObject } from './writes/update'

const CONTROLLERS = 'kube-controller-manager'
const how = (manager = CONTROLLERS, subresource?: string): How => ({
  user: { ...SYSTEM, name: `system:${manager}` },
  manager,
  ...(subresource && { subresource }),
})
const objectOf = (written: Stored | KubeObject): KubeObject =>
  written instanceof Stored ? written.object : written

/** The store and its admission for controllers in the same process. Answers are frozen: a change is written from a copy. */
export function inProcessApi(cluster: Cluster): PlantApi {
  const resourceOf = (kind: GroupKind): Resource => {
    const resource = cluster.registry.ofKind(kind)
    if (!resource) throw badRequest(`no matches for kind "${kind.kind}" in group "${kind.group}"`)
    return resource
  }
  const resourceOfObject = (object: KubeObject): Resource =>
    resourceOf({ group: splitApiVersion(object.apiVersion).group, kind: object.kind })
  const replace = (
    object: KubeObject,
    manager: string | undefined,
    subresource?: string,
  ): KubeObject => {
    const resource = resourceOfObject(object)
    const before = cluster.store.get(
      keyOf(resource),
      object.metadata.name,
      object.metadata.namespace,
    )?.object
    if (!before) throw notFound(resource, object.metadata.name)
    const draft = draftOf(object)
    draft.metadata.resourceVersion ??= before.metadata.resourceVersion ?? ''
    return objectOf(
      updateObject({ cluster, resource, object: draft, before, how: how(manager, subresource) }),
    )
  }
  return {
    clock: cluster.clock,
    random: cluster.random,
    get: (kind, name, namespace) =>
      cluster.store.get(keyOf(resourceOf(kind)), name, namespace)?.object,
    list: (kind, filter = {}) =>
      [...cluster.store.all(keyOf(resourceOf(kind)), filter.namespace)]
        .map((stored) => stored.object)
        .filter((object) => matches(object, filter)),
    create: (object, as) =>
      objectOf(
        createObject({
          cluster,
          resource: resourceOfObject(object),
          object: draftOf(object),
          before: undefined,
          how: how(as),
        }),
      ),
    // A scheduler says where a pod goes by the binding subresource, the one way to do so after its creation.
    update: (object, as) => replace(object, as, bindsPod(object, cluster) ? 'binding' : undefined),
    updateStatus: (object, as) => replace(object, as, 'status'),
    remove(kind, name, options = {}) {
      const resource = resourceOf(kind)
      const stored = cluster.store.get(keyOf(resource), name, options.namespace)
      if (!stored) throw notFound(resource, name)
      removeObject({
        cluster,
        resource,
        stored,
        options: {
          gracePeriodSeconds: options.gracePeriodSeconds ?? 0,
          ...(options.propagation && { propagation: options.propagation }),
        },
      })
    },
    onChange(kinds, listener) {
      const wanted = new Set(kinds.map((kind) => `${kind.group}/${kind.kind}`))
      return cluster.store.listen((change) => {
        const { object } = change.now
        if (wanted.has(`${splitApiVersion(object.apiVersion).group}/${object.kind}`))
          listener({ type: change.type, object } satisfies Change)
      })
    },
  }
}
const bindsPod = (object: KubeObject, { store }: Cluster): boolean =>
  object.kind === 'Pod' &&
  object.apiVersion === 'v1' &&
  textAt(object, 'spec', 'nodeName') !== undefined &&
  textAt(
    store.get('/pods', object.metadata.name, object.metadata.namespace)?.object,
    'spec',
    'nodeName',
  ) === undefined
const matches = (object: KubeObject, { labels }: ListFilter): boolean =>
  labels === undefined ||
  Object.entries(labels).every(([key, value]) => object.metadata.labels?.[key] === value)
