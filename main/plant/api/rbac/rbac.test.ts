import { expect, test } from 'vitest'
import { seeded } from '../../../kernel/random'
import type { KubeObject } from '../../types'
import type { User } from '../cluster'
import { createPlantApi } from '../index'
import { createObject } from '../writes/create'

const RBAC = 'rbac.authorization.k8s.io'
const clock = { now: () => 0, sleep: () => Promise.resolve() }
const ann: User = { name: 'ann', groups: ['vision', 'system:authenticated'] }
const role = (
  name: string,
  rules: object[],
  { namespace, labels }: { namespace?: string; labels?: Record<string, string> } = {},
): KubeObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: namespace ? 'Role' : 'ClusterRole',
  metadata: { name, ...(namespace && { namespace }), ...(labels && { labels }) },
  rules,
})
const binding = (
  name: string,
  to: { kind: string; name: string },
  about: { namespace?: string; subject: object },
): KubeObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: about.namespace ? 'RoleBinding' : 'ClusterRoleBinding',
  metadata: { name, ...(about.namespace && { namespace: about.namespace }) },
  roleRef: { apiGroup: RBAC, ...to },
  subjects: [about.subject],
})
function site() {
  const api = createPlantApi({ clock, random: seeded(6) })
  for (const name of ['a', 'b'])
    api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  const { cluster } = api
  const may = (
    verb: string,
    resource: string,
    {
      user = ann,
      ...more
    }: {
      group?: string
      namespace?: string
      name?: string
      subresource?: string
      user?: User
    } = {},
  ) => cluster.authorizer.allows(user, { verb, resource, ...more })
  const createAs = (user: User, object: KubeObject) => {
    const resource = cluster.registry.ofKind({ group: RBAC, kind: object.kind })
    if (!resource) throw new Error(object.kind)
    return createObject({
      cluster,
      resource,
      object: structuredClone(object),
      before: undefined,
      how: { user, manager: 'test' },
    })
  }
  return { api, may, createAs }
}
const GROUP = { kind: 'Group', apiGroup: RBAC, name: 'vision' }

test('a cluster role bound in a namespace holds there and nowhere else, for as long as it is bound', () => {
  const { api, may } = site()
  expect(may('list', 'pods', { namespace: 'a' })).toBe(false)
  api.create(
    binding('viewers', { kind: 'ClusterRole', name: 'view' }, { namespace: 'a', subject: GROUP }),
  )
  expect([
    may('list', 'pods', { namespace: 'a' }),
    may('list', 'pods', { namespace: 'b' }),
    may('list', 'pods'),
    may('delete', 'pods', { namespace: 'a' }),
    may('get', 'secrets', { namespace: 'a' }),
  ]).toEqual([true, false, false, false, false])
  api.remove({ group: RBAC, kind: 'RoleBinding' }, 'viewers', { namespace: 'a' })
  expect(may('list', 'pods', { namespace: 'a' })).toBe(false)
})
test('names, subresources, groups and wildcards are told apart', () => {
  const { api, may } = site()
  api.create(
    role(
      'some',
      [
        { apiGroups: [''], resources: ['secrets'], resourceNames: ['one'], verbs: ['get'] },
        { apiGroups: ['apps'], resources: ['deployments/scale', '*/status'], verbs: ['*'] },
      ],
      { namespace: 'a' },
    ),
  )
  api.create(
    binding(
      'some',
      { kind: 'Role', name: 'some' },
      { namespace: 'a', subject: { kind: 'User', apiGroup: RBAC, name: 'ann' } },
    ),
  )
  const here = { namespace: 'a' }
  expect([
    may('get', 'secrets', { ...here, name: 'one' }),
    may('get', 'secrets', { ...here, name: 'two' }),
    may('list', 'secrets', here),
  ]).toEqual([true, false, false])
  expect([
    may('update', 'deployments', { ...here, group: 'apps', subresource: 'scale' }),
    may('update', 'deployments', { ...here, group: 'apps' }),
    may('patch', 'statefulsets', { ...here, group: 'apps', subresource: 'status' }),
  ]).toEqual([true, false, true])
})
test('service accounts are subjects by namespace and name', () => {
  const { api, may } = site()
  api.create(
    binding(
      'robot',
      { kind: 'ClusterRole', name: 'edit' },
      { namespace: 'a', subject: { kind: 'ServiceAccount', namespace: 'b', name: 'runner' } },
    ),
  )
  const robot: User = { name: 'system:serviceaccount:b:runner', groups: [] }
  expect([
    may('create', 'pods', { namespace: 'a', user: robot }),
    may('create', 'pods', { namespace: 'b', user: robot }),
  ]).toEqual([true, false])
})
test('roles gathered by label grow what people hold', () => {
  const { api, may } = site()
  api.create(
    binding('editors', { kind: 'ClusterRole', name: 'edit' }, { namespace: 'a', subject: GROUP }),
  )
  expect(may('create', 'projects', { namespace: 'a', group: 'takt.dev' })).toBe(false)
  api.create(
    role('takt-edit', [{ apiGroups: ['takt.dev'], resources: ['projects'], verbs: ['create'] }], {
      labels: { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' },
    }),
  )
  expect(may('create', 'projects', { namespace: 'a', group: 'takt.dev' })).toBe(true)
})
test('nobody hands out what they do not hold, unless they may bind or escalate', () => {
  const { api, createAs } = site()
  api.create(
    role('granters', [
      { apiGroups: [RBAC], resources: ['roles', 'rolebindings'], verbs: ['create'] },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
    ]),
  )
  api.create(binding('granters', { kind: 'ClusterRole', name: 'granters' }, { subject: GROUP }))
  createAs(
    ann,
    role('fine', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }], {
      namespace: 'a',
    }),
  )
  expect(() =>
    createAs(
      ann,
      role('more', [{ apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['get'] }], {
        namespace: 'a',
      }),
    ),
  ).toThrow(
    /is attempting to grant RBAC permissions not currently held:\n\{APIGroups:\[""\], Resources:\["secrets"\], Verbs:\["get"\]\}$/,
  )
  const admins = binding(
    'admins',
    { kind: 'ClusterRole', name: 'cluster-admin' },
    { namespace: 'a', subject: GROUP },
  )
  expect(() => createAs(ann, admins)).toThrow(/not currently held/)
  api.create(
    role('binders', [
      {
        apiGroups: [RBAC],
        resources: ['clusterroles'],
        resourceNames: ['cluster-admin'],
        verbs: ['bind'],
      },
    ]),
  )
  api.create(binding('binders', { kind: 'ClusterRole', name: 'binders' }, { subject: GROUP }))
  expect(() => createAs(ann, admins)).not.toThrow()
})
