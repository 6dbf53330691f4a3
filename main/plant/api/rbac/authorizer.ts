import { isRecord, listAt, recordAt, textAt, type User } from '../cluster'
import type { Store } from '../store'
import type { KubeObject } from '../../types'

export interface Rule {
  verbs: string[]
  apiGroups: string[]
  resources: string[]
  resourceNames: string[]
  nonResourceURLs: string[]
}
/** One question to the authorizer. */
export interface Access {
  verb: string
  group?: string
  resource?: string
  subresource?: string | undefined
  name?: string | undefined
  namespace?: string | undefined
  path?: string
}
interface Binding {
  name: string
  subjects: Record<string, unknown>[]
  namespace: string | undefined
  roleKind: string
  roleName: string
}

const RBAC = 'rbac.authorization.k8s.io'
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
/** Reads the rules of a role as they are stored. */
export const rulesOf = (role: KubeObject | undefined): Rule[] =>
  listAt(role, 'rules')
    .filter(isRecord)
    .map((rule) => ({
      verbs: texts(rule['verbs']),
      apiGroups: texts(rule['apiGroups']),
      resources: texts(rule['resources']),
      resourceNames: texts(rule['resourceNames']),
      nonResourceURLs: texts(rule['nonResourceURLs']),
    }))

const has = (list: string[], value: string): boolean => list.includes('*') || list.includes(value)
const coversResource = (rule: Rule, resource: string, subresource: string | undefined): boolean => {
  const combined = subresource ? `${resource}/${subresource}` : resource
  return (
    has(rule.resources, combined) ||
    (subresource !== undefined && rule.resources.includes(`*/${subresource}`))
  )
}
const coversPath = (rule: Rule, path: string): boolean =>
  rule.nonResourceURLs.some(
    (url) =>
      url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1))),
  )

/** Whether one rule grants what is asked. */
export function ruleAllows(rule: Rule, access: Access): boolean {
  if (!has(rule.verbs, access.verb)) return false
  if (access.resource === undefined) return coversPath(rule, access.path ?? '')
  return (
    has(rule.apiGroups, access.group ?? '') &&
    coversResource(rule, access.resource, access.subresource) &&
    (rule.resourceNames.length === 0 ||
      (access.name !== undefined && rule.resourceNames.includes(access.name)))
  )
}

/** Evaluates the roles and bindings of one cluster. Nothing is granted outside them but to system:masters. */
export class Authorizer {
  readonly #store: Store
  #bindings: Binding[] | undefined
  readonly #rules = new Map<string, Rule[]>()

  constructor(store: Store) {
    this.#store = store
    store.listen((_change, resource) => {
      if (resource.startsWith(RBAC)) this.#forget()
    })
  }
  #forget(): void {
    this.#bindings = undefined
    this.#rules.clear()
  }
  #read(): Binding[] {
    const read = (plural: string): Binding[] =>
      [...this.#store.all(`${RBAC}/${plural}`)].map(({ object }) => ({
        name: object.metadata.name,
        subjects: listAt(object, 'subjects').filter(isRecord),
        namespace: object.metadata.namespace,
        roleKind: textAt(object, 'roleRef', 'kind') ?? '',
        roleName: textAt(object, 'roleRef', 'name') ?? '',
      }))
    return (this.#bindings ??= [...read('clusterrolebindings'), ...read('rolebindings')])
  }
  hasRole(kind: string, name: string, namespace: string | undefined): boolean {
    const found =
      kind === 'Role'
        ? this.#store.get(`${RBAC}/roles`, name, namespace)
        : this.#store.get(`${RBAC}/clusterroles`, name)
    return found !== undefined
  }
  /** The rules of a role or cluster role by name, those gathered by an aggregation rule included. */
  roleRules(kind: string, name: string, namespace: string | undefined): Rule[] {
    const store = this.#store
    if (kind === 'Role') return rulesOf(store.get(`${RBAC}/roles`, name, namespace)?.object)
    const role = store.get(`${RBAC}/clusterroles`, name)?.object
    const gathered = listAt(role, 'aggregationRule', 'clusterRoleSelectors').flatMap((selector) => {
      const wanted = Object.entries(recordAt(selector, 'matchLabels') ?? {})
      return [...store.all(`${RBAC}/clusterroles`)].filter(
        ({ object }) =>
          object.metadata.name !== name &&
          wanted.every(([key, value]) => object.metadata.labels?.[key] === value),
      )
    })
    return [...rulesOf(role), ...gathered.flatMap(({ object }) => rulesOf(object))]
  }
  /** Every rule a user holds in a namespace, or cluster-wide where none is named. */
  rulesFor(user: User, namespace: string | undefined): Rule[] {
    const key = JSON.stringify([user.name, user.groups, namespace])
    const known = this.#rules.get(key)
    if (known) return known
    const held = this.#read().filter(
      (binding) =>
        (binding.namespace === undefined || binding.namespace === namespace) &&
        binding.subjects.some((subject) => isSubject(subject, user, binding.namespace)),
    )
    const rules = held.flatMap((binding) =>
      this.roleRules(binding.roleKind, binding.roleName, binding.namespace),
    )
    this.#rules.set(key, rules)
    return rules
  }
  /** Which binding grants what is asked, in the words of the real server; '' for system:masters, undefined where nothing grants it. */
  reasonFor(user: User, access: Access): string | undefined {
    if (user.groups.includes('system:masters')) return ''
    for (const binding of this.#read()) {
      if (binding.namespace !== undefined && binding.namespace !== access.namespace) continue
      const subject = binding.subjects.find((one) => isSubject(one, user, binding.namespace))
      if (
        subject &&
        this.roleRules(binding.roleKind, binding.roleName, binding.namespace).some((rule) =>
          ruleAllows(rule, access),
        )
      ) {
        const kind = binding.namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding'
        const name =
          binding.namespace === undefined ? binding.name : `${binding.name}/${binding.namespace}`
        const subjectName =
          subject['kind'] === 'ServiceAccount'
            ? `${String(subject['name'])}/${String(subject['namespace'])}`
            : String(subject['name'])
        return `RBAC: allowed by ${kind} ${JSON.stringify(name)} of ${binding.roleKind} ${JSON.stringify(binding.roleName)} to ${String(subject['kind'])} ${JSON.stringify(subjectName)}`
      }
    }
    return undefined
  }
  allows(user: User, access: Access): boolean {
    return (
      user.groups.includes('system:masters') ||
      this.rulesFor(user, access.namespace).some((rule) => ruleAllows(rule, access))
    )
  }
}

function isSubject(
  subject: Record<string, unknown>,
  user: User,
  namespace: string | undefined,
): boolean {
  const name = String(subject['name'] ?? '')
  switch (subject['kind']) {
    case 'User':
      return user.name === name
    case 'Group':
      return user.groups.includes(name)
    case 'ServiceAccount':
      return (
        user.name ===
        `system:serviceaccount:${String(subject['namespace'] ?? namespace ?? '')}:${name}`
      )
    default:
      return false
  }
}
