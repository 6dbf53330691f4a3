import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CoreClient } from '../../main/compose'
import { peopleOnPlant, runToEnd, type PeopleOnPlant } from '../support/people-on-plant'

const name = 'voice-spoof'
const NAMESPACE = { group: '', kind: 'Namespace' }
let people: PeopleOnPlant
let lead: CoreClient
let engineer: CoreClient
beforeAll(async () => {
  people = await peopleOnPlant()
  lead = await people.sitDown(people.nameOf('lead'))
  engineer = await people.sitDown(people.nameOf('engineer'))
})
afterAll(() => people.end())

test('no pod of a project reaches the machine it runs on', async () => {
  expect(await engineer.projects.podSecurity({ name })).toEqual({ level: 'baseline' })
  expect(() =>
    people.plant.sites[0]?.api.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'root', namespace: name },
      spec: {
        hostPID: true,
        containers: [{ name: 'main', image: 'registry.example/image:1' }],
      },
    }),
  ).toThrow('violates PodSecurity "baseline:v1.34": host namespaces (hostPID=true)')
})

test('an exception has a reason and the name of the lead who made it, and whoever works there reads both', async () => {
  const silent = await lead.projects.planPodSecurity({ name, level: 'privileged' })
  expect(silent.blockedBy.map(({ says }) => says)).toContain(
    'An exception has a reason, which everybody who works there can read.',
  )
  const reason = 'The profiler reads counters of the host'
  const mayNot = await engineer.projects.planPodSecurity({ name, level: 'privileged', reason })
  expect(mayNot.blockedBy.map(({ says }) => says).join(' ')).toMatch(/may not patch namespaces/)
  const plan = await lead.projects.planPodSecurity({ name, level: 'privileged', reason })
  expect(plan).toMatchObject({ verb: 'Allow', blockedBy: [] })
  const operation = await runToEnd(lead, plan)
  expect(operation.state).toBe('done')
  expect(await engineer.projects.podSecurity({ name })).toMatchObject({
    level: 'privileged',
    exception: { by: people.nameOf('lead'), reason },
  })
  await lead.operations.undo({ operationId: operation.id })
  await expect.poll(() => engineer.projects.podSecurity({ name })).toEqual({ level: 'baseline' })
})

test('a namespace that is older than the restriction is repaired by a plan', async () => {
  const api = people.plant.sites[0]?.api
  const found = api?.get(NAMESPACE, name)
  if (!api || !found) throw new Error('the project has no namespace')
  const { labels = {}, ...metadata } = found.metadata
  const older = Object.entries(labels).filter(([key]) => !key.startsWith('pod-security'))
  api.update({ ...found, metadata: { ...metadata, labels: Object.fromEntries(older) } })
  expect(await lead.projects.podSecurity({ name })).toEqual({ level: 'privileged' })
  const plan = await lead.projects.planPodSecurity({ name, level: 'baseline' })
  expect(plan).toMatchObject({ verb: 'Restrict', blockedBy: [] })
  expect((await runToEnd(lead, plan)).state).toBe('done')
  expect(await lead.projects.podSecurity({ name })).toEqual({ level: 'baseline' })
})
