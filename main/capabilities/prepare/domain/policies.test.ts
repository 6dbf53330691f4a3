import { describe, expect, it, test } from 'vitest'
import { policies } from './policies'
import { MEMBERS_GROUP, roles } from './roles'

interface Policy {
  kind: string
  metadata: { name: string }
  spec: {
    policyName?: string
    matchConditions?: { name: string }[]
    validations?: { message: string; reason: string }[]
  }
}
const all = policies() as unknown as Policy[]
const of = (kind: string) => all.filter((one) => one.kind === kind)

describe('policies', () => {
  it('are each bound, and say in words why they refuse', () => {
    const names = of('ValidatingAdmissionPolicy').map(({ metadata }) => metadata.name)
    expect(of('ValidatingAdmissionPolicyBinding').map(({ spec }) => spec.policyName)).toEqual(names)
    for (const { spec } of of('ValidatingAdmissionPolicy'))
      for (const { message, reason } of spec.validations ?? [])
        expect([message.endsWith('.'), reason]).toEqual([true, 'Forbidden'])
  })
  it('hold neither the cluster itself nor whoever may do everything', () => {
    for (const { spec } of of('ValidatingAdmissionPolicy'))
      expect(spec.matchConditions?.slice(0, 2).map(({ name }) => name)).toEqual([
        'not-the-cluster',
        'not-an-administrator',
      ])
  })
})
describe('roles', () => {
  const subjectsOf = (name: string, members?: string) =>
    roles(members).find(
      ({ kind, metadata }) => kind === 'ClusterRoleBinding' && metadata.name === name,
    )?.['subjects']
  test('what is shared is read by a named group, and by no service account', () => {
    expect(subjectsOf('takt-member')).toMatchObject([{ kind: 'Group', name: MEMBERS_GROUP }])
    expect(subjectsOf('takt-member', 'oidc:vision')).toMatchObject([{ name: 'oidc:vision' }])
  })
  test('nobody but the books writes what was spent', () => {
    const writers = roles().filter(({ rules }) =>
      ((rules ?? []) as { resources: string[] }[]).some(({ resources }) =>
        resources.includes('budgets/status'),
      ),
    )
    expect(writers.map(({ metadata }) => metadata.name)).toEqual(['takt-steward'])
  })
})
