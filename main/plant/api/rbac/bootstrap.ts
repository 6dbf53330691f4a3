import type { KubeObject, PlantApi } from '../../types'

const RBAC = 'rbac.authorization.k8s.io'
const READ = ['get', 'list', 'watch']
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update']
const rule = (apiGroups: string[], resources: string[], verbs: string[]) => ({
  apiGroups,
  resources,
  verbs,
})
const paths = (nonResourceURLs: string[]) => ({ nonResourceURLs, verbs: ['get'] })
const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }

const VIEWED = [
  rule(
    [''],
    [
      'configmaps',
      'endpoints',
      'persistentvolumeclaims',
      'persistentvolumeclaims/status',
      'pods',
      'serviceaccounts',
      'services',
      'services/status',
    ],
    READ,
  ),
  rule(
    [''],
    [
      'bindings',
      'events',
      'limitranges',
      'namespaces/status',
      'pods/log',
      'pods/status',
      'resourcequotas',
      'resourcequotas/status',
      'namespaces',
    ],
    READ,
  ),
  rule(['discovery.k8s.io'], ['endpointslices'], READ),
  rule(
    ['apps'],
    [
      'daemonsets',
      'daemonsets/status',
      'deployments',
      'deployments/scale',
      'deployments/status',
      'replicasets',
      'replicasets/scale',
      'replicasets/status',
      'statefulsets',
      'statefulsets/scale',
      'statefulsets/status',
    ],
    READ,
  ),
  rule(['batch'], ['cronjobs', 'cronjobs/status', 'jobs', 'jobs/status'], READ),
  rule(['policy'], ['poddisruptionbudgets', 'poddisruptionbudgets/status'], READ),
  rule(['networking.k8s.io'], ['ingresses', 'ingresses/status', 'networkpolicies'], READ),
]
const EDITED = [
  rule(
    [''],
    ['pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'secrets', 'services/proxy'],
    READ,
  ),
  rule([''], ['serviceaccounts'], ['impersonate']),
  rule([''], ['pods', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy'], WRITE),
  rule([''], ['pods/eviction', 'serviceaccounts/token'], ['create']),
  rule(
    [''],
    [
      'configmaps',
      'events',
      'persistentvolumeclaims',
      'secrets',
      'serviceaccounts',
      'services',
      'services/proxy',
    ],
    WRITE,
  ),
  rule(
    ['apps'],
    [
      'daemonsets',
      'deployments',
      'deployments/rollback',
      'deployments/scale',
      'replicasets',
      'replicasets/scale',
      'statefulsets',
      'statefulsets/scale',
    ],
    WRITE,
  ),
  rule(['batch'], ['cronjobs', 'jobs'], WRITE),
  rule(['policy'], ['poddisruptionbudgets'], WRITE),
  rule(['networking.k8s.io'], ['ingresses', 'networkpolicies'], WRITE),
  rule(['coordination.k8s.io'], ['leases'], [...WRITE, ...READ]),
]
const ADMINISTERED = [
  rule(['authorization.k8s.io'], ['localsubjectaccessreviews'], ['create']),
  rule([RBAC], ['rolebindings', 'roles'], [...WRITE, ...READ]),
]
const aggregated = (to: string, rules: unknown[]): KubeObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRole',
  rules,
  metadata: {
    name: `system:aggregate-to-${to}`,
    labels: { ...labels, [`rbac.authorization.k8s.io/aggregate-to-${to}`]: 'true' },
  },
})
const gathering = (name: string, extra: Record<string, string> = {}): KubeObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRole',
  metadata: { name, labels: { ...labels, ...extra } },
  rules: [],
  aggregationRule: {
    clusterRoleSelectors: [
      { matchLabels: { [`rbac.authorization.k8s.io/aggregate-to-${name}`]: 'true' } },
    ],
  },
})
const plain = (name: string, rules: unknown[]): KubeObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRole',
  metadata: { name, labels },
  rules,
})
const bind = (name: string, groups: string[]): KubeObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name, labels },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
  subjects: groups.map((group) => ({ apiGroup: RBAC, kind: 'Group', name: group })),
})
const PUBLIC = ['/healthz', '/livez', '/readyz', '/version', '/version/']

/** The roles and bindings every cluster is born with, as far as the plant's people meet them. */
const BORN_WITH: KubeObject[] = [
  plain('cluster-admin', [rule(['*'], ['*'], ['*']), { nonResourceURLs: ['*'], verbs: ['*'] }]),
  gathering('admin'),
  gathering('edit', { 'rbac.authorization.k8s.io/aggregate-to-admin': 'true' }),
  gathering('view', { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' }),
  aggregated('admin', [...ADMINISTERED, ...EDITED, ...VIEWED]),
  aggregated('edit', [...EDITED, ...VIEWED]),
  aggregated('view', VIEWED),
  plain('system:discovery', [
    paths(['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', ...PUBLIC]),
  ]),
  plain('system:public-info-viewer', [paths(PUBLIC)]),
  plain('system:basic-user', [
    rule(
      ['authorization.k8s.io'],
      ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      ['create'],
    ),
    rule(['authentication.k8s.io'], ['selfsubjectreviews'], ['create']),
  ]),
  bind('cluster-admin', ['system:masters']),
  bind('system:discovery', ['system:authenticated']),
  bind('system:basic-user', ['system:authenticated']),
  bind('system:public-info-viewer', ['system:authenticated', 'system:unauthenticated']),
]
const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

/** Writes what an API server finds or makes at its first start. */
export function bootstrap(api: PlantApi): void {
  for (const name of NAMESPACES) {
    if (!api.get({ group: '', kind: 'Namespace' }, name))
      api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, 'kube-apiserver')
  }
  for (const object of BORN_WITH) {
    if (!api.get({ group: RBAC, kind: object.kind }, object.metadata.name))
      api.create(object, 'kube-apiserver')
  }
  if (!api.get({ group: '', kind: 'Service' }, 'kubernetes', 'default')) {
    api.create(
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: {
          name: 'kubernetes',
          namespace: 'default',
          labels: { component: 'apiserver', provider: 'kubernetes' },
        },
        spec: {
          type: 'ClusterIP',
          clusterIP: '10.0.0.1',
          ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
        },
      },
      'kube-apiserver',
    )
  }
}
