import { z } from 'zod'
import { succeed, type Outcome } from '../../../kernel/outcome'
import { LABEL, type Manifest } from '../../../kernel/manifest'
import { podSecurityLabels } from '../../../kernel/pod-security'
import type { KubeClient, KubeObject, Resource } from '../../../platform/kubernetes/types'
import type { StepContext } from '../../operations'
import { createNamespace, readNamespace } from '../../ownership'
import type { MoveInput } from './input'

const GROUP = 'kueue.x-k8s.io'
const Loose = z.looseObject({})
const ClusterQueue = z
  .looseObject({
    metadata: z.looseObject({ name: z.string() }),
    spec: z
      .looseObject({
        stopPolicy: z.string().default('None'),
        admissionChecks: z.array(z.string()).default([]),
        admissionChecksStrategy: z
          .looseObject({
            admissionChecks: z.array(z.looseObject({ name: z.string() })).default([]),
          })
          .optional(),
        resourceGroups: z
          .array(z.looseObject({ coveredResources: z.array(z.string()).default([]) }))
          .default([]),
      })
      .prefault({}),
  })
  .transform(({ metadata, spec }) => ({
    name: metadata.name,
    stopped: spec.stopPolicy !== 'None',
    checks: [
      ...spec.admissionChecks,
      ...(spec.admissionChecksStrategy?.admissionChecks ?? []).map(({ name }) => name),
    ],
    covers: spec.resourceGroups.flatMap(({ coveredResources }) => coveredResources),
  }))
const AdmissionCheck = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ controllerName: z.string().default('') }),
})
const LocalQueue = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.looseObject({ clusterQueue: z.string() }),
})
export type QueueFacts = z.infer<typeof ClusterQueue>

/** The version of Kueue's API a site serves, newest first; undefined where Kueue is not there. */
export async function kueueVersion(
  client: KubeClient,
  signal?: AbortSignal,
): Promise<string | undefined> {
  for (const version of ['v1beta2', 'v1beta1']) {
    const offered = await client.offers({ group: GROUP, version, plural: 'localqueues' }, signal)
    if (offered.ok && offered.value) return version
  }
  return undefined
}
export const kueueResource = (version: string, plural: string): Resource => ({
  group: GROUP,
  version,
  plural,
})

export interface Queueing {
  version: string | undefined
  clusterQueues: QueueFacts[]
  localQueues: { name: string; namespace: string; clusterQueue: string }[]
  /** Cluster queues whose work another cluster takes. */
  dispatching: string[]
}
/** How a site queues work. What this person may not read counts as absent. */
export async function queueingOf(client: KubeClient, signal?: AbortSignal): Promise<Queueing> {
  const version = await kueueVersion(client, signal)
  if (version === undefined) return { version, clusterQueues: [], localQueues: [], dispatching: [] }
  const [cluster, local, checks] = await Promise.all([
    client.list(kueueResource(version, 'clusterqueues'), {}, ClusterQueue, signal),
    client.list(kueueResource(version, 'localqueues'), {}, LocalQueue, signal),
    client.list(kueueResource(version, 'admissionchecks'), {}, AdmissionCheck, signal),
  ])
  const multi = new Set(
    checks.ok
      ? checks.value
          .filter(({ spec }) => spec.controllerName === 'kueue.x-k8s.io/multikueue')
          .map(({ metadata }) => metadata.name)
      : [],
  )
  const clusterQueues = cluster.ok ? cluster.value : []
  return {
    version,
    clusterQueues,
    dispatching: clusterQueues
      .filter(({ checks: own }) => own.some((name) => multi.has(name)))
      .map(({ name }) => name),
    localQueues: local.ok
      ? local.value.map(({ metadata, spec }) => ({
          name: metadata.name,
          namespace: metadata.namespace,
          clusterQueue: spec.clusterQueue,
        }))
      : [],
  }
}

const labels = { [LABEL.managedBy]: 'takt' }
export const localQueue = (
  version: string,
  { namespace, name, clusterQueue }: { namespace: string; name: string; clusterQueue: string },
): KubeObject => ({
  apiVersion: `${GROUP}/${version}`,
  kind: 'LocalQueue',
  metadata: { name, namespace, labels },
  spec: { clusterQueue },
})
export const namespaceObject = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { ...labels, [LABEL.project]: name, ...podSecurityLabels() } },
})

/** The namespace and queue the copy needs. Both may have been there before and serve others, so neither is taken back. */
export async function makeQueue({
  input,
  client,
  signal,
}: StepContext<MoveInput>): Promise<Outcome<void>> {
  const there = client(input.copy.site)
  if (!there.ok) return there
  const namespace = await ensureNamespace(there.value, input, signal)
  if (!namespace.ok || input.queue.clusterQueue === undefined) return namespace
  const version = await kueueVersion(there.value, signal)
  return version === undefined
    ? succeed(undefined)
    : ensure(there.value, kueueResource(version, 'localqueues'), {
        object: localQueue(version, {
          namespace: input.namespace,
          name: input.queue.to,
          clusterQueue: input.queue.clusterQueue,
        }),
        signal,
      })
}

// One that stands there is used with the person's own rights and left as it is; nothing but the copy is put in.
async function ensureNamespace(
  client: KubeClient,
  { namespace, run }: Pick<MoveInput, 'namespace' | 'run'>,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const found = await readNamespace(client, namespace, signal)
  if (!found.ok) return found
  if (found.value) return succeed(undefined)
  const made = await createNamespace(
    client,
    { object: namespaceObject(namespace) as Manifest, run, project: namespace },
    signal,
  )
  return made.ok ? succeed(undefined) : made
}

/** Makes an object unless one of its name is there: what others made is left as it is. */
export async function ensure(
  client: KubeClient,
  resource: Resource,
  { object, signal }: { object: KubeObject; signal: AbortSignal },
): Promise<Outcome<void>> {
  const { name, namespace } = object.metadata
  const found = await client.get(resource, { name, namespace }, Loose, signal)
  if (!found.ok) return found
  if (found.value) return succeed(undefined)
  const made = await client.create(resource, object, { signal, fieldManager: 'takt-burst' })
  return made.ok || made.failure.code === 'ALREADY_EXISTS' ? succeed(undefined) : made
}
