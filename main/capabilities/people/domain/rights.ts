import type { Member } from '../../../../preload/contract/records/project'

type Role = Member['role']
/** What each role may do in the project's namespace, in the words of the cluster; each line holds all of the one before. */
const VERBS: Record<Role, string> = {
  analyst: 'get, list and watch; patch verdicts',
  engineer:
    'get, list, watch, create, patch and delete of pods, volumes, jobs and environments; exec and port-forward',
  lead: 'all of an engineer, and quotas, limits, network policies and who may enter',
}
const RANK: Record<Role, number> = { analyst: 1, engineer: 2, lead: 3 }
const key = ({ kind, name }: Pick<Member, 'kind' | 'name'>) => `${kind}/${name}`
// Whoever stands twice has the rights of both, so the larger counts.
function highest(members: Member[]): Map<string, Member> {
  const found = new Map<string, Member>()
  for (const member of members) {
    const other = found.get(key(member))
    if (!other || RANK[member.role] > RANK[other.role]) found.set(key(member), member)
  }
  return found
}
export interface RightsChange {
  who: string
  before: Role | undefined
  after: Role | undefined
  /** Whether it gives more than there was. */
  raises: boolean
}
/** Whose rights differ between two lists of bound members, whatever was meant to change. */
export function rightsChanges(before: Member[], after: Member[]): RightsChange[] {
  const [was, is] = [highest(before), highest(after)]
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((one) => {
    const [old, now] = [was.get(one), is.get(one)]
    if (old?.role === now?.role) return []
    const { kind, name } = now ?? old ?? { kind: 'User', name: one }
    const rank = (member: Member | undefined) => (member ? RANK[member.role] : 0)
    return [
      {
        who: `${kind === 'Group' ? 'group ' : ''}${name}`,
        before: old?.role,
        after: now?.role,
        raises: rank(now) > rank(old),
      },
    ]
  })
}
const verbsOf = (role: Role | undefined) =>
  role === undefined ? 'nothing' : `${VERBS[role]} (${role})`
/** "mara.lind: before: …; after: nothing." */
export const rightsSay = ({ who, before, after }: RightsChange): string =>
  `${who}: before, ${verbsOf(before)}; after, ${verbsOf(after)}.`
