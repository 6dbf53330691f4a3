import { expect, test } from 'vitest'
import { seeded } from '../../../kernel/random'
import type { KubeObject } from '../../types'
import { createPlantApi } from '../index'
import { formatQuantity } from './quantity'

const clock = { now: () => 0, sleep: () => Promise.resolve() }
const QUOTA = { group: '', kind: 'ResourceQuota' }
const POD = { group: '', kind: 'Pod' }
function site(hard: Record<string, string>, more: object = {}) {
  const api = createPlantApi({ clock, random: seeded(4) })
  api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } })
  api.create({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'small', namespace: 'team' },
    spec: { hard, ...more },
  })
  const used = (): unknown =>
    (api.get(QUOTA, 'small', 'team')?.['status'] as { used?: unknown } | undefined)?.used
  return { api, used }
}
const pod = (name: string, limits: Record<string, string>, spec: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'team' },
  spec: { containers: [{ name: 'c', image: 'i:1', resources: { limits } }], ...spec },
})

test('a pod beyond the quota is refused in full words, and the status follows what comes, ends and goes', () => {
  const { api, used } = site({ 'requests.nvidia.com/gpu': '2', pods: '5' })
  const first = api.create(pod('one', { 'nvidia.com/gpu': '1' }))
  expect(() => api.create(pod('two', { 'nvidia.com/gpu': '2' }))).toThrow(
    'pods "two" is forbidden: exceeded quota: small, requested: requests.nvidia.com/gpu=2, used: requests.nvidia.com/gpu=1, limited: requests.nvidia.com/gpu=2',
  )
  expect(used()).toEqual({ 'requests.nvidia.com/gpu': '1', pods: '1' })
  api.updateStatus({ ...first, status: { phase: 'Succeeded' } })
  expect(used()).toEqual({ 'requests.nvidia.com/gpu': '0', pods: '0' })
  api.create(pod('three', { 'nvidia.com/gpu': '2' }))
  api.remove(POD, 'three', { namespace: 'team' })
  expect(used()).toEqual({ 'requests.nvidia.com/gpu': '0', pods: '0' })
})
test('amounts are added up across units', () => {
  const { api, used } = site({ 'requests.memory': '2Gi', 'requests.cpu': '1' })
  api.create(pod('one', { cpu: '500m', memory: '512Mi' }))
  api.create(pod('two', { cpu: '250m', memory: '1Gi' }))
  expect(used()).toEqual({ 'requests.memory': '1536Mi', 'requests.cpu': '750m' })
  expect(() => api.create(pod('three', { cpu: '100m', memory: '600Mi' }))).toThrow(
    /requested: requests.memory=600Mi, used: requests.memory=1536Mi/,
  )
  expect(() => api.create(pod('silent', {}))).toThrow(
    'failed quota: small: must specify requests.cpu for: c; requests.memory for: c',
  )
})
test('a quota with scopes counts only pods in them', () => {
  const { api, used } = site({ pods: '1' }, { scopes: ['Terminating'] })
  api.create(pod('open', {}))
  api.create(pod('bound', {}, { activeDeadlineSeconds: 60 }))
  expect(used()).toEqual({ pods: '1' })
  expect(() => api.create(pod('more', {}, { activeDeadlineSeconds: 60 }))).toThrow(/exceeded quota/)
})
test.each<[amount: number, like: string, want: string]>([
  [1536 * 2 ** 20, '2Gi', '1536Mi'],
  [0.75, '1', '750m'],
  [2 ** 30, '10Gi', '1Gi'],
  [3000, '5', '3k'],
  [0, '1', '0'],
  [7, '8', '7'],
])('%d like %s is %s', (amount, like, want) => {
  expect(formatQuantity(amount, like)).toBe(want)
})
