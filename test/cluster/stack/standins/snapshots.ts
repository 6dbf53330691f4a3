import type { Client } from '../client'
import { applyAll, type Manifest } from '../manifests'
import { follow } from './follow'

const GROUP = 'snapshot.storage.k8s.io/v1'
const DRIVER = 'standin.takt.dev'

interface Snapshot extends Manifest {
  spec: {
    volumeSnapshotClassName?: string
    source: { persistentVolumeClaimName?: string; volumeSnapshotContentName?: string }
  }
  status?: { readyToUse?: boolean }
}
interface Claim {
  spec: { volumeName?: string; resources: { requests: { storage: string } } }
}

/** Stands in for the snapshot controller and its driver: each snapshot of a bound claim gets a content with a handle, and is ready. */
export function playSnapshots(client: Client, signal: AbortSignal): void {
  follow(client, `/apis/${GROUP}/volumesnapshots`, {
    onObject: (object) => take(client, object as Snapshot),
    signal,
  })
}

async function take(client: Client, snapshot: Snapshot): Promise<void> {
  if (snapshot.status?.readyToUse) return
  const { persistentVolumeClaimName: claim, volumeSnapshotContentName: given } =
    snapshot.spec.source
  if (given !== undefined)
    return markReady(client, snapshot, { content: given, restoreSize: '10Gi' })
  const found = await client.ask<Claim>(
    `/api/v1/namespaces/${namespaceOf(snapshot)}/persistentvolumeclaims/${claim ?? ''}`,
  )
  // Thrown, so that the follower lists again: the claim is bound a moment later.
  if (!found.spec.volumeName) throw new Error(`${claim ?? ''} is not bound yet`)
  const content = await makeContent(client, snapshot, found.spec.volumeName)
  return markReady(client, snapshot, {
    content,
    restoreSize: found.spec.resources.requests.storage,
  })
}

async function makeContent(client: Client, snapshot: Snapshot, volume: string): Promise<string> {
  const uid = String(snapshot.metadata['uid'])
  const name = `snapcontent-${uid}`
  const { volumeSnapshotClassName } = snapshot.spec
  await applyAll(client, [
    {
      apiVersion: GROUP,
      kind: 'VolumeSnapshotContent',
      metadata: { name },
      spec: {
        deletionPolicy: 'Delete',
        driver: DRIVER,
        source: { volumeHandle: volume },
        ...(volumeSnapshotClassName && { volumeSnapshotClassName }),
        volumeSnapshotRef: {
          apiVersion: GROUP,
          kind: 'VolumeSnapshot',
          name: snapshot.metadata.name,
          namespace: namespaceOf(snapshot),
          uid,
        },
      },
    },
  ])
  await patchStatus(client, `/apis/${GROUP}/volumesnapshotcontents/${name}`, {
    snapshotHandle: `handle-${uid}`,
    readyToUse: true,
  })
  return name
}

function markReady(
  client: Client,
  snapshot: Snapshot,
  { content, restoreSize }: { content: string; restoreSize: string },
): Promise<void> {
  const path = `/apis/${GROUP}/namespaces/${namespaceOf(snapshot)}/volumesnapshots/${snapshot.metadata.name}`
  const creationTime = String(snapshot.metadata['creationTimestamp'])
  return patchStatus(client, path, {
    readyToUse: true,
    boundVolumeSnapshotContentName: content,
    restoreSize,
    creationTime,
  })
}

async function patchStatus(client: Client, path: string, status: object): Promise<void> {
  const headers = { 'content-type': 'application/merge-patch+json' }
  await client.ask(`${path}/status`, { method: 'PATCH', headers, json: { status } })
}

const namespaceOf = ({ metadata }: Manifest): string => metadata.namespace ?? 'default'
