import { afterEach, beforeEach, expect, test } from 'vitest'
import { aCloud } from '../../../test/support/cloud'
import { NODE } from '../../plant/controllers/kinds'

let world: Awaited<ReturnType<typeof aCloud>>
const telling = () => ({ signal: new AbortController().signal, progress: () => undefined })
const api = () => {
  const site = world.site
  if (!site) throw new Error('no cloud site')
  return site.api
}
const definition = (group: string, plural: string, kind: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: 'Cluster',
    names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    ],
  },
})
const among = (key: string, values: string[]) => ({ key, operator: 'In', values })
const pool = (
  name: string,
  more: { limits?: object; zones?: string[]; types?: string[]; capacity?: string[] } = {},
) => ({
  apiVersion: 'karpenter.sh/v1',
  kind: 'NodePool',
  metadata: { name },
  spec: {
    ...(more.limits && { limits: more.limits }),
    template: {
      metadata: { labels: { team: 'vision' } },
      spec: {
        nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'default' },
        taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }],
        requirements: [
          among('node.kubernetes.io/instance-type', more.types ?? ['g5.12xlarge', 'g5.48xlarge']),
          among('karpenter.sh/capacity-type', more.capacity ?? ['on-demand']),
          ...(more.zones ? [among('topology.kubernetes.io/zone', more.zones)] : []),
        ],
      },
    },
  },
})
beforeEach(async () => {
  world = await aCloud()
  api().create(definition('karpenter.sh', 'nodepools', 'NodePool'))
  api().create(definition('karpenter.sh', 'nodeclaims', 'NodeClaim'))
  await world.pass(10)
})
afterEach(() => world.close())
const marketPool = async (name: string) => {
  const market = await world.live(world.cloud.market.market('aws-burst'))
  return market.ok ? market.value.pools.find((one) => one.name === name) : undefined
}

test('a NodePool is a pool by its own definition: types, zones, capacity, taints, labels, and its limits as the cap', async () => {
  api().create(
    pool('gpu', {
      limits: { 'nvidia.com/gpu': '10' },
      zones: ['eu-north-1b'],
      capacity: ['spot', 'on-demand'],
    }),
  )
  const { pools } = await world.live(world.cloud.pools(undefined))
  expect(pools.find(({ name }) => name === 'gpu')).toMatchObject({
    provisioner: 'karpenter',
    instanceType: 'g5.12xlarge',
    alternativeTypes: ['g5.48xlarge'],
    zones: ['eu-north-1b'],
    capacityType: 'spot',
    price: { source: 'aws-spot-history', zone: 'eu-north-1b' },
    ownership: 'unmarked',
    labels: { team: 'vision' },
    taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }],
    gpu: { count: 4 },
    maxNodes: 2,
    nodesLeft: 2,
  })
  expect(await marketPool('gpu')).toMatchObject({
    gpuProduct: 'NVIDIA-A10G',
    gpusPerNode: 4,
    nodesLeft: 2,
    zone: 'eu-north-1b',
    spot: true,
  })
})
test('its machines are never asked for by Takt: a claim succeeds at once, makes no node group, and gives nothing back', async () => {
  api().create(pool('gpu'))
  const groups = () => world.aws.account.groups.all().map(({ name }) => name)
  await world.live(world.cloud.market.market('aws-burst'))
  expect(
    await world.live(
      world.cloud.market.ensureNodes(
        { site: 'aws-burst', pool: 'gpu', nodes: 1, claim: 'c1' },
        telling(),
      ),
    ),
  ).toEqual({ ok: true, value: { pool: 'gpu' } })
  expect(
    await world.live(
      world.cloud.market.releaseNodes({ site: 'aws-burst', claim: 'c1' }, telling()),
    ),
  ).toMatchObject({ ok: true })
  expect([groups(), world.cloud.claims.claimed('aws-burst', 'gpu')]).toEqual([['p4d'], 0])
  const scale = await world.live(
    world.cloud.planScale({ site: 'aws-burst', nodeGroup: 'gpu', desired: 1 }),
  )
  expect(scale.ok && scale.value.blockedBy[0]?.says).toBe(
    'gpu is a NodePool: Karpenter makes and removes its machines by itself.',
  )
})
test('what it runs counts against its limits, and a machine that is a NodeClaim of it is no left-over while it boots', async () => {
  api().create(pool('gpu', { limits: { 'nvidia.com/gpu': 8 } }))
  const id = 'i-0123456789abcdef0'
  world.aws.account.state.instances.push({
    id,
    type: 'g5.12xlarge',
    zone: 'eu-north-1a',
    launchedAt: world.clock.now(),
    tags: { 'karpenter.sh/nodepool': 'gpu', Name: 'gpu-abc' },
    spot: false,
  })
  const made = api().create({
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodeClaim',
    metadata: { name: 'gpu-abc', labels: { 'karpenter.sh/nodepool': 'gpu' } },
    spec: {},
  })
  api().updateStatus({ ...made, status: { providerID: `aws:///eu-north-1a/${id}` } }, 'karpenter')
  const leftOver = async () =>
    (await world.live(world.cloud.orphans())).orphans
      .filter(({ kind }) => kind === 'instance')
      .map(({ id: one }) => one)
  expect(await leftOver()).not.toContain(id)
  expect(await marketPool('gpu')).toMatchObject({ nodesLeft: 1 })
  const [claim] = api().list({ group: 'karpenter.sh', kind: 'NodeClaim' })
  if (claim) api().remove({ group: 'karpenter.sh', kind: 'NodeClaim' }, claim.metadata.name)
  expect(
    api()
      .list(NODE)
      .some(({ metadata }) => metadata.name === 'gpu-abc'),
  ).toBe(false)
  expect(await leftOver(), 'without its claim nobody accounts for it').toContain(id)
})
test('where Karpenter is not installed there are no NodePools, and that is no failure', async () => {
  const { pools, unread } = await world.live(world.cloud.pools(undefined))
  expect([pools.map(({ name }) => name), unread]).toEqual([['p4d'], []])
})
