import type { KubeObject } from '../../types'
import { judgeRemoval } from '../admission/chain'
import { apply, refuseUndeclared } from '../apply/apply'
import { accessOf, authorize } from '../auth/authorize'
import { draftOf, isRecord, type Attempt } from '../cluster'
import {
  badRequest,
  invalid,
  invalidObject,
  KubeError,
  methodNotAllowed,
  notFound,
  required,
} from '../errors'
import { patched } from '../patch/patch'
import { keyOf, type Resource } from '../resource'
import type { Stored } from '../stored'
import { removeOptions } from './remove-options'
import { createObject } from '../writes/create'
import { removeObject, type Removed } from '../writes/remove'
import { updateObject } from '../writes/update'
import { asObject, expectKind, mediaType, parsePatch, readObject, unsupportedMedia } from './body'
import { json, type Answer, type ResourceExchange } from './exchange'
import { howOf } from './how'
import { page } from './list'
import { listText, present } from './present'

/** The object a path names. Throws 404. */
export function stored({ server, resource, info }: ResourceExchange): Stored {
  const found = server.cluster.store.get(keyOf(resource), info.name ?? '', info.namespace)
  if (!found) throw notFound(resource, info.name ?? '')
  return found
}
/** Puts the namespace of the path into the object. Throws 400 where the two differ. */
function place({ resource, info }: ResourceExchange, object: KubeObject): void {
  const { metadata } = object
  if (!resource.namespaced) {
    delete metadata.namespace
    return
  }
  if (metadata.namespace && metadata.namespace !== info.namespace) {
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    )
  }
  if (info.namespace !== undefined) metadata.namespace = info.namespace
}

/** The kind an object is stored as, and the object under its names. */
function inner(
  { server, resource }: ResourceExchange,
  object: KubeObject,
): { resource: Resource; object: KubeObject } {
  const { view } = resource
  const base = view && server.cluster.registry.at(view.group, view.version, view.plural)
  return view && base ? { resource: base, object: view.write(object) } : { resource, object }
}
export async function create(exchange: ResourceExchange): Promise<Answer> {
  const {
    server: { cluster },
    resource,
    info,
  } = exchange
  if (info.name !== undefined || (resource.namespaced && info.namespace === undefined))
    throw methodNotAllowed()
  const object = await readObject(exchange)
  expectKind(object, resource)
  place(exchange, object)
  if (object.metadata.resourceVersion)
    throw new KubeError({
      code: 500,
      reason: '',
      message: 'resourceVersion should not be set on objects to be created',
    })
  return present(
    exchange,
    201,
    createObject({ ...inner(exchange, object), cluster, before: undefined, how: howOf(exchange) }),
  )
}

