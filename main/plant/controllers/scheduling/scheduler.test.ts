import { expect, test } from 'vitest'
import { aPod, aSite, container } from '../../../../test/support/plant'
import { NODE } from '../kinds'
import { conditionOf } from '../objects'
import { DEVICES } from './requests'

const gpus = (count: number) => ({
  containers: [container({ limits: { 'nvidia.com/gpu': String(count) } })],
})
const refusal = (site: ReturnType<typeof aSite>, pod: string) =>
  conditionOf(site.pod(pod)?.status?.conditions, 'PodScheduled')

test('places a pod where its GPUs are, and names the devices it holds', async () => {
  const site = aSite()
  site.addNode('cpu-1', 0)
  site.addNode('l40s-1', 4)
  site.api.create(aPod('train', gpus(2)))
  await site.pass(1)
  expect(site.pod('train')?.spec.nodeName).toBe('l40s-1')
  expect(site.pod('train')?.metadata.annotations?.[DEVICES]).toBe('0,1')
  expect(site.events('train')[0]).toEqual({
    reason: 'Scheduled',
    message: 'Successfully assigned team/train to l40s-1',
  })
})

test('fills one GPU machine before it opens the next, and keeps pods without GPUs off both', async () => {
  const site = aSite()
  for (const name of ['l40s-1', 'l40s-2']) site.addNode(name, 4)
  site.addNode('cpu-1', 0)
  for (const name of ['a', 'b']) {
    site.api.create(aPod(name, gpus(1)))
    await site.pass(1)
  }
  site.api.create(aPod('plain'))
  await site.pass(1)
  expect(
    [site.pod('a'), site.pod('b'), site.pod('plain')].map((pod) => pod?.spec.nodeName),
  ).toEqual(['l40s-1', 'l40s-1', 'cpu-1'])
})

test('says in the words of a real scheduler why nothing fits, and places the pod once something does', async () => {
  const site = aSite()
  site.addNode('cpu-1', 0)
  site.addNode('cpu-2', 0)
  site.addNode('l40s-1', 2)
  site.addNode('l40s-2', 2)
  site.api.create(aPod('big', { ...gpus(4), nodeSelector: { 'nvidia.com/gpu.present': 'true' } }))
  await site.pass(1)
  expect(refusal(site, 'big')).toMatchObject({
    status: 'False',
    reason: 'Unschedulable',
    message:
      "0/4 nodes are available: 2 Insufficient nvidia.com/gpu, 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.",
  })
  expect(site.events('big').map(({ reason }) => reason)).toEqual(['FailedScheduling'])
  site.addNode('l40s-3', 8)
  await site.pass(1)
  expect(site.pod('big')?.spec.nodeName).toBe('l40s-3')
})

test.each<[why: string, taint: object, guest: { tolerations: object[]; placed: boolean }]>([
  [
    'a taint keeps strangers away',
    { key: 'team', value: 'vision', effect: 'NoSchedule' },
    { tolerations: [], placed: false },
  ],
  [
    'a toleration lets them in',
    { key: 'team', value: 'vision', effect: 'NoSchedule' },
    {
      tolerations: [{ key: 'team', operator: 'Equal', value: 'vision', effect: 'NoSchedule' }],
      placed: true,
    },
  ],
  [
    'a toleration of another value does not',
    { key: 'team', value: 'vision', effect: 'NoSchedule' },
    {
      tolerations: [{ key: 'team', operator: 'Equal', value: 'voice', effect: 'NoSchedule' }],
      placed: false,
    },
  ],
  [
    'Exists tolerates every value',
    { key: 'team', value: 'vision', effect: 'NoSchedule' },
    { tolerations: [{ key: 'team', operator: 'Exists' }], placed: true },
  ],
  [
    'a preference is no refusal',
    { key: 'team', value: 'vision', effect: 'PreferNoSchedule' },
    { tolerations: [], placed: true },
  ],
])('%s', async (_why, taint, { tolerations, placed }) => {
  const site = aSite()
  const node = site.addNode('cpu-1', 0)
  site.api.update({ ...node, spec: { taints: [taint] } })
  site.api.create(aPod('guest', { tolerations }))
  await site.pass(1)
  expect(site.pod('guest')?.spec.nodeName).toBe(placed ? 'cpu-1' : undefined)
  if (!placed)
    expect(refusal(site, 'guest')?.message).toContain(
      '1 node(s) had untolerated taint {team: vision}',
    )
})

test('node affinity asks for labels by operator', async () => {
  const site = aSite()
  site.addNode('l40s-1', 1)
  site.addNode('a100-1', 1, { kind: 'a100' })
  const affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          {
            matchExpressions: [{ key: 'nvidia.com/gpu.memory', operator: 'Gt', values: ['60000'] }],
          },
        ],
      },
    },
  }
  site.api.create(aPod('wide', { ...gpus(1), affinity }))
  await site.pass(1)
  expect(site.pod('wide')?.spec.nodeName).toBe('a100-1')
})

test('a slice of a split GPU is its own resource, beside the whole ones', async () => {
  const site = aSite()
  site.addNode('a100-1', 2, { kind: 'a100', split: ['1'] })
  for (const name of ['s1', 's2'])
    site.api.create(
      aPod(name, { containers: [container({ limits: { 'nvidia.com/mig-1g.10gb': '1' } })] }),
    )
  site.api.create(aPod('whole-1', gpus(1)))
  site.api.create(aPod('whole-2', gpus(1)))
  await site.pass(1)
  expect(
    ['s1', 's2', 'whole-1', 'whole-2'].map(
      (name) => site.pod(name)?.metadata.annotations?.[DEVICES],
    ),
  ).toEqual(['1:0', '1:1', '0', undefined])
})

test('a pod of higher priority sends the fewest lower ones away', async () => {
  const site = aSite()
  site.addNode('l40s-1', 2)
  for (const name of ['low-1', 'low-2'])
    site.api.create(aPod(name, { ...gpus(1), priorityClassName: 'batch' }))
  await site.pass(400)
  site.api.create(aPod('kept-up', { ...gpus(1), priorityClassName: 'takt-high' }))
  await site.pass(10)
  expect(site.pod('kept-up')?.spec.nodeName).toBe('l40s-1')
  expect(site.pods()).toHaveLength(2)
  expect(site.errors).toEqual([])
})

test('a cordoned node takes nothing', async () => {
  const site = aSite()
  const node = site.addNode('cpu-1', 0)
  site.api.update({ ...node, spec: { unschedulable: true } })
  site.api.create(aPod('p'))
  await site.pass(1)
  expect(refusal(site, 'p')?.message).toMatch(
    /^0\/1 nodes are available: 1 node\(s\) (were unschedulable|had untolerated taint)/,
  )
  const closed = site.api.get(NODE, 'cpu-1')
  if (closed) site.api.update({ ...closed, spec: {} })
  await site.pass(1)
  expect(site.pod('p')?.spec.nodeName).toBe('cpu-1')
})
