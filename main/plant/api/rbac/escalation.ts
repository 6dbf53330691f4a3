import type { KubeObject } from '../../types'
import { sameJson, textAt, type Attempt } from '../cluster'
import { forbidden, notFound } from '../errors'
import { ruleAllows, rulesOf, type Access, type Rule } from './authorizer'

const RBAC = 'rbac.authorization.k8s.io'
/** A rule as single grants, so that each can be looked for alone. */
function* grantsOf(rule: Rule): Generator<{ access: Access; single: Rule }> {
  for (const verb of rule.verbs) {
    for (const path of rule.nonResourceURLs)
      yield {
        access: { verb, path },
        single: {
          verbs: [verb],
          apiGroups: [],
          resources: [],
          resourceNames: [],
          nonResourceURLs: [path],
        },
      }
    for (const group of rule.apiGroups) {
      for (const resource of rule.resources) {
        for (const name of rule.resourceNames.length > 0 ? rule.resourceNames : [undefined]) {
          const [plain = '', subresource] = resource.split('/')
          yield {
            access: { verb, group, resource: plain, subresource, name },
            single: {
              verbs: [verb],
              apiGroups: [group],
              resources: [resource],
              resourceNames: name === undefined ? [] : [name],
              nonResourceURLs: [],
            },
          }
        }
      }
    }
  }
}
function spoken(rule: Rule): string {
  const list = (values: string[]): string =>
    `[${values.map((value) => JSON.stringify(value)).join(' ')}]`
  if (rule.nonResourceURLs.length > 0)
    return `{NonResourceURLs:${list(rule.nonResourceURLs)}, Verbs:${list(rule.verbs)}}`
  return `{APIGroups:${list(rule.apiGroups)}, Resources:${list(rule.resources)}${rule.resourceNames.length > 0 ? `, ResourceNames:${list(rule.resourceNames)}` : ''}, Verbs:${list(rule.verbs)}}`
}
/** Grants that differ only in their verbs, as one rule. */
function compacted(rules: Rule[]): Rule[] {
  const merged = new Map<string, Rule>()
  for (const rule of rules) {
    const key = JSON.stringify([
      rule.apiGroups,
      rule.resources,
      rule.resourceNames,
      rule.nonResourceURLs,
    ])
    const known = merged.get(key)
    merged.set(key, known ? { ...known, verbs: [...known.verbs, ...rule.verbs] } : rule)
  }
  return [...merged.values()]
}
function missing({ cluster, how, object }: Attempt, rules: Rule[]): Rule[] {
  const held = cluster.authorizer.rulesFor(how.user, object.metadata.namespace)
  return compacted(
    rules
      .flatMap((rule) => [...grantsOf(rule)])
      .filter(({ access }) => !held.some((mine) => ruleAllows(mine, access)))
      .map(({ single }) => single),
  )
}
const mayAnyway = (
  { cluster, how, resource, object }: Attempt,
  verb: string,
  about: { plural: string; name: string },
): boolean =>
  cluster.authorizer.allows(how.user, {
    verb,
    group: RBAC,
    resource: about.plural,
    name: about.name,
    namespace: resource.namespaced ? object.metadata.namespace : undefined,
  })

const rolePlural = (kind: string): string => (kind === 'Role' ? 'roles' : 'clusterroles')
function granted(
  attempt: Attempt,
  object: KubeObject,
): { rules: Rule[] | undefined; verb: string; about: { plural: string; name: string } } {
  const { cluster, resource } = attempt
  if (!resource.kind.endsWith('Binding'))
    return {
      rules: rulesOf(object),
      verb: 'escalate',
      about: { plural: resource.plural, name: object.metadata.name },
    }
  const kind = textAt(object, 'roleRef', 'kind') ?? ''
  const name = textAt(object, 'roleRef', 'name') ?? ''
  const { namespace } = object.metadata
  return {
    rules: cluster.authorizer.hasRole(kind, name, namespace)
      ? cluster.authorizer.roleRules(kind, name, namespace)
      : undefined,
    verb: 'bind',
    about: { plural: rolePlural(kind), name },
  }
}
/** A role or binding without what an owner or a finalizer may change, which is collected rather than granted. */
const besidesOwners = ({ metadata, ...rest }: KubeObject) => ({
  ...rest,
  metadata: {
    ...metadata,
    ownerReferences: undefined,
    finalizers: undefined,
    managedFields: undefined,
    resourceVersion: undefined,
    generation: undefined,
  },
})
const isCollectedOnly = ({ object, before, how }: Attempt): boolean =>
  before !== undefined &&
  how.isPatch === true &&
  sameJson(besidesOwners(object), besidesOwners(before))

/** Nobody hands out by roles or bindings what they do not hold themselves, unless the verbs `escalate` or `bind` allow it: whoever writes one is held to all that it grants. Throws 403, and 404 for a role that is not there. */
export function checkEscalation(attempt: Attempt): void {
  const { resource, object, how } = attempt
  if (resource.group !== RBAC || how.user.groups.includes('system:masters')) return
  if (isCollectedOnly(attempt)) return
  const { rules, verb, about } = granted(attempt, object)
  if (mayAnyway(attempt, verb, about)) return
  if (!rules) throw notFound(resource, about.name)
  const lacking = missing(attempt, rules)
  if (lacking.length === 0) return
  const who = `user ${JSON.stringify(how.user.name)} (groups=${`[${how.user.groups.map((group) => JSON.stringify(group)).join(' ')}]`})`
  throw forbidden(
    resource,
    object.metadata.name,
    `${who} is attempting to grant RBAC permissions not currently held:\n${lacking.map(spoken).sort().join('\n')}`,
  )
}
