/** Who is given rights by Takt. A role of a project is bound in the project's namespace, every other one for the whole cluster. */
export const ROLES = {
  member: { says: 'Reads what everybody shares and asks for a project.', scope: 'cluster' },
  engineer: {
    says: "Everything inside the namespaces of one's projects but quotas.",
    scope: 'project',
  },
  analyst: { says: 'Reads a project and writes verdicts.', scope: 'project' },
  lead: { says: 'Namespaces, quotas, and who works where.', scope: 'cluster' },
  'data-owner': { says: 'Data sources, and who may use them where.', scope: 'cluster' },
  auditor: {
    says: 'Reads every record of people, money and models; no pod and no secret.',
    scope: 'cluster',
  },
  steward: { says: 'What Takt does while nobody looks, and nothing else.', scope: 'cluster' },
} as const satisfies Record<string, { says: string; scope: 'cluster' | 'project' }>
export type RoleName = keyof typeof ROLES

export interface Right {
  /** Said to whoever lacks it: "You may not …". */
  says: string
  group: string
  resources: readonly string[]
  verbs: readonly string[]
  /** Objects it holds for, where not for all. */
  names?: readonly string[]
  /** Where its kinds live: a role that is bound in a namespace reaches only kinds of a namespace. */
  scope: 'cluster' | 'namespace'
  roles: readonly RoleName[]
}

export const READ = ['get', 'list', 'watch'] as const
export const WRITE = ['create', 'patch', 'update', 'delete'] as const
export const STATUS = ['get', 'patch', 'update'] as const
export const RBAC = 'rbac.authorization.k8s.io'
export const KUEUE = 'kueue.x-k8s.io'
export const SNAPSHOT = 'snapshot.storage.k8s.io'
export const KUBEFLOW = 'kubeflow.org'
export const TRAINER = 'trainer.kubeflow.org'
export const SHARED = ['projects', 'tools', 'datasources', 'budgets', 'pricebooks', 'burstpolicies']
export const LOCAL = ['environments', 'datasnapshots', 'workitems', 'revisions', 'driftreviews']
export const statusOf = (plurals: readonly string[]) => plurals.map((plural) => `${plural}/status`)
/** The roles that leads hand on, and no others; Takt names them alone. */
export const HANDED_ON = ['takt-lead', 'takt-engineer', 'takt-analyst', 'takt-inventory'] as const
/** The binding that names the leads of a cluster: an administrator fills it, everybody may read it. */
export const LEADS_BINDING = 'takt-leads'

export const WORKERS = ['engineer', 'lead'] as const
export const READERS = ['engineer', 'analyst', 'lead'] as const
export const EVERYBODY = ['member', 'lead', 'steward'] as const

type Place = Pick<Right, 'scope' | 'roles'>
export const inCluster = (...roles: RoleName[]): Place => ({ scope: 'cluster', roles })
export const inNamespace = (...roles: RoleName[]): Place => ({ scope: 'namespace', roles })
interface Kinds {
  group: string
  resources: readonly string[]
  verbs: readonly string[]
  names?: readonly string[]
}
export const to = (says: string, kinds: Kinds, place: Place): Right => ({
  says,
  ...kinds,
  ...place,
})
export const core = (resources: readonly string[], verbs: readonly string[]): Kinds => ({
  group: '',
  resources,
  verbs,
})
export const of = (
  group: string,
  resources: readonly string[],
  verbs: readonly string[],
): Kinds => ({
  group,
  resources,
  verbs,
})
/** How Prometheus is called where it is usually installed, with its port, as its proxy is asked for. */
export const METRICS = [
  'prometheus:9090',
  'prometheus-operated:9090',
  'prometheus-k8s:9090',
  'prometheus-server:80',
  'kube-prometheus-stack-prometheus:9090',
] as const
