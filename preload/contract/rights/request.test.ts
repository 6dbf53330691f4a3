import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { canGrant, askThem, grantManifest, roleFor, whoGrants } from '.'

const missing = {
  user: 'eve@example.org',
  verb: 'create',
  group: 'takt.dev',
  resource: 'environments',
  namespace: 'wear',
}
const objects = (text: string) =>
  parseAllDocuments(text).map((each) => each.toJS() as Record<string, unknown>)

test('whoever is asked has one name everywhere', () => {
  expect(whoGrants([])).toBe('an administrator of the cluster')
  expect(canGrant(['group leads'])).toBe('group leads can grant it.')
  expect(canGrant([])).toBe('Ask an administrator of the cluster to grant it.')
  expect(askThem(['mara.lind', 'group leads'])).toBe('ask mara.lind, group leads')
})
test('what is missing in a project is asked for as the smallest role that holds it', () => {
  expect(roleFor(missing)).toBe('engineer')
  expect(roleFor({ ...missing, verb: 'list', resource: 'pods', group: '' })).toBe('analyst')
  expect(objects(grantManifest(missing))).toEqual([
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'takt-engineer-eve-example-org', namespace: 'wear' },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'takt-engineer',
      },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'eve@example.org' }],
    },
  ])
})
test('what is shared is asked for as a role of the whole cluster', () => {
  expect(roleFor({ user: 'eve', verb: 'patch', group: 'takt.dev', resource: 'datasources' })).toBe(
    'data-owner',
  )
})
test('what no role of Takt holds is asked for as exactly that right', () => {
  const [role, binding] = objects(
    grantManifest({ user: 'eve', verb: 'get', group: '', resource: 'secrets', namespace: 'wear' }),
  )
  expect(role).toMatchObject({
    kind: 'Role',
    metadata: { namespace: 'wear' },
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
  })
  expect(binding).toMatchObject({
    kind: 'RoleBinding',
    roleRef: { kind: 'Role', name: 'takt-get-secrets' },
  })
})
test('a name that is more than a name stays a value', () => {
  const [binding] = objects(grantManifest({ ...missing, user: 'x"\n  - kind: Group: #' }))
  expect(binding).toMatchObject({ subjects: [{ name: 'x"\n  - kind: Group: #' }] })
})
