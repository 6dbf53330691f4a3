import { GROUP } from '../records'
import {
  EVERYBODY,
  HANDED_ON,
  inCluster,
  inNamespace,
  KUEUE,
  LEADS_BINDING,
  RBAC,
  READ,
  SHARED,
  SNAPSHOT,
  STATUS,
  WRITE,
  core,
  of,
  to,
  type Right,
} from './right'

/** Rights on what the whole cluster shares, and on who may do what. */
export const SHARED_RIGHTS = {
  'shared.read': to(
    'read what is shared',
    of(GROUP, SHARED, READ),
    inCluster(...EVERYBODY, 'auditor'),
  ),
  'project.ask': to(
    'ask for a project',
    of(GROUP, ['projects'], ['create']),
    inCluster('member', 'lead'),
  ),
  'project.write': to(
    'change projects',
    of(GROUP, ['projects'], ['patch', 'update', 'delete']),
    inCluster('lead'),
  ),
  'project.status': to(
    'say how a project stands',
    of(GROUP, ['projects/status'], STATUS),
    inCluster('lead'),
  ),
  'tool.write': to('change tools', of(GROUP, ['tools'], WRITE), inCluster('lead')),
  'tool.status': to('say how a tool did', of(GROUP, ['tools/status'], STATUS), inCluster('lead')),
  'source.write': to(
    'change data sources',
    of(GROUP, ['datasources'], WRITE),
    inCluster('data-owner', 'lead'),
  ),
  'source.status': to(
    'say how a data source is',
    of(GROUP, ['datasources/status'], STATUS),
    inCluster('data-owner', 'lead'),
  ),
  'money.write': to(
    'change budgets and prices',
    of(GROUP, ['budgets', 'pricebooks'], WRITE),
    inCluster('lead'),
  ),
  'money.status': to(
    'book what was spent',
    of(GROUP, ['budgets/status'], STATUS),
    // What was spent is written by the books alone.
    inCluster('steward'),
  ),
  'policy.write': to(
    'change the burst policy',
    of(GROUP, ['burstpolicies'], WRITE),
    inCluster('lead'),
  ),
  'policy.status': to(
    'say what the planner does',
    of(GROUP, ['burstpolicies/status'], STATUS),
    inCluster('lead', 'steward'),
  ),
  'nodes.read': to('list nodes', core(['nodes'], READ), inCluster(...EVERYBODY)),
  'namespace.name': to(
    'look whether a name is taken',
    core(['namespaces'], ['get']),
    inCluster('member', 'lead'),
  ),
  'namespace.write': to(
    'change namespaces',
    core(['namespaces'], ['list', 'watch', ...WRITE]),
    inCluster('lead'),
  ),
  'storage.read': to(
    'list storage classes',
    of('storage.k8s.io', ['storageclasses'], READ),
    inCluster('member', 'lead'),
  ),
  'snapshot-classes.read': to(
    'list snapshot classes',
    of(SNAPSHOT, ['volumesnapshotclasses'], READ),
    inCluster('member', 'lead'),
  ),
  'queues.read': to(
    'list queues',
    of(KUEUE, ['clusterqueues', 'resourceflavors', 'admissionchecks'], READ),
    inCluster(...EVERYBODY),
  ),
  'queues.write': to(
    'lay out queues',
    of(KUEUE, ['clusterqueues', 'resourceflavors', 'admissionchecks'], WRITE),
    inCluster('lead'),
  ),
  'roles.look': to(
    'look at the roles of Takt',
    {
      ...of(RBAC, ['clusterroles'], ['get']),
      names: [...HANDED_ON, 'takt-member', 'takt-data-owner', 'takt-auditor'],
    },
    inCluster('member', 'lead'),
  ),
  'leads.look': to(
    'see who leads',
    {
      ...of(RBAC, ['clusterrolebindings'], ['get']),
      names: [LEADS_BINDING, 'takt-data-owners', 'takt-auditors'],
    },
    inCluster('member', 'lead'),
  ),
  'bindings.audit': to(
    'read who is bound to what',
    of(RBAC, ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'], READ),
    inCluster('lead', 'auditor'),
  ),
  'roles.bind': to(
    'hand on the roles of Takt',
    { ...of(RBAC, ['clusterroles'], ['bind']), names: HANDED_ON },
    inCluster('lead'),
  ),
  'bindings.write': to('bind people', of(RBAC, ['rolebindings'], WRITE), inNamespace('lead')),
  'volumes.read': to('list volumes', core(['persistentvolumes'], READ), inCluster('lead')),
  'snapshot-contents.write': to(
    'bring snapshots of other namespaces',
    of(SNAPSHOT, ['volumesnapshotcontents'], [...READ, ...WRITE]),
    inCluster('lead'),
  ),
  'lease.begin': to(
    'begin to act by itself',
    of('coordination.k8s.io', ['leases'], ['create']),
    inNamespace('lead', 'steward'),
  ),
  'lease.hold': to(
    'act by itself',
    {
      ...of('coordination.k8s.io', ['leases'], ['get', 'update', 'patch']),
      names: ['takt-steward'],
    },
    inNamespace('lead', 'steward'),
  ),
  'capacity.read': to(
    'read what is taken',
    { ...core(['configmaps'], ['get']), names: ['takt-capacity'] },
    inCluster('member', 'lead'),
  ),
  'capacity.publish': to(
    'tell everybody what is taken',
    { ...core(['configmaps'], ['get', 'patch']), names: ['takt-capacity'] },
    inCluster('steward', 'lead'),
  ),
  'nodes.cordon': to('cordon nodes', core(['nodes'], ['patch']), inCluster('lead')),
} satisfies Record<string, Right>
