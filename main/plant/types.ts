import type { Clock } from '../kernel/clock'
import type { Random } from '../kernel/random'

/** Any Kubernetes object as it travels. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  [field: string]: unknown
}
export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}
export interface ObjectMeta {
  name: string
  namespace?: string
  generateName?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
  managedFields?: unknown[]
}

/** Names one kind the way a controller speaks of it: group is '' for the core group. */
export interface GroupKind {
  group: string
  kind: string
}
export interface Change {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  object: KubeObject
}
export interface ListFilter {
  namespace?: string
  labels?: Record<string, string>
}

/**
 * What the simulated controllers may do. They stand on the same store and admission that the wire requests reach, so what they
 * write is validated, versioned and watched like everybody's. Objects that are answered are frozen: write from a copy. Every method throws a KubeError with the status a server would answer.
 */
export interface PlantApi {
  readonly clock: Clock
  readonly random: Random
  get(kind: GroupKind, name: string, namespace?: string): KubeObject | undefined
  list(kind: GroupKind, filter?: ListFilter): KubeObject[]
  create(object: KubeObject, as?: string): KubeObject
  /** Replaces everything but the status; the resourceVersion is checked when given. */
  update(object: KubeObject, as?: string): KubeObject
  /** Replaces the status alone. */
  updateStatus(object: KubeObject, as?: string): KubeObject
  /** Without gracePeriodSeconds a pod goes at once, as when its kubelet says it has ended; over the wire it gets 30 s and is marked first. */
  remove(
    kind: GroupKind,
    name: string,
    options?: {
      namespace?: string
      propagation?: 'Background' | 'Foreground' | 'Orphan'
      gracePeriodSeconds?: number
    },
  ): void
  /** Calls back after every change of the kinds, in order; the answer stops it. */
  onChange(kinds: GroupKind[], listener: (change: Change) => void): () => void
}
