import { afterAll, beforeAll, expect, test } from 'vitest'
import { awaited, sitDown, type Person } from './discovery/person'
import { draftOf, moveIn } from './discovery/team'
import { startPlane, type Plane } from './stack/plane'
import { until } from './stack/servers'

let plane: Plane
let lead: Person
const guests: Person[] = []
const guest = async (user: string, groups: string[] = []): Promise<Person> => {
  const person = await sitDown(plane, { user, groups })
  guests.push(person)
  return person
}
const project = { name: 'wear', namespace: 'wear' }

beforeAll(async () => {
  plane = await startPlane({ definitions: ['notebook'] })
  await plane.addGpuNodes({ count: 1, gpusEach: 8, product: 'NVIDIA-A100-SXM4-80GB' })
  const admin = await guest('root', ['system:masters'])
  await admin.run(await admin.takt.sites.planPrepare({ site: admin.site }))
  await moveIn(plane, admin.site)
  lead = await guest('lea', ['leads'])
  await awaited(
    await lead.takt.records.watch({
      kinds: ['Budget', 'Tool', 'DataSource', 'Project', 'WorkItem'],
    }),
    ({ live }) => live,
  )
  const { project: spec } = draftOf('wear', { site: lead.site })
  const members = [
    { kind: 'User' as const, name: 'eve', role: 'engineer' as const },
    { kind: 'Group' as const, name: 'readers', role: 'analyst' as const },
  ]
  await lead.run(
    await lead.takt.projects.planCreate({
      name: 'wear',
      spec: { ...spec, members } as never,
      workItem: { title: 'Wear' },
    }),
  )
})
afterAll(async () => {
  for (const person of guests) await person.leave()
  await plane?.stop()
})

test('a stranger sees why they may not make a project, who can grant it, and starts nothing', async () => {
  const nils = await guest('nils')
  await awaited(
    await nils.takt.records.watch({ kinds: ['Budget', 'Tool', 'DataSource', 'Project'] }),
    ({ live }) => live,
  )
  const plan = await nils.takt.environments.planProvision({
    draft: draftOf('sound', { site: nils.site, data: [] }),
  })
  const refused = plan.blockedBy.find(({ says }) => says.includes('create namespaces'))
  expect(refused).toEqual({
    says: 'You may not create namespaces.',
    remedy: 'group leads can grant it.',
  })
  expect(
    plan.permissions.find(({ resource, verb }) => resource === 'namespaces' && verb === 'create'),
  ).toMatchObject({ allowed: 'no', grantedBy: ['group leads'] })
  await expect(nils.takt.operations.start({ planId: plan.id })).rejects.toMatchObject({
    code: 'PLAN_IS_BLOCKED',
  })
  expect((await plane.admin.call('/api/v1/namespaces/sound')).status).toBe(404)
  expect((await plane.admin.call('/apis/takt.dev/v1alpha1/projects/sound')).status).toBe(404)
})

test("a stranger who reads another team's work is refused in words", async () => {
  const nils = guests.at(-1)
  await expect(
    nils?.takt.records.list({ kind: 'WorkItem', namespace: 'wear' }),
  ).rejects.toMatchObject({ code: 'FORBIDDEN', data: { verb: 'list', namespace: 'wear' } })
})

test('an engineer hears of the work in their own project, and of no other', async () => {
  const eve = await guest('eve')
  const seen = await awaited(
    await eve.takt.records.watch({ kinds: ['Project', 'WorkItem', 'Environment'] }),
    ({ live }) => live,
  )
  expect(seen.upserts.map(({ kind, meta }) => `${kind}/${meta.name}`).toSorted()).toEqual([
    'Project/wear',
    'WorkItem/wear',
  ])
})

test('an engineer provisions in their own project, whose quota only a lead can raise', async () => {
  const eve = guests.at(-1)
  if (!eve) throw new Error('eve is not here')
  const small = {
    existingProject: 'wear',
    site: eve.site,
    data: [],
    size: { name: 'CPU small', cpuCores: 2, memoryGi: 4 },
  }
  const gpu = await eve.takt.environments.planProvision({
    draft: {
      ...draftOf('wear', { ...small }),
      size: {
        name: '1 × A100',
        cpuCores: 4,
        memoryGi: 16,
        gpu: { resource: 'nvidia.com/gpu', count: 1 },
      },
    },
  })
  expect(gpu.blockedBy.map(({ says, remedy }) => `${says} ${remedy}`).join('\n')).toMatch(
    /resourcequotas in wear.*group leads can grant it/,
  )
  await eve.run(await eve.takt.environments.planProvision({ draft: draftOf('wear', small) }))
  const seen = await awaited(
    await eve.takt.records.watch({ kinds: ['Environment'] }),
    ({ upserts }) => upserts.length > 0,
  )
  expect(seen.upserts[0]).toMatchObject({
    kind: 'Environment',
    meta: { namespace: 'wear' },
    spec: { owner: 'eve' },
  })
})

test('two people who change different fields lose nothing', async () => {
  const mara = await guest('mara', ['leads'])
  const read = await lead.read('Project', project.name)
  const basedOn = { resourceVersion: read.meta.resourceVersion, spec: read.spec }
  await lead.takt.projects.edit({
    name: project.name,
    basedOn,
    spec: { ...read.spec, title: 'Wear and tear' },
  })
  const second = await mara.takt.projects.edit({
    name: project.name,
    basedOn,
    spec: { ...read.spec, budgetUsd: 3000 },
  })
  expect(second.merged).toEqual(['title'])
  expect((await lead.read('Project', project.name)).spec).toMatchObject({
    title: 'Wear and tear',
    budgetUsd: 3000,
  })
})

