import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RoleName } from '../../preload/contract/rights'
import { preparedObjects } from '../../main/capabilities/prepare'
import { people, type ClusterPeople } from '../support/people'
import { disagreements, DUTY_OF, STEWARD } from '../support/roles'
import type { Manifest } from './stack/manifests'
import { startPlane, type Plane } from './stack/plane'

// The same people and the same table as on the plant, by the word of a real API server.
const NAMESPACE = 'credit-default'
let plane: Plane
let staff: ClusterPeople
const group = (name: string) => ({
  apiGroup: 'rbac.authorization.k8s.io',
  kind: 'Group',
  name,
})
const bound = (kind: string, name: string, to: { role: string; group: string }): Manifest => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  metadata: { name, ...(kind === 'RoleBinding' && { namespace: NAMESPACE }) },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: to.role },
  subjects: [group(to.group)],
})
beforeAll(async () => {
  plane = await startPlane({ nodes: false })
  await plane.applyManifests(preparedObjects() as Manifest[])
  await plane.applyManifests([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    bound('ClusterRoleBinding', 'takt-leads', { role: 'takt-lead', group: 'leads' }),
    bound('ClusterRoleBinding', 'takt-data-owners', {
      role: 'takt-data-owner',
      group: 'data-owners',
    }),
    bound('ClusterRoleBinding', 'takt-auditors', { role: 'takt-auditor', group: 'auditors' }),
    bound('RoleBinding', 'takt-engineers', { role: 'takt-engineer', group: 'engineers' }),
    bound('RoleBinding', 'takt-analysts', { role: 'takt-analyst', group: 'analysts' }),
  ])
  staff = await people(plane)
})
afterAll(() => plane?.stop())

test.each(Object.keys(DUTY_OF) as RoleName[])(
  'a %s may do what the table says, and nothing else of it, on a real API server',
  async (role) => {
    const [person] = staff[DUTY_OF[role] ?? 'none']
    expect(await disagreements(role, { client: person.client, namespace: NAMESPACE })).toEqual([])
  },
)
test('the steward may do what its duties use, and nothing else, on a real API server', async () => {
  expect(
    await disagreements('steward', { client: plane.admin, namespace: NAMESPACE, about: STEWARD }),
  ).toEqual([])
})
