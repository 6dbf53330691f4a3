export interface Rule {
  verbs: readonly string[]
  apiGroups: readonly string[]
  resources: readonly string[]
  resourceNames: readonly string[]
}
export interface RoleFacts {
  kind: 'ClusterRole' | 'Role'
  name: string
  rules: readonly Rule[]
}
export interface BindingFacts {
  role: { kind: string; name: string }
  subjects: readonly { kind: string; name: string }[]
}
export interface Right {
  verb: string
  group: string
  resource: string
  name?: string | undefined
  subresource?: string | undefined
}

const SHOWN = 5
const has = (list: readonly string[], wanted: string) => list.includes('*') || list.includes(wanted)

/** Whether a rule holds a right; a rule that names objects holds it for those alone. */
export function holds(rule: Rule, { verb, group, resource, name, subresource }: Right): boolean {
  const full = subresource ? `${resource}/${subresource}` : resource
  const resources =
    has(rule.resources, full) ||
    (subresource !== undefined && rule.resources.includes(`*/${subresource}`))
  const named =
    rule.resourceNames.length === 0 || (name !== undefined && rule.resourceNames.includes(name))
  return has(rule.verbs, verb) && has(rule.apiGroups, group) && resources && named
}

/** People and groups that hold a right, machines left out: whom to ask for it. */
export function holders(
  roles: readonly RoleFacts[],
  bindings: readonly BindingFacts[],
  right: Right,
): string[] {
  const holding = new Set(
    roles
      .filter(({ rules }) => rules.some((rule) => holds(rule, right)))
      .map(({ kind, name }) => `${kind}/${name}`),
  )
  const names = bindings
    .filter(({ role }) => holding.has(`${role.kind}/${role.name}`))
    .flatMap(({ subjects }) => subjects.flatMap(wordFor))
  return [...new Set(names)]
    .sort(
      (a, b) =>
        Number(a.startsWith('group ')) - Number(b.startsWith('group ')) || a.localeCompare(b),
    )
    .slice(0, SHOWN)
}
function wordFor({ kind, name }: { kind: string; name: string }): string[] {
  if (kind === 'User') return name.startsWith('system:') ? [] : [name]
  if (kind === 'Group')
    return name.startsWith('system:') && name !== 'system:masters' ? [] : [`group ${name}`]
  return []
}
