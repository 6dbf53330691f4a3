import { describe, expect, it } from 'vitest'
import { aProjectSpec } from '../../../../test/support/builders/records'
import type { Member } from '../../../../preload/contract/records/project'
import { boundMembers } from '../../projects'
import { rightsChanges, rightsSay } from './rights'

const user = (name: string, role: Member['role']): Member => ({ kind: 'User', name, role })

describe('what a change of members gives and takes', () => {
  it('names an owner whose removal would make an engineer of an analyst', () => {
    const spec = aProjectSpec({ owner: 'ada', members: [user('ada', 'analyst')] })
    const after = { ...spec, members: [] }
    expect(rightsChanges(boundMembers(spec), boundMembers(after))).toEqual([
      { who: 'ada', before: 'analyst', after: 'engineer', raises: true },
    ])
  })
  it('says verbs before and after, of those alone whose rights differ', () => {
    const [change, ...more] = rightsChanges(
      [user('ada', 'engineer'), user('bo', 'lead')],
      [user('bo', 'lead')],
    )
    expect(more).toEqual([])
    expect(change && rightsSay(change)).toMatch(
      /^ada: before, get, list, watch, create.*\(engineer\); after, nothing\.$/,
    )
  })
  it('counts the larger of two roles, in whatever order they stand', () => {
    const both = [user('ada', 'lead'), user('ada', 'analyst')]
    expect(rightsChanges(both, both.toReversed())).toEqual([])
    expect(rightsChanges(both, [user('ada', 'analyst')])).toMatchObject([
      { before: 'lead', after: 'analyst', raises: false },
    ])
  })
})
