import { afterEach, expect, test } from 'vitest'
import { aCloud } from '../../../test/support/cloud'

let world: Awaited<ReturnType<typeof aCloud>>
const open = async () => {
  world = await aCloud()
  return world
}
afterEach(() => world.close())
const telling = () => ({ signal: new AbortController().signal, progress: () => undefined })
const planned = async <T>(
  asking: Promise<{ ok: true; value: T } | { ok: false; failure: unknown }>,
) => {
  const made = await asking
  if (!made.ok) throw new Error(JSON.stringify(made.failure))
  return made.value
}

/** A node group of a platform team: its own tags, and machines that idle. */
async function aForeignGroup(tags: Record<string, string>, min = 0) {
  const template = {
    name: 'platform-gpu',
    provisioner: 'node-group' as const,
    instanceTypes: ['g5.xlarge'],
    capacityType: 'on-demand' as const,
    zones: [],
    maxNodes: 4,
    diskGi: 50,
    labels: {},
    taints: [],
  }
  const { cloud, live, pass, aws, nodesOf } = world
  const at = { site: 'aws-burst', nodeGroup: 'platform-gpu' }
  const made = await planned(live(cloud.planCreatePool({ site: 'aws-burst', template })))
  expect(await world.run(made.id)).toBe('done')
  const two = await planned(live(cloud.planScale({ ...at, desired: 2 })))
  expect(await world.run(two.id)).toBe('done')
  const group = aws.account.groups.get('platform-gpu')
  group.tags = { ...tags }
  group.min = min
  await pass(3600)
  await live(cloud.observer.look('aws-burst'))
  const closed = () =>
    nodesOf('platform-gpu').filter(
      ({ spec }) => (spec as { unschedulable?: boolean } | undefined)?.unschedulable === true,
    ).length
  return { at, group, closed }
}

test.each<[what: string, tags: Record<string, string>]>([
  [
    'with the tags of another team',
    { team: 'platform', 'kubernetes.io/cluster/aws-burst': 'owned' },
  ],
  [
    'that bears the mark of another cluster',
    { 'takt.dev/managed': 'true', 'takt.dev/owner-cluster': 'eu-north-1/other' },
  ],
])('a node group %s is never touched, in no way there is', async (_what, tags) => {
  const { cloud, live, pass, nodesOf, aws } = await open()
  const { at, closed } = await aForeignGroup(tags)
  const telled = telling()
  expect(await live(cloud.giveBackIdle(telled))).toEqual([])
  const plans = [
    await planned(live(cloud.planScale({ ...at, desired: 0 }))),
    await planned(live(cloud.planScale({ ...at, desired: 3 }))),
    ...(await Promise.all(
      (['keep', 'scale-to-zero', 'delete'] as const).map((then) =>
        live(cloud.planDrain({ ...at, then })).then((made) => planned(Promise.resolve(made))),
      ),
    )),
  ]
  for (const plan of plans)
    expect(plan.blockedBy.map(({ says }) => says).join(), plan.title).toMatch(
      /was not made by Takt|mark of another cluster/,
    )
  // The verbs themselves refuse as well, whatever a plan may have said.
  const group = { account: world.account, group: 'platform-gpu' }
  const names = nodesOf('platform-gpu').map(({ metadata }) => metadata.name)
  const { work } = cloud
  const { signal } = telled
  for (const refused of [
    await live(work.setDesired(group, 0, telled)),
    await live(work.raise(group, 4, telled)),
    await live(work.cordon(group, names, { closed: true, signal })),
    await live(work.evictAll(group, names[0] ?? '', telled)),
    await live(work.letGo(group, names, telled)),
    await live(work.remove(group, telled)),
  ])
    expect(refused).toMatchObject({ ok: false, failure: { code: 'NOT_OURS' } })
  const idle = (await live(cloud.orphans())).orphans.filter(({ kind }) => kind === 'idle-node')
  expect(idle.map(({ tags: of, whose }) => [of['group'], whose !== undefined])).toEqual([
    ['platform-gpu', true],
    ['platform-gpu', true],
  ])
  const remove = await planned(
    live(cloud.planRemoveOrphan({ site: 'aws-burst', kind: 'idle-node', id: idle[0]?.id ?? '' })),
  )
  expect(remove.blockedBy).toHaveLength(1)
  await pass(900)
  expect([nodesOf('platform-gpu').length, closed()]).toEqual([2, 0])
  expect(aws.account.groups.machines('platform-gpu').desired()).toBe(2)
})

test('a machine that somebody else has closed is not opened by whoever opens their own again', async () => {
  const { cloud, live, nodesOf, sites } = await open()
  const { group: state } = await aForeignGroup({})
  state.tags = {
    'takt.dev/managed': 'true',
    'takt.dev/owner-cluster': `${world.account.region}/${world.account.cluster}`,
  }
  const group = { account: world.account, group: 'platform-gpu' }
  const names = nodesOf('platform-gpu').map(({ metadata }) => metadata.name)
  const [theirs = '', ours = ''] = names
  const client = sites.client('aws-burst')
  if (!client.ok) throw new Error(client.failure.code)
  const nodes = { group: '', version: 'v1', plural: 'nodes' }
  await live(
    client.value.mergePatch(nodes, { name: theirs }, { body: { spec: { unschedulable: true } } }),
  )
  const { signal } = telling()
  const isClosed = () =>
    nodesOf('platform-gpu')
      .filter(({ spec }) => (spec as { unschedulable?: boolean }).unschedulable === true)
      .map(({ metadata }) => metadata.name)
      .sort()
  expect(await live(cloud.work.cordon(group, names, { closed: true, signal }))).toMatchObject({
    ok: true,
  })
  expect(isClosed()).toEqual([theirs, ours].sort())
  expect(await live(cloud.work.cordon(group, names, { closed: false, signal }))).toMatchObject({
    ok: true,
  })
  expect(isClosed()).toEqual([theirs])
})

