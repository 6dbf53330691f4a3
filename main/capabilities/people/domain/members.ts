import type { PlanChange } from '../../../../preload/contract/operations'
import type { MemberChange } from '../../../../preload/contract/people'
import type { Member } from '../../../../preload/contract/records/project'

const key = ({ kind, name }: Pick<Member, 'kind' | 'name'>) => `${kind}/${name}`

/** The members after the changes: who is there already gets the new role in place, who is new comes last. Doing it twice changes nothing more. */
export function changedMembers(members: Member[], changes: MemberChange[]): Member[] {
  const roles = new Map(changes.map((change) => [key(change), change]))
  const kept = members.flatMap((member) => {
    const change = roles.get(key(member))
    if (!change) return [member]
    roles.delete(key(member))
    return change.role ? [{ ...member, role: change.role }] : []
  })
  return [
    ...kept,
    ...[...roles.values()].flatMap(({ kind, name, role }) => (role ? [{ kind, name, role }] : [])),
  ]
}

/** The changes that lead back: each subject to what it was. */
export const inverse = (members: Member[], changes: MemberChange[]): MemberChange[] =>
  changes.map(({ kind, name }) => {
    const was = members.find((member) => key(member) === key({ kind, name }))
    return was ? { kind, name, role: was.role } : { kind, name }
  })

const listed = (names: string[]) =>
  names.length > 3
    ? `${names.slice(0, 3).join(', ')} and ${String(names.length - 3)} more`
    : names.join(', ')
/** What the changes amount to, as the title of a plan. */
export function titleOf(project: string, members: Member[], changes: MemberChange[]): string {
  const there = new Set(members.map(key))
  const added = changes.filter((change) => change.role && !there.has(key(change)))
  const moved = changes.filter((change) => change.role && there.has(key(change)))
  const removed = changes.filter((change) => !change.role)
  const parts = [
    ...(added.length > 0 ? [`add ${listed(added.map(({ name }) => name))} to ${project}`] : []),
    ...(moved.length > 0
      ? [`give ${listed(moved.map(({ name }) => name))} another role in ${project}`]
      : []),
    ...(removed.length > 0
      ? [`remove ${listed(removed.map(({ name }) => name))} from ${project}`]
      : []),
  ]
  const text = parts.join(', ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

type Lines = NonNullable<PlanChange['lines']>
const lineOf = (op: '+' | '-', text: string): Lines[number] => ({ op, text })
const told = ({ kind, name, role }: Member) => `${kind.toLowerCase()} ${name} as ${role}`

/** The same changes with each member on a line of their own, where the objects keep them all in one. */
export function readable(changes: PlanChange[], before: Member[], after: Member[]): PlanChange[] {
  const [was, is] = [before.map(told), after.map(told)]
  const gone = before.filter((member) => !is.includes(told(member)))
  const come = after.filter((member) => !was.includes(told(member)))
  return changes.map((change) => {
    if (change.op === 'same') return change
    if (change.kind === 'Project')
      return {
        ...change,
        lines: [
          ...gone.map((member) => lineOf('-', told(member))),
          ...come.map((member) => lineOf('+', told(member))),
        ],
      }
    const role = /^takt-(lead|engineer|analyst)s$/.exec(change.name)?.[1]
    if (change.kind !== 'RoleBinding' || role === undefined) return change
    const ofRole = (op: '+' | '-', members: Member[]) =>
      members
        .filter((member) => member.role === role)
        .map(({ kind, name }) => lineOf(op, `${kind.toLowerCase()} ${name}`))
    return { ...change, lines: [...ofRole('-', gone), ...ofRole('+', come)] }
  })
}
