import { failure } from '../../../preload/contract/failures'
import type { ObjectRef } from '../../../preload/contract/objects'
import { patchOf } from '../../kernel/merge-patch'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient, WriteOptions } from '../../platform/kubernetes/types'
import { sameValue, stringifyExact } from '../../kernel/exact-json'
import { at, type Plain, type Raw } from './domain/raw'
import { readObject } from './manifests'

const TRIES = 5
/** One field of one very object: where it stands and what it is to be; null takes it away. */
export interface FieldChange {
  ref: ObjectRef
  path: string[]
  value: unknown
  /** What it must still be; anything where absent. */ from?: { value: unknown } | undefined
  options?: WriteOptions
}

const nested = (path: string[], value: unknown): Plain =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Plain
export const same = (a: unknown, b: unknown): boolean => sameValue(a ?? null, b ?? null)

/**
 * Sets one field, exactly on the object that was meant (uid) and as it was read (resourceVersion); read again when others wrote
 * something else meanwhile. Fails with PLAN_IS_STALE where the field itself was changed, or the object replaced.
 */
export async function setField(
  client: KubeClient,
  { ref, path, value, from, options = {} }: FieldChange,
): Promise<Outcome<Raw>> {
  for (let tried = 1; ; tried++) {
    const found = await readObject(client, ref, options.signal)
    if (!found.ok) return found
    const now = at(found.value, ...path)
    if (same(now, value)) return found
    if (from && !same(now, from.value))
      return fail(
        failure('PLAN_IS_STALE', {
          title: `${found.value.kind} ${ref.name}`,
          differs: [
            `${path.join('.')} was changed by somebody else to ${stringifyExact(now ?? null)}`,
          ],
        }),
      )
    const body = patchOf(found.value, nested(path, value))
    const done = await client.mergePatch(ref.resource, ref, { ...options, body })
    if (done.ok) return options.subresource === 'scale' ? found : succeed(done.value as Raw)
    if (done.failure.code !== 'CONFLICT' || tried === TRIES) return done
  }
}
