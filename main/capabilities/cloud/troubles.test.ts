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

test('a throttled AWS is asked again, ever more slowly, and answers in the end', async () => {
  const { aws, cloud, live } = await open()
  for (const service of ['eks', 'ec2']) aws.faults.throttle(service, 4)
  // The SDK pauses by the machine's real time, so the hand-moved one goes slowly here.
  const { pools, unread } = await live(cloud.pools(undefined), 50)
  expect(unread).toEqual([])
  expect(pools).toHaveLength(1)
})

test('an EKS API that answers a page is told as that, and keeps what was known', async () => {
  const { aws, cloud, live } = await open()
  await cloud.observer.look('aws-burst')
  aws.faults.html('eks', 100)
  const { pools, unread } = await live(cloud.pools(undefined))
  expect(pools).toEqual([])
  expect(unread).toMatchObject([
    {
      site: 'aws-burst',
      failure: { code: 'AWS_FAILED', data: { error: 'a page instead of data' } },
    },
  ])
  expect(cloud.groups()).toMatchObject({
    groups: [{ name: 'p4d' }],
    unread: [{ site: 'aws-burst' }],
  })
  aws.faults.html('eks', 0)
  expect((await live(cloud.pools(undefined))).unread).toEqual([])
  expect(cloud.groups().unread).toEqual([])
})

test('an EC2 API that answers a page is no account without machines', async () => {
  const { aws, cloud, live } = await open()
  aws.faults.html('ec2', 100)
  const { unread } = await live(cloud.pools(undefined))
  expect(unread[0]?.failure.code).toBe('AWS_FAILED')
  const swept = await live(cloud.orphans())
  expect([swept.orphans, swept.unread.length]).toEqual([[], 1])
})

test.each([
  ['an hour fast', 3_600_000],
  ['a day slow', -86_400_000],
])(
  'a machine whose clock is %s against AWS corrects itself by what AWS tells',
  async (_what, ms) => {
    const { aws, cloud, live } = await open()
    aws.faults.skew(ms)
    expect((await live(cloud.pools(undefined))).unread).toEqual([])
  },
)

test('a right that is missing is told with the action that needs it', async () => {
  const { aws, cloud, live } = await open()
  aws.faults.deny('ec2:DescribeInstances')
  expect((await live(cloud.pools(undefined))).unread).toMatchObject([
    { failure: { code: 'AWS_DENIED', data: { service: 'EC2', action: 'DescribeInstances' } } },
  ])
})

test('a zone without capacity refuses, names what to take instead, and nothing comes later', async () => {
  const { aws, cloud, live, pass, nodesOf } = await open()
  aws.faults.refuseCapacity('eu-north-1a', 'g5.xlarge')
  const market = await live(cloud.market.market('aws-burst'))
  expect(
    market.ok &&
      market.value.pools
        .filter(({ instanceType }) => instanceType === 'g5.xlarge')
        .map(({ name }) => name)
        .sort(),
  ).toEqual(
    ['a', 'b', 'c'].flatMap((zone) => [`g5-xlarge-${zone}`, `g5-xlarge-${zone}-spot`]).sort(),
  )
  const refused = await live(
    cloud.market.ensureNodes(
      { site: 'aws-burst', pool: 'g5-xlarge-a', nodes: 1, claim: 'c1' },
      telling(),
    ),
  )
  expect(refused).toMatchObject({
    ok: false,
    failure: {
      code: 'CLOUD_CAPACITY_SHORT',
      data: {
        nodeGroup: 'g5-xlarge-a',
        says: expect.stringContaining('InsufficientInstanceCapacity') as string,
      },
    },
  })
  const instead =
    refused.ok || refused.failure.code !== 'CLOUD_CAPACITY_SHORT'
      ? []
      : refused.failure.data.instead
  expect(instead[0]).toMatch(/^g5-xlarge-[bc]-spot$/)
  aws.faults.restoreCapacity()
  await pass(1200)
  expect(nodesOf('g5-xlarge-a')).toHaveLength(0)
  expect(aws.account.groups.machines('g5-xlarge-a').desired()).toBe(0)
  const next = await live(
    cloud.market.ensureNodes(
      { site: 'aws-burst', pool: instead[0] ?? '', nodes: 1, claim: 'c1' },
      telling(),
    ),
  )
  expect(next).toMatchObject({ ok: true })
})

