import { timestamp } from '../../../kernel/clock'
import type { KubeObject } from '../../types'
import { draftOf, type Attempt, type Cluster } from '../cluster'
import { conflict, type KubeError } from '../errors'
import { strategyOf } from '../kinds/strategies'
import { keyOf, type Resource } from '../resource'
import type { Stored } from '../stored'

export type Propagation = 'Background' | 'Foreground' | 'Orphan'
export interface RemoveOptions {
  propagation?: Propagation
  gracePeriodSeconds?: number
  preconditions?: { uid?: string; resourceVersion?: string }
  dryRun?: boolean
}
export interface Removal {
  cluster: Cluster
  resource: Resource
  stored: Stored
  options: RemoveOptions
}
/** What a deletion answers: the object where it stays for a while, the last of it where it has gone. */
export interface Removed {
  object: KubeObject
  gone: boolean
}

const FOREGROUND = 'foregroundDeletion'
const ORPHAN = 'orphan'

// The storage below the server speaks of kinds where the server speaks of resources.
const failed = ({ resource, stored }: Removal, why: string): KubeError =>
  conflict(
    { group: resource.group, plural: resource.kind },
    stored.object.metadata.name,
    `Precondition failed: ${why}`,
  )
function checkPreconditions(removal: Removal): void {
  const { stored, options } = removal
  const { uid, resourceVersion } = options.preconditions ?? {}
  const { metadata } = stored.object
  if (uid !== undefined && uid !== metadata.uid) {
    throw failed(removal, `UID in precondition: ${uid}, UID in object meta: ${metadata.uid ?? ''}`)
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw failed(
      removal,
      `ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion ?? ''}`,
    )
  }
}
function finalizersFor(object: KubeObject, propagation: Propagation | undefined): string[] {
  const own = (object.metadata.finalizers ?? []).filter(
    (finalizer) => propagation === undefined || (finalizer !== FOREGROUND && finalizer !== ORPHAN),
  )
  if (propagation === 'Foreground') own.push(FOREGROUND)
  if (propagation === 'Orphan') own.push(ORPHAN)
  return own
}
const awaitsNamespace = (resource: Resource): boolean =>
  resource.kind === 'Namespace' && resource.group === ''

/**
 * Deletes one object, or marks it as going where finalizers, grace or its contents hold it.
 * Throws 409 where a precondition fails.
 */
export function removeObject(removal: Removal): Removed {
  const { cluster, resource, stored, options } = removal
  checkPreconditions(removal)
  const before = stored.object
  strategyOf(resource).refuseRemoval?.({ resource, object: before })
  const finalizers = finalizersFor(before, options.propagation)
  const grace = strategyOf(resource).graceSeconds?.(before, options.gracePeriodSeconds)
  const held = finalizers.length > 0 || awaitsNamespace(resource) || (grace ?? 0) > 0
  if (!held) return { object: takeAway(removal), gone: true }
  const draft = marked(removal, finalizers, grace ?? 0)
  if (draft === undefined || options.dryRun) return { object: draft ?? before, gone: false }
  return { object: cluster.store.put(keyOf(resource), draft).object, gone: false }
}

function takeAway({ cluster, resource, stored, options }: Removal): KubeObject {
  const { name, namespace } = stored.object.metadata
  return (
    options.dryRun ? stored : (cluster.store.remove(keyOf(resource), name, namespace) ?? stored)
  ).object
}
/** The object with its deletion stamped on, or undefined where it already says so. */
function marked(
  { cluster, resource, stored: { object: before } }: Removal,
  finalizers: string[],
  grace: number,
): KubeObject | undefined {
  const sameFinalizers = finalizers.join() === (before.metadata.finalizers ?? []).join()
  const shorter =
    before.metadata.deletionGracePeriodSeconds !== undefined &&
    grace < before.metadata.deletionGracePeriodSeconds
  if (before.metadata.deletionTimestamp && sameFinalizers && !shorter) return undefined
  const draft = draftOf(before)
  if (finalizers.length > 0) draft.metadata.finalizers = finalizers
  else delete draft.metadata.finalizers
  if (!before.metadata.deletionTimestamp || shorter) {
    draft.metadata.deletionTimestamp = timestamp(cluster.clock.now() + grace * 1000)
    draft.metadata.deletionGracePeriodSeconds = grace
    if (draft.metadata.generation !== undefined) draft.metadata.generation += 1
  }
  if (awaitsNamespace(resource))
    draft['status'] = { ...(draft['status'] as object | undefined), phase: 'Terminating' }
  return draft
}

/** Where an update takes away the last finalizer of an object that is going, the object goes instead. */
export function finishIfReleased(
  { cluster, resource, before }: Attempt,
  object: KubeObject,
): Stored | undefined {
  if (!before?.metadata.deletionTimestamp) return undefined
  const stillHeld =
    (object.metadata.finalizers?.length ?? 0) > 0 ||
    (object.metadata.deletionGracePeriodSeconds ?? 0) > 0 ||
    awaitsNamespace(resource)
  if (stillHeld) return undefined
  const key = keyOf(resource)
  cluster.store.put(key, object)
  return cluster.store.remove(key, object.metadata.name, object.metadata.namespace)
}
