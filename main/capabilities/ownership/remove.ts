import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { ProofOfOwnership } from '../../kernel/ownership'
import type { KubeClient, Resource } from '../../platform/kubernetes/types'

const Marks = z.record(z.string(), z.string()).optional()
const Proved = z.looseObject({
  metadata: z.looseObject({
    uid: z.string(),
    labels: Marks,
    annotations: Marks,
    ownerReferences: z.array(z.looseObject({ uid: z.string() })).optional(),
  }),
})

/**
 * Removes one object if what stands on it proves that it may be removed, and that very object: the server checks its uid in the
 * same moment. One that is gone already is fine; one without the proof stays, and says so.
 */
export async function removeProved(
  client: KubeClient,
  object: { resource: Resource; kind: string; name: string; namespace?: string | undefined },
  { proof, signal }: { proof: ProofOfOwnership; signal?: AbortSignal | undefined },
): Promise<Outcome<void>> {
  const { resource, kind, ...ref } = object
  const found = await client.get(resource, ref, Proved, signal)
  if (!found.ok) return found.failure.code === 'NOT_FOUND' ? succeed(undefined) : found
  if (!found.value) return succeed(undefined)
  const stranger = fail(failure('NOT_OURS', { site: client.site, kind, name: ref.name }))
  if (!proof(found.value)) return stranger
  const gone = await client.remove(
    resource,
    { ...ref, uid: found.value.metadata.uid },
    { propagation: 'Background', ...given({ signal }) },
  )
  if (gone.ok || gone.failure.code === 'NOT_FOUND') return succeed(undefined)
  return gone.failure.code === 'CONFLICT' ? stranger : gone
}
