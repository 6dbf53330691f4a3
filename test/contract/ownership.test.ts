import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CoreClient } from '../../main/compose'
import type { Plan } from '../../preload/contract/operations'
import { Draft } from '../../preload/contract/projects'
import type { ProjectSpec } from '../../preload/contract/records/project'
import { peopleOnPlant, runToEnd, type PeopleOnPlant } from '../support/people-on-plant'

let people: PeopleOnPlant
let lead: CoreClient
let engineer: CoreClient
let spec: ProjectSpec
let count = 0
let name: string

const api = () => {
  const oslo = people.plant.sites[0]
  if (!oslo) throw new Error('no site')
  return oslo.api
}
const NAMESPACE = { group: '', kind: 'Namespace' }
const config = (namespace: string, named = 'of-somebody') =>
  api().create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: named, namespace } })
const says = (plan: Plan) => plan.blockedBy.map((one) => one.says)
const isThere = (namespace: string) => api().get(NAMESPACE, namespace) !== undefined

beforeAll(async () => {
  people = await peopleOnPlant()
  lead = await people.sitDown(people.nameOf('lead'))
  engineer = await people.sitDown(people.nameOf('engineer'))
  const now = people.plant.clock.now()
  const instant = (ms: number) => new Date(ms).toISOString()
  spec = {
    title: 'Ownership',
    question: 'Whose is it?',
    owner: people.nameOf('engineer'),
    team: 'Voice',
    members: [],
    costCentre: '4410',
    budgetUsd: 50,
    sites: [(await lead.sites.contexts()).contexts[0]?.id ?? ''],
    timeBox: { start: instant(now), due: instant(now + 7 * 86_400_000) },
  }
})
afterAll(() => people.end())
beforeEach(() => {
  name = `whose-${String(++count)}`
})
/** A project made by a lead who is no administrator. */
async function made(more: { adopt?: boolean } = {}): Promise<void> {
  const plan = await lead.projects.planCreate({ name, spec, ...more })
  expect(plan.blockedBy).toEqual([])
  expect(await runToEnd(lead, plan)).toMatchObject({ state: 'done' })
}

describe('a name', () => {
  test.each(['monitoring', 'datasets'])(
    'of the site, %s, is taken for everybody',
    async (taken) => {
      const create = await lead.projects.planCreate({ name: taken, spec })
      expect(says(create)[0]).toMatch(/exists already .* it holds .*[0-9]/)
      const asking = await engineer.projects.planCreate({ name: taken, spec })
      expect([asking.verb, says(asking)[0]]).toEqual([
        'Ask',
        expect.stringContaining(`A namespace called ${taken} exists already`) as string,
      ])
      const draft = Draft.parse({ id: 'd', step: 'button', name: taken, project: spec })
      const provision = await lead.environments.planProvision({ draft })
      expect(says(provision).join(' ')).toContain(`A namespace called ${taken} exists already`)
      expect(await lead.projects.nameStanding({ name: taken })).toMatchObject({
        standing: 'refused',
      })
    },
  )
  test.each(['kube-system', 'default', 'kube-public'])(
    'of the cluster, %s, is never offered',
    async (taken) => {
      const create = await lead.projects.planCreate({ name: taken, spec })
      expect(says(create)[0]).toMatch(/is reserved/)
      const draft = Draft.parse({ id: 'd', step: 'button', name: taken, project: spec })
      const provision = await lead.environments.planProvision({ draft })
      expect(says(provision).join(' ')).toMatch(/is reserved/)
    },
  )
  test('of an empty namespace is adopted by choice, and the namespace outlives the project', async () => {
    api().create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    // Whether it is empty is told to whoever may list every kind in it.
    expect(says(await lead.projects.planCreate({ name, spec }))[0]).toMatch(/you may not list/)
    const admin = await people.sitDown(people.nameOf('admin'))
    await expect
      .poll(async () => (await admin.projects.nameStanding({ name })).standing)
      .toBe('empty')
    expect(says(await admin.projects.planCreate({ name, spec }))[0]).toMatch(/and is empty/)
    const create = await admin.projects.planCreate({ name, spec, adopt: true })
    expect(await runToEnd(admin, create)).toMatchObject({ state: 'done' })
    const plan = await lead.projects.planDelete({ name, others: 'delete' })
    expect(plan.losses?.kept[0]).toMatch(/adopted, not made by Takt/)
    expect(await runToEnd(lead, plan)).toMatchObject({ state: 'done' })
    expect(isThere(name)).toBe(true)
    await expect(lead.records.get({ kind: 'Project', name })).rejects.toThrow()
  })
})

