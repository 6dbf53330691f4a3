import { GROUP } from '../../../../preload/contract/records'
import { HANDED_ON } from '../../../../preload/contract/rights'
import { LABEL, type Manifest } from '../../../kernel/manifest'
import { POD_SECURITY_EXCEPTION } from '../../../kernel/pod-security'

const API = 'admissionregistration.k8s.io/v1'
const ENFORCE = 'pod-security.kubernetes.io/enforce'
type Condition = { name: string; expression: string }
type Validation = { expression: string; message: string }
interface Rule {
  apiGroups: string[]
  resources: string[]
  operations: string[]
  scope?: 'Namespaced' | 'Cluster'
}
interface PolicyOutline {
  says: string
  rules: Rule[]
  conditions: Condition[]
  variables?: Condition[]
  validations: Validation[]
}

/** Whoever may do everything anyway, and the machinery of the cluster, are held to nothing: a policy of Takt must not be able to stop a cluster. */
const PEOPLE: Condition[] = [
  { name: 'not-the-cluster', expression: "!request.userInfo.username.startsWith('system:')" },
  {
    name: 'not-an-administrator',
    expression: "!authorizer.group('*').resource('*').check('*').allowed()",
  },
]
/** The leads of the cluster: whoever may change Takt's own policy. */
const LEADS: Condition[] = [
  ...PEOPLE,
  {
    name: 'a-lead',
    expression: `authorizer.group('${GROUP}').resource('burstpolicies').check('update').allowed()`,
  },
]
const label = (object: string, key: string) => `${object}.metadata.?labels[?'${key}'].orValue('')`
const isTakts = (object: string) =>
  `(${label(object, LABEL.project)} != '' || ${label(object, LABEL.managedBy)} == 'takt')`
const WRITES = ['CREATE', 'UPDATE', 'DELETE']
const CHANGES = ['CREATE', 'UPDATE']

const leadsStay: PolicyOutline = {
  says: 'Leads write, and enter pods, only in namespaces of projects and of Takt itself.',
  rules: [
    {
      apiGroups: ['*'],
      resources: ['*/*'],
      operations: [...WRITES, 'CONNECT'],
      scope: 'Namespaced',
    },
  ],
  conditions: [
    ...LEADS,
    // Questions about rights are created too, and snapshots of shared data are taken where the data lies: neither changes what is there.
    {
      name: 'a-change',
      expression:
        "!(request.resource.group in ['authorization.k8s.io', 'snapshot.storage.k8s.io'])",
    },
  ],
  validations: [
    {
      expression: `namespaceObject == null || ${isTakts('namespaceObject')}`,
      message:
        'A lead works in namespaces of projects, and this is none. Whoever runs the cluster can do it, or lend the namespace to a project.',
    },
  ],
}
const namespaces: PolicyOutline = {
  says: "Leads make, change and delete only Takt's namespaces, and let no pod reach the machine it runs on without saying why.",
  rules: [{ apiGroups: [''], resources: ['namespaces'], operations: WRITES }],
  conditions: LEADS,
  variables: [
    { name: 'level', expression: `object == null ? '' : ${label('object', ENFORCE)}` },
    { name: 'before', expression: `oldObject == null ? '' : ${label('oldObject', ENFORCE)}` },
    {
      name: 'why',
      expression: `object == null ? '' : object.metadata.?annotations[?'${POD_SECURITY_EXCEPTION}'].orValue('')`,
    },
  ],
  validations: [
    {
      expression: `oldObject == null ? ${label('object', LABEL.managedBy)} == 'takt' : ${isTakts('oldObject')}`,
      message: 'A lead makes and changes namespaces of projects, and this is none.',
    },
    {
      expression: `request.operation != 'DELETE' || ${label('oldObject', LABEL.managedBy)} == 'takt'`,
      message: 'Takt did not make this namespace, so whoever did deletes it.',
    },
    {
      expression: [
        "request.operation == 'DELETE'",
        "variables.level in ['baseline', 'restricted']",
        "(request.operation == 'UPDATE' && variables.level == variables.before)",
        `variables.why.startsWith('{"by":"' + request.userInfo.username + '",')`,
      ].join(' || '),
      message: `A namespace enforces baseline or restricted (${ENFORCE}); less is an exception, with a reason, of whoever makes it (${POD_SECURITY_EXCEPTION}).`,
    },
  ],
}

