import { expect, test } from 'vitest'
import { HandClock } from '../../../test/support/clock'
import { seeded } from '../../kernel/random'
import { createPlantApi } from '../api'
import type { KubeObject } from '../types'
import { startControllers } from './index'
import { EVENT, POD } from './kinds'
import type { Pod } from './objects'

function site(addOns = { notebooks: false, snapshots: false, kueue: false }) {
  const clock = new HandClock()
  const errors: unknown[] = []
  const api = createPlantApi({ clock, random: seeded(7) })
  const controllers = startControllers(api, { onError: (error) => errors.push(error), addOns })
  return { clock, api, errors, ...controllers }
}
const node = (name: string, gpus: number): KubeObject => ({
  apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'nvidia.com/gpu.product': 'NVIDIA-L40S', 'nvidia.com/gpu.count': String(gpus) } },
})
function addNode(api: ReturnType<typeof site>['api'], name: string, gpus: number) {
  const made = api.create(node(name, gpus))
  const capacity = { cpu: '96', memory: '768Gi', pods: '110', 'nvidia.com/gpu': String(gpus) }
  api.updateStatus({ ...made, status: { capacity, allocatable: capacity, conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: '' }] } })
}

test('a stateful set comes up', async () => {
  const { api, clock, errors, engine } = site()
  api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } })
  addNode(api, 'l40s-1', 8)
  api.create({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast-ssd' }, provisioner: 'fast.csi', volumeBindingMode: 'WaitForFirstConsumer', reclaimPolicy: 'Delete' })
  api.create({
    apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'nb', namespace: 'team' },
    spec: {
      replicas: 1, serviceName: 'nb', selector: { matchLabels: { app: 'nb' } },
      template: { metadata: { labels: { app: 'nb' } }, spec: { containers: [{ name: 'nb', image: 'quay.io/jupyter/base:1', resources: { limits: { 'nvidia.com/gpu': '1' } }, volumeMounts: [{ name: 'work', mountPath: '/home/jovyan' }] }] } },
      volumeClaimTemplates: [{ metadata: { name: 'work' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast-ssd', resources: { requests: { storage: '10Gi' } } } }],
    },
  })
  engine.settle()
  await clock.advance(180_000)
  expect((api.get(POD, 'nb-0', 'team') as Pod | undefined)?.status?.phase).toBe('Running')
  expect(errors).toEqual([])
})