describe('deleting, as a lead who is no administrator', () => {
  test('takes what Takt made, with everything listed by kind and the name typed', async () => {
    await made()
    const plan = await lead.projects.planDelete({ name })
    expect(plan.blockedBy).toEqual([])
    const belonging = new Set(plan.holds?.map(({ belongs }) => belongs))
    expect(belonging).toEqual(new Set(['takt', 'automatic']))
    await expect(lead.operations.start({ planId: plan.id, typedName: 'else' })).rejects.toThrow()
    expect(await runToEnd(lead, plan)).toMatchObject({ state: 'done' })
    expect(isThere(name)).toBe(false)
  })
  test("stops at others' objects until they were chosen too, and the name typed with them in view", async () => {
    await made()
    config(name)
    const plan = await lead.projects.planDelete({ name })
    expect(says(plan)).toEqual([
      `Namespace ${name} holds objects that are not Takt's: 1 ConfigMap: of-somebody.`,
    ])
    const chosen = await lead.projects.planDelete({ name, others: 'delete' })
    expect(chosen).toMatchObject({ blockedBy: [], losses: { typeName: name } })
    expect(chosen.losses?.lost).toContain('of others: 1 ConfigMap: of-somebody')
    await expect(lead.operations.start({ planId: chosen.id })).rejects.toThrow()
    expect(await runToEnd(lead, chosen)).toMatchObject({ state: 'done' })
    expect(isThere(name)).toBe(false)
  })
  test('leaves a namespace that was made anew under the name', async () => {
    await made()
    const before = api().get(NAMESPACE, name)?.metadata.uid
    api().remove(NAMESPACE, name)
    await expect.poll(() => isThere(name)).toBe(false)
    api().create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    config(name)
    expect(api().get(NAMESPACE, name)?.metadata.uid).not.toBe(before)
    const plan = await lead.projects.planDelete({ name, others: 'delete' })
    expect(await runToEnd(lead, plan)).toMatchObject({ state: 'done' })
    expect(isThere(name)).toBe(true)
  })
  test('is blocked by what may not be listed, and names it', async () => {
    await made()
    api().remove({ group: 'rbac.authorization.k8s.io', kind: 'RoleBinding' }, 'takt-inventory', {
      namespace: name,
    })
    const plan = await lead.projects.planDelete({ name })
    expect(says(plan).join(' ')).toContain(`Whether ${name} holds Secret of others cannot be seen.`)
    const kept = await lead.projects.planDelete({ name, others: 'keep-namespace' })
    expect(kept.blockedBy).toEqual([])
    expect(await runToEnd(lead, kept)).toMatchObject({ state: 'done' })
    expect(isThere(name)).toBe(true)
  })
  test('of a request takes its record, and never the namespace of its name', async () => {
    expect(
      await runToEnd(engineer, await engineer.projects.planCreate({ name, spec })),
    ).toMatchObject({ state: 'done' })
    api().create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    config(name)
    const fulfil = await lead.projects.planFulfil({ name })
    expect(fulfil.blockedBy[0]).toMatchObject({
      says: expect.stringContaining(`A namespace called ${name} exists already`) as string,
      remedy: expect.stringContaining('takes its record away and nothing else') as string,
    })
    const plan = await lead.projects.planDelete({ name })
    expect(plan.changes.map(({ op, kind }) => `${op} ${kind}`)).toEqual(['delete Project'])
    expect(await runToEnd(lead, plan)).toMatchObject({ state: 'done' })
    expect(isThere(name)).toBe(true)
  })
})

test('two leads who press Fulfil at once: one makes it, the other is told why not', async () => {
  await runToEnd(engineer, await engineer.projects.planCreate({ name, spec }))
  const other = await people.sitDown(people.nameOf('lead'))
  const plans = [
    [lead, await lead.projects.planFulfil({ name })],
    [other, await other.projects.planFulfil({ name })],
  ] as const
  const ends = await Promise.all(
    plans.map(([takt, plan]) =>
      runToEnd(takt, plan).then(
        ({ state, failure }) => ({ state, told: JSON.stringify(failure ?? {}) }),
        (refused: Error) => ({ state: 'refused', told: refused.message }),
      ),
    ),
  )
  expect(ends.filter(({ state }) => state === 'done')).toHaveLength(1)
  expect(ends.map(({ told }) => told).join(' ')).not.toMatch(/[Dd]elete the request/)
  expect(isThere(name)).toBe(true)
  expect(await lead.records.get({ kind: 'Project', name })).toMatchObject({
    status: { phase: 'Ready' },
  })
})

test('of two desktops on one cluster the second is told who works on an object', async () => {
  await made()
  const [site = ''] = spec.sites
  const held = { name: 'held', namespace: name }
  api().create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...held, finalizers: ['example.com/waits'] },
  })
  const ref = { site, resource: { group: '', version: 'v1', plural: 'configmaps' }, ...held }
  const ask = { ...ref, keepDependents: false }
  const mine = await engineer.objects.planDelete(ask)
  const theirs = await lead.objects.planDelete(ask)
  const first = runToEnd(engineer, mine)
  await expect
    .poll(
      () => api().get({ group: '', kind: 'ConfigMap' }, 'held', name)?.metadata.deletionTimestamp,
    )
    .toBeDefined()
  await expect(
    lead.operations.start({ planId: theirs.id, typedName: 'held' }),
  ).rejects.toMatchObject({
    code: 'OBJECT_BUSY',
    data: { by: people.nameOf('engineer'), other: 'Delete ConfigMap held' },
  })
  const stored = api().get({ group: '', kind: 'ConfigMap' }, 'held', name)
  if (stored) api().update({ ...stored, metadata: { ...stored.metadata, finalizers: [] } })
  expect(await first).toMatchObject({ state: 'done' })
})
