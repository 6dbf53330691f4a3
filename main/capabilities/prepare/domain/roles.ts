import { GROUP } from '../../../../preload/contract/records'
import { LABEL, type Manifest } from '../../../kernel/manifest'

const RBAC = 'rbac.authorization.k8s.io'
interface Rule {
  apiGroups: string[]
  resources: string[]
  verbs: string[]
  resourceNames?: string[]
}
const READ = ['get', 'list', 'watch']
const WRITE = ['create', 'patch', 'update', 'delete']
const rule = (group: string, resources: string[], verbs: string[]): Rule => ({
  apiGroups: [group],
  resources,
  verbs,
})

const SHARED = ['projects', 'tools', 'datasources', 'budgets', 'pricebooks', 'burstpolicies']
const LOCAL = ['environments', 'datasnapshots', 'workitems', 'revisions', 'driftreviews']
const statusOf = (plurals: string[]) => plurals.map((plural) => `${plural}/status`)

/** The binding that names the leads of a cluster: an administrator fills it, everybody may read it. */
export const LEADS_BINDING = 'takt-leads'
/** Listing every kind in a project's namespace, so that its deletion can say what else would go; bound there and nowhere else. */
export const INVENTORY_ROLE = 'takt-inventory'
const BOUND_BY_LEADS = ['takt-lead', 'takt-engineer', 'takt-analyst', INVENTORY_ROLE]
/** Reading what everybody shares and who the leads are, and asking for a project: nothing that runs, nothing of anybody's namespace. */
const MEMBER: Rule[] = [
  { ...rule(RBAC, ['clusterroles'], ['get']), resourceNames: [...BOUND_BY_LEADS, 'takt-member'] },
  { ...rule(RBAC, ['clusterrolebindings'], ['get']), resourceNames: [LEADS_BINDING] },
  rule(GROUP, SHARED, READ),
  rule(GROUP, ['projects'], ['create']),
  rule('', ['nodes'], READ),
  // Whoever asks for a project hears at once that its name is taken.
  rule('', ['namespaces'], ['get']),
  rule('storage.k8s.io', ['storageclasses'], READ),
  rule('snapshot.storage.k8s.io', ['volumesnapshotclasses'], READ),
  rule('scheduling.k8s.io', ['priorityclasses'], READ),
]
/** Who else has rights where one works, bound by Takt or not. */
const WHO = rule(RBAC, ['rolebindings'], READ)
/** Reading a project, and writing verdicts on its revisions and work items. */
const ANALYST: Rule[] = [
  rule(GROUP, [...SHARED, ...LOCAL], READ),
  rule(GROUP, ['revisions/status', 'workitems/status'], ['get', 'patch']),
  rule(GROUP, ['driftreviews'], ['create', 'patch']),
  rule(
    '',
    ['pods', 'events', 'persistentvolumeclaims', 'services', 'resourcequotas', 'limitranges'],
    READ,
  ),
  rule('', ['pods/log'], ['get']),
  rule('apps', ['statefulsets', 'deployments'], READ),
  rule('batch', ['jobs'], READ),
  rule('kubeflow.org', ['notebooks'], READ),
  rule('snapshot.storage.k8s.io', ['volumesnapshots'], READ),
  rule('kueue.x-k8s.io', ['workloads', 'localqueues'], READ),
  WHO,
]
/** Everything inside a project's namespace but its quota, its limits and who may enter it. */
const ENGINEER: Rule[] = [
  rule(GROUP, LOCAL, [...READ, ...WRITE]),
  rule(GROUP, statusOf(LOCAL), ['get', 'patch', 'update']),
  rule(GROUP, SHARED, READ),
  rule(GROUP, ['projects'], ['create', 'patch', 'update']),
  rule(GROUP, ['tools', 'datasources'], ['create', 'patch', 'update']),
  rule(GROUP, ['tools/status', 'datasources/status', 'projects/status'], ['get', 'patch']),
  rule('', ['pods', 'services', 'configmaps', 'persistentvolumeclaims'], [...READ, ...WRITE]),
  rule('', ['pods/log'], ['get']),
  rule('', ['pods/exec', 'pods/portforward'], ['create', 'get']),
  rule('', ['events', 'resourcequotas', 'limitranges'], READ),
  rule('apps', ['statefulsets', 'deployments'], [...READ, ...WRITE]),
  rule('apps', ['statefulsets/scale', 'deployments/scale'], ['get', 'patch', 'update']),
  rule('batch', ['jobs'], [...READ, ...WRITE]),
  rule('policy', ['poddisruptionbudgets'], [...READ, ...WRITE]),
  // One operation works on an object at a time, whoever's Takt it is: a Lease says whose.
  rule('coordination.k8s.io', ['leases'], ['get', 'create', 'update', 'delete']),
  rule('networking.k8s.io', ['networkpolicies'], READ),
  WHO,
  rule('kubeflow.org', ['notebooks'], [...READ, ...WRITE]),
  rule('snapshot.storage.k8s.io', ['volumesnapshots'], [...READ, ...WRITE]),
  rule('kueue.x-k8s.io', ['localqueues'], READ),
  // Holding a workload back is Kueue's `active`; moving one makes it anew.
  rule('kueue.x-k8s.io', ['workloads'], [...READ, 'patch']),
  rule('trainer.kubeflow.org', ['trainjobs'], [...READ, ...WRITE]),
  rule('kubeflow.org', ['pytorchjobs'], [...READ, ...WRITE]),
  rule('argoproj.io', ['workflows'], [...READ, ...WRITE]),
]
/** Namespaces, quotas and who may enter them; cluster-wide. The roles that may be handed on are named, so that nobody can hand on more. */
const LEAD: Rule[] = [
  ...ENGINEER,
  ...MEMBER,
  rule(GROUP, SHARED, [...READ, ...WRITE]),
  rule(GROUP, statusOf(SHARED), ['get', 'patch', 'update']),
  rule('', ['namespaces', 'resourcequotas', 'limitranges'], [...READ, ...WRITE]),
  rule('networking.k8s.io', ['networkpolicies'], [...READ, ...WRITE]),
  rule('', ['persistentvolumes'], READ),
  rule('snapshot.storage.k8s.io', ['volumesnapshotcontents'], [...READ, ...WRITE]),
  rule(RBAC, ['rolebindings'], [...READ, ...WRITE]),
  rule(RBAC, ['clusterroles', 'clusterrolebindings', 'roles'], READ),
  { ...rule(RBAC, ['clusterroles'], ['bind']), resourceNames: BOUND_BY_LEADS },
  // Who acts by itself holds a Lease; budgets stop queues.
  rule('coordination.k8s.io', ['leases'], ['get', 'create', 'update', 'patch', 'delete']),
  rule(
    'kueue.x-k8s.io',
    ['clusterqueues', 'localqueues', 'resourceflavors', 'admissionchecks'],
    [...READ, ...WRITE],
  ),
]

const labels = { [LABEL.managedBy]: 'takt' }
const role = (name: string, says: string, rules: Rule[]): Manifest => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRole',
  metadata: { name, labels, annotations: { 'takt.dev/says': says } },
  rules: rules.map((one) => ({ ...one })),
})

/** The three roles people are given, the one that lets leads see what a project's namespace holds, and the one everybody has who can sign in. None of them aggregates into another. */
export const roles = (): Manifest[] => [
  role('takt-lead', 'Namespaces, quotas, and who works where.', LEAD),
  role('takt-engineer', "Everything inside the namespaces of one's projects but quotas.", ENGINEER),
  role('takt-analyst', 'Reads a project and writes verdicts.', ANALYST),
  role(INVENTORY_ROLE, 'Lists what a namespace holds.', [
    { apiGroups: ['*'], resources: ['*'], verbs: ['list'] },
  ]),
  role('takt-member', 'Reads what everybody shares and asks for a project.', MEMBER),
  // Without subjects, so that preparing again leaves those alone whom an administrator has put there.
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: LEADS_BINDING, labels },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'takt-lead' },
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'takt-member', labels },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'takt-member' },
    subjects: [{ apiGroup: RBAC, kind: 'Group', name: 'system:authenticated' }],
  },
]
