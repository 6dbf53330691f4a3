import { quantityOf } from '../../../kernel/quantities'
import type { KubeObject } from '../../types'
import { keyOf, splitKey, type Controller, type Engine } from '../engine'
import type { Recorder } from '../events'
import { CLAIM, SNAPSHOT, SNAPSHOT_CONTENT, STORAGE_CLASS, VOLUME } from '../kinds'
import { chanceOf, type Quantities } from '../objects'

export interface Claim extends KubeObject {
  spec: {
    storageClassName?: string
    volumeName?: string
    accessModes?: string[]
    volumeMode?: string
    resources?: { requests?: Quantities }
    dataSource?: DataSource
    dataSourceRef?: DataSource
  }
  status?: { phase?: string; capacity?: Quantities; accessModes?: string[] }
}
interface DataSource {
  kind: string
  name: string
  apiGroup?: string
}
interface StorageClass extends KubeObject {
  provisioner: string
  reclaimPolicy?: string
  volumeBindingMode?: string
  allowVolumeExpansion?: boolean
  parameters?: Record<string, string>
}
interface Snapshot extends KubeObject {
  status?: { readyToUse?: boolean; restoreSize?: string; boundVolumeSnapshotContentName?: string }
}
interface Content extends KubeObject {
  spec: { driver: string }
}
/** What a new volume begins with: nothing, or a pointer at what a snapshot or another claim holds. */
interface Origin {
  files?: string
  from?: string
}

/** The files of a simulated volume (path to text), kept on the claim and on the content of snapshots. */
export const FILES = 'plant.takt.dev/files'
/** On a volume: what it was cloned from; no bytes were copied. */
export const CLONED_FROM = 'plant.takt.dev/cloned-from'
const SELECTED_NODE = 'volume.kubernetes.io/selected-node'
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class'
const CONTROLLER = 'persistentvolume-controller'
const WAIT_MS = 15_000
const GROW_MS = 3_000
const sizeOf = (claim: Claim) => String(claim.spec.resources?.requests?.['storage'] ?? '1Gi')
const filesOf = ({ metadata }: KubeObject) =>
  metadata.annotations?.[FILES] === undefined ? {} : { files: metadata.annotations[FILES] }

/** Binds claims: makes volumes, clones from snapshots, grows, and lets volumes go with their claims. */
export function claims(engine: Engine, recorder: Recorder): Controller {
  const worker = new ClaimBinder(engine, recorder)
  return {
    name: 'claims',
    watches: [
      {
        kinds: [CLAIM],
        wakes: ({ type, object }) => {
          if (type === 'DELETED') worker.releaseLater(object as Claim)
          return type === 'DELETED' ? [] : [keyOf(object)]
        },
      },
    ],
    reconcile: (key) => worker.reconcile(key),
  }
}

class ClaimBinder {
  readonly #provisioning = new Map<string, number>()
  constructor(
    private readonly engine: Engine,
    private readonly recorder: Recorder,
  ) {}

  releaseLater(claim: Claim) {
    const { api } = this.engine
    this.engine.at(api.clock.now() + 1_000, `release|${claim.metadata.uid ?? ''}`, () => {
      const volume = claim.spec.volumeName ? api.get(VOLUME, claim.spec.volumeName) : undefined
      if (!volume) return
      const spec = volume['spec'] as { persistentVolumeReclaimPolicy?: string }
      if (spec.persistentVolumeReclaimPolicy === 'Delete') api.remove(VOLUME, volume.metadata.name)
      else api.updateStatus({ ...volume, status: { phase: 'Released' } }, CONTROLLER)
    })
  }

