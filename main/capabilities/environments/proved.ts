import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { anyOf, madeForEnvironment, ownedBy, type ProofOfOwnership } from '../../kernel/ownership'
import type { KubeClient, Resource } from '../../platform/kubernetes/types'
import { done, KUBE, resourceOf } from '../plans'
import { RECORD, refOf, type ChangeInput } from './change-input'
import { workspaceClaim } from './domain/manifests'

/** Which environment is meant; with the uid, that very one. */
export type EnvironmentIdentity = Pick<ChangeInput, 'namespace' | 'name' | 'uid'>
interface Patch {
  body: { metadata?: object; spec?: object }
  signal: AbortSignal
}

/** What Takt made for this environment says so itself; its name might be anybody's. */
export const madeFor = ({ namespace, name }: EnvironmentIdentity): ProofOfOwnership =>
  madeForEnvironment({ project: namespace, environment: name })

const Identity = z.looseObject({ metadata: z.looseObject({ uid: z.string() }) })
/** The uid of the record that was meant; one that was made anew under its name is another. */
async function recordUid(
  client: KubeClient,
  input: EnvironmentIdentity,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const found = await client.get(resourceOf(RECORD), refOf(input), Identity, signal)
  if (!found.ok) return found
  if (!found.value)
    return fail(
      failure('NOT_FOUND', { kind: 'environment', name: `${input.namespace}/${input.name}` }),
    )
  const { uid } = found.value.metadata
  return input.uid === undefined || input.uid === uid
    ? succeed(uid)
    : fail(failure('NOT_OURS', { site: client.site, kind: 'Environment', name: input.name }))
}
/** Writes into the record of an environment. */
export async function patchRecord(
  client: KubeClient,
  input: EnvironmentIdentity,
  { body, signal }: Patch,
): Promise<Outcome<void>> {
  const uid = await recordUid(client, input, signal)
  if (!uid.ok) return uid
  const exact = { ...body, metadata: { ...body.metadata, uid: uid.value } }
  return done(await client.mergePatch(resourceOf(RECORD), refOf(input), { body: exact, signal }))
}

const Marks = z.record(z.string(), z.string()).default({})
export const Proved = z.looseObject({
  metadata: z.looseObject({
    uid: z.string(),
    labels: Marks,
    annotations: Marks,
    ownerReferences: z.array(z.looseObject({ uid: z.string() })).default([]),
  }),
})
interface Part {
  resource: Resource
  kind: string
  name: string
}
/** Writes into an object that was made for an environment: owned by its record or bearing its labels, else it is left alone. */
async function patchPart<T extends z.infer<typeof Proved>>(
  client: KubeClient,
  input: EnvironmentIdentity,
  {
    part: { resource, kind, name },
    parse,
    change,
    signal,
  }: { part: Part; parse: z.ZodType<T>; change(found: T): Patch['body']; signal: AbortSignal },
): Promise<Outcome<void>> {
  const uid = await recordUid(client, input, signal)
  if (!uid.ok) return uid
  const ref = { namespace: input.namespace, name }
  const found = await client.get(resource, ref, parse, signal)
  if (!found.ok) return found
  if (!found.value) return fail(failure('NOT_FOUND', { kind, name: `${input.namespace}/${name}` }))
  if (!anyOf(ownedBy(uid.value), madeFor(input))(found.value))
    return fail(failure('NOT_OURS', { site: client.site, kind, name }))
  const changed = change(found.value)
  const exact = { ...changed, metadata: { ...changed.metadata, uid: found.value.metadata.uid } }
  return done(await client.mergePatch(resource, ref, { body: exact, signal }))
}
/** The native object that runs an environment. */
export const patchWorkload = <T extends z.infer<typeof Proved>>(
  client: KubeClient,
  input: EnvironmentIdentity & Pick<ChangeInput, 'workload'>,
  how: { parse: z.ZodType<T>; change(found: T): Patch['body']; signal: AbortSignal },
): Promise<Outcome<void>> =>
  patchPart(client, input, {
    ...how,
    part: {
      resource: input.workload === 'Notebook' ? KUBE.notebooks : KUBE.statefulSets,
      kind: input.workload,
      name: input.name,
    },
  })
/** Its workspace volume. */
export const patchWorkspace = (
  client: KubeClient,
  input: EnvironmentIdentity,
  { body, signal }: Patch,
): Promise<Outcome<void>> =>
  patchPart(client, input, {
    parse: Proved,
    change: () => body,
    signal,
    part: {
      resource: KUBE.claims,
      kind: 'PersistentVolumeClaim',
      name: workspaceClaim(input.name),
    },
  })
