import { expect, test } from 'vitest'
import type { NodeFacts, PodFacts } from '../../../kernel/inventory'
import { amountsSay, needsOf, type AddedPods, type NeedFacts } from './needs'

const GI = 2 ** 30
const node = (name: string, gpus: number, more: Partial<NodeFacts> = {}): NodeFacts => {
  const has = { cpu: 64, memory: 512 * GI, 'nvidia.com/gpu': gpus, pods: 110 }
  return {
    metadata: { name },
    labels: { pool: name },
    annotations: {},
    createdAt: 0,
    ready: true,
    cordoned: false,
    capacity: has,
    allocatable: has,
    conditions: [],
    images: [],
    ...more,
  }
}
const running = (on: string, gpus: number) =>
  ({
    metadata: { name: `on-${on}`, namespace: 'voice' },
    namespace: 'voice',
    node: on,
    phase: 'Running',
    requests: { cpu: 4, memory: 16 * GI, 'nvidia.com/gpu': gpus },
  }) as unknown as PodFacts
const pods = (count: number, more: Partial<AddedPods> = {}): AddedPods => ({
  of: 'Deployment serve',
  namespace: 'voice',
  count,
  requests: { cpu: 4, memory: 16 * GI, 'nvidia.com/gpu': 1 },
  nodeSelector: {},
  ...more,
})
const facts = (more: Partial<NeedFacts> = {}): NeedFacts => ({
  site: 'oslo',
  canGrow: false,
  inventory: {
    site: 'oslo',
    at: 0,
    nodes: [node('a', 8), node('b', 8)],
    pods: [running('a', 6)],
  },
  quotas: new Map(),
  usdPerHour: () => 1.5,
  book: 'price book v7',
  ...more,
})

test('what fits says what it takes of the site and what an hour costs, and nothing else', () => {
  expect(needsOf([pods(10)], facts())).toEqual({
    quotas: [
      { name: 'CPU on oslo', used: 4, adds: 40, limit: 128, unit: 'cores' },
      { name: 'Memory on oslo', used: 16, adds: 160, limit: 1024, unit: 'GiB' },
      { name: 'GPU on oslo', used: 6, adds: 10, limit: 16, unit: 'GPUs' },
    ],
    risks: [],
    blockedBy: [],
    price: { usdPerHour: 15, basis: 'for 10 pods more, while they run', book: 'price book v7' },
  })
})
test('a thousand GPU pods while ten GPUs are free are blocked, with what is short and how many could be', () => {
  const { blockedBy, risks } = needsOf([pods(1000)], facts())
  expect(blockedBy).toEqual([
    {
      says: 'Only 10 of 1,000 pods have room on oslo now: 990 GPUs, 3,960 cores and 15,840 GiB are short. Even with nothing else running, oslo has room for 16 pods of it.',
      remedy: 'Ask for at most 16 more, or run it on another site.',
    },
  ])
  expect(risks).toEqual([])
})
test('what has room once others end is a risk; where machines can be rented nothing is blocked', () => {
  expect(needsOf([pods(12)], facts())).toMatchObject({
    blockedBy: [],
    risks: [
      'Only 10 of 12 pods have room on oslo now: 2 GPUs, 8 cores and 32 GiB are short. They wait until something else ends.',
    ],
  })
  expect(needsOf([pods(1000)], facts({ canGrow: true }))).toMatchObject({
    blockedBy: [],
    risks: [expect.stringMatching(/They wait until machines are rented for them\.$/)],
  })
})
test('room is counted node by node, with selectors, cordons and the number of pods a node takes', () => {
  const roomFor = (group: AddedPods, more: Partial<NeedFacts> = {}) =>
    needsOf([group], facts(more)).risks[0] ??
    needsOf([group], facts(more)).blockedBy[0]?.says ??
    'all'
  // Ten GPUs are free, but on no node four at once twice: two on a, eight on b.
  const four = { ...pods(3).requests, 'nvidia.com/gpu': 4 }
  expect(roomFor(pods(3, { requests: four }))).toMatch(/^Only 2 of 3 pods/)
  expect(roomFor(pods(3, { nodeSelector: { pool: 'a' } }))).toMatch(/^Only 2 of 3 pods/)
  const cordoned = { ...facts().inventory, nodes: [node('a', 8), node('b', 8, { cordoned: true })] }
  expect(roomFor(pods(3), { inventory: cordoned })).toMatch(/^Only 2 of 3 pods/)
  const small = {
    ...facts().inventory,
    nodes: [
      node('c', 8, { allocatable: { cpu: 64, memory: 512 * GI, 'nvidia.com/gpu': 8, pods: 2 } }),
    ],
    pods: [],
  }
  expect(roomFor(pods(3), { inventory: small })).toMatch(/^Only 2 of 3 pods/)
})
test('groups share what is free: what the first takes is gone for the next', () => {
  const { risks } = needsOf([pods(6), pods(6, { of: 'Job train' })], facts())
  expect(risks).toEqual([expect.stringMatching(/^Only 10 of 12 pods have room/)])
})
test('a quota that would be gone over blocks, with its figures', () => {
  const quotas = new Map([
    [
      'voice',
      [
        {
          name: 'team',
          hard: { 'requests.nvidia.com/gpu': '8' },
          used: { 'requests.nvidia.com/gpu': '6' },
        },
      ],
    ],
  ])
  const { quotas: uses, blockedBy } = needsOf([pods(3)], facts({ quotas }))
  expect(uses.at(-1)).toEqual({
    name: 'GPU, quota of voice',
    used: 6,
    adds: 3,
    limit: 8,
    unit: 'GPUs',
  })
  expect(blockedBy).toEqual([
    {
      says: 'Quota team of voice allows 8 GPUs; 6 are used and 3 more asked for.',
      remedy: 'Ask for less, stop something, or ask a lead to raise it.',
    },
  ])
})
test('figures of a quota have separators, and gibibytes say of what', () => {
  const quota = { name: 'team', hard: { 'requests.memory': '2600Gi' }, used: {} }
  const { blockedBy } = needsOf([pods(1000)], facts({ quotas: new Map([['voice', [quota]]]) }))
  expect(blockedBy.at(-1)?.says).toBe(
    'Quota team of voice allows 2,600 GiB of memory; 0 are used and 16,000 more asked for.',
  )
})
test('an unknown price is said, never guessed; nothing added needs nothing', () => {
  expect(needsOf([pods(1)], facts({ usdPerHour: () => undefined }))).toMatchObject({
    risks: ['Its price is unknown: the price book does not list all of what it asks for.'],
  })
  expect(needsOf([pods(0)], facts())).toEqual({ quotas: [], risks: [], blockedBy: [] })
})
test.each([
  [{ 'nvidia.com/gpu': 1 }, '1 GPU'],
  [{ cpu: 0.5, memory: 2 * GI }, '0.5 cores and 2 GiB'],
  [{ 'ephemeral-storage': 5 }, 'nothing'],
])('%j reads %s', (amounts, says) => {
  expect(amountsSay(amounts)).toBe(says)
})
