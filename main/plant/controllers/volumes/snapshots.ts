import { timestamp } from '../../../kernel/clock'
import { quantityOf } from '../../../kernel/quantities'
import type { KubeObject } from '../../types'
import { keyOf, splitKey, type Controller, type Engine } from '../engine'
import type { Recorder } from '../events'
import { CLAIM, SNAPSHOT, SNAPSHOT_CLASS, SNAPSHOT_CONTENT, VOLUME } from '../kinds'
import { chanceOf, nowText } from '../objects'
import { FILES, type Claim } from './claims'

interface Snapshot extends KubeObject {
  spec: {
    source: { persistentVolumeClaimName?: string; volumeSnapshotContentName?: string }
    volumeSnapshotClassName?: string
  }
  status?: {
    readyToUse?: boolean
    boundVolumeSnapshotContentName?: string
    creationTime?: string
    restoreSize?: string
    error?: { message: string; time: string }
  }
}
interface SnapshotClass extends KubeObject {
  driver: string
  deletionPolicy: string
}
interface Content extends KubeObject {
  spec: {
    source: { snapshotHandle?: string; volumeHandle?: string }
    driver: string
    deletionPolicy: string
    volumeSnapshotRef: { name?: string; namespace?: string }
  }
  status?: { readyToUse?: boolean; snapshotHandle?: string }
}

const CONTROLLER = 'snapshot-controller'
const DEFAULT_CLASS = 'snapshot.storage.kubernetes.io/is-default-class'
const RESTORE_SIZE = 'plant.takt.dev/restore-size'
const RETRY_MS = 15_000

/** Turns a VolumeSnapshot into a content that points at the volume as it is now; the bytes stay where they are. */
export function snapshots(engine: Engine, recorder: Recorder): Controller {
  const worker = new Snapshotter(engine, recorder)
  return {
    name: 'snapshots',
    watches: [
      {
        kinds: [SNAPSHOT],
        wakes: ({ type, object }) => {
          if (type === 'DELETED') worker.release(object as Snapshot)
          return type === 'DELETED' ? [] : [keyOf(object)]
        },
      },
    ],
    reconcile: (key) => worker.reconcile(key),
  }
}

class Snapshotter {
  constructor(
    private readonly engine: Engine,
    private readonly recorder: Recorder,
  ) {}

  release(snapshot: Snapshot) {
    const name = snapshot.status?.boundVolumeSnapshotContentName
    this.engine.at(
      this.engine.api.clock.now() + 500,
      `snapshot-release|${snapshot.metadata.uid ?? ''}`,
      () => {
        const content = name
          ? (this.engine.api.get(SNAPSHOT_CONTENT, name) as Content | undefined)
          : undefined
        if (content?.spec.deletionPolicy === 'Delete')
          this.engine.api.remove(SNAPSHOT_CONTENT, content.metadata.name)
      },
    )
  }

  reconcile(key: string) {
    const [namespace, name] = splitKey(key)
    const snapshot = this.engine.api.get(SNAPSHOT, name, namespace) as Snapshot | undefined
    if (!snapshot || snapshot.metadata.deletionTimestamp || snapshot.status?.readyToUse) return
    const bound = snapshot.status?.boundVolumeSnapshotContentName
    if (bound) return this.#finish(snapshot, bound)
    if (snapshot.spec.source.volumeSnapshotContentName)
      return this.#adopt(snapshot, snapshot.spec.source.volumeSnapshotContentName)
    this.#cut(snapshot)
  }