test('what moves gets a group of its own beside that of another team, and its claim leaves theirs alone', async () => {
  const { cloud, live, aws } = await open()
  await aForeignGroup({ team: 'platform' })
  const market = await live(cloud.market.market('aws-burst'))
  const pools = market.ok ? market.value.pools : []
  expect(pools.find(({ name }) => name === 'platform-gpu')).toMatchObject({ nodesLeft: 0 })
  expect(pools.some(({ name, nodesLeft }) => name.startsWith('g5-xlarge-') && nodesLeft > 0)).toBe(
    true,
  )
  const asked = await live(
    cloud.market.ensureNodes(
      { site: 'aws-burst', pool: 'platform-gpu', nodes: 1, claim: 'c9' },
      telling(),
    ),
  )
  expect(asked).toMatchObject({ ok: true })
  const released = await live(
    cloud.market.releaseNodes({ site: 'aws-burst', claim: 'c9' }, telling()),
  )
  expect(released.ok).toBe(true)
  expect(aws.account.groups.machines('platform-gpu').desired()).toBe(2)
})

test('a lead may adopt a group: then its idle machines go back, down to the minimum of its makers, and it is never deleted', async () => {
  const { cloud, live, pass, nodesOf } = await open()
  const { at, group } = await aForeignGroup({ team: 'platform' }, 1)
  const plan = await planned(live(cloud.planAdopt(at)))
  expect(plan.blockedBy).toEqual([])
  expect(await world.run(plan.id)).toBe('done')
  expect(group.tags).toMatchObject({
    team: 'platform',
    'takt.dev/owner-cluster': 'eu-north-1/aws-burst',
  })
  expect(await live(cloud.giveBackIdle(telling()))).toHaveLength(1)
  await pass(120)
  expect([nodesOf('platform-gpu').length, group.min]).toEqual([1, 1])
  const fewer = await planned(live(cloud.planScale({ ...at, desired: 0 })))
  expect(fewer.blockedBy[0]?.says).toMatch(/wants at least 1 machines/)
  const gone = await planned(live(cloud.planDrain({ ...at, then: 'delete' })))
  expect(gone.blockedBy[0]?.says).toMatch(/only adopted/)
  const [operation] = world.operations.list()
  world.operations.undo(operation?.id ?? '')
  await live(world.operations.settled())
  expect(Object.keys(group.tags)).toEqual(['team'])
})

test('nobody but a lead adopts, and what bears the mark of another cluster is adopted by none', async () => {
  world = await aCloud({ leads: 'no' })
  const { at, group } = await aForeignGroup({ team: 'platform' })
  const { cloud, live } = world
  const refused = await planned(live(cloud.planAdopt(at)))
  expect(refused.blockedBy[0]?.says).toMatch(/Only a lead/)
  group.tags = { 'takt.dev/managed': 'true', 'takt.dev/owner-cluster': 'eu-west-1/other' }
  await live(cloud.observer.look('aws-burst'))
  const theirs = await planned(live(cloud.planAdopt(at)))
  expect(theirs.blockedBy[0]?.says).toMatch(/mark of another cluster/)
})

test("the sweep shows a database, another cluster's node and another team's upload, and offers none of them", async () => {
  const { aws, cloud, live } = await open()
  const { state, clock } = aws.account
  const old = clock.now() - 90 * 86_400_000
  const common = { zone: 'eu-north-1a', spot: false, launchedAt: old }
  state.instances.push(
    { id: 'i-0000000000000000a', type: 'm7i.4xlarge', tags: { Name: 'prod-postgres' }, ...common },
    {
      id: 'i-0000000000000000b',
      type: 'g5.xlarge',
      tags: { 'eks:cluster-name': 'other', 'eks:nodegroup-name': 'p4d' },
      ...common,
    },
  )
  state.volumes.push({
    id: 'vol-0000000000000000c',
    gi: 2000,
    zone: 'eu-north-1a',
    createdAt: old,
    tags: { 'kubernetes.io/cluster/other': 'owned', 'takt.dev/managed': 'true' },
  })
  const { orphans, usdPerHour } = await live(cloud.orphans())
  const ids = ['i-0000000000000000a', 'i-0000000000000000b', 'vol-0000000000000000c']
  const uploads = orphans.filter(({ kind }) => kind === 'upload')
  for (const id of [...ids, ...uploads.map((upload) => upload.id)]) {
    const found = orphans.find((orphan) => orphan.id === id)
    expect(found?.whose, id).toMatch(/belongs to|does not carry the mark/)
    const plan = await planned(
      live(cloud.planRemoveOrphan({ site: 'aws-burst', kind: found?.kind ?? 'instance', id })),
    )
    expect(plan.blockedBy, id).toHaveLength(1)
  }
  const ours = orphans.filter(({ whose }) => whose === undefined)
  expect(ours.map(({ kind }) => kind)).toEqual(['volume'])
  expect(usdPerHour).toBeCloseTo(ours[0]?.usdPerHour ?? 0)
})
