import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { joinMultiKueue, startKueue } from './stack/kueue'
import type { Manifest } from './stack/manifests'
import { lacking } from './stack/found'
import { startPlane, type Plane } from './stack/plane'
import { until } from './stack/servers'
import { RUNS_FOR } from './stack/stages'

const lacks = lacking('kueue')

describe.skipIf(lacks !== undefined)(
  `two planes with Kueue between them${lacks ? ` (${lacks})` : ''}`,
  () => {
    let onPrem: Plane
    let cloud: Plane
    beforeAll(async () => {
      ;[onPrem, cloud] = await Promise.all([startPlane(), startPlane()])
      await Promise.all([startKueue(onPrem, { visibility: true }), startKueue(cloud)])
      await Promise.all([
        onPrem.addGpuNodes({ count: 2, gpusEach: 8, product: 'NVIDIA-A100-SXM4-80GB' }),
        cloud.addGpuNodes({ count: 1, gpusEach: 8, product: 'NVIDIA-L40S', prefix: 'cloud' }),
      ])
      await joinMultiKueue(onPrem, cloud, { name: 'aws-burst' })
      await onPrem.applyManifests([
        flavor,
        queueOf('on-prem', 16),
        local('gpu', 'on-prem'),
        queueOf('burst', 8, {
          admissionChecksStrategy: { admissionChecks: [{ name: 'multikueue' }] },
        }),
        local('aws', 'burst'),
      ])
      await cloud.applyManifests([flavor, queueOf('burst', 8), local('aws', 'burst')])
    })
    afterAll(async () => {
      await Promise.all([onPrem?.stop(), cloud?.stop()])
    })

    test('the quota lets two jobs in, and the third is told its place in the queue', async () => {
      await onPrem.applyManifests(
        ['first', 'second', 'third'].map((name) =>
          job(name, { queue: 'gpu', gpus: 8, seconds: 3600 }),
        ),
      )
      await until(async () => (await admitted(onPrem)).length === 2, {
        seconds: 60,
        why: () => 'two jobs were not admitted',
      })
      const waiting = await onPrem.admin.ask<{
        items: { metadata: { name: string }; positionInLocalQueue: number }[]
      }>(
        `/apis/visibility.kueue.x-k8s.io/v1beta2/namespaces/default/localqueues/gpu/pendingworkloads`,
      )
      expect(waiting.items).toMatchObject([{ positionInLocalQueue: 0 }])
    })

    test('a queue that makes no sense is refused by the real webhook', async () => {
      const wrong = queueOf('wrong', 8, {
        resourceGroups: [
          {
            coveredResources: ['nvidia.com/gpu'],
            flavors: [{ name: 'default', resources: [{ name: 'cpu', nominalQuota: '1' }] }],
          },
        ],
      })
      await expect(onPrem.applyManifests([wrong])).rejects.toThrow(/admission webhook|422/)
    })

    test('a job for the other site runs on its GPUs, and its end comes back', async () => {
      await onPrem.applyManifests([job('far', { queue: 'aws', gpus: 8, seconds: 0 })])
      interface Job {
        status?: { succeeded?: number; conditions?: { type: string; status: string }[] }
      }
      let seen: Job = {}
      await until(
        async () =>
          (seen = await onPrem.admin.ask<Job>(
            '/apis/batch/v1/namespaces/default/jobs/far',
          )).status?.conditions?.some(
            ({ type, status }) => type === 'Complete' && status === 'True',
          ) ?? false,
        { seconds: 90, why: () => `the job did not end: ${JSON.stringify(seen.status)}` },
      )
      const pods = await onPrem.admin.ask<{ items: { metadata: { name: string } }[] }>(
        '/api/v1/namespaces/default/pods',
      )
      expect(pods.items.filter(({ metadata }) => metadata.name.startsWith('far'))).toEqual([])
    })
  },
)

const flavor: Manifest = {
  apiVersion: 'kueue.x-k8s.io/v1beta2',
  kind: 'ResourceFlavor',
  metadata: { name: 'default' },
  spec: {},
}
const queueOf = (name: string, gpus: number, more: object = {}): Manifest => ({
  apiVersion: 'kueue.x-k8s.io/v1beta2',
  kind: 'ClusterQueue',
  metadata: { name },
  spec: {
    namespaceSelector: {},
    resourceGroups: [
      {
        coveredResources: ['cpu', 'nvidia.com/gpu'],
        flavors: [
          {
            name: 'default',
            resources: [
              { name: 'cpu', nominalQuota: '100' },
              { name: 'nvidia.com/gpu', nominalQuota: String(gpus) },
            ],
          },
        ],
      },
    ],
    ...more,
  },
})
const local = (name: string, clusterQueue: string): Manifest => ({
  apiVersion: 'kueue.x-k8s.io/v1beta2',
  kind: 'LocalQueue',
  metadata: { name },
  spec: { clusterQueue },
})
const job = (
  name: string,
  { queue, gpus, seconds }: { queue: string; gpus: number; seconds: number },
): Manifest => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, labels: { 'kueue.x-k8s.io/queue-name': queue } },
  spec: {
    suspend: true,
    template: {
      metadata: { annotations: { [RUNS_FOR]: `${seconds}s` } },
      spec: {
        restartPolicy: 'Never',
        containers: [
          {
            name: 'main',
            image: 'registry.example/train:1',
            resources: { requests: { cpu: '1' }, limits: { 'nvidia.com/gpu': String(gpus) } },
          },
        ],
      },
    },
  },
})
async function admitted(plane: Plane): Promise<string[]> {
  const { items } = await plane.admin.ask<{
    items: {
      metadata: { name: string }
      status?: { conditions?: { type: string; status: string }[] }
    }[]
  }>('/apis/kueue.x-k8s.io/v1beta2/workloads')
  return items
    .filter(({ status }) =>
      status?.conditions?.some(({ type, status: is }) => type === 'Admitted' && is === 'True'),
    )
    .map(({ metadata }) => metadata.name)
}
