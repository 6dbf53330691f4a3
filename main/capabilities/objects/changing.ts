import { failure } from '../../../preload/contract/failures'
import type { ObjectRef } from '../../../preload/contract/objects'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient, WriteOptions } from '../../platform/kubernetes/types'
import { at, isPlain, type Plain, type Raw } from './domain/raw'
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
const merged = (a: Plain, b: Plain): Plain =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [
      key,
      isPlain(a[key]) && isPlain(b[key]) ? merged(a[key], b[key]) : (b[key] ?? a[key]),
    ]),
  )
export const same = (a: unknown, b: unknown): boolean =>
  JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

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
            `${path.join('.')} was changed by somebody else to ${JSON.stringify(now ?? null)}`,
          ],
        }),
      )
    const { uid, resourceVersion } = found.value.metadata
    const body = merged({ metadata: { uid, resourceVersion } }, nested(path, value))
    const done = await client.mergePatch(ref.resource, ref, { ...options, body })
    if (done.ok) return options.subresource === 'scale' ? found : succeed(done.value as Raw)
    if (done.failure.code !== 'CONFLICT' || tried === TRIES) return done
  }
}