const bindings: PolicyOutline = {
  says: 'In namespaces of projects people bind the roles of Takt, to people and groups that somebody named.',
  rules: [
    {
      apiGroups: ['rbac.authorization.k8s.io'],
      resources: ['rolebindings'],
      operations: CHANGES,
    },
  ],
  conditions: PEOPLE,
  // Conditions of a match do not see the namespace, so each rule asks for it.
  variables: [
    { name: 'elsewhere', expression: `${label('namespaceObject', LABEL.project)} == ''` },
  ],
  validations: [
    {
      expression: `variables.elsewhere || (object.roleRef.kind == 'ClusterRole' && object.roleRef.name in [${HANDED_ON.map((role) => `'${role}'`).join(', ')}])`,
      message: `Only ${HANDED_ON.join(', ')} are bound in the namespace of a project.`,
    },
    {
      expression:
        "variables.elsewhere || !has(object.subjects) || object.subjects.all(one, one.kind in ['User', 'Group'] && !one.name.startsWith('system:'))",
      message:
        'Name people, or groups of the directory: no service accounts, and no group that the cluster itself gives to everybody.',
    },
  ],
}
const leases: PolicyOutline = {
  says: 'In namespaces of projects and of Takt people hold the Leases of Takt, and no others.',
  rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], operations: CHANGES }],
  conditions: PEOPLE,
  validations: [
    {
      expression: `!${isTakts('namespaceObject')} || object.metadata.name == 'takt-steward' || object.metadata.name.startsWith('takt-op-')`,
      message: 'People hold the Leases of Takt here, and no others: takt-steward and takt-op-….',
    },
  ],
}
const MAY_CHANGE = `authorizer.group('${GROUP}').resource('projects').check('update').allowed()`
const MEMBERS = 'has(object.spec.members) ? object.spec.members : []'
const projects: PolicyOutline = {
  says: 'Whoever asks for a project owns it and names no leads; nobody makes everybody a member.',
  rules: [{ apiGroups: [GROUP], resources: ['projects'], operations: CHANGES }],
  conditions: PEOPLE,
  validations: [
    {
      expression: `request.operation != 'CREATE' || object.spec.owner == request.userInfo.username || ${MAY_CHANGE}`,
      message: 'Whoever asks for a project owns it; a lead can give it to somebody else.',
    },
    {
      expression: `request.operation != 'CREATE' || ${MAY_CHANGE} || (${MEMBERS}).all(one, one.role != 'lead')`,
      message: 'A request names no leads; a lead can make them leads afterwards.',
    },
    {
      expression: `(${MEMBERS}).all(one, !one.name.startsWith('system:'))`,
      message: 'What the cluster itself calls everybody of a kind is no member.',
    },
  ],
}

const OUTLINES: Record<string, PolicyOutline> = {
  'leads-stay-in-projects.takt.dev': leadsStay,
  'namespaces.takt.dev': namespaces,
  'role-bindings.takt.dev': bindings,
  'leases.takt.dev': leases,
  'projects.takt.dev': projects,
}
const marks = { [LABEL.managedBy]: 'takt' }
const manifestsOf = ([name, outline]: [string, PolicyOutline]): Manifest[] => [
  {
    apiVersion: API,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name, labels: marks, annotations: { 'takt.dev/says': outline.says } },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: outline.rules.map((rule) => ({ apiVersions: ['*'], ...rule })),
      },
      matchConditions: outline.conditions,
      ...(outline.variables && { variables: outline.variables }),
      validations: outline.validations.map((one) => ({ ...one, reason: 'Forbidden' })),
    },
  },
  {
    apiVersion: API,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name, labels: marks },
    spec: { policyName: name, validationActions: ['Deny'] },
  },
]
/** What roles alone cannot say: where leads may write, what namespaces let run, whom bindings name, whose a request is. */
export const policies = (): Manifest[] => Object.entries(OUTLINES).flatMap(manifestsOf)
/** What a server that knows no admission policies (before 1.30) does not hold, for the plan that prepares it. */
export const UNHELD =
  'This server knows no admission policies (Kubernetes 1.30 and later do), so roles alone hold: leads can write in every namespace, and whoever asks for a project can name any owner.'
