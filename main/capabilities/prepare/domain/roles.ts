import { CAPACITY_RECORD, SYSTEM_NAMESPACE } from '../../../kernel/system-objects'
import {
  LEADS_BINDING,
  rightsOf,
  ROLES,
  type HANDED_ON,
  type RoleName,
} from '../../../../preload/contract/rights'
import { LABEL, type Manifest } from '../../../kernel/manifest'
import { podSecurityLabels } from '../../../kernel/pod-security'

const RBAC = 'rbac.authorization.k8s.io'
export { LEADS_BINDING }
/** Listing every kind in a project's namespace, so that its deletion can say what else would go; bound there and nowhere else. */
export const INVENTORY_ROLE: (typeof HANDED_ON)[number] = 'takt-inventory'

interface Rule {
  apiGroups: string[]
  resources: string[]
  verbs: string[]
  resourceNames?: string[]
}
/** What a role may do, one rule for each right of the table. */
export const rulesOf = (role: RoleName): Rule[] =>
  rightsOf(role).map(({ group, resources, verbs, names }) => ({
    apiGroups: [group],
    resources: [...resources],
    verbs: [...verbs],
    ...(names && { resourceNames: [...names] }),
  }))

const labels = { [LABEL.managedBy]: 'takt' }
const clusterRole = (name: string, says: string, rules: Rule[]): Manifest => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRole',
  metadata: { name, labels, annotations: { 'takt.dev/says': says } },
  rules: rules.map((one) => ({ ...one })),
})
/** Without subjects, so that preparing again leaves those alone whom an administrator has put there. */
const emptyBinding = (name: string, role: string): Manifest => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name, labels },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
})
/** Who reads what is shared, where nobody names another group: never everybody who signs in, since every pod does. */
export const MEMBERS_GROUP = 'takt-members'
export const MEMBERS_BINDING = 'takt-member'
const STEWARD = { name: 'takt-steward', namespace: SYSTEM_NAMESPACE }
const ROLE_NAMES = Object.keys(ROLES) as RoleName[]

/** The roles of the table, the one that lets leads see what a project's namespace holds, and a binding for each role that is bound for the whole cluster. None of them aggregates into another. */
export const roles = (members = MEMBERS_GROUP): Manifest[] => [
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: STEWARD.namespace, labels: { ...labels, ...podSecurityLabels() } },
  },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...STEWARD, labels } },
  // There from the start, so that the steward needs the right to change this one and to make none.
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...CAPACITY_RECORD, labels } },
  ...ROLE_NAMES.map((role) => clusterRole(`takt-${role}`, ROLES[role].says, rulesOf(role))),
  clusterRole(INVENTORY_ROLE, 'Lists what a namespace holds.', [
    { apiGroups: ['*'], resources: ['*'], verbs: ['list'] },
  ]),
  emptyBinding(LEADS_BINDING, 'takt-lead'),
  emptyBinding('takt-data-owners', 'takt-data-owner'),
  emptyBinding('takt-auditors', 'takt-auditor'),
  {
    ...emptyBinding('takt-steward', 'takt-steward'),
    subjects: [{ kind: 'ServiceAccount', ...STEWARD }],
  },
  {
    ...emptyBinding(MEMBERS_BINDING, 'takt-member'),
    subjects: [{ apiGroup: RBAC, kind: 'Group', name: members }],
  },
]
