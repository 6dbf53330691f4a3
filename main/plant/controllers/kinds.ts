import type { GroupKind } from '../types'

const core = (kind: string): GroupKind => ({ group: '', kind })

export const POD = core('Pod')
export const NODE = core('Node')
export const EVENT = core('Event')
export const SERVICE = core('Service')
export const ENDPOINTS = core('Endpoints')
export const NAMESPACE = core('Namespace')
export const SERVICE_ACCOUNT = core('ServiceAccount')
export const CONFIG_MAP = core('ConfigMap')
export const SECRET = core('Secret')
export const CLAIM = core('PersistentVolumeClaim')
export const VOLUME = core('PersistentVolume')
export const ENDPOINT_SLICE: GroupKind = { group: 'discovery.k8s.io', kind: 'EndpointSlice' }
export const DEPLOYMENT: GroupKind = { group: 'apps', kind: 'Deployment' }
export const REPLICA_SET: GroupKind = { group: 'apps', kind: 'ReplicaSet' }
export const STATEFUL_SET: GroupKind = { group: 'apps', kind: 'StatefulSet' }
export const JOB: GroupKind = { group: 'batch', kind: 'Job' }
export const STORAGE_CLASS: GroupKind = { group: 'storage.k8s.io', kind: 'StorageClass' }
export const PRIORITY_CLASS: GroupKind = { group: 'scheduling.k8s.io', kind: 'PriorityClass' }
export const DISRUPTION_BUDGET: GroupKind = { group: 'policy', kind: 'PodDisruptionBudget' }
export const NOTEBOOK: GroupKind = { group: 'kubeflow.org', kind: 'Notebook' }
export const SNAPSHOT: GroupKind = { group: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot' }
export const SNAPSHOT_CONTENT: GroupKind = {
  group: 'snapshot.storage.k8s.io',
  kind: 'VolumeSnapshotContent',
}
export const SNAPSHOT_CLASS: GroupKind = {
  group: 'snapshot.storage.k8s.io',
  kind: 'VolumeSnapshotClass',
}
export const CLUSTER_QUEUE: GroupKind = { group: 'kueue.x-k8s.io', kind: 'ClusterQueue' }
export const LOCAL_QUEUE: GroupKind = { group: 'kueue.x-k8s.io', kind: 'LocalQueue' }
export const FLAVOR: GroupKind = { group: 'kueue.x-k8s.io', kind: 'ResourceFlavor' }
export const WORKLOAD: GroupKind = { group: 'kueue.x-k8s.io', kind: 'Workload' }