  reconcile(key: string) {
    const { api } = this.engine
    const [namespace, name] = splitKey(key)
    const claim = api.get(CLAIM, name, namespace) as Claim | undefined
    if (!claim || claim.metadata.deletionTimestamp) return
    if (claim.status?.phase === 'Bound') return this.#grow(claim)
    if (claim.spec.storageClassName === undefined) return this.#chooseClass(claim)
    if (claim.status?.phase === undefined)
      api.updateStatus({ ...claim, status: { ...claim.status, phase: 'Pending' } }, CONTROLLER)
    const storageClass = api.get(STORAGE_CLASS, claim.spec.storageClassName) as
      StorageClass | undefined
    if (!storageClass)
      return this.#fail(
        claim,
        `storageclass.storage.k8s.io "${claim.spec.storageClassName}" not found`,
      )
    if (
      storageClass.volumeBindingMode === 'WaitForFirstConsumer' &&
      !claim.metadata.annotations?.[SELECTED_NODE]
    ) {
      return this.recorder.note(claim, {
        reason: 'WaitForFirstConsumer',
        message: 'waiting for first consumer to be created before binding',
        from: CONTROLLER,
      })
    }
    this.#provision(claim, storageClass)
  }

  #chooseClass(claim: Claim) {
    const chosen = this.engine.api
      .list(STORAGE_CLASS)
      .find((each) => each.metadata.annotations?.[DEFAULT_CLASS] === 'true')
    if (!chosen)
      return this.recorder.note(claim, {
        reason: 'FailedBinding',
        message: 'no persistent volumes available for this claim and no storage class is set',
        from: CONTROLLER,
      })
    this.engine.api.update(
      { ...claim, spec: { ...claim.spec, storageClassName: chosen.metadata.name } },
      CONTROLLER,
    )
  }

  #provision(claim: Claim, storageClass: StorageClass) {
    const { api } = this.engine
    const origin = this.#originOf(claim, storageClass)
    if (typeof origin === 'string') return this.#fail(claim, origin)
    const uid = claim.metadata.uid ?? ''
    const due = this.#provisioning.get(uid)
    if (due === undefined) {
      const at = api.clock.now() + 1_200 + Math.round(1_600 * chanceOf(`volume${keyOf(claim)}`))
      this.#provisioning.set(uid, at)
      this.recorder.note(claim, {
        reason: 'Provisioning',
        message: `External provisioner is provisioning volume for claim "${claim.metadata.namespace ?? ''}/${claim.metadata.name}"`,
        from: storageClass.provisioner,
      })
      this.engine.wakeAt(at, 'claims', keyOf(claim))
    } else if (due <= api.clock.now()) {
      this.#provisioning.delete(uid)
      this.#bind(claim, storageClass, origin)
    }
  }

  /** What the claim starts with, or the sentence that says why it cannot. */
  #originOf(claim: Claim, storageClass: StorageClass): Origin | string {
    const source = claim.spec.dataSourceRef ?? claim.spec.dataSource
    if (!source) return {}
    const origin =
      source.kind === 'PersistentVolumeClaim'
        ? this.#ofClaim(claim, source)
        : this.#ofSnapshot(claim, source.name, storageClass)
    return typeof origin === 'string'
      ? `failed to provision volume with StorageClass "${storageClass.metadata.name}": ${origin}`
      : origin
  }

  #ofSnapshot(claim: Claim, name: string, storageClass: StorageClass): Origin | string {
    const handle = `error getting handle for DataSource Type VolumeSnapshot by Name ${name}:`
    const snapshot = this.engine.api.get(SNAPSHOT, name, claim.metadata.namespace) as
      Snapshot | undefined
    if (!snapshot)
      return `${handle} error getting snapshot ${name} from api server: volumesnapshots.snapshot.storage.k8s.io "${name}" not found`
    const {
      readyToUse,
      restoreSize = '0',
      boundVolumeSnapshotContentName = '',
    } = snapshot.status ?? {}
    const content = readyToUse
      ? (this.engine.api.get(SNAPSHOT_CONTENT, boundVolumeSnapshotContentName) as
          Content | undefined)
      : undefined
    if (!content) return `${handle} snapshot ${name} is not Ready`
    if (content.spec.driver !== storageClass.provisioner)
      return `${handle} driver ${storageClass.provisioner} cannot restore a snapshot of driver ${content.spec.driver}`
    const asked = sizeOf(claim)
    if (quantityOf({ asked }, 'asked') < quantityOf({ restoreSize }, 'restoreSize'))
      return `requested volume size ${asked} is less than the size ${restoreSize} for the source snapshot ${name}`
    return {
      from: `VolumeSnapshot/${snapshot.metadata.namespace ?? ''}/${name}`,
      ...filesOf(content),
    }
  }

  #ofClaim(claim: Claim, { name }: DataSource): Origin | string {
    const handle = `error getting handle for DataSource Type PersistentVolumeClaim by Name ${name}:`
    const parent = this.engine.api.get(CLAIM, name, claim.metadata.namespace) as Claim | undefined
    if (parent?.status?.phase !== 'Bound') return `${handle} source PVC is not bound`
    if (
      parent.spec.storageClassName !== claim.spec.storageClassName ||
      !this.#canClone(claim.spec.storageClassName)
    )
      return `${handle} CSI driver does not support clone operations: plugin capability CLONE_VOLUME is not supported`
    return {
      from: `PersistentVolumeClaim/${parent.metadata.namespace ?? ''}/${name}`,
      ...filesOf(parent),
    }
  }

  #canClone = (storageClass: string | undefined) =>
    (this.engine.api.get(STORAGE_CLASS, storageClass ?? '') as StorageClass | undefined)
      ?.parameters?.['clones'] === 'true'

  #bind(claim: Claim, storageClass: StorageClass, origin: Origin) {
    const { api } = this.engine
    const name = `pvc-${claim.metadata.uid ?? ''}`
    const capacity = { storage: sizeOf(claim) }
    const accessModes = claim.spec.accessModes ?? ['ReadWriteOnce']
    const volume = api.create(
      {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: {
          name,
          annotations: {
            'pv.kubernetes.io/provisioned-by': storageClass.provisioner,
            ...(origin.from && { [CLONED_FROM]: origin.from }),
          },
        },
        spec: {
          capacity,
          accessModes,
          persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
          storageClassName: storageClass.metadata.name,
          volumeMode: claim.spec.volumeMode ?? 'Filesystem',
          claimRef: {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            namespace: claim.metadata.namespace,
            name: claim.metadata.name,
            uid: claim.metadata.uid,
          },
          csi: {
            driver: storageClass.provisioner,
            volumeHandle: `vol-${(claim.metadata.uid ?? '').slice(0, 8)}`,
            fsType: 'ext4',
          },
        },
      },
      storageClass.provisioner,
    )
    api.updateStatus({ ...volume, status: { phase: 'Bound' } }, CONTROLLER)
    const annotations = {
      ...claim.metadata.annotations,
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
      'volume.kubernetes.io/storage-provisioner': storageClass.provisioner,
      ...(origin.files && { [FILES]: origin.files }),
    }
    // The claim may have moved on since it was read (its first status was written in this very turn).
    const latest = (api.get(CLAIM, claim.metadata.name, claim.metadata.namespace) ?? claim) as Claim
    const bound = api.update(
      {
        ...latest,
        metadata: { ...latest.metadata, annotations },
        spec: { ...latest.spec, volumeName: name },
      },
      CONTROLLER,
    )
    this.recorder.note(claim, {
      reason: 'ProvisioningSucceeded',
      message: `Successfully provisioned volume ${name}`,
      from: storageClass.provisioner,
    })
    api.updateStatus({ ...bound, status: { phase: 'Bound', accessModes, capacity } }, CONTROLLER)
  }

  #grow(claim: Claim) {
    const capacity = { storage: sizeOf(claim) }
    if (quantityOf(capacity, 'storage') <= quantityOf(claim.status?.capacity, 'storage')) return
    const { api } = this.engine
    const key = `grow${claim.metadata.uid ?? ''}`
    const due = this.#provisioning.get(key) ?? api.clock.now() + GROW_MS
    this.#provisioning.set(key, due)
    if (due > api.clock.now()) return this.engine.wakeAt(due, 'claims', keyOf(claim))
    this.#provisioning.delete(key)
    const name = claim.spec.volumeName ?? ''
    const volume = api.get(VOLUME, name)
    if (volume)
      api.update({ ...volume, spec: { ...(volume['spec'] as object), capacity } }, CONTROLLER)
    api.updateStatus({ ...claim, status: { ...claim.status, capacity } }, CONTROLLER)
    this.recorder.note(claim, {
      reason: 'FileSystemResizeSuccessful',
      message: `MountVolume.NodeExpandVolume succeeded for volume "${name}"`,
      from: 'kubelet',
    })
  }

  #fail(claim: Claim, message: string) {
    this.recorder.note(claim, {
      type: 'Warning',
      reason: 'ProvisioningFailed',
      message,
      from: CONTROLLER,
    })
    this.engine.wakeAt(this.engine.api.clock.now() + WAIT_MS, 'claims', keyOf(claim))
  }
}