/** Throws 400 where the object has another name than its path. */
function named({ info }: ResourceExchange, object: KubeObject): void {
  if (object.metadata.name === '') object.metadata.name = info.name ?? ''
  if (object.metadata.name !== info.name)
    throw badRequest(
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${info.name ?? ''})`,
    )
}
function attemptAt(
  exchange: ResourceExchange,
  object: KubeObject,
  before: KubeObject,
): Attempt & { before: KubeObject } {
  const {
    server: { cluster },
  } = exchange
  named(exchange, object)
  place(exchange, object)
  return { cluster, ...inner(exchange, object), before, how: howOf(exchange) }
}
export async function update(exchange: ResourceExchange): Promise<Answer> {
  if (exchange.info.name === undefined) throw methodNotAllowed()
  const object = await readObject(exchange)
  expectKind(object, exchange.resource)
  named(exchange, object)
  const before = stored(exchange).object
  return present(exchange, 200, updateObject(attemptAt(exchange, object, before)))
}

const PATCHES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]
export async function patch(exchange: ResourceExchange): Promise<Answer> {
  if (exchange.info.name === undefined) throw methodNotAllowed()
  const type = mediaType(exchange)
  const accepted = exchange.resource.custom
    ? PATCHES.filter((name) => !name.includes('strategic'))
    : PATCHES
  if (!accepted.includes(type)) throw unsupportedMedia(accepted)
  const value = parsePatch(await exchange.body(), type)
  if (type === 'application/apply-patch+yaml') return applied(exchange, value)
  const before = stored(exchange).object
  const result = patched({
    resource: exchange.resource,
    before: draftOf(exchange.resource.view?.read(before) ?? before),
    patch: value,
    type,
  })
  if (!isRecord(result)) throw badRequest('the patch does not leave an object')
  try {
    return present(
      exchange,
      200,
      updateObject(attemptAt(exchange, asObject(result, exchange.resource), before)),
    )
  } catch (error) {
    // What a patch makes undecodable is the patch's fault, not the body's.
    if (
      error instanceof KubeError &&
      error.code === 400 &&
      error.message.includes('json: cannot unmarshal')
    )
      throw invalidObject({ group: '', kind: '' }, '', [
        invalid('patch', await exchange.body(), error.message),
      ])
    throw error
  }
}
function applied(exchange: ResourceExchange, value: unknown): Answer {
  const { server, resource, info, query } = exchange
  const { cluster } = server
  if (!isRecord(value)) throw badRequest('the applied configuration is not an object')
  const object = asObject(value, resource)
  expectKind(object, resource)
  if (!query.get('fieldManager'))
    throw invalidObject({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      required('fieldManager', 'is required for apply patch'),
    ])
  named(exchange, object)
  refuseUndeclared({ resource, object })
  place(exchange, object)
  const before = cluster.store.get(keyOf(resource), info.name ?? '', info.namespace)?.object
  // Who may patch may not make: what is not there yet asks for the right to create it too.
  if (!before)
    authorize(server.authorizer, exchange.user, { ...accessOf(info, query), verb: 'create' })
  const force = query.get('force') === 'true'
  const answer = apply({ cluster, ...inner(exchange, object), before, how: howOf(exchange) }, force)
  return present(exchange, before ? 200 : 201, answer)
}

/** Kinds whose deletion answers the object even when it has gone. */
const RETURNED = new Set([
  '/Pod',
  '/Service',
  '/PersistentVolumeClaim',
  '/PersistentVolume',
  '/ServiceAccount',
  '/ResourceQuota',
  '/Namespace',
  'storage.k8s.io/StorageClass',
])

export async function remove(exchange: ResourceExchange): Promise<Answer> {
  const {
    server: { cluster },
    resource,
  } = exchange
  const going = stored(exchange)
  judgeRemoval({ cluster, resource, before: going.object, how: howOf(exchange) })
  const removed: Removed = removeObject({
    cluster,
    resource,
    stored: going,
    options: await removeOptions(exchange),
  })
  const { metadata } = removed.object
  if (!removed.gone || RETURNED.has(`${resource.group}/${resource.kind}`))
    return present(exchange, 200, removed.object)
  const details = {
    name: metadata.name,
    ...(resource.group && { group: resource.group }),
    kind: resource.plural,
    uid: metadata.uid,
  }
  return json(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details })
}
export async function removeMany(exchange: ResourceExchange): Promise<Answer> {
  const {
    server: { cluster },
    resource,
    info,
  } = exchange
  if (resource.namespaced && info.namespace === undefined) throw methodNotAllowed()
  if (resource.kind === 'Namespace' && resource.group === '') throw methodNotAllowed()
  const options = await removeOptions(exchange)
  const { items, listMeta } = page(exchange)
  for (const item of items) {
    const current = cluster.store.get(
      keyOf(resource),
      item.object.metadata.name,
      item.object.metadata.namespace,
    )
    if (!current) continue
    judgeRemoval({ cluster, resource, before: current.object, how: howOf(exchange) })
    removeObject({ cluster, resource, stored: current, options })
  }
  return { code: 200, text: `${listText(exchange, items, listMeta)}\n` }
}
