import { isRecord, sameJson } from '../cluster'

/** A set of paths into an object, as a tree: a node is a member itself, has members below it, or both. */
export interface FieldSet {
  member: boolean
  children: Map<string, FieldSet>
}

export const emptySet = (): FieldSet => ({ member: false, children: new Map() })
export const isEmpty = (set: FieldSet | undefined): boolean =>
  set === undefined || (!set.member && [...set.children.values()].every(isEmpty))

export function childOf(set: FieldSet, step: string): FieldSet {
  const known = set.children.get(step)
  if (known) return known
  const made = emptySet()
  set.children.set(step, made)
  return made
}
export const fieldStep = (name: string): string => `f:${name}`
/** The step to a list item by its keys, written with sorted names. */
export const keyStep = (keys: Record<string, unknown>): string =>
  `k:${JSON.stringify(Object.fromEntries(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1))))}`
export const valueStep = (value: unknown): string => `v:${JSON.stringify(value)}`

/** The fieldsV1 form. */
export function toFieldsV1(set: FieldSet): Record<string, unknown> {
  const steps = [...set.children]
    .filter(([, child]) => !isEmpty(child))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([step, child]) => [step, toFieldsV1(child)] as const)
  return { ...(set.member && steps.length > 0 && { '.': {} }), ...Object.fromEntries(steps) }
}
export function fromFieldsV1(fields: unknown): FieldSet {
  const set = emptySet()
  for (const [step, inner] of Object.entries(isRecord(fields) ? fields : {})) {
    if (step === '.') {
      set.member = true
      continue
    }
    const child = fromFieldsV1(inner)
    if (child.children.size === 0) child.member = true
    set.children.set(step, child)
  }
  return set
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map(a.children)
  for (const [step, child] of b.children) {
    const mine = children.get(step)
    children.set(step, mine ? union(mine, child) : child)
  }
  return { member: a.member || b.member, children }
}
export function intersect(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>()
  for (const [step, child] of a.children) {
    const other = b.children.get(step)
    if (!other) continue
    const both = intersect(child, other)
    if (!isEmpty(both)) children.set(step, both)
  }
  return { member: a.member && b.member, children }
}
/** Members of a that are not members of b. */
export function minus(a: FieldSet, b: FieldSet | undefined): FieldSet {
  if (!b) return a
  const children = new Map<string, FieldSet>()
  for (const [step, child] of a.children) {
    const left = minus(child, b.children.get(step))
    if (!isEmpty(left)) children.set(step, left)
  }
  return { member: a.member && !b.member, children }
}
/** a without the members of b and everything below them: what has gone takes its parts with it. */
export function minusBranches(a: FieldSet, b: FieldSet | undefined): FieldSet {
  if (!b) return a
  if (b.member) return emptySet()
  const children = new Map<string, FieldSet>()
  for (const [step, child] of a.children) {
    const left = minusBranches(child, b.children.get(step))
    if (!isEmpty(left)) children.set(step, left)
  }
  return { member: a.member, children }
}
export const sameSet = (a: FieldSet, b: FieldSet): boolean =>
  sameJson(toFieldsV1(a), toFieldsV1(b)) && a.member === b.member

/** A step the way messages write it: .name, [name="x"] or [="x"]. */
function spoken(step: string): string {
  const rest = step.slice(2)
  if (step.startsWith('f:')) return `.${rest}`
  if (step.startsWith('v:')) return `[=${rest}]`
  const keys = JSON.parse(rest) as Record<string, unknown>
  return `[${Object.entries(keys)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(',')}]`
}
/** Every member as a path such as .spec.template.spec.containers[name="main"].image. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  const below = [...set.children].flatMap(([step, child]) => pathsOf(child, prefix + spoken(step)))
  return set.member ? [prefix, ...below] : below
}
