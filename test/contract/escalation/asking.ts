import type { Identity, Json } from '../conformance/target'

type Fields = { [field: string]: Json | undefined }
export interface Attempt {
  name: string
  as: Identity
  method?: 'GET' | 'POST' | 'DELETE' | 'PATCH'
  path: string
  body?: Json
  /** Who holds it: a right that is missing, or what a policy of admission says. `done` is what has to go on working. */
  ends: 'done' | 'no right' | RegExp
}

const TEAM = ['takt-members']
export const lea: Identity = { user: 'lea', groups: ['leads', ...TEAM] }
export const eve: Identity = { user: 'eve', groups: TEAM }
export const ann: Identity = { user: 'ann', groups: TEAM }
export const nils: Identity = { user: 'nils', groups: TEAM }
/** What runs in a pod of the project signs in as this. */
export const POD: Identity = {
  user: 'system:serviceaccount:wear:default',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:wear', 'system:authenticated'],
}
export const RBAC = 'rbac.authorization.k8s.io'
export const TAKT = '/apis/takt.dev/v1alpha1'

export const pod = (name: string, spec: Fields = {}, container: Fields = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    schedulerName: 'nobody',
    containers: [{ name: 'main', image: 'registry.example/image:1', ...container }],
    ...spec,
  },
})
export const ROOT_OF_NODE = {
  spec: { volumes: [{ name: 'root', hostPath: { path: '/' } }] },
  container: { securityContext: { privileged: true } },
}
export const binding = (name: string, role: string, subject: Fields): Json => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'RoleBinding',
  metadata: { name },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
  subjects: [{ ...(subject['kind'] !== 'ServiceAccount' && { apiGroup: RBAC }), ...subject }],
})
export const bindingsOf = (namespace: string) =>
  `/apis/${RBAC}/v1/namespaces/${namespace}/rolebindings?dryRun=All`
export const nemo = { kind: 'User', name: 'nemo' }
export const podsOf = (namespace: string) => `/api/v1/namespaces/${namespace}/pods?dryRun=All`
export const namespace = (name: string) => `/api/v1/namespaces/${name}?dryRun=All`
const ENFORCE = 'pod-security.kubernetes.io/enforce'
export const level = (to: string, annotations: Fields = {}): Json => ({
  metadata: { labels: { [ENFORCE]: to }, annotations },
})
export const exception = (by: string): Fields => ({
  'takt.dev/pod-security-exception': JSON.stringify({ by, at: 'today', reason: 'a profiler' }),
})

export const project = (name: string, owner: string, members: Fields[] = []): Json => ({
  apiVersion: 'takt.dev/v1alpha1',
  kind: 'Project',
  metadata: { name },
  spec: {
    title: name,
    question: 'Why?',
    owner,
    team: 'vision',
    members,
    costCentre: 'vision',
    budgetUsd: 10,
    sites: ['here'],
    timeBox: { start: '2026-01-01T00:00:00Z', due: '2036-01-01T00:00:00Z' },
  },
})
export const asks = `${TAKT}/projects?dryRun=All`
export const lease = (namespaceOf: string, name: string): Pick<Attempt, 'path' | 'body'> => ({
  path: `/apis/coordination.k8s.io/v1/namespaces/${namespaceOf}/leases?dryRun=All`,
  body: {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name },
    spec: { holderIdentity: 'lea' },
  },
})
const review = (verb: string, resource: string, group = ''): Pick<Attempt, 'path' | 'body'> => ({
  path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  body: {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { verb, resource, group } },
  },
})
/** Questions about rights are answered, not refused: these must be answered with no. */
export const RIGHTS_NOBODY_HAS: Attempt[] = [
  ['impersonate', 'users', ''],
  ['escalate', 'clusterroles', RBAC],
  ['bind', 'clusterroles', RBAC],
  ['create', 'clusterrolebindings', RBAC],
  ['delete', 'nodes', ''],
  ['get', 'secrets', ''],
  ['create', 'validatingadmissionpolicybindings', 'admissionregistration.k8s.io'],
].map(([verb = '', resource = '', group = '']) => ({
  name: `${verb} ${resource}`,
  as: lea,
  ends: 'done',
  ...review(verb, resource, group),
}))
