import type { Manifest } from '../../kernel/manifest'
import { succeed, type Outcome } from '../../kernel/outcome'
import { madeByRun, type ProofOfOwnership } from '../../kernel/ownership'
import type { KubeClient, KubeObject } from '../../platform/kubernetes/types'
import { applyProved, removeProved } from '../ownership'
import { resourceOf } from './resources'

/**
 * Applies objects in order, each marked with the run that first made it. Running it again ends in the same state, and takes
 * no object that stood there before for its own: one that does not bear Takt's mark is left alone, and fails as NOT_OURS.
 */
export async function applyAll(
  client: KubeClient,
  objects: Manifest[],
  at: { run: string; signal: AbortSignal },
): Promise<Outcome<KubeObject[]>> {
  const applied: KubeObject[] = []
  for (const object of objects) {
    const done = await applyProved(client, { object, resource: resourceOf(object) }, at)
    if (!done.ok) return done
    applied.push(done.value)
  }
  return succeed(applied)
}

/** Applies one object over none or over one of Takt's own; makes nothing that an undo would take away. */
export const applyOne = (
  client: KubeClient,
  object: Manifest,
  at: { dryRun?: boolean; signal?: AbortSignal | undefined },
): Promise<Outcome<KubeObject>> => applyProved(client, { object, resource: resourceOf(object) }, at)

/** Removes, last first, those of the objects that this very run made; what others made or what is gone already is left alone. */
export async function removeMade(
  client: KubeClient,
  objects: Pick<Manifest, 'apiVersion' | 'kind' | 'metadata'>[],
  at: { run: string; signal: AbortSignal },
): Promise<Outcome<void>> {
  for (const object of objects.toReversed()) {
    const { name, namespace } = object.metadata
    const gone = await removeProved(
      client,
      { resource: resourceOf(object), kind: object.kind, name, namespace },
      { proof: madeByRun(at.run), signal: at.signal },
    )
    if (!gone.ok && gone.failure.code !== 'NOT_OURS') return gone
  }
  return succeed(undefined)
}

/** Removes one object that proves whose it is; one that is gone already is fine, one without the proof stays and says so. */
export const removeOne = (
  client: KubeClient,
  object: { apiVersion: string; kind: string; name: string; namespace?: string | undefined },
  how: { proof: ProofOfOwnership; signal: AbortSignal },
): Promise<Outcome<void>> =>
  removeProved(
    client,
    {
      resource: resourceOf(object),
      kind: object.kind,
      name: object.name,
      namespace: object.namespace,
    },
    how,
  )
/** The word that marks one run of an operation; drawn when its plan is made, so that a restarted core finds it again. */
export const runMark = (random: { next(): number }): string =>
  Array.from({ length: 12 }, () => Math.floor(random.next() * 16).toString(16)).join('')
