import { expect, test } from 'vitest'
import type { Inventory, PodFacts } from '../../kernel/inventory'
import { GPU } from '../../kernel/inventory'
import { publicPart, withOthers } from './published'

const pod = (namespace: string, name: string, more: Partial<PodFacts> = {}): PodFacts => ({
  metadata: { name, namespace },
  namespace,
  labels: { 'takt.dev/owner': 'mara.lind' },
  annotations: {},
  phase: 'Running',
  requests: { [GPU]: 2, cpu: 4 },
  node: 'a100-1',
  createdAt: 1,
  ready: true,
  deleting: false,
  restarts: 0,
  images: ['registry.example/secret-project'],
  claims: [],
  nodeSelector: {},
  ...more,
})
const all: Inventory = {
  site: 'oslo',
  at: 1_000_000,
  nodes: [],
  pods: [
    pod('voice', 'mine'),
    pod('payroll', 'theirs', { requests: { [GPU]: 5, cpu: 10 } }),
    pod('payroll', 'ended', { phase: 'Succeeded' }),
    pod('payroll', 'queued', { phase: 'Pending', createdAt: 7 }),
  ].map((one) => {
    if (one.metadata.name !== 'queued') return one
    const { node: _node, ...waiting } = one
    return waiting
  }),
}
const own: Inventory = { ...all, pods: all.pods.slice(0, 1), only: ['voice'] }
const gpus = ({ pods }: Inventory) =>
  pods
    .filter(({ node, phase }) => node === 'a100-1' && phase === 'Running')
    .reduce((sum, { requests }) => sum + (requests[GPU] ?? 0), 0)

test('what is published are sums: no name, namespace, image or label of anybody', () => {
  const text = JSON.stringify(publicPart(all))
  expect(text).not.toMatch(/payroll|theirs|mara|secret|voice/)
  expect(publicPart(all).nodes).toEqual([{ name: 'a100-1', taken: { [GPU]: 7, cpu: 14 } }])
})
test('whoever sees only their own pods counts as much taken as whoever sees all', () => {
  const seen = withOthers(own, publicPart(all))
  expect(gpus(seen)).toBe(gpus(all))
  expect(seen.only).toBeUndefined()
  expect(seen.pods.filter(({ phase }) => phase === 'Pending')).toHaveLength(1)
})
test('what is stale or missing changes nothing, and it stays told that others are not seen', () => {
  expect(withOthers(own, undefined)).toBe(own)
  expect(withOthers({ ...own, at: all.at + 6 * 60_000 }, publicPart(all)).only).toEqual(['voice'])
})
test('own work that began after the publication is not taken away from others twice', () => {
  const before = publicPart({ ...all, pods: all.pods.slice(1) })
  expect(gpus(withOthers(own, before))).toBe(2 + (5 - 2))
})
