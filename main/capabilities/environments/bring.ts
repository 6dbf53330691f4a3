import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { LABEL, type Manifest } from '../../kernel/manifest'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import { applyAll, KUBE, removeMade } from '../plans'
import type { Bring, ProvisionInput } from './input'

const GROUP = 'snapshot.storage.k8s.io/v1'
const Snapshot = z.object({
  status: z.object({ boundVolumeSnapshotContentName: z.string().nullish() }).prefault({}),
})
const Content = z.object({
  spec: z.object({ driver: z.string(), volumeSnapshotClassName: z.string().nullish() }),
  status: z.object({ snapshotHandle: z.string().nullish() }).prefault({}),
})

/** Names of what bringing a snapshot over makes, enough to take it back. */
export const bringNames = (
  { namespace, name }: Pick<ProvisionInput, 'namespace' | 'name'>,
  bring: Bring,
): Pick<Manifest, 'apiVersion' | 'kind' | 'metadata'>[] => [
  {
    apiVersion: GROUP,
    kind: 'VolumeSnapshotContent',
    metadata: {
      name: bring.content,
      labels: { [LABEL.managedBy]: 'takt', [LABEL.project]: namespace, [LABEL.environment]: name },
    },
  },
  {
    apiVersion: GROUP,
    kind: 'VolumeSnapshot',
    metadata: {
      name: bring.name,
      namespace,
      labels: { [LABEL.managedBy]: 'takt', [LABEL.project]: namespace, [LABEL.environment]: name },
    },
  },
]

/**
 * Makes a snapshot of another namespace usable in the project's: the same handle at the driver, under a content of our own. The
 * content is kept when the snapshot goes, so that the source's blocks are never deleted from here.
 */
export async function bringSnapshot(
  client: KubeClient,
  input: ProvisionInput,
  { bring, uid, signal }: { bring: Bring; uid: string; signal: AbortSignal },
): Promise<Outcome<void>> {
  const origin = await originOf(client, bring, signal)
  if (!origin.ok) return origin
  const { handle, driver, volumeSnapshotClassName } = origin.value
  const [made, local] = bringNames(input, bring)
  if (!made || !local) return succeed(undefined)
  const owner = {
    ownerReferences: [
      {
        apiVersion: 'takt.dev/v1alpha1',
        kind: 'Environment',
        name: input.name,
        uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  }
  const applied = await applyAll(
    client,
    [
      {
        ...made,
        spec: {
          deletionPolicy: 'Retain',
          driver,
          source: { snapshotHandle: handle },
          ...(volumeSnapshotClassName && { volumeSnapshotClassName }),
          volumeSnapshotRef: { name: bring.name, namespace: input.namespace },
        },
      },
      {
        ...local,
        metadata: { ...local.metadata, ...owner },
        spec: {
          source: { volumeSnapshotContentName: bring.content },
          ...(volumeSnapshotClassName && { volumeSnapshotClassName }),
        },
      },
    ],
    { run: input.run, signal },
  )
  return applied.ok ? succeed(undefined) : applied
}

/** What the driver calls the snapshot, and how it was made. */
async function originOf(
  client: KubeClient,
  { from }: Bring,
  signal: AbortSignal,
): Promise<
  Outcome<{ handle: string; driver: string; volumeSnapshotClassName?: string | null | undefined }>
> {
  const snapshot = await client.get(KUBE.volumeSnapshots, from, Snapshot, signal)
  if (!snapshot.ok) return snapshot
  const bound = snapshot.value?.status.boundVolumeSnapshotContentName
  const content = bound
    ? await client.get(KUBE.volumeSnapshotContents, { name: bound }, Content, signal)
    : succeed(undefined)
  if (!content.ok) return content
  const handle = content.value?.status.snapshotHandle
  return content.value && handle
    ? succeed({ handle, ...content.value.spec })
    : fail(
        failure('NOT_FOUND', {
          kind: 'handle of snapshot',
          name: `${from.namespace}/${from.name}`,
        }),
      )
}

export const takeBack = (
  client: KubeClient,
  input: ProvisionInput,
  signal: AbortSignal,
): Promise<Outcome<void>> =>
  removeMade(
    client,
    input.bring.flatMap((bring) => bringNames(input, bring)),
    { run: input.run, signal },
  )
