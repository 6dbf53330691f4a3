import { z } from 'zod'
import {
  GROUP,
  KINDS,
  VERSION,
  type RecordKind,
  type RecordOf,
} from '../../../preload/contract/records'
export { keyOf } from '../../platform/kubernetes/kept'
import type { KubeObject, Resource } from '../../platform/kubernetes/types'

export const resourceOf = (kind: RecordKind): Resource => ({
  group: GROUP,
  version: VERSION,
  plural: KINDS[kind].plural,
})

const Stored = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string(),
    resourceVersion: z.string(),
    creationTimestamp: z.string(),
    deletionTimestamp: z.string().nullish(),
  }),
  spec: z.unknown(),
  status: z.unknown().optional(),
})

/** Reads a custom resource as the record of the contract; the metadata stays beside it for watches. */
export function parserOf<K extends RecordKind>(kind: K): z.ZodType<Seen<K>> {
  return Stored.transform(({ metadata, spec, status }, context) => {
    const { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp } = metadata
    const meta = {
      name,
      ...(namespace !== undefined && { namespace }),
      uid,
      resourceVersion,
      createdAt: creationTimestamp,
      ...(deletionTimestamp && { deleting: true }),
    }
    const parsed = KINDS[kind].schema.safeParse({ kind, meta, spec, status: status ?? {} })
    if (parsed.success)
      return {
        metadata: { name, ...(namespace !== undefined && { namespace }), uid, resourceVersion },
        record: parsed.data as unknown as RecordOf<K>,
      }
    context.addIssue({ code: 'custom', message: parsed.error.message })
    return z.NEVER
  })
}
export interface Seen<K extends RecordKind> {
  metadata: { name: string; namespace?: string; uid: string; resourceVersion: string }
  record: RecordOf<K>
}

/** The object to apply for a record's spec. */
export const objectOf = <K extends RecordKind>(
  kind: K,
  { name, namespace }: { name: string; namespace?: string | undefined },
  {
    spec,
    extra,
  }: { spec: RecordOf<K>['spec']; extra?: Partial<KubeObject['metadata']> | undefined },
): KubeObject => ({
  apiVersion: `${GROUP}/${VERSION}`,
  kind,
  metadata: { ...extra, name, ...(namespace !== undefined && { namespace }) },
  spec: structuredClone(spec),
})
