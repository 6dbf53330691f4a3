import type { KubeObject } from '../../types'
import { listAt, sameJson, textAt, type Attempt } from '../cluster'
import { forbidden } from '../errors'
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
): { rules: Rule[]; verb: string; about: { plural: string; name: string } } {
  const { cluster, resource } = attempt
  if (!resource.kind.endsWith('Binding'))
    return {
      rules: rulesOf(object),
      verb: 'escalate',
      about: { plural: resource.plural, name: object.metadata.name },
    }
  const kind = textAt(object, 'roleRef', 'kind') ?? ''
  const name = textAt(object, 'roleRef', 'name') ?? ''
  return {
    rules: cluster.authorizer.roleRules(kind, name, object.metadata.namespace),
    verb: 'bind',
    about: { plural: rolePlural(kind), name },
  }
}
/** Nobody hands out by roles or bindings what they do not hold themselves, unless the verbs `escalate` or `bind` allow it. Throws 403. */
export function checkEscalation(attempt: Attempt): void {
  const { resource, object, before, how } = attempt
  if (resource.group !== RBAC || how.user.groups.includes('system:masters')) return
  const unchanged =
    before !== undefined &&
    sameJson(
      [listAt(object, 'rules'), listAt(object, 'subjects')],
      [listAt(before, 'rules'), listAt(before, 'subjects')],
    )
  if (unchanged) return
  const { rules, verb, about } = granted(attempt, object)
  if (mayAnyway(attempt, verb, about)) return
  const lacking = missing(attempt, rules)
  if (lacking.length === 0) return
  const who = `user ${JSON.stringify(how.user.name)} (groups=${`[${how.user.groups.map((group) => JSON.stringify(group)).join(' ')}]`})`
  throw forbidden(
    resource,
    object.metadata.name,
    `${who} is attempting to grant RBAC permissions not currently held:\n${lacking.map(spoken).sort().join('\n')}`,
  )
}
