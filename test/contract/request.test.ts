import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CoreClient } from '../../main/compose'
import type { Plan } from '../../preload/contract/operations'
import { Draft } from '../../preload/contract/projects'
import type { ProjectSpec } from '../../preload/contract/records/project'
import type { Client } from '../../renderer/client'
import { planFor } from '../../renderer/capabilities/projects/asking'
import { peopleOnPlant, runToEnd, type PeopleOnPlant } from '../support/people-on-plant'

let people: PeopleOnPlant
let lead: CoreClient
let engineer: CoreClient
let spec: ProjectSpec

async function run(takt: CoreClient, plan: Plan): Promise<void> {
  expect(plan.blockedBy).toEqual([])
  const operation = await runToEnd(takt, plan)
  if (operation.state !== 'done') throw new Error(JSON.stringify(operation, undefined, 1))
}
const nameOf = (role: string) => people.nameOf(role)

beforeAll(async () => {
  people = await peopleOnPlant()
  lead = await people.sitDown(nameOf('lead'))
  engineer = await people.sitDown(nameOf('engineer'))
  const now = people.plant.clock.now()
  const instant = (ms: number) => new Date(ms).toISOString()
  const site = (await engineer.sites.contexts()).contexts[0]?.id ?? ''
  spec = {
    title: 'Echo',
    question: 'Which calls echo?',
    owner: nameOf('engineer'),
    team: 'Voice',
    members: [],
    costCentre: '4410',
    budgetUsd: 50,
    sites: [site],
    timeBox: { start: instant(now), due: instant(now + 7 * 86_400_000) },
  }
})
afterAll(() => people.end())

test("an engineer asks for a project, and a lead's click makes it", async () => {
  const asking = await engineer.projects.planCreate({
    name: 'echo',
    spec,
    workItem: { title: 'Echoing calls' },
  })
  expect(asking).toMatchObject({ title: 'Ask for echo', verb: 'Ask' })
  expect(asking.choices.join(' ')).toMatch(/create namespaces.* can fulfil it/)
  await run(engineer, asking)
  const asked = await lead.records.get({ kind: 'Project', name: 'echo' })
  expect(asked.kind === 'Project' && [asked.status, asked.spec.question]).toEqual([
    {},
    'Which calls echo?',
  ])

  const mayNot = await engineer.projects.planFulfil({ name: 'echo' })
  expect(mayNot.blockedBy.map(({ says }) => says)).toContain('You may not create namespaces.')

  await run(lead, await lead.projects.planFulfil({ name: 'echo' }))
  const made = await engineer.records.get({ kind: 'Project', name: 'echo' })
  expect(made.kind === 'Project' && made.status).toMatchObject({
    phase: 'Ready',
    namespace: 'echo',
  })
  // Its owner was bound as an engineer, so the first work item is theirs to read.
  const items = await engineer.records.list({ kind: 'WorkItem', namespace: 'echo' })
  expect(items.map(({ spec: item }) => 'title' in item && item.title)).toEqual(['Echoing calls'])
})

test('the wizard of somebody without the rights asks for the project instead of showing a plan that cannot run', async () => {
  const core = engineer as unknown as Pick<Client, 'environments' | 'projects'>,
    signal = new AbortController().signal
  const draft = Draft.parse({
    id: 'w1',
    step: 'button',
    name: 'wizard-echo',
    project: { ...spec, title: undefined },
  })
  // Nobody without a project sees what others hold, so nobody is promised a free place.
  const { offers } = await engineer.environments.offers({})
  expect(offers.filter(({ fitsNow }) => fitsNow)).toEqual([])
  expect(await planFor(core, draft, { signal })).toMatchObject({
    verb: 'Ask',
    title: 'Ask for wizard-echo',
    blockedBy: [],
  })
  const size = (await lead.environments.offers({})).offers[0]?.size
  expect(
    await planFor(lead as unknown as typeof core, { ...draft, size }, { signal }),
  ).toMatchObject({ verb: 'Provision' })
})

test('whoever asks names no leads, and nobody names everybody', async () => {
  const ask = async (member: ProjectSpec['members'][number]) =>
    (
      await engineer.projects.planCreate({
        name: 'friends',
        spec: { ...spec, members: [member] },
        workItem: { title: 'Friends' },
      })
    ).blockedBy.map(({ says }) => says)
  expect(await ask({ kind: 'User', name: 'nemo', role: 'lead' })).toEqual([
    'A request names no leads, and this one names nemo.',
  ])
  expect(await ask({ kind: 'Group', name: 'system:authenticated', role: 'analyst' })).toEqual([
    'system:authenticated is no member: the cluster itself gives that name to everybody of a kind.',
  ])
  const letIn = await lead.people.planMembers({
    project: 'echo',
    changes: [{ kind: 'User', name: 'system:serviceaccount:echo:default', role: 'engineer' }],
  })
  expect(letIn.blockedBy.map(({ remedy }) => remedy)).toContain(
    'Name the people, or a group of the directory.',
  )
})

test('who was bound beside Takt is told to everybody who works there', async () => {
  expect(await engineer.people.outside({ project: 'echo' })).toEqual({ bound: [], more: 0 })
  people.plant.sites[0]?.api.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'friends', namespace: 'echo' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'takt-engineer' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'nemo' }],
  })
  expect(await engineer.people.outside({ project: 'echo' })).toEqual({
    bound: [{ binding: 'friends', role: 'ClusterRole takt-engineer', kind: 'User', name: 'nemo' }],
    more: 0,
  })
})
