import { z } from 'zod'
import { explain } from '../../../preload/contract/explain'
import { failure } from '../../../preload/contract/failures'
import { ANNOTATION, LABEL, type Manifest } from '../../kernel/manifest'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import {
  anyOf,
  carriesMark,
  lentToProject,
  madeByRun,
  madeForProject,
  type ProofOfOwnership,
} from '../../kernel/ownership'
import { podSecurityLabels } from '../../kernel/pod-security'
import type { KubeClient, Resource } from '../../platform/kubernetes/types'
import {
  mayHold,
  refusalOf,
  standingOf,
  standingOfContents,
  type NamespaceFacts,
  type NamespaceStanding,
} from './domain/standing'
import { surveyNamespace } from './survey'

const NAMESPACES: Resource = { group: '', version: 'v1', plural: 'namespaces' }
const Marks = z
  .record(z.string(), z.string())
  .nullish()
  .transform((marks) => marks ?? {})
const NamespaceObject = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    labels: Marks,
    annotations: Marks,
    deletionTimestamp: z.string().optional(),
  }),
})
export type NamespaceObject = z.infer<typeof NamespaceObject>
type Wanted = Pick<NamespaceFacts, 'name' | 'project' | 'recorded'>

export const readNamespace = (
  client: KubeClient,
  name: string,
  signal?: AbortSignal,
): Promise<Outcome<NamespaceObject | undefined>> =>
  client.get(NAMESPACES, { name }, NamespaceObject, signal)

/** The one place that decides whether Takt may make or use a namespace of this name. Every path that can create one asks it. */
export async function namespaceStanding(
  client: KubeClient,
  wanted: Wanted,
  signal?: AbortSignal,
): Promise<Outcome<NamespaceStanding>> {
  const found = await readNamespace(client, wanted.name, signal)
  if (!found.ok)
    return found.failure.code === 'FORBIDDEN'
      ? succeed(unseen(wanted, explain(found.failure).says))
      : found
  const standing = standingOf({ ...wanted, found: found.value })
  if (standing.is !== 'contents') return succeed(standing)
  const contents = await surveyNamespace(
    client,
    { namespace: wanted.name, project: wanted.project },
    signal,
  )
  return contents.ok ? succeed(standingOfContents(standing.uid, contents.value)) : contents
}
// A reserved name needs no look at the cluster.
function unseen(wanted: Wanted, says: string): NamespaceStanding {
  const standing = standingOf({ ...wanted, found: undefined })
  return standing.is === 'reserved' ? standing : { is: 'unknown', says }
}

interface NamespaceToMake {
  object: Manifest
  run: string
  project: string
  /** What else may stand there already and be used: on sites without a record, what carries the project's mark. */
  accepts?: ProofOfOwnership
}
const nobody: ProofOfOwnership = () => false
/** Every mark by which a namespace of another site is the project's to use. */
export const usableBy = (project: string): ProofOfOwnership =>
  anyOf(madeForProject(project), lentToProject(project))

/**
 * Creates a namespace for this run, or finds the one it created before it was interrupted. One of somebody else's is never
 * taken over: between the plan and this moment anybody may have made one of the same name.
 */
export async function createNamespace(
  client: KubeClient,
  { object, run, project, accepts }: NamespaceToMake,
  signal: AbortSignal,
): Promise<Outcome<{ uid: string }>> {
  const { name } = object.metadata
  const proof = anyOf(madeByRun(run), accepts ?? nobody)
  const marked = {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...object.metadata.annotations, [ANNOTATION.run]: run },
    },
  }
  const mine = await existing(client, { name, proof, project }, signal)
  if (!mine.ok) return mine
  if (mine.value) return succeed(mine.value)
  const made = await client.create(NAMESPACES, marked, { signal })
  if (made.ok) return succeed({ uid: made.value.metadata.uid ?? '' })
  if (made.failure.code !== 'ALREADY_EXISTS') return made
  const other = await existing(client, { name, proof, project }, signal)
  if (!other.ok) return other
  return other.value ? succeed(other.value) : made
}
/** The namespace of this name where the proof holds; none where there is none; a failure that names the reason where it is another's. */
async function existing(
  client: KubeClient,
  { name, proof, project }: { name: string; proof: ProofOfOwnership; project: string },
  signal: AbortSignal,
): Promise<Outcome<{ uid: string } | undefined>> {
  const found = await readNamespace(client, name, signal)
  if (!found.ok) return found
  if (!found.value) return succeed(undefined)
  if (proof(found.value)) return succeed({ uid: found.value.metadata.uid })
  return taken(client, { name, project }, signal)
}
async function taken(
  client: KubeClient,
  { name, project }: { name: string; project: string },
  signal: AbortSignal,
): Promise<Outcome<never>> {
  const standing = await namespaceStanding(client, { name, project, recorded: 'none' }, signal)
  if (!standing.ok) return standing
  const told = refusalOf(standing.value, {
    name,
    site: client.site,
    project,
    adopt: false,
    remedy: 'Choose another name.',
  }) ?? {
    says: `A namespace called ${name} exists already on ${client.site}.`,
    remedy: 'Choose another name.',
  }
  return fail(failure('NAMESPACE_TAKEN', { site: client.site, namespace: name, ...told }))
}

