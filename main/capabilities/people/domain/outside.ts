import type { OutsideBinding } from '../../../../preload/contract/people'
import type { Member } from '../../../../preload/contract/records/project'

export interface NamespaceBinding {
  name: string
  roleRef: { kind: string; name: string }
  subjects: readonly { kind: string; name: string; namespace?: string | undefined }[]
}
const MEMBER_BINDING = /^takt-(lead|engineer|analyst)s$/
/** Takt's own list of who may see what a namespace holds; its subjects are the leads of the cluster and whoever made the project. */
const INVENTORY = 'takt-inventory'
type Subject = NamespaceBinding['subjects'][number]
const nameOf = ({ kind, name, namespace }: Subject) =>
  kind === 'ServiceAccount' && namespace !== undefined ? `${namespace}/${name}` : name

/** Whether the members explain this right: Takt's own binding, of the role it is named after, to somebody who has that role. */
function explained({ name, roleRef }: NamespaceBinding, subject: Subject, members: Member[]) {
  const { kind } = roleRef
  if (name === INVENTORY && roleRef.name === INVENTORY && kind === 'ClusterRole') return true
  const [, role] = MEMBER_BINDING.exec(name) ?? []
  return (
    kind === 'ClusterRole' &&
    roleRef.name === `takt-${role ?? ''}` &&
    members.some(
      (member) =>
        member.role === role && member.kind === subject.kind && member.name === subject.name,
    )
  )
}
/** Every right in the namespace that the members do not explain, in the order of the bindings. */
export const boundOutside = (
  bindings: readonly NamespaceBinding[],
  members: Member[],
): OutsideBinding[] =>
  bindings.flatMap((binding) =>
    binding.subjects
      .filter((subject) => !explained(binding, subject, members))
      .map((subject) => ({
        binding: binding.name,
        role: `${binding.roleRef.kind} ${binding.roleRef.name}`,
        kind: subject.kind,
        name: nameOf(subject),
      })),
  )
