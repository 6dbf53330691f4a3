// Condenses the OpenAPI documents published with Kubernetes (Apache-2.0, k8s.io/kubernetes api/openapi-spec/v3) into the types the plant serves:
//   node resources/build/kubernetes-schema.mjs "$(go mod download -json k8s.io/kubernetes@v1.34.4 | jq -r .Dir)"
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder] = process.argv.slice(2)
if (!folder) throw new Error('Name the folder of the unpacked k8s.io/kubernetes module')
const KINDS = {
  api__v1: [
    'Namespace',
    'Node',
    'Pod',
    'Service',
    'ConfigMap',
    'Secret',
    'ServiceAccount',
    'PersistentVolumeClaim',
    'PersistentVolume',
    'Event',
    'ResourceQuota',
    'LimitRange',
    'Endpoints',
    'Binding',
  ],
  'apis__events.k8s.io__v1': ['Event'],
  'apis__discovery.k8s.io__v1': ['EndpointSlice'],
  apis__apps__v1: ['Deployment', 'StatefulSet', 'ReplicaSet', 'DaemonSet'],
  apis__batch__v1: ['Job', 'CronJob'],
  apis__autoscaling__v1: ['Scale'],
  apis__policy__v1: ['PodDisruptionBudget', 'Eviction'],
  'apis__scheduling.k8s.io__v1': ['PriorityClass'],
  'apis__networking.k8s.io__v1': ['NetworkPolicy', 'Ingress'],
  'apis__storage.k8s.io__v1': ['StorageClass', 'CSIDriver'],
  'apis__coordination.k8s.io__v1': ['Lease'],
  'apis__rbac.authorization.k8s.io__v1': [
    'Role',
    'RoleBinding',
    'ClusterRole',
    'ClusterRoleBinding',
  ],
  'apis__authorization.k8s.io__v1': [
    'SelfSubjectAccessReview',
    'SubjectAccessReview',
    'LocalSubjectAccessReview',
    'SelfSubjectRulesReview',
  ],
  'apis__authentication.k8s.io__v1': ['SelfSubjectReview', 'TokenReview', 'TokenRequest'],
  'apis__apiextensions.k8s.io__v1': ['CustomResourceDefinition'],
  'apis__admissionregistration.k8s.io__v1': [
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
  ],
}
const KEPT = [
  'type',
  'format',
  'enum',
  'required',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-patch-merge-key',
  'x-kubernetes-patch-strategy',
]
const nameOf = (ref) => ref.replace('#/components/schemas/', '')
const document = (file) =>
  JSON.parse(readFileSync(join(folder, 'api/openapi-spec/v3', `${file}_openapi.json`), 'utf8'))
    .components.schemas
const schemas = Object.assign({}, ...Object.keys(KINDS).map(document))
const kept = {}

function condense(schema) {
  const [only] = schema.allOf ?? []
  const ref = schema.$ref ?? only?.$ref
  const answer = Object.fromEntries(
    KEPT.filter((key) => schema[key] !== undefined).map((key) => [key, schema[key]]),
  )
  if (ref) {
    answer.$ref = nameOf(ref)
    keep(answer.$ref)
  }
  if (schema.oneOf) answer.oneOf = schema.oneOf
  // A default of {} marks a field that is always present in memory, which decides who owns it; '' and 0 say nothing.
  if (
    schema.default !== undefined &&
    schema.default !== '' &&
    schema.default !== 0 &&
    schema.default !== false
  )
    answer.default = schema.default
  if (schema.items) answer.items = condense(schema.items)
  if (schema.additionalProperties)
    answer.additionalProperties = condense(schema.additionalProperties)
  if (schema.properties)
    answer.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, condense(property)]),
    )
  return answer
}
function keep(name) {
  if (name in kept) return
  kept[name] = {}
  kept[name] = condense(schemas[name])
}

const kinds = {}
for (const [file, names] of Object.entries(KINDS)) {
  for (const kind of names) {
    const [group, version] =
      file === 'api__v1' ? ['', 'v1'] : file.replace('apis__', '').split('__')
    const found = Object.entries(schemas).find(
      ([name, schema]) =>
        name.endsWith(`.${kind}`) &&
        (schema['x-kubernetes-group-version-kind'] ?? []).some(
          (gvk) => gvk.group === group && gvk.version === version && gvk.kind === kind,
        ),
    )
    if (!found) throw new Error(`No schema for ${group}/${version} ${kind}`)
    keep(found[0])
    kinds[`${group}/${version}/${kind}`] = found[0]
  }
}
const sorted = Object.fromEntries(Object.entries(kept).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(
  new URL('../../main/plant/api/schema/kubernetes.json', import.meta.url),
  `${JSON.stringify({ source: 'Kubernetes 1.34 OpenAPI, Apache-2.0, condensed', kinds, schemas: sorted })}\n`,
)