  #cut(snapshot: Snapshot) {
    const { api } = this.engine
    const claimName = snapshot.spec.source.persistentVolumeClaimName ?? ''
    const claim = api.get(CLAIM, claimName, snapshot.metadata.namespace) as Claim | undefined
    if (!claim)
      return this.#fail(
        snapshot,
        `failed to get PVC ${claimName}: persistentvolumeclaim "${claimName}" not found`,
      )
    if (claim.status?.phase !== 'Bound')
      return this.#fail(
        snapshot,
        `the PVC ${claimName} is not yet bound to a PV, will not attempt to take a snapshot`,
      )
    const { driver = '', volumeHandle = '' } =
      (
        api.get(VOLUME, claim.spec.volumeName ?? '')?.['spec'] as
          { csi?: { driver: string; volumeHandle: string } } | undefined
      )?.csi ?? {}
    const snapshotClass = this.#classFor(snapshot, driver)
    if (typeof snapshotClass === 'string') return this.#fail(snapshot, snapshotClass)
    const content = this.#makeContent(snapshot, snapshotClass, { claim, handle: volumeHandle })
    this.recorder.note(snapshot, {
      reason: 'CreatingSnapshot',
      message: `Waiting for a snapshot ${keyOf(snapshot)} to be created by the CSI driver.`,
      from: CONTROLLER,
    })
    api.updateStatus(
      {
        ...snapshot,
        status: { boundVolumeSnapshotContentName: content.metadata.name, readyToUse: false },
      },
      CONTROLLER,
    )
  }

  /** The class that serves volumes of a driver, or the sentence that says why none does. */
  #classFor(snapshot: Snapshot, driver: string): SnapshotClass | string {
    const found = this.#classOf(snapshot, driver)
    const wanted = snapshot.spec.volumeSnapshotClassName
    if (!found)
      return wanted === undefined
        ? `cannot find default snapshot class for driver ${driver}`
        : `failed to get input parameters to create snapshot ${snapshot.metadata.name}: volumesnapshotclass.snapshot.storage.k8s.io "${wanted}" not found`
    return found.driver === driver
      ? found
      : `driver ${found.driver} of class ${found.metadata.name} does not serve volumes of driver ${driver}`
  }

  #classOf(snapshot: Snapshot, driver: string | undefined): SnapshotClass | undefined {
    const { api } = this.engine
    if (snapshot.spec.volumeSnapshotClassName)
      return api.get(SNAPSHOT_CLASS, snapshot.spec.volumeSnapshotClassName) as
        SnapshotClass | undefined
    return (api.list(SNAPSHOT_CLASS) as SnapshotClass[]).find(
      (each) => each.driver === driver && each.metadata.annotations?.[DEFAULT_CLASS] === 'true',
    )
  }

  #makeContent(
    snapshot: Snapshot,
    snapshotClass: SnapshotClass,
    { claim, handle }: { claim: Claim; handle: string },
  ): KubeObject {
    const name = `snapcontent-${snapshot.metadata.uid ?? ''}`
    const files = claim.metadata.annotations?.[FILES]
    return (
      this.engine.api.get(SNAPSHOT_CONTENT, name) ??
      this.engine.api.create(
        {
          apiVersion: 'snapshot.storage.k8s.io/v1',
          kind: 'VolumeSnapshotContent',
          metadata: {
            name,
            annotations: {
              [RESTORE_SIZE]: String(claim.status?.capacity?.['storage'] ?? '1Gi'),
              ...(files && { [FILES]: files }),
            },
          },
          spec: {
            deletionPolicy: snapshotClass.deletionPolicy,
            driver: snapshotClass.driver,
            volumeSnapshotClassName: snapshotClass.metadata.name,
            source: { volumeHandle: handle },
            volumeSnapshotRef: {
              apiVersion: snapshot.apiVersion,
              kind: snapshot.kind,
              name: snapshot.metadata.name,
              namespace: snapshot.metadata.namespace,
              uid: snapshot.metadata.uid,
            },
          },
        },
        CONTROLLER,
      )
    )
  }

  #finish(snapshot: Snapshot, contentName: string) {
    const { api } = this.engine
    const content = api.get(SNAPSHOT_CONTENT, contentName) as Content | undefined
    if (!content) return this.#fail(snapshot, `VolumeSnapshotContent ${contentName} is missing`)
    const cutAt = Date.parse(content.metadata.creationTimestamp ?? nowText(api))
    const readyAt = cutAt + 900 + Math.round(1_900 * chanceOf(`snapshot${keyOf(snapshot)}`))
    if (readyAt > api.clock.now()) return this.engine.wakeAt(readyAt, 'snapshots', keyOf(snapshot))
    const restoreSize = content.metadata.annotations?.[RESTORE_SIZE] ?? '1Gi'
    const snapshotHandle =
      content.spec.source.snapshotHandle ?? `snap-${(snapshot.metadata.uid ?? '').slice(0, 8)}`
    api.updateStatus(
      {
        ...content,
        status: {
          readyToUse: true,
          creationTime: cutAt * 1_000_000,
          restoreSize: quantityOf({ restoreSize }, 'restoreSize'),
          snapshotHandle,
        },
      },
      CONTROLLER,
    )
    this.recorder.note(snapshot, {
      reason: 'SnapshotCreated',
      message: `Snapshot ${keyOf(snapshot)} was successfully created by the CSI driver.`,
      from: CONTROLLER,
    })
    this.recorder.note(snapshot, {
      reason: 'SnapshotReady',
      message: `Snapshot ${keyOf(snapshot)} is ready to use.`,
      from: CONTROLLER,
    })
    api.updateStatus(
      {
        ...snapshot,
        status: {
          boundVolumeSnapshotContentName: contentName,
          readyToUse: true,
          creationTime: timestamp(cutAt),
          restoreSize,
        },
      },
      CONTROLLER,
    )
  }

  /** Takes a content that somebody made for a snapshot the driver already has, as bringing one from another namespace does. */
  #adopt(snapshot: Snapshot, contentName: string) {
    const { api } = this.engine
    const content = api.get(SNAPSHOT_CONTENT, contentName) as Content | undefined
    if (!content) return this.#fail(snapshot, `VolumeSnapshotContent ${contentName} not found`)
    const { name, namespace } = content.spec.volumeSnapshotRef
    if (name !== snapshot.metadata.name || namespace !== snapshot.metadata.namespace)
      return this.#fail(
        snapshot,
        `VolumeSnapshotContent ${contentName} is for ${namespace ?? ''}/${name ?? ''}`,
      )
    const handle = content.spec.source.snapshotHandle
    const origin = (api.list(SNAPSHOT_CONTENT) as Content[]).find(
      (each) => each.status?.snapshotHandle === handle && each.metadata.name !== contentName,
    )
    if (!origin) return this.#fail(snapshot, `the driver knows no snapshot ${handle ?? ''}`)
    const held = Object.fromEntries(
      [RESTORE_SIZE, FILES].flatMap((key) =>
        origin.metadata.annotations?.[key] === undefined
          ? []
          : [[key, origin.metadata.annotations[key]]],
      ),
    )
    api.update(
      {
        ...content,
        metadata: {
          ...content.metadata,
          annotations: { ...content.metadata.annotations, ...held },
        },
      },
      CONTROLLER,
    )
    api.updateStatus(
      { ...snapshot, status: { boundVolumeSnapshotContentName: contentName, readyToUse: false } },
      CONTROLLER,
    )
  }

  #fail(snapshot: Snapshot, message: string) {
    if (snapshot.status?.error?.message !== message) {
      this.engine.api.updateStatus(
        {
          ...snapshot,
          status: {
            ...snapshot.status,
            readyToUse: false,
            error: { message, time: nowText(this.engine.api) },
          },
        },
        CONTROLLER,
      )
      this.recorder.note(snapshot, {
        type: 'Warning',
        reason: 'SnapshotContentCreationFailed',
        message: `Failed to create snapshot content with error ${message}`,
        from: CONTROLLER,
      })
    }
    this.engine.wakeAt(this.engine.api.clock.now() + RETRY_MS, 'snapshots', keyOf(snapshot))
  }
}