test('two people who change the same field see both values, and neither is lost until somebody decides', async () => {
  const mara = guests.at(-1)
  if (!mara) throw new Error('mara is not here')
  const read = await lead.read('Project', project.name)
  const basedOn = { resourceVersion: read.meta.resourceVersion, spec: read.spec }
  await lead.takt.projects.edit({
    name: project.name,
    basedOn,
    spec: { ...read.spec, question: 'Which bearings wear out first?' },
  })
  const mine = { ...read.spec, question: 'Which belts wear out first?' }
  await expect(
    mara.takt.projects.edit({ name: project.name, basedOn, spec: mine }),
  ).rejects.toMatchObject({
    code: 'CONFLICT',
    data: {
      theirs: 'lea',
      fields: [
        {
          path: 'question',
          before: read.spec.question,
          mine: mine.question,
          theirs: 'Which bearings wear out first?',
        },
      ],
    },
  })
  expect((await lead.read('Project', project.name)).spec.question).toBe(
    'Which bearings wear out first?',
  )
  await mara.takt.projects.edit({
    name: project.name,
    basedOn,
    spec: mine,
    keep: { question: 'mine' },
  })
  expect((await lead.read('Project', project.name)).spec.question).toBe(mine.question)
})

test('two edits at the very same moment both arrive', async () => {
  const mara = guests.at(-1)
  if (!mara) throw new Error('mara is not here')
  const read = await lead.read('Project', project.name)
  const basedOn = { resourceVersion: read.meta.resourceVersion, spec: read.spec }
  await Promise.all([
    lead.takt.projects.edit({
      name: project.name,
      basedOn,
      spec: { ...read.spec, repository: 'https://git.example/wear' },
    }),
    mara.takt.projects.edit({
      name: project.name,
      basedOn,
      spec: { ...read.spec, budgetUsd: 4000 },
    }),
  ])
  expect((await lead.read('Project', project.name)).spec).toMatchObject({
    repository: 'https://git.example/wear',
    budgetUsd: 4000,
  })
})

test('a member who is added gets in, and one who is removed is out', async () => {
  const otto = await plane.clientFor('otto')
  const pods = async (): Promise<number> => (await otto.call('/api/v1/namespaces/wear/pods')).status
  const change = async (
    members: { kind: 'User'; name: string; role: 'analyst' }[],
  ): Promise<void> => {
    const read = await lead.read('Project', project.name)
    const spec = {
      ...read.spec,
      members: [...read.spec.members.filter(({ name }) => name !== 'otto'), ...members],
    }
    await lead.takt.projects.edit({
      name: project.name,
      basedOn: { resourceVersion: read.meta.resourceVersion, spec: read.spec },
      spec,
    })
  }
  expect(await pods()).toBe(403)
  await change([{ kind: 'User', name: 'otto', role: 'analyst' }])
  await until(async () => (await pods()) === 200, { seconds: 20, why: () => 'otto was not let in' })
  await change([])
  await until(async () => (await pods()) === 403, {
    seconds: 20,
    why: () => 'otto was not put out',
  })
})

test('an API server that goes away makes the site stale, and everything comes back by itself', async () => {
  await plane.stopApiServer('SIGKILL')
  await expect(lead.takt.records.list({ kind: 'Project' })).rejects.toMatchObject({
    code: 'CLUSTER_UNREACHABLE',
  })
  await awaited(await lead.takt.records.watch({ kinds: ['Project'] }), ({ live }) => !live)
  await plane.startApiServer()
  await awaited(await lead.takt.records.watch({ kinds: ['Project'] }), ({ live }) => live)
  expect((await lead.takt.records.list({ kind: 'Project' })).length).toBe(1)
})

test('a stranger may ask for a project with the right to create its record alone, and a lead fulfils it', async () => {
  const nils = await guest('nils')
  await awaited(await nils.takt.records.watch({ kinds: ['Budget', 'Project'] }), ({ live }) => live)
  const { project: spec } = draftOf('hum', { site: nils.site })
  const asking = await nils.takt.projects.planCreate({
    name: 'hum',
    spec: { ...spec, owner: 'nils', members: [] } as never,
    workItem: { title: 'Hum' },
  })
  expect(asking).toMatchObject({ title: 'Ask for hum', verb: 'Ask', dryRun: { result: 'passed' } })
  expect(asking.choices.join(' ')).toMatch(/group leads can fulfil it/)
  await nils.run(asking)
  expect((await lead.read('Project', 'hum')).status).toEqual({})
  expect((await plane.admin.call('/api/v1/namespaces/hum')).status).toBe(404)
  await lead.run(await lead.takt.projects.planFulfil({ name: 'hum' }))
  expect((await nils.read('Project', 'hum')).status).toMatchObject({
    phase: 'Ready',
    namespace: 'hum',
  })
  await until(
    async () => (await nils.takt.records.list({ kind: 'WorkItem', namespace: 'hum' })).length === 1,
    { seconds: 20, why: () => 'nils was not let in' },
  )
})
