import { z } from 'zod'
import { ANNOTATION, type Manifest } from '../../kernel/manifest'
import { succeed, type Outcome } from '../../kernel/outcome'
import { madeByRun, type ProofOfOwnership } from '../../kernel/ownership'
import type { KubeClient, KubeObject } from '../../platform/kubernetes/types'
import { removeProved } from '../ownership'
import { resourceOf } from './resources'

const Found = z.looseObject({
  metadata: z.looseObject({
    uid: z.string().optional(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
})

/**
 * Applies objects in order, each marked with the run that first made it. Running it again ends in the same state, and takes
 * no object that stood there before for its own.
 */
export async function applyAll(
  client: KubeClient,
  objects: Manifest[],
  at: { run: string; signal: AbortSignal },
): Promise<Outcome<KubeObject[]>> {
  const applied: KubeObject[] = []
  for (const object of objects) {
    const { name, namespace } = object.metadata
    const found = await client.get(resourceOf(object), { name, namespace }, Found, at.signal)
    if (!found.ok) return found
    const run = found.value ? found.value.metadata.annotations[ANNOTATION.run] : at.run
    const marked =
      run === undefined
        ? object
        : {
            ...object,
            metadata: {
              ...object.metadata,
              annotations: { ...object.metadata.annotations, [ANNOTATION.run]: run },
            },
          }
    const done = await client.apply(resourceOf(object), marked, { force: true, signal: at.signal })
    if (!done.ok) return done
    applied.push(done.value)
  }
  return succeed(applied)
}

/** Removes, last first, those of the objects that this very run made; what others made or what is gone already is left alone. */
export async function removeMade(
  client: KubeClient,
  objects: Pick<Manifest, 'apiVersion' | 'kind' | 'metadata'>[],
  at: { run: string; signal: AbortSignal },
): Promise<Outcome<void>> {
  for (const object of objects.toReversed()) {
    const { name, namespace } = object.metadata
    const found = await client.get(resourceOf(object), { name, namespace }, Found, at.signal)
    if (!found.ok) {
      if (found.failure.code === 'NOT_FOUND') continue
      return found
    }
    if (!found.value || !madeByRun(at.run)(found.value)) continue
    const gone = await client.remove(
      resourceOf(object),
      { name, namespace, uid: found.value.metadata.uid },
      { propagation: 'Background', signal: at.signal },
    )
    if (!gone.ok && gone.failure.code !== 'NOT_FOUND') return gone
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
