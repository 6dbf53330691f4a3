import { expect, test } from 'vitest'
import type { Member } from '../../../../preload/contract/records/project'
import { boundOutside, type NamespaceBinding } from './outside'

const eve: Member = { kind: 'User', name: 'eve', role: 'engineer' }
const binding = (
  name: string,
  role: string,
  ...subjects: NamespaceBinding['subjects']
): NamespaceBinding => ({ name, roleRef: { kind: 'ClusterRole', name: role }, subjects })
const user = (name: string) => ({ kind: 'User', name })

test('members and the inventory of leads are explained', () => {
  expect(
    boundOutside(
      [
        binding('takt-engineers', 'takt-engineer', user('eve')),
        binding('takt-inventory', 'takt-inventory', user('root')),
      ],
      [eve],
    ),
  ).toEqual([])
})
test.each<[why: string, binding: NamespaceBinding]>([
  ['a stranger in the binding of a role', binding('takt-engineers', 'takt-engineer', user('nils'))],
  ['a member with another role', binding('takt-leads', 'takt-lead', user('eve'))],
  ['a binding that bears the name and gives more', binding('takt-engineers', 'admin', user('eve'))],
  ['one that somebody made by hand', binding('friends', 'takt-engineer', user('eve'))],
  ['an inventory that gives more', binding('takt-inventory', 'admin', user('root'))],
  ['everybody', binding('open', 'view', { kind: 'Group', name: 'system:authenticated' })],
])('%s is told', (_why, one) => {
  expect(boundOutside([one], [eve])).toEqual([
    {
      binding: one.name,
      role: `ClusterRole ${one.roleRef.name}`,
      kind: one.subjects[0]?.kind,
      name: one.subjects[0]?.name,
    },
  ])
})
test('a service account is named with its namespace', () => {
  const robot = { kind: 'ServiceAccount', name: 'ci', namespace: 'builds' }
  expect(boundOutside([binding('ci', 'edit', robot)], [eve])).toEqual([
    { binding: 'ci', role: 'ClusterRole edit', kind: 'ServiceAccount', name: 'builds/ci' },
  ])
})
