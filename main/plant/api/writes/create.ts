import { timestamp } from '../../../kernel/clock'
import type { KubeObject } from '../../types'
import { admitCreate, judge } from '../admission/chain'
import { randomSuffix, uidFrom, type Attempt } from '../cluster'
import { alreadyExists, badRequest, invalidObject, required } from '../errors'
import { strategyOf } from '../kinds/strategies'
import { trackUpdate } from '../managed/track'
import { apiVersionOf, keyOf } from '../resource'
import { shapeObject } from '../schema/shape'
import { validateObject } from '../validation/object'
import type { Stored } from '../stored'

function checkIdentity({ resource, object }: Attempt): void {
  const expected = apiVersionOf(resource)
  if (object.apiVersion !== expected || object.kind !== resource.kind) {
    throw badRequest(
      `the API version in the data (${object.apiVersion}) does not match the expected API version (${expected})`,
    )
  }
}

/** Names, stamps and strips a new object; what only the server may say is overwritten. */
function stamp({ cluster, resource, object }: Attempt): void {
  const { metadata } = object
  if (!metadata.name && metadata.generateName)
    metadata.name = `${metadata.generateName.slice(0, 58)}${randomSuffix(cluster.random)}`
  metadata.uid = uidFrom(cluster.random)
  metadata.creationTimestamp = timestamp(cluster.clock.now())
  for (const field of [
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'resourceVersion',
    'selfLink',
  ] as const)
    delete (metadata as unknown as Record<string, unknown>)[field]
  delete metadata.generation
  if (resource.countsGenerations || resource.custom) metadata.generation = 1
  if (resource.hasStatus) delete object['status']
}

/**
 * Creates one object. The draft becomes the server's own.
 * Throws 400, 403, 404 (no such namespace), 409 (name taken) or 422.
 */
export function createObject(
  attempt: Attempt,
  tracks: (attempt: Attempt) => void = trackUpdate,
): Stored | KubeObject {
  const { cluster, resource, object, how } = attempt
  checkIdentity(attempt)
  if (!object.metadata.name && !object.metadata.generateName) {
    throw invalidObject(resource, '', [
      required('metadata.name', 'name or generateName is required'),
    ])
  }
  const generated = !object.metadata.name
  stamp(attempt)
  const strategy = strategyOf(resource)
  shapeObject(attempt)
  strategy.defaults?.(object)
  strategy.prepareCreate?.(attempt)
  admitCreate(attempt)
  validateObject(attempt)
  judge(attempt)
  tracks(attempt)
  const key = keyOf(resource)
  if (cluster.store.get(key, object.metadata.name, object.metadata.namespace)) {
    if (generated)
      return createObject(
        { ...attempt, object: { ...object, metadata: { ...object.metadata, name: '' } } },
        tracks,
      )
    throw alreadyExists(resource, object.metadata.name)
  }
  return how.dryRun ? object : cluster.store.put(key, object)
}
