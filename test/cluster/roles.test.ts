import { afterAll, beforeAll, expect, test } from 'vitest'
import { ProjectSpec } from '../../preload/contract/records/project'
import { forPrograms } from '../support/forwarded'
import { awaited, sitDown, type Person } from './discovery/person'
import { draftOf, moveIn, sourceOf } from './discovery/team'
import { startPlane, type Plane } from './stack/plane'
import { until } from './stack/servers'

// What each role may do is decided by the real server alone: every verb that a role lacks shows up here as a refusal.
let plane: Plane
let lead: Person
let engineer: Person
let analyst: Person
const ref = { namespace: 'wear', name: 'wear-nb' }
const live = (person: Person): Promise<unknown> =>
  person.takt.records
    .watch({ kinds: ['Project', 'Tool', 'WorkItem', 'Environment', 'Revision'] })
    .then((stream) =>
      awaited(
        stream,
        (update) => update.live && update.upserts.some(({ kind }) => kind === 'WorkItem'),
      ),
    )
const firstItem = async (person: Person) => {
  const [item] = await person.takt.records.list({ kind: 'WorkItem', namespace: 'wear' })
  if (item?.kind !== 'WorkItem') throw new Error('the project has no work item')
  return item
}
const firstRevision = async (person: Person) => {
  const [revision] = await person.takt.records.list({ kind: 'Revision', namespace: 'wear' })
  if (revision?.kind !== 'Revision') throw new Error('no revision was saved')
  return revision
}

beforeAll(async () => {
  plane = await startPlane({ definitions: ['snapshot', 'notebook'] })
  await plane.addGpuNodes({ count: 1, gpusEach: 8, product: 'NVIDIA-A100-SXM4-80GB' })
  const admin = await sitDown(plane, { user: 'root', groups: ['system:masters'] })
  await admin.run(await admin.takt.sites.planPrepare({ site: admin.site }))
  await moveIn(plane, admin.site)
  await admin.leave()
  lead = await sitDown(plane, { user: 'lea', groups: ['leads'] })
  await awaited(
    await lead.takt.records.watch({
      kinds: ['Budget', 'Tool', 'DataSource', 'Project', 'WorkItem'],
    }),
    (update) => update.live,
  )
  const { project } = draftOf('wear', { site: lead.site })
  const members = [
    { kind: 'User', name: 'eve', role: 'engineer' },
    { kind: 'Group', name: 'readers', role: 'analyst' },
  ]
  await lead.run(
    await lead.takt.projects.planCreate({
      name: 'wear',
      spec: ProjectSpec.parse({ ...project, members }),
      workItem: { title: 'Wear' },
    }),
  )
  engineer = await sitDown(plane, { user: 'eve', groups: [] })
  analyst = await sitDown(plane, { user: 'ada', groups: ['readers'] })
  await Promise.all([live(engineer), live(analyst)])
})
afterAll(async () => {
  for (const person of [lead, engineer, analyst]) await person?.leave()
  await plane?.stop()
})

test('an engineer makes a place to work, opens it, and stops and resumes it', async () => {
  const draft = draftOf('wear', {
    site: engineer.site,
    existingProject: 'wear',
    size: { name: 'CPU small', cpuCores: 2, memoryGi: 4 },
    data: [{ source: 'archive' }],
  })
  await engineer.run(await engineer.takt.environments.planProvision({ draft }))
  await awaited(await engineer.takt.environments.watch(ref), ({ canOpen }) => canOpen)
  const { url } = await engineer.takt.environments.open(ref)
  expect((await fetch(forPrograms(url))).status).toBe(200)
  await engineer.run(
    await engineer.takt.environments.planChange({ ...ref, change: { to: 'stop' } }),
  )
  await engineer.run(
    await engineer.takt.environments.planChange({ ...ref, change: { to: 'resume' } }),
  )
  await awaited(await engineer.takt.environments.watch(ref), ({ canOpen }) => canOpen)
})

test('an engineer without rights in the namespace of the data gets its address instead of a clone, and is told why', async () => {
  const draft = draftOf('wear', {
    site: engineer.site,
    existingProject: 'wear',
    size: { name: 'CPU small', cpuCores: 2, memoryGi: 4 },
    data: [{ source: 'images' }],
  })
  const plan = await engineer.takt.environments.planProvision({ draft })
  expect(plan.blockedBy).toEqual([])
  expect(plan.choices.find((choice) => choice.startsWith('images: only its address'))).toBeDefined()
  expect(plan.changes.map(({ kind }) => kind)).not.toContain('VolumeSnapshotContent')
})

