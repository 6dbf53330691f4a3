import { builtinSchema } from './schema/builtin'
import type { Resource, ScalePaths } from './resource'
import { eventView } from './kinds/event-view'
import { columnsOf } from './tables/columns'

interface Short {
  short?: string[]
  cluster?: boolean
  status?: boolean
  scale?: ScalePaths
  generations?: boolean
  conditional?: boolean
  categories?: string[]
  singular?: string
  subresources?: NonNullable<Resource['subresources']>
  virtual?: boolean
  view?: NonNullable<Resource['view']>
}
const SCALE: ScalePaths = {
  spec: '.spec.replicas',
  status: '.status.replicas',
  selector: '.spec.selector',
}
const WORKLOAD: Short = { status: true, generations: true, categories: ['all'] }
const PROXIED = ['create', 'delete', 'get', 'patch', 'update']
const POD_STREAMS = [
  { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
  { name: 'binding', kind: 'Binding', verbs: ['create'] },
  { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
  { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
  { name: 'log', kind: 'Pod', verbs: ['get'] },
  { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
  { name: 'proxy', kind: 'PodProxyOptions', verbs: PROXIED },
]
const KINDS: Record<string, Record<string, Short>> = {
  '/v1': {
    'Namespace namespaces': {
      short: ['ns'],
      cluster: true,
      status: true,
      subresources: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
    },
    'Node nodes': { short: ['no'], cluster: true, status: true },
    'Pod pods': {
      short: ['po'],
      status: true,
      generations: true,
      categories: ['all'],
      subresources: POD_STREAMS,
    },
    'Service services': {
      short: ['svc'],
      status: true,
      categories: ['all'],
      subresources: [{ name: 'proxy', kind: 'ServiceProxyOptions', verbs: PROXIED }],
    },
    'ConfigMap configmaps': { short: ['cm'] },
    'Secret secrets': {},
    'ServiceAccount serviceaccounts': {
      short: ['sa'],
      subresources: [
        {
          name: 'token',
          kind: 'TokenRequest',
          group: 'authentication.k8s.io',
          version: 'v1',
          verbs: ['create'],
        },
      ],
    },
    'PersistentVolumeClaim persistentvolumeclaims': { short: ['pvc'], status: true },
    'PersistentVolume persistentvolumes': { short: ['pv'], cluster: true, status: true },
    'Event events': { short: ['ev'] },
    'ResourceQuota resourcequotas': { short: ['quota'], status: true },
    'LimitRange limitranges': { short: ['limits'] },
    'Endpoints endpoints': { short: ['ep'], singular: 'endpoints' },
  },
  'events.k8s.io/v1': { 'Event events': { short: ['ev'], view: eventView } },
  'discovery.k8s.io/v1': { 'EndpointSlice endpointslices': {} },
  'apps/v1': {
    'Deployment deployments': { ...WORKLOAD, short: ['deploy'], scale: SCALE },
    'StatefulSet statefulsets': { ...WORKLOAD, short: ['sts'], scale: SCALE },
    'ReplicaSet replicasets': { ...WORKLOAD, short: ['rs'], scale: SCALE },
    'DaemonSet daemonsets': { ...WORKLOAD, short: ['ds'] },
  },
  'batch/v1': { 'Job jobs': WORKLOAD, 'CronJob cronjobs': { ...WORKLOAD, short: ['cj'] } },
  'policy/v1': {
    'PodDisruptionBudget poddisruptionbudgets': {
      short: ['pdb'],
      status: true,
      generations: true,
      conditional: true,
    },
  },
  'scheduling.k8s.io/v1': {
    'PriorityClass priorityclasses': { short: ['pc'], cluster: true, generations: true },
  },
  'networking.k8s.io/v1': {
    'NetworkPolicy networkpolicies': { short: ['netpol'], generations: true },
    'Ingress ingresses': { short: ['ing'], status: true, generations: true },
  },
  'storage.k8s.io/v1': {
    'StorageClass storageclasses': { short: ['sc'], cluster: true },
    'CSIDriver csidrivers': { cluster: true },
  },
  'coordination.k8s.io/v1': { 'Lease leases': {} },
  'rbac.authorization.k8s.io/v1': {
    'Role roles': {},
    'RoleBinding rolebindings': {},
    'ClusterRole clusterroles': { cluster: true },
    'ClusterRoleBinding clusterrolebindings': { cluster: true },
  },
  'authorization.k8s.io/v1': {
    'SelfSubjectAccessReview selfsubjectaccessreviews': { cluster: true, virtual: true },
    'SubjectAccessReview subjectaccessreviews': { cluster: true, virtual: true },
    'LocalSubjectAccessReview localsubjectaccessreviews': { virtual: true },
    'SelfSubjectRulesReview selfsubjectrulesreviews': { cluster: true, virtual: true },
  },
  'authentication.k8s.io/v1': {
    'SelfSubjectReview selfsubjectreviews': { cluster: true, virtual: true },
    'TokenReview tokenreviews': { cluster: true, virtual: true },
  },
  'admissionregistration.k8s.io/v1': {
    'ValidatingAdmissionPolicy validatingadmissionpolicies': {
      cluster: true,
      status: true,
      generations: true,
      categories: ['api-extensions'],
    },
    'ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings': {
      cluster: true,
      generations: true,
      categories: ['api-extensions'],
    },
  },
  'apiextensions.k8s.io/v1': {
    'CustomResourceDefinition customresourcedefinitions': {
      short: ['crd', 'crds'],
      cluster: true,
      status: true,
      generations: true,
      categories: ['api-extensions'],
      conditional: true,
    },
  },
}

function builtin(groupVersion: string, names: string, short: Short): Resource {
  const [group = '', version = ''] = groupVersion.split('/')
  const [kind = '', plural = ''] = names.split(' ')
  const {
    short: shortNames,
    cluster = false,
    status = false,
    generations = false,
    conditional = false,
    ...rest
  } = short
  return {
    singular: kind.toLowerCase(),
    ...rest,
    group,
    version,
    kind,
    plural,
    namespaced: !cluster,
    custom: false,
    hasStatus: status,
    countsGenerations: generations,
    unconditionalUpdate: !conditional,
    schema: builtinSchema(group, version, kind),
    columns: columnsOf(group, kind),
    ...(shortNames && { shortNames }),
  }
}

/** Every kind the server knows without a CustomResourceDefinition. */
export const builtinResources = (): Resource[] =>
  Object.entries(KINDS).flatMap(([groupVersion, kinds]) =>
    Object.entries(kinds).map(([names, short]) => builtin(groupVersion, names, short)),
  )
