import { GROUP } from '../records'
import {
  inNamespace,
  KUBEFLOW,
  KUEUE,
  LOCAL,
  RBAC,
  READ,
  READERS,
  SNAPSHOT,
  STATUS,
  statusOf,
  TRAINER,
  WORKERS,
  WRITE,
  core,
  of,
  to,
  METRICS,
  type Right,
} from './right'

/** Rights inside the namespaces of projects. */
export const WORK_RIGHTS = {
  'work.read': to(
    'read the work of a project',
    of(GROUP, LOCAL, READ),
    inNamespace(...READERS, 'auditor', 'steward'),
  ),
  'work.write': to(
    'change the work of a project',
    of(GROUP, LOCAL, WRITE),
    inNamespace(...WORKERS),
  ),
  'work.status': to(
    'say how work stands',
    of(GROUP, statusOf(LOCAL), STATUS),
    inNamespace(...WORKERS),
  ),
  'environment.pause': to(
    'pause environments',
    of(GROUP, ['environments'], ['patch']),
    inNamespace('steward'),
  ),
  'environment.status': to(
    'say how an environment stands',
    of(GROUP, ['environments/status'], ['get', 'patch']),
    inNamespace('steward'),
  ),
  'verdict.status': to(
    'write a verdict',
    of(GROUP, ['revisions/status', 'workitems/status'], ['get', 'patch']),
    inNamespace('analyst'),
  ),
  'verdict.write': to(
    'keep what was said of a model',
    of(GROUP, ['driftreviews'], ['create', 'patch']),
    inNamespace('analyst'),
  ),
  'pods.read': to('list pods', core(['pods'], READ), inNamespace(...READERS, 'steward')),
  'pods.write': to('change pods', core(['pods'], WRITE), inNamespace(...WORKERS)),
  'logs.read': to('read logs', core(['pods/log'], ['get']), inNamespace(...READERS, 'steward')),
  'pods.enter': to(
    'open a terminal or a port',
    core(['pods/exec', 'pods/portforward'], ['create', 'get']),
    inNamespace(...WORKERS),
  ),
  'events.read': to('read events', core(['events'], READ), inNamespace(...READERS, 'steward')),
  'claims.read': to(
    'list volumes of a project',
    core(['persistentvolumeclaims', 'services'], READ),
    inNamespace(...READERS),
  ),
  'claims.write': to(
    'change volumes of a project',
    core(['persistentvolumeclaims', 'services'], WRITE),
    inNamespace(...WORKERS),
  ),
  'configmaps.use': to(
    'read and change ConfigMaps',
    core(['configmaps'], [...READ, ...WRITE]),
    inNamespace(...WORKERS),
  ),
  'quota.read': to(
    'read quotas',
    core(['resourcequotas', 'limitranges'], READ),
    inNamespace(...READERS),
  ),
  'quota.write': to(
    'change quotas',
    core(['resourcequotas', 'limitranges'], WRITE),
    inNamespace('lead'),
  ),
  'network.read': to(
    'read network policies',
    of('networking.k8s.io', ['networkpolicies'], READ),
    inNamespace(...WORKERS),
  ),
  'network.write': to(
    'change network policies',
    of('networking.k8s.io', ['networkpolicies'], WRITE),
    inNamespace('lead'),
  ),
  'servers.read': to(
    'list servers',
    of('apps', ['statefulsets', 'deployments', 'replicasets'], READ),
    inNamespace(...READERS),
  ),
  'servers.write': to(
    'change servers',
    of('apps', ['statefulsets', 'deployments'], WRITE),
    inNamespace(...WORKERS),
  ),
  'servers.scale': to(
    'scale servers',
    of('apps', ['statefulsets/scale', 'deployments/scale'], STATUS),
    inNamespace(...WORKERS),
  ),
  'disruption.use': to(
    'keep servers from disruption',
    of('policy', ['poddisruptionbudgets'], [...READ, ...WRITE]),
    inNamespace(...WORKERS),
  ),
  'notebooks.read': to(
    'list notebooks',
    of(KUBEFLOW, ['notebooks'], READ),
    inNamespace(...READERS, 'steward'),
  ),
  'notebooks.write': to(
    'change notebooks',
    of(KUBEFLOW, ['notebooks'], WRITE),
    inNamespace(...WORKERS),
  ),
  'notebooks.pause': to(
    'pause notebooks',
    of(KUBEFLOW, ['notebooks'], ['patch']),
    inNamespace('steward'),
  ),
  'snapshots.read': to(
    'list snapshots',
    of(SNAPSHOT, ['volumesnapshots'], READ),
    inNamespace(...READERS),
  ),
  'snapshots.write': to(
    'take snapshots',
    of(SNAPSHOT, ['volumesnapshots'], WRITE),
    inNamespace(...WORKERS),
  ),
  'jobs.read': to('list jobs', of('batch', ['jobs'], READ), inNamespace(...READERS, 'steward')),
  'jobs.write': to('change jobs', of('batch', ['jobs'], WRITE), inNamespace(...WORKERS)),
  'training.read': to(
    'list training jobs',
    of(TRAINER, ['trainjobs'], READ),
    inNamespace(...READERS, 'steward'),
  ),
  'training.write': to(
    'change training jobs',
    of(TRAINER, ['trainjobs'], WRITE),
    inNamespace(...WORKERS),
  ),
  'pytorch.read': to(
    'list PyTorch jobs',
    of(KUBEFLOW, ['pytorchjobs'], READ),
    inNamespace(...READERS, 'steward'),
  ),
  'pytorch.write': to(
    'change PyTorch jobs',
    of(KUBEFLOW, ['pytorchjobs'], WRITE),
    inNamespace(...WORKERS),
  ),
  'workflows.read': to(
    'list workflows',
    of('argoproj.io', ['workflows'], READ),
    inNamespace(...READERS, 'steward'),
  ),
  'workflows.write': to(
    'change workflows',
    of('argoproj.io', ['workflows'], WRITE),
    inNamespace(...WORKERS),
  ),
  'queue.read': to(
    'watch the queue',
    of(KUEUE, ['workloads', 'localqueues'], READ),
    inNamespace(...READERS, 'steward'),
  ),
  'queue.hold': to(
    'hold a workload back',
    of(KUEUE, ['workloads'], ['patch']),
    inNamespace(...WORKERS, 'steward'),
  ),
  'queue.write': to(
    'lay out the queue of a project',
    of(KUEUE, ['localqueues'], WRITE),
    inNamespace('lead'),
  ),
  // One operation works on an object at a time, whoever's Takt it is: a Lease says whose.
  'object.lease': to(
    'work on an object alone',
    of('coordination.k8s.io', ['leases'], ['get', 'create', 'update', 'delete']),
    inNamespace(...WORKERS),
  ),
  'bindings.read': to(
    'see who is bound in a project',
    of(RBAC, ['rolebindings'], READ),
    inNamespace('engineer', 'analyst'),
  ),
  'pods.evict': to(
    'move pods off a node',
    core(['pods/eviction'], ['create']),
    inNamespace('lead'),
  ),
  'metrics.read': to(
    'read the use of GPUs',
    { ...core(['services/proxy'], ['get']), names: METRICS },
    inNamespace('lead', 'steward'),
  ),
  'owners.read': to(
    'list what stands behind pods',
    of('apps', ['daemonsets', 'controllerrevisions'], READ),
    inNamespace(...READERS),
  ),
  'cronjobs.read': to(
    'list scheduled jobs',
    of('batch', ['cronjobs'], READ),
    inNamespace(...READERS),
  ),
} satisfies Record<string, Right>
