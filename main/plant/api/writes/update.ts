import type { KubeObject } from '../../types'
import { admitUpdate, judge } from '../admission/chain'
import { sameJson, type Attempt, type How } from '../cluster'
import { badRequest, conflict, invalidObject, modifiedSince, notFound } from '../errors'
import { strategyOf } from '../kinds/strategies'
import { trackUpdate } from '../managed/track'
import { apiVersionOf, keyOf, type Resource } from '../resource'
import { shapeObject } from '../schema/shape'
import type { Stored } from '../stored'
import { validateObject } from '../validation/object'
import { finishIfReleased } from './remove'

function checkKind(resource: Resource, object: KubeObject): void {
  const expected = apiVersionOf(resource)
  if (object.apiVersion !== expected || object.kind !== resource.kind)
    throw badRequest(
      `the API version in the data (${object.apiVersion}) does not match the expected API version (${expected})`,
    )
}
function checkPreconditions({ resource, object, how }: Attempt, before: KubeObject): void {
  const { uid, resourceVersion, name } = object.metadata
  checkKind(resource, object)
  if (uid && uid !== before.metadata.uid) {
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid ?? ''}`,
    )
  }
  checkVersion({ resource, how, name, resourceVersion }, before)
}
interface Versioned {
  resource: Resource
  how: How
  name: string
  resourceVersion: string | undefined
}
function checkVersion(
  { resource, how, name, resourceVersion }: Versioned,
  before: KubeObject,
): void {
  const said = resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== '0'
  if (said && resourceVersion !== before.metadata.resourceVersion)
    throw modifiedSince(resource, name)
  if (said || how.subresource || (!resource.custom && resource.unconditionalUpdate)) return
  // Custom kinds are named by their resource here, and only here.
  const kind = resource.custom ? resource.plural : resource.kind
  throw invalidObject({ group: resource.group, kind }, name, [
    {
      reason: 'FieldValueInvalid',
      field: 'metadata.resourceVersion',
      message: 'Invalid value: 0x0: must be specified for an update',
    },
  ])
}

/** Carries over what an update may not change, and keeps status and the rest apart. */
function settle({ resource, object, how }: Attempt, before: KubeObject): void {
  const { metadata } = object
  const was = before.metadata
  if (was.uid !== undefined) metadata.uid ??= was.uid
  metadata.creationTimestamp = was.creationTimestamp ?? metadata.creationTimestamp ?? ''
  for (const field of [
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
    'generateName',
    'resourceVersion',
  ] as const) {
    if (was[field] === undefined) delete metadata[field]
    else Object.assign(metadata, { [field]: was[field] })
  }
  if (how.subresource === 'status') keepOnlyStatus(object, before)
  else if (resource.hasStatus) {
    if (before['status'] === undefined) delete object['status']
    else object['status'] = before['status']
  }
}
function keepOnlyStatus(object: KubeObject, before: KubeObject): void {
  for (const field of Object.keys(object)) {
    if (field !== 'status' && field !== 'metadata' && !(field in before)) delete object[field]
  }
  for (const [field, value] of Object.entries(before)) {
    if (field !== 'status' && field !== 'metadata') object[field] = value
  }
  const { managedFields } = object.metadata
  object.metadata = { ...before.metadata, ...(managedFields && { managedFields }) }
}

const withoutStatus = (object: KubeObject): Record<string, unknown> => {
  const { metadata: _metadata, status: _status, ...rest } = object
  return rest
}
function countGeneration({ resource, object, how }: Attempt, before: KubeObject): void {
  if (how.subresource === 'status' || !(resource.custom || resource.countsGenerations)) return
  const changed =
    resource.custom && !resource.hasStatus
      ? !sameJson({ ...object, metadata: 0 }, { ...before, metadata: 0 })
      : !sameJson(withoutStatus(object), withoutStatus(before))
  if (changed) object.metadata.generation = (before.metadata.generation ?? 0) + 1
}
const sameBesidesVersions = (a: KubeObject, b: KubeObject): boolean => {
  const bare = (object: KubeObject) => ({
    ...object,
    metadata: { ...object.metadata, managedFields: undefined, resourceVersion: undefined },
  })
  return sameJson(bare(a), bare(b))
}

/**
 * Replaces one object, or its status alone under the status subresource. A write that changes nothing is not written.
 * Throws 404, 409 (someone was faster) or 422.
 */
export function updateObject(
  attempt: Attempt & { before: KubeObject },
  tracks: (attempt: Attempt) => void = trackUpdate,
): Stored | KubeObject {
  const { cluster, resource, object, before, how } = attempt
  checkPreconditions(attempt, before)
  settle(attempt, before)
  const strategy = strategyOf(resource)
  shapeObject(attempt)
  // Under status everything else is what stands in the store: defaulted already, and frozen.
  if (how.subresource !== 'status') strategy.defaults?.(object)
  strategy.prepareUpdate?.(attempt, before)
  countGeneration(attempt, before)
  admitUpdate(attempt)
  validateObject(attempt)
  judge(attempt)
  tracks(attempt)
  const key = keyOf(resource)
  const current = cluster.store.get(key, before.metadata.name, before.metadata.namespace)
  if (!current) throw notFound(resource, before.metadata.name)
  if (
    sameBesidesVersions(object, before) &&
    sameJson(object.metadata.managedFields, before.metadata.managedFields)
  )
    return current
  if (how.dryRun) return object
  return finishIfReleased(attempt, object) ?? cluster.store.put(key, object)
}