test('an engineer saves a revision of their work', async () => {
  await engineer.run(
    await engineer.takt.revisions.planSave({
      ...ref,
      workItem: (await firstItem(engineer)).meta.name,
      note: 'first',
      parameters: { seed: '1' },
      metrics: { auc: 0.9 },
    }),
  )
  expect((await firstRevision(engineer)).spec).toMatchObject({
    savedBy: 'eve',
    code: { kind: 'workspace' },
  })
})

test('an analyst sees all of the project, writes a verdict, and makes nothing', async () => {
  expect((await analyst.read('Environment', ref.name, ref.namespace)).spec.owner).toBe('eve')
  await analyst.takt.backlog.recordDrift({
    namespace: 'wear',
    name: (await firstRevision(analyst)).meta.name,
    result: 'none',
  })
  expect((await firstRevision(lead)).status.drift).toMatchObject({ result: 'none', by: 'ada' })
  const draft = draftOf('wear', {
    site: analyst.site,
    existingProject: 'wear',
    size: { name: 'CPU small', cpuCores: 2, memoryGi: 4 },
    data: [],
  })
  const plan = await analyst.takt.environments.planProvision({ draft })
  expect(plan.blockedBy.map(({ says }) => says).join(' ')).toContain('create environments in wear')
  await expect(analyst.takt.operations.start({ planId: plan.id })).rejects.toMatchObject({
    code: 'PLAN_IS_BLOCKED',
  })
})

test('an engineer describes the work and hands it over', async () => {
  const item = await firstItem(engineer)
  const work = { namespace: 'wear', name: item.meta.name }
  await engineer.takt.backlog.describe({
    ...work,
    resourceVersion: item.meta.resourceVersion,
    owner: 'eve',
    description: 'Says which parts wear out first, a week ahead.',
  })
  const open = async () =>
    (await engineer.takt.backlog.gates(work)).gates.filter(({ state }) => state === 'open')
  for (const { gate } of await open())
    await engineer.takt.backlog.waive({
      ...work,
      gate,
      reason: 'Nothing stands behind this cluster to bind it to.',
    })
  await until(async () => (await open()).length === 0, {
    seconds: 30,
    why: () => 'a gate stayed open',
  })
  await engineer.run(await engineer.takt.backlog.planHandOver(work))
  expect((await firstItem(lead)).status.station).toBe('backlog')
})

test('what everybody shares is in the hands of leads: an engineer is told so, a lead adds it', async () => {
  const spec = sourceOf(lead.site, { kind: 's3', title: 'Notes', location: { uri: 's3://notes/' } })
  const refused = await engineer.takt.catalog.planAddSource({ name: 'notes', spec })
  expect(refused.blockedBy).toContainEqual({
    says: 'You may not create datasources.',
    remedy: 'group leads can grant it.',
  })
  await lead.run(await lead.takt.catalog.planAddSource({ name: 'notes', spec }))
  expect((await engineer.read('DataSource', 'notes')).spec.title).toBe('Notes')
})

test("an engineer reaches neither quotas, nor other people's data, nor the secrets of the cluster", async () => {
  const eve = await plane.clientFor('eve')
  expect(
    (await eve.call('/api/v1/namespaces/wear/resourcequotas/takt-quota', { method: 'DELETE' }))
      .status,
  ).toBe(403)
  expect((await eve.call('/api/v1/namespaces/shared-data/persistentvolumeclaims')).status).toBe(403)
  expect((await eve.call('/api/v1/namespaces/kube-system/secrets')).status).toBe(403)
})

test('a lead binds the roles of Takt to people, and no stronger one', async () => {
  const lea = await plane.clientFor('lea', ['leads'])
  const bind = async (role: string): Promise<number> => {
    const body = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: `try-${role}` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'nils' }],
    }
    const path = '/apis/rbac.authorization.k8s.io/v1/namespaces/wear/rolebindings?dryRun=All'
    return (
      await lea.call(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).status
  }
  expect([
    await bind('takt-engineer'),
    await bind('takt-analyst'),
    await bind('cluster-admin'),
    await bind('edit'),
  ]).toEqual([201, 201, 403, 403])
})

test('an engineer deletes their environment, and its workspace goes with it', async () => {
  await engineer.run(
    await engineer.takt.environments.planChange({
      ...ref,
      change: { to: 'delete', keepWorkspace: false },
    }),
  )
  const gone = async () =>
    (await plane.admin.call('/api/v1/namespaces/wear/persistentvolumeclaims/wear-nb-work'))
      .status === 404
  await until(gone, { seconds: 60, why: () => 'the workspace stayed' })
})
