import type { Client } from '../client'
import { applyAll, type Manifest } from '../manifests'
import { follow } from './follow'

interface Claim extends Manifest {
  spec: {
    storageClassName?: string
    volumeName?: string
    volumeMode?: string
    accessModes: string[]
    resources: { requests: { storage: string } }
  }
}
interface Class {
  provisioner: string
  reclaimPolicy: string
  volumeBindingMode: string
}

/** Stands in for a storage driver: makes a volume for each claim of its classes; the real controller binds the two. */
export function playVolumes(client: Client, signal: AbortSignal): void {
  follow(client, '/api/v1/persistentvolumeclaims', {
    onObject: (object) => provision(client, object as Claim),
    signal,
  })
  follow(client, '/api/v1/persistentvolumes', {
    onObject: (object) => reclaim(client, object),
    signal,
  })
}

async function provision(client: Client, claim: Claim): Promise<void> {
  const { metadata, spec } = claim
  if (spec.volumeName || !spec.storageClassName) return
  const found = await client.ask<Class>(
    `/apis/storage.k8s.io/v1/storageclasses/${spec.storageClassName}`,
  )
  if (found.provisioner !== 'standin.takt.dev') return
  const annotations = (metadata['annotations'] ?? {}) as Record<string, string>
  const isAwaited = 'volume.kubernetes.io/selected-node' in annotations
  if (found.volumeBindingMode === 'WaitForFirstConsumer' && !isAwaited) return
  const uid = String(metadata['uid'])
  await applyAll(client, [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name: `pvc-${uid}`,
        annotations: { 'pv.kubernetes.io/provisioned-by': 'standin.takt.dev' },
      },
      spec: {
        capacity: { storage: spec.resources.requests.storage },
        accessModes: spec.accessModes,
        volumeMode: spec.volumeMode ?? 'Filesystem',
        storageClassName: spec.storageClassName,
        persistentVolumeReclaimPolicy: found.reclaimPolicy,
        claimRef: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          namespace: metadata.namespace,
          name: metadata.name,
          uid,
        },
        csi: { driver: 'standin.takt.dev', volumeHandle: uid },
      },
    },
  ])
}

async function reclaim(client: Client, volume: Manifest): Promise<void> {
  const { phase } = (volume['status'] ?? {}) as { phase?: string }
  const { csi, persistentVolumeReclaimPolicy } = volume['spec'] as {
    csi?: { driver: string }
    persistentVolumeReclaimPolicy?: string
  }
  if (
    phase !== 'Released' ||
    csi?.driver !== 'standin.takt.dev' ||
    persistentVolumeReclaimPolicy !== 'Delete'
  )
    return
  await client.call(`/api/v1/persistentvolumes/${volume.metadata.name}`, { method: 'DELETE' })
}
