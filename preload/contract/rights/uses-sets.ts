import type { RightName } from './table'

/** An entry that only works on this machine uses nothing of a cluster. */
export const NOTHING: readonly RightName[] = []
/** Preparing a cluster takes an administrator: no role of Takt holds it. */
export const ADMINISTRATION = NOTHING
export const INVENTORY = ['capacity.read', 'nodes.read', 'pods.read', 'jobs.read'] as const
export const ANY = [
  'pods.read',
  'claims.read',
  'servers.read',
  'owners.read',
  'jobs.read',
  'cronjobs.read',
  'notebooks.read',
  'training.read',
  'pytorch.read',
  'workflows.read',
  'queue.read',
  'events.read',
  'snapshots.read',
] as const
export const WRITE_ANY = [
  'pods.write',
  'claims.write',
  'configmaps.use',
  'servers.write',
  'jobs.write',
  'notebooks.write',
  'training.write',
  'pytorch.write',
  'workflows.write',
  'work.write',
] as const
export const JOBS = [
  'jobs.read',
  'training.read',
  'pytorch.read',
  'workflows.read',
  'queue.read',
  'queues.read',
  'nodes.read',
  'pods.read',
  'events.read',
] as const
export const MOVE = [
  ...JOBS,
  'jobs.write',
  'training.write',
  'pytorch.write',
  'workflows.write',
  'queue.hold',
  'logs.read',
  'namespace.write',
  'queue.write',
  'nodes.cordon',
] as const
export const SNAPSHOT = [
  'work.read',
  'work.write',
  'work.status',
  'snapshots.read',
  'snapshots.write',
  'claims.read',
  'snapshot-classes.read',
  'storage.read',
] as const
export const ENVIRONMENT = [
  ...INVENTORY,
  'storage.read',
  'snapshot-classes.read',
  'quota.read',
  'work.read',
  'work.write',
  'work.status',
  'claims.read',
  'claims.write',
  'notebooks.read',
  'notebooks.write',
  'servers.read',
  'servers.write',
  'disruption.use',
  'snapshots.read',
  'snapshots.write',
  'network.read',
  'events.read',
] as const
export const NOTEBOOK_MOVE = [
  'nodes.read',
  'pods.read',
  'work.read',
  'work.write',
  'notebooks.read',
  'notebooks.write',
  'claims.read',
  'claims.write',
  'snapshots.read',
  'snapshots.write',
  'jobs.read',
  'jobs.write',
  'namespace.write',
  'snapshot-classes.read',
  'storage.read',
  'nodes.cordon',
] as const
export const NEW_PROJECT = [
  'namespace.write',
  'quota.write',
  'network.write',
  'bindings.write',
  'roles.bind',
  'project.status',
  'work.write',
  'work.status',
  'queue.write',
] as const