test('a spot machine that AWS takes back is replaced, and what it was is no left-over', async () => {
  const { aws, cloud, live, pass, nodesOf } = await open()
  expect(
    await live(
      cloud.market.ensureNodes(
        { site: 'aws-burst', pool: 'g5-xlarge-c-spot', nodes: 1, claim: 'c2' },
        telling(),
      ),
    ),
  ).toMatchObject({ ok: true })
  const [node] = nodesOf('g5-xlarge-c-spot')
  const uid = node?.metadata.uid
  aws.faults.interrupt(node?.metadata.name ?? '')
  await pass(60)
  await cloud.observer.look('aws-burst')
  expect(
    cloud.groups().groups.find(({ name }) => name === 'g5-xlarge-c-spot')?.nodes[0]?.state,
  ).toBe('draining')
  await pass(900)
  expect(nodesOf('g5-xlarge-c-spot').map(({ metadata }) => metadata.uid === uid)).toEqual([false])
})

test('idle machines go back by themselves, those at work and those claimed stay', async () => {
  const { cloud, live, pass, nodesOf } = await open()
  expect(
    await live(
      cloud.market.ensureNodes(
        { site: 'aws-burst', pool: 'g5-xlarge-b', nodes: 1, claim: 'held' },
        telling(),
      ),
    ),
  ).toMatchObject({ ok: true })
  const template = {
    name: 'forgotten',
    provisioner: 'node-group' as const,
    instanceTypes: ['g5.xlarge'],
    capacityType: 'on-demand' as const,
    zones: [],
    maxNodes: 2,
    diskGi: 50,
    labels: {},
    taints: [],
  }
  expect(
    await world.run(
      (await planned(live(cloud.planCreatePool({ site: 'aws-burst', template })))).id,
    ),
  ).toBe('done')
  expect(
    await world.run(
      (
        await planned(
          live(cloud.planScale({ site: 'aws-burst', nodeGroup: 'forgotten', desired: 2 })),
        )
      ).id,
    ),
  ).toBe('done')
  expect(await live(cloud.giveBackIdle(telling()))).toEqual([])
  await pass(3600)
  const { orphans } = await live(cloud.orphans())
  expect(
    orphans.filter(({ kind }) => kind === 'idle-node').map(({ tags }) => tags['group']),
  ).toEqual(['forgotten', 'forgotten'])
  const said = await live(cloud.giveBackIdle(telling()))
  expect(said).toEqual([
    expect.stringMatching(
      /^forgotten-\d, forgotten-\d of forgotten on aws-burst had nothing to do and went back\.$/,
    ),
  ])
  await pass(120)
  expect([
    nodesOf('forgotten').length,
    nodesOf('g5-xlarge-b').length,
    nodesOf('p4d').length,
  ]).toEqual([0, 1, 2])
})

test('a group is drained: what runs there moves off, and its machines go', async () => {
  const { cloud, live, nodesOf } = await open()
  const drain = async () => {
    const made = await planned(
      live(cloud.planDrain({ site: 'aws-burst', nodeGroup: 'p4d', then: 'scale-to-zero' })),
    )
    expect(made.risks[0]).toMatch(/^[12] pods are moved off/)
    return world.run(made.id)
  }
  // A pod may have come meanwhile: then the plan is stale, as it should be, and is made again.
  const first = await drain()
  expect(
    first === 'done' || first.includes('PLAN_IS_STALE')
      ? await (first === 'done' ? first : drain())
      : first,
  ).toBe('done')
  expect(nodesOf('p4d')).toHaveLength(0)
})

test('what Takt did not make it does not delete, and a left-over volume goes only when its name is typed', async () => {
  const { aws, cloud, live, operations } = await open()
  aws.account.groups.get('p4d').tags = {}
  const refused = await planned(
    live(cloud.planDrain({ site: 'aws-burst', nodeGroup: 'p4d', then: 'delete' })),
  )
  expect(refused.blockedBy[0]?.says).toBe('p4d was not made by Takt.')
  const volume = (await live(cloud.orphans())).orphans.find(({ kind }) => kind === 'volume')
  const plan = await planned(
    live(cloud.planRemoveOrphan({ site: 'aws-burst', kind: 'volume', id: volume?.id ?? '' })),
  )
  expect(plan.losses?.typeName).toBe(volume?.id)
  expect(await operations.start({ planId: plan.id })).toMatchObject({
    ok: false,
    failure: { code: 'NAME_NOT_TYPED' },
  })
  const again = await live(operations.start({ planId: plan.id, typedName: volume?.id }))
  expect(again.ok).toBe(true)
  await live(operations.settled())
  expect((await live(cloud.orphans())).orphans.some(({ kind }) => kind === 'volume')).toBe(false)
})
