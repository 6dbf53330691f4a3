import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compose, type Core, type CoreClient } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import type { Operation, Plan } from '../../preload/contract/operations'

const home = mkdtempSync(join(tmpdir(), 'takt-people-'))
let core: Core
let takt: CoreClient
const PROJECT = 'voice-spoof'

beforeAll(async () => {
  core = await compose({
    storeDir: join(home, 'store'),
    host: 'test',
    version: '0.0.0',
    env: { HOME: home },
    clock: systemClock,
    random: seeded(3),
  })
  await core.started
  takt = createRouterClient(core.router) as CoreClient
})
afterAll(async () => {
  await core.close()
  rmSync(home, { recursive: true, force: true })
})

async function over(operationId: string): Promise<Operation> {
  for await (const all of await takt.operations.watch()) {
    const operation = all.find(({ id }) => id === operationId)
    if (operation && !['running', 'undoing', 'cancelling'].includes(operation.state))
      return operation
  }
  throw new Error('the operations ended')
}
const run = async (plan: Plan) =>
  over((await takt.operations.start({ planId: plan.id })).operationId)
const states = async () =>
  (await takt.people.check({ project: PROJECT })).members.map(
    ({ name, state }) => `${name} ${state}`,
  )

test('without a home site and without a directory nobody is found, and the words say what to do', async () => {
  expect(await takt.people.directory()).toMatchObject({ state: 'none', simulated: false })
  await expect(takt.people.search({ text: 'mara' })).rejects.toMatchObject({
    code: 'NOT_SUPPORTED_HERE',
  })
})

test('the simulated sites bring their own people, marked as such', async () => {
  await takt.sites.openPlant()
  for await (const { live, upserts } of await takt.records.watch({ kinds: ['Project'] }))
    if (live && upserts.length > 0) break
  expect(await takt.people.directory()).toMatchObject({
    state: 'ready',
    simulated: true,
    complete: true,
  })
  expect(await takt.people.search({ text: 'tov' })).toEqual({
    entries: [
      {
        kind: 'User',
        name: 'tove.dahl',
        id: 'tove.dahl',
        title: 'Tove Dahl',
        department: 'Supply',
        active: true,
      },
    ],
    more: false,
    simulated: true,
  })
  expect(await takt.people.search({ text: 'team-', kind: 'Group', limit: 3 })).toMatchObject({
    more: true,
  })
  expect(
    (await takt.people.groupMembers({ name: 'team-voice' })).people.map(({ name }) => name),
  ).toContain('mara.lind')
})

test('a member is let in by a plan, one who is not in the directory is shown as gone, and undo puts everybody back', async () => {
  const before = await states()
  const plan = await takt.people.planMembers({
    project: PROJECT,
    changes: [
      { kind: 'User', name: 'tove.dahl', role: 'analyst' },
      { kind: 'User', name: 'long.gone', role: 'engineer' },
    ],
  })
  expect(plan.changes.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
    `Project/${PROJECT}`,
    'RoleBinding/takt-engineers',
    'RoleBinding/takt-analysts',
  ])
  const done = await run(plan)
  expect(done.state).toBe('done')
  expect(await states()).toEqual([...before, 'tove.dahl active', 'long.gone left'])
  await takt.operations.undo({ operationId: done.id })
  expect((await over(done.id)).state).toBe('undone')
  expect(await states()).toEqual(before)
})

test('a plan goes on beside other changes, and is refused where the same person was changed meanwhile', async () => {
  const tove = (role: 'analyst' | 'lead') =>
    takt.people.planMembers({
      project: PROJECT,
      changes: [{ kind: 'User', name: 'tove.dahl', role }],
    })
  const [analyst, lead] = [await tove('analyst'), await tove('lead')]
  await run(
    await takt.people.planMembers({
      project: PROJECT,
      changes: [{ kind: 'User', name: 'chen.wu', role: 'engineer' }],
    }),
  )
  expect((await run(analyst)).state).toBe('done')
  expect((await states()).filter((each) => /tove|chen/.test(each))).toEqual([
    'chen.wu active',
    'tove.dahl active',
  ])
  await expect(takt.operations.start({ planId: lead.id })).rejects.toMatchObject({
    code: 'PLAN_IS_STALE',
  })
})

test('settings of a directory are kept, and no password lies in the store', async () => {
  await takt.people.setDirectory({
    kind: 'ldap',
    url: 'ldaps://directory.example',
    startTls: false,
    flavour: 'active-directory',
    baseDn: 'dc=example',
    bindName: 'mara@example',
    userPrefix: '',
    groupPrefix: '',
  })
  // A simulated home has its own people whatever is set.
  expect(await takt.people.directory()).toMatchObject({
    simulated: true,
    settings: { kind: 'ldap', bindName: 'mara@example' },
    password: 'none',
  })
  await expect(
    takt.people.signIn({ password: 'never-written-down', keep: true }),
  ).rejects.toMatchObject({ code: expect.stringMatching(/^DIRECTORY_/) as string })
  const stored = readdirSync(join(home, 'store'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('')
  expect(stored).toContain('mara@example')
  expect(stored).not.toContain('never-written-down')
})
