import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { preparedObjects } from '../../main/capabilities/prepare'
import { compose, type Core, type CoreClient } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { PEOPLE, startPlant, type Plant } from '../../main/plant'
import { systemClock } from '../../main/platform/clock/system'
import type { Plan } from '../../preload/contract/operations'
import { Draft } from '../../preload/contract/projects'
import type { ProjectSpec } from '../../preload/contract/records/project'
import type { Client } from '../../renderer/client'
import { planFor } from '../../renderer/capabilities/projects/asking'

const home = mkdtempSync(join(tmpdir(), 'takt-request-'))
const cores: Core[] = []
let plant: Plant
let lead: CoreClient
let engineer: CoreClient
let spec: ProjectSpec

/** One person at one machine, with a kubeconfig of their own for the simulated site. */
async function sitDown(user: string): Promise<CoreClient> {
  const [oslo] = plant.sites
  const file = join(home, `${user}.yaml`)
  writeFileSync(
    file,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'oslo',
      clusters: [{ name: 'oslo', cluster: { server: oslo?.server } }],
      users: [{ name: user, user: { token: oslo?.tokens[user] } }],
      contexts: [{ name: 'oslo', context: { cluster: 'oslo', user } }],
    }),
    { mode: 0o600 },
  )
  const core = await compose({
    storeDir: join(home, user),
    host: 'test',
    version: '0.0.0',
    env: { HOME: home, KUBECONFIG: file },
    clock: systemClock,
    random: seeded(user.length),
    plant: false,
  })
  cores.push(core)
  await core.started
  const takt = createRouterClient(core.router) as CoreClient
  const [context] = (await takt.sites.contexts()).contexts
  await takt.sites.connect({ site: context?.id ?? '' })
  await takt.sites.makeHome({ site: context?.id ?? '' })
  for await (const { live, upserts } of await takt.records.watch({ kinds: ['Budget'] }))
    if (live && upserts.length > 0) return takt
  throw new Error('the site never answered')
}
async function run(takt: CoreClient, plan: Plan): Promise<void> {
  expect(plan.blockedBy).toEqual([])
  const { operationId } = await takt.operations.start({ planId: plan.id })
  for await (const all of await takt.operations.watch()) {
    const operation = all.find(({ id }) => id === operationId)
    if (operation?.state === 'done') return
    if (operation && operation.state !== 'running')
      throw new Error(JSON.stringify(operation, undefined, 1))
  }
}
const nameOf = (role: string) => PEOPLE.find((person) => person.role === role)?.user ?? ''

beforeAll(async () => {
  plant = await startPlant({
    clock: systemClock,
    random: seeded(5),
    people: PEOPLE.map(({ user, groups }) => ({ user, groups, token: `token-of-${user}` })),
    prepared: preparedObjects(),
  })
  lead = await sitDown(nameOf('lead'))
  engineer = await sitDown(nameOf('engineer'))
  const now = plant.clock.now()
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
afterAll(async () => {
  for (const core of cores) await core.close()
  await plant.close()
  rmSync(home, { recursive: true, force: true })
})

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
  await expect(engineer.environments.offers({})).rejects.toThrow('You may not list pods')
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
