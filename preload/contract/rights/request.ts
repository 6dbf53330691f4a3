import { ROLES, type RoleName } from './right'
import { rightsOf } from './table'

const RBAC = 'rbac.authorization.k8s.io'
/** A right that somebody lacks, as the server was asked for it. */
export interface MissingRight {
  user: string
  verb: string
  group: string
  resource: string
  namespace?: string | undefined
}

const NAMES = Object.keys(ROLES) as RoleName[]
/** The role of Takt with the fewest rights that holds this one where it is asked for; undefined where none does. */
export function roleFor({ verb, group, resource, namespace }: MissingRight): RoleName | undefined {
  const scope = namespace === undefined ? 'cluster' : 'project'
  return NAMES.filter(
    (name) =>
      name !== 'steward' &&
      ROLES[name].scope === scope &&
      rightsOf(name).some(
        (right) =>
          right.group === group &&
          right.resources.includes(resource) &&
          right.verbs.includes(verb) &&
          right.names === undefined,
      ),
  ).toSorted((a, b) => rightsOf(a).length - rightsOf(b).length)[0]
}
const asName = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
const quoted = (text: string) => JSON.stringify(text)

/** What whoever may grant it applies as it is: a binding to a role of Takt, or to a role of its own where none of those fits. */
export function grantManifest(missing: MissingRight): string {
  const { user, verb, group, resource, namespace } = missing
  const role = roleFor(missing)
  const kind = namespace === undefined ? 'ClusterRole' : 'Role'
  const own = asName(`takt-${verb}-${resource}`)
  const place = namespace === undefined ? [] : [`  namespace: ${quoted(namespace)}`]
  const roleLines = [
    `apiVersion: ${RBAC}/v1`,
    `kind: ${kind}`,
    'metadata:',
    `  name: ${own}`,
    ...place,
    'rules:',
    `  - apiGroups: [${quoted(group)}]`,
    `    resources: [${quoted(resource)}]`,
    `    verbs: [${quoted(verb)}]`,
    '---',
  ]
  return [
    ...(role ? [] : roleLines),
    `apiVersion: ${RBAC}/v1`,
    `kind: ${kind}Binding`,
    'metadata:',
    `  name: ${asName(`${role ? `takt-${role}` : own}-${user}`)}`,
    ...place,
    'roleRef:',
    `  apiGroup: ${RBAC}`,
    `  kind: ${role ? 'ClusterRole' : kind}`,
    `  name: ${role ? `takt-${role}` : own}`,
    'subjects:',
    `  - apiGroup: ${RBAC}`,
    '    kind: User',
    `    name: ${quoted(user)}`,
    '',
  ].join('\n')
}