/** The namespaces among these objects, each made for the project of its name or found as its own; answers with the others. */
export async function makeNamespaces(
  client: KubeClient,
  { objects, run }: { objects: Manifest[]; run: string },
  signal: AbortSignal,
): Promise<Outcome<Manifest[]>> {
  for (const object of objects.filter(({ kind }) => kind === 'Namespace')) {
    const project = object.metadata.name
    const made = await createNamespace(
      client,
      { object, run, project, accepts: usableBy(project) },
      signal,
    )
    if (!made.ok) return made
  }
  return succeed(objects.filter(({ kind }) => kind !== 'Namespace'))
}

/** What a namespace is wanted for: as the project's own, or for single objects that bear Takt's mark. */
export type NamespaceUse = 'own' | 'holds'
/** How a namespace for a project stands on a site that keeps no record of it, and why it cannot be used there. */
export async function namespaceAway(
  client: KubeClient,
  { name, use }: { name: string; use: NamespaceUse },
  signal?: AbortSignal,
): Promise<Outcome<{ makes: boolean; blockedBy: { says: string; remedy: string }[] }>> {
  if (use === 'holds') {
    const found = await readNamespace(client, name, signal)
    if (found.ok && mayHold({ name, project: name, found: found.value }))
      return succeed({ makes: false, blockedBy: [] })
  }
  const standing = await namespaceStanding(
    client,
    { name, project: name, recorded: 'not-kept' },
    signal,
  )
  if (!standing.ok) return standing
  const refusal = refusalOf(standing.value, {
    name,
    site: client.site,
    project: name,
    adopt: false,
    remedy: 'Choose work of another namespace.',
    lend: `Or whoever it belongs to lends it: kubectl label namespace ${name} ${LABEL.project}=${name}`,
  })
  return succeed({
    makes: standing.value.is === 'free',
    blockedBy: refusal ? [refusal] : [],
  })
}

/** A namespace of Takt itself, made where there is none: one of the same name without Takt's mark is somebody else's, and says so. */
export async function ownNamespace(
  client: KubeClient,
  { name, run, labels }: { name: string; run: string; labels?: Record<string, string> },
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const found = await readNamespace(client, name, signal)
  if (!found.ok) return found
  if (found.value)
    return carriesMark(found.value)
      ? succeed(undefined)
      : fail(
          failure('NAMESPACE_TAKEN', {
            site: client.site,
            namespace: name,
            says: `Namespace ${name} on ${client.site} does not carry Takt's mark, so somebody else may have made it.`,
            remedy: `If it is meant for Takt: kubectl label namespace ${name} ${LABEL.managedBy}=takt`,
          }),
        )
  const object = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { ...labels, [LABEL.managedBy]: 'takt', ...podSecurityLabels() },
      annotations: { [ANNOTATION.run]: run },
    },
  }
  const made = await client.create(NAMESPACES, object, { signal })
  if (made.ok) return succeed(undefined)
  if (made.failure.code !== 'ALREADY_EXISTS') return made
  const other = await readNamespace(client, name, signal)
  if (!other.ok) return other
  return other.value && carriesMark(other.value) ? succeed(undefined) : made
}

/** Marks an empty namespace as lent to the project: the very one the plan showed, or none. Takt's own mark is not put on it. */
export async function adoptNamespace(
  client: KubeClient,
  { name, uid, labels }: { name: string; uid: string; labels: Record<string, string> },
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const found = await readNamespace(client, name, signal)
  if (!found.ok) return found
  if (found.value?.metadata.uid !== uid)
    return fail(failure('NOT_OURS', { site: client.site, kind: 'Namespace', name }))
  const done = await client.mergePatch(
    NAMESPACES,
    { name },
    { body: { metadata: { uid, labels } }, signal },
  )
  return done.ok ? succeed(undefined) : done
}
