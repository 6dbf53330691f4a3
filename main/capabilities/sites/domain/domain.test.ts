import { expect, test } from 'vitest'
import { idGiver, placeOf } from './contexts'
import { holders, holds, type Rule } from './grants'

const rule = (more: Partial<Rule>): Rule => ({
  verbs: ['get'],
  apiGroups: [''],
  resources: ['pods'],
  resourceNames: [],
  ...more,
})

test.each<{ why: string; more?: Partial<Rule>; right: Parameters<typeof holds>[1]; want: boolean }>(
  [
    { why: 'the very right', right: { verb: 'get', group: '', resource: 'pods' }, want: true },
    { why: 'another verb', right: { verb: 'delete', group: '', resource: 'pods' }, want: false },
    { why: 'another group', right: { verb: 'get', group: 'apps', resource: 'pods' }, want: false },
    {
      why: 'stars',
      more: { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      right: { verb: 'create', group: 'takt.dev', resource: 'projects' },
      want: true,
    },
    {
      why: 'a subresource needs its own right',
      right: { verb: 'get', group: '', resource: 'pods', subresource: 'exec' },
      want: false,
    },
    {
      why: 'a subresource of all',
      more: { resources: ['*/exec'] },
      right: { verb: 'get', group: '', resource: 'pods', subresource: 'exec' },
      want: true,
    },
    {
      why: 'named objects only',
      more: { resourceNames: ['a'] },
      right: { verb: 'get', group: '', resource: 'pods' },
      want: false,
    },
    {
      why: 'the named object',
      more: { resourceNames: ['a'] },
      right: { verb: 'get', group: '', resource: 'pods', name: 'a' },
      want: true,
    },
  ],
)('$why', ({ more = {}, right, want }) => expect(holds(rule(more), right)).toBe(want))

test('people are named before groups, machines never', () => {
  const roles = [
    { kind: 'ClusterRole' as const, name: 'reader', rules: [rule({})] },
    { kind: 'Role' as const, name: 'reader', rules: [] },
  ]
  const bindings = [
    {
      role: { kind: 'ClusterRole', name: 'reader' },
      subjects: [
        { kind: 'Group', name: 'platform' },
        { kind: 'Group', name: 'system:nodes' },
        { kind: 'User', name: 'mara' },
        { kind: 'ServiceAccount', name: 'robot' },
        { kind: 'User', name: 'system:kube-scheduler' },
      ],
    },
    { role: { kind: 'Role', name: 'reader' }, subjects: [{ kind: 'User', name: 'not-me' }] },
  ]
  expect(holders(roles, bindings, { verb: 'get', group: '', resource: 'pods' })).toEqual([
    'mara',
    'group platform',
  ])
})

test('names used three times stay three sites', () => {
  expect(
    [
      { name: 'rack', file: '/a/config' },
      { name: 'rack', file: '/b/lab.yaml' },
      { name: 'rack', file: '/c/lab.yaml' },
    ].map(idGiver()),
  ).toEqual(['rack', 'rack@lab.yaml', 'rack@lab.yaml-2'])
})

test('a known cloud is told by its address', () => {
  expect(placeOf('https://ABC.gr7.eu-north-1.eks.amazonaws.com')).toEqual({
    place: 'cloud',
    meta: 'eu-north-1',
  })
  expect(placeOf('https://10.0.0.1:6443')).toEqual({ place: 'on-prem', meta: '10.0.0.1' })
})
