import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aCloud } from '../../../test/support/cloud'

let world: Awaited<ReturnType<typeof aCloud>>
beforeAll(async () => {
  world = await aCloud()
})
afterAll(() => world.close())
const plan = async <T>(
  asking: Promise<{ ok: true; value: T } | { ok: false; failure: unknown }>,
) => {
  const made = await asking
  if (!made.ok) throw new Error(JSON.stringify(made.failure))
  return made.value
}

describe('what there is', () => {
  test('pools are told with their price, its source and age, quota and labels', async () => {
    const { pools, unread } = await world.cloud.pools(undefined)
    expect(unread).toEqual([])
    expect(pools).toMatchObject([
      {
        id: 'aws-burst/p4d',
        instanceType: 'p4d.24xlarge',
        zones: ['eu-north-1a'],
        capacityType: 'on-demand',
        gpu: { model: 'NVIDIA-A100-SXM4-40GB', count: 8 },
        price: { usd: 21.957642, source: 'aws-pricing', stale: false },
        quota: { usedCores: 192, limitCores: 384 },
        nodesLeft: 2,
        capacity: 'available',
        ownership: 'made',
      },
    ])
  })
  test('node groups are told with what works, boots and costs now', async () => {
    await world.cloud.observer.look('aws-burst')
    const [group] = world.cloud.groups().groups
    expect(group).toMatchObject({
      name: 'p4d',
      desired: 2,
      ready: 1,
      booting: 1,
      status: 'active',
      usdPerHourNow: 2 * 21.957642,
    })
    expect(group?.nodes.find(({ state }) => state === 'busy')).toMatchObject({
      gpus: 8,
      gpusHeld: 8,
    })
  })
  test('whoever asks while a look is under way is told what is so after it, not before', async () => {
    const { observer } = world.cloud
    const [first, second, third] = [
      observer.look('aws-burst'),
      observer.look('aws-burst'),
      observer.look('aws-burst'),
    ]
    expect(third).toBe(second)
    const before = await plan(first)
    const group = world.aws.account.groups.get('p4d')
    if (!group) throw new Error('the account has no group p4d')
    const { max } = group
    group.max = max + 1
    expect(before.groups).toMatchObject([{ name: 'p4d', max }])
    expect((await plan(second)).groups).toMatchObject([{ name: 'p4d', max: max + 1 }])
    group.max = max
  })
  test('a GPU of a rented node has a price', async () => {
    const seen = world.cloud.observer.last('aws-burst')
    const node = seen?.inventory?.nodes.find(
      ({ labels }) => labels['node.kubernetes.io/instance-type'] === 'p4d.24xlarge',
    )
    expect(node && world.cloud.gpuUsdPerHour(node)).toBeCloseTo(21.957642 / 8, 9)
  })
  test('the sweep finds what nobody accounts for, and nothing else', async () => {
    const { orphans, usdPerHour } = await world.cloud.orphans()
    expect(
      orphans.map(({ kind, name, whose }) => [
        kind,
        name.replace(/vol-[0-9a-f]+/, 'vol'),
        whose === undefined,
      ]),
    ).toEqual([
      ['instance', 'jupyter-try-out (g5.xlarge)', false],
      ['volume', 'vol, 500 GiB', true],
      ['upload', 's3://acme-takt-burst/outputs/sweep-11/checkpoint-4000.safetensors', false],
    ])
    expect(usdPerHour, 'only of what may be removed').toBeCloseTo((500 * 0.08) / 730, 6)
  })
  test('prices of spot machines are told by zone', async () => {
    const { prices } = await world.cloud.prices(true)
    const spot = prices.filter(
      ({ instanceType, capacityType }) => instanceType === 'g5.xlarge' && capacityType === 'spot',
    )
    expect(spot.map(({ zone }) => zone).sort()).toEqual([
      'eu-north-1a',
      'eu-north-1b',
      'eu-north-1c',
    ])
    expect(
      spot.every(
        ({ usd, source, stale }) =>
          usd > 0.2 && usd < 0.6 && source === 'aws-spot-history' && !stale,
      ),
    ).toBe(true)
    expect(
      prices.find(
        ({ instanceType, source }) => instanceType === 'p5en.48xlarge' && source === 'price-list',
      ),
    ).toMatchObject({ stale: true, asOf: '2026-01-01T00:00:00Z' })
  })
})

describe('more and fewer machines', () => {
  test('a pool is made with no machines, scaled up, and back to none', async () => {
    const made = await plan(
      world.cloud.planCreatePool({
        site: 'aws-burst',
        template: {
          name: 'small',
          provisioner: 'node-group',
          instanceTypes: ['g5.xlarge'],
          capacityType: 'spot',
          zones: [],
          maxNodes: 3,
          diskGi: 100,
          labels: {},
          taints: [],
        },
      }),
    )
    expect(made.blockedBy).toEqual([])
    expect(await world.run(made.id)).toBe('done')
    expect(world.aws.account.groups.get('small')).toMatchObject({
      min: 0,
      max: 3,
      capacityType: 'SPOT',
      tags: { 'takt.dev/managed': 'true' },
      taints: [{ key: 'nvidia.com/gpu', effect: 'NO_SCHEDULE' }],
    })
    const up = await plan(
      world.cloud.planScale({ site: 'aws-burst', nodeGroup: 'small', desired: 2 }),
    )
    expect(up).toMatchObject({ blockedBy: [], quotas: [{ adds: 8, limit: 256 }] })
    expect(await world.run(up.id)).toBe('done')
    expect(world.nodesOf('small')).toHaveLength(2)
    const down = await plan(
      world.cloud.planScale({ site: 'aws-burst', nodeGroup: 'small', desired: 0 }),
    )
    expect(await world.run(down.id)).toBe('done')
    await world.pass(60)
    expect(world.nodesOf('small')).toHaveLength(0)
    expect(world.aws.account.groups.machines('small').desired()).toBe(0)
  })
  test('what is at work is never given back by scaling, and more than the quota is refused before it is asked', async () => {
    const down = await plan(
      world.cloud.planScale({ site: 'aws-burst', nodeGroup: 'p4d', desired: 0 }),
    )
    expect(down.blockedBy[0]?.says).toMatch(/work runs on them/)
    world.aws.faults.quota('L-417A185B', 200)
    await world.pass(900)
    const up = await plan(
      world.cloud.planScale({ site: 'aws-burst', nodeGroup: 'p4d', desired: 4 }),
    )
    expect(up.blockedBy.map(({ says }) => says)).toEqual([
      'The account\'s quota "Running On-Demand P instances" allows 200 virtual CPUs and 192 are in use.',
    ])
  })
})
