import { expect, test } from 'vitest'
import { resumedPods, scaledPods } from './added-pods'
import type { Raw } from './raw'

const pod = (gpus: string) => ({
  nodeSelector: { pool: 'gpu' },
  containers: [{ resources: { limits: { 'nvidia.com/gpu': gpus, cpu: '500m' } } }],
})
const raw = (apiVersion: string, kind: string, spec: object, status: object = {}): Raw => ({
  apiVersion,
  kind,
  metadata: { name: 'it', namespace: 'voice' },
  spec,
  status,
})
const counts = (one: Raw) =>
  resumedPods(one).map(({ count, requests }) => [count, requests['nvidia.com/gpu']])

test.each<[why: string, raw: Raw, want: unknown]>([
  [
    'a job starts its parallel pods',
    raw('batch/v1', 'Job', { parallelism: 4, template: { spec: pod('2') } }),
    [[4, 2]],
  ],
  [
    'but no more than it has left',
    raw(
      'batch/v1',
      'Job',
      { parallelism: 4, completions: 5, template: { spec: pod('2') } },
      { succeeded: 3 },
    ),
    [[2, 2]],
  ],
  ['a cron job starts nothing by itself', raw('batch/v1', 'CronJob', {}), []],
  [
    'a job set counts replicas of parallel pods',
    raw('jobset.x-k8s.io/v1alpha2', 'JobSet', {
      replicatedJobs: [
        { replicas: 2, template: { spec: { parallelism: 3, template: { spec: pod('1') } } } },
      ],
    }),
    [[6, 1]],
  ],
  [
    'each role of a PyTorch job has its own pods',
    raw('kubeflow.org/v1', 'PyTorchJob', {
      pytorchReplicaSpecs: {
        Master: { template: { spec: pod('1') } },
        Worker: { replicas: 7, template: { spec: pod('8') } },
      },
    }),
    [
      [1, 1],
      [7, 8],
    ],
  ],
  [
    'a train job says it of its nodes',
    raw('trainer.kubeflow.org/v1alpha1', 'TrainJob', {
      trainer: { numNodes: 4, resourcesPerNode: { requests: { 'nvidia.com/gpu': '8' } } },
    }),
    [[4, 8]],
  ],
])('%s', (_why, one, want) => {
  expect(counts(one)).toEqual(want)
})
test('a scale adds what is more than before, a scale down nothing', () => {
  const deployment = raw('apps/v1', 'Deployment', { template: { spec: pod('1') } })
  expect(scaledPods(deployment, { from: 2, to: 1000 })).toEqual([
    {
      of: 'Deployment it',
      namespace: 'voice',
      count: 998,
      requests: { 'nvidia.com/gpu': 1, cpu: 0.5 },
      nodeSelector: { pool: 'gpu' },
    },
  ])
  expect(scaledPods(deployment, { from: 5, to: 2 })).toMatchObject([{ count: 0 }])
})
