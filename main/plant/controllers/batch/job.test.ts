import { expect, test } from 'vitest'
import { aSite, container, IMAGE } from '../../../../test/support/plant'
import type { KubeObject } from '../../types'
import { CLUSTER_QUEUE, DEPLOYMENT, DISRUPTION_BUDGET, JOB, WORKLOAD } from '../kinds'
import { conditionOf, type Condition } from '../objects'

const status = (object: KubeObject | undefined) =>
  (object?.['status'] ?? {}) as {
    conditions?: Condition[]
    succeeded?: number
    failed?: number
    active?: number
  } & Record<string, unknown>
const aJob = (
  name: string,
  spec: object = {},
  more: {
    annotations?: Record<string, string>
    labels?: Record<string, string>
    gpus?: number
  } = {},
): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'team', ...(more.labels && { labels: more.labels }) },
  spec: {
    template: {
      metadata: { annotations: { 'plant.takt.dev/run-seconds': '60', ...more.annotations } },
      spec: {
        restartPolicy: 'Never',
        containers: [
          container({
            limits: { cpu: '1', ...(more.gpus && { 'nvidia.com/gpu': String(more.gpus) }) },
          }),
        ],
      },
    },
    ...spec,
  },
})
function site() {
  const opened = aSite()
  opened.addNode('l40s-1', 8, { images: [IMAGE] })
  return opened
}

test('a job runs its pods two at a time until three have succeeded', async () => {
  const { api, pods, get, pass } = site()
  api.create(aJob('sweep', { completions: 3, parallelism: 2 }))
  await pass(30)
  expect(pods()).toHaveLength(2)
  await pass(150)
  expect(pods()).toHaveLength(3)
  expect(status(get(JOB, 'sweep'))).toMatchObject({ succeeded: 3 })
  expect(conditionOf(status(get(JOB, 'sweep')).conditions, 'Complete')?.status).toBe('True')
})

test('a job that keeps failing stops at its limit', async () => {
  const { api, pods, get, pass } = site()
  api.create(aJob('bad', { backoffLimit: 2 }, { annotations: { 'plant.takt.dev/fails': 'error' } }))
  await pass(600)
  expect(pods()).toHaveLength(3)
  expect(conditionOf(status(get(JOB, 'bad')).conditions, 'Failed')).toMatchObject({
    status: 'True',
    reason: 'BackoffLimitExceeded',
  })
})

test('a job whose first pod fails succeeds with the second', async () => {
  const { api, get, pass } = site()
  api.create(
    aJob('flaky', { backoffLimit: 2 }, { annotations: { 'plant.takt.dev/fails': 'oom x1' } }),
  )
  await pass(300)
  expect(status(get(JOB, 'flaky'))).toMatchObject({ succeeded: 1, failed: 1 })
})

test('suspending a job takes its pods away and resuming starts them anew', async () => {
  const { api, pods, get, pass } = site()
  api.create(aJob('pausable', {}, { annotations: { 'plant.takt.dev/run-seconds': '600' } }))
  await pass(30)
  const suspend = (value: boolean) => {
    const job = get(JOB, 'pausable')
    if (job) api.update({ ...job, spec: { ...(job['spec'] as object), suspend: value } })
  }
  suspend(true)
  await pass(30)
  expect(pods()).toEqual([])
  expect(conditionOf(status(get(JOB, 'pausable')).conditions, 'Suspended')).toMatchObject({
    status: 'True',
    reason: 'JobSuspended',
  })
  suspend(false)
  await pass(30)
  expect(pods()).toHaveLength(1)
  expect(conditionOf(status(get(JOB, 'pausable')).conditions, 'Suspended')).toMatchObject({
    status: 'False',
    reason: 'JobResumed',
  })
})

function withQueue() {
  const opened = site()
  opened.api.create({
    apiVersion: 'kueue.x-k8s.io/v1beta1',
    kind: 'ResourceFlavor',
    metadata: { name: 'l40s' },
    spec: { nodeLabels: { 'nvidia.com/gpu.product': 'NVIDIA-L40S' } },
  })
  opened.api.create({
    apiVersion: 'kueue.x-k8s.io/v1beta1',
    kind: 'ClusterQueue',
    metadata: { name: 'all' },
    spec: {
      resourceGroups: [
        {
          coveredResources: ['cpu', 'nvidia.com/gpu'],
          flavors: [
            {
              name: 'l40s',
              resources: [
                { name: 'cpu', nominalQuota: 90 },
                { name: 'nvidia.com/gpu', nominalQuota: 6 },
              ],
            },
          ],
        },
      ],
    },
  })
  opened.api.create({
    apiVersion: 'kueue.x-k8s.io/v1beta1',
    kind: 'LocalQueue',
    metadata: { name: 'training', namespace: 'team' },
    spec: { clusterQueue: 'all' },
  })
  return opened
}
const queued = (name: string, gpus: number, priority = 'batch') =>
  aJob(
    name,
    { suspend: true },
    {
      gpus,
      labels: {
        'kueue.x-k8s.io/queue-name': 'training',
        'kueue.x-k8s.io/priority-class': priority,
      },
    },
  )
const waits = (opened: ReturnType<typeof site>, job: string) => {
  const workload = opened.api
    .list(WORKLOAD, { namespace: 'team' })
    .find(({ metadata }) => metadata.ownerReferences?.[0]?.name === job)
  return conditionOf(status(workload).conditions, 'QuotaReserved')
}

test('the queue admits while quota lasts, says what is missing, and lets the next one go when a run ends', async () => {
  const opened = withQueue()
  opened.api.create(queued('first', 4))
  await opened.pass(5)
  opened.api.create(queued('second', 4))
  await opened.pass(5)
  expect(waits(opened, 'first')).toMatchObject({
    status: 'True',
    message: 'Quota reserved in ClusterQueue all',
  })
  expect(waits(opened, 'second')).toMatchObject({
    status: 'False',
    reason: 'Pending',
    message:
      "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor l40s, 2 more needed",
  })
  expect(opened.get(JOB, 'second')?.['spec']).toMatchObject({ suspend: true })
  expect(opened.api.get(CLUSTER_QUEUE, 'all')?.['status']).toMatchObject({
    pendingWorkloads: 1,
    admittedWorkloads: 1,
    flavorsUsage: [
      {
        name: 'l40s',
        resources: [
          { name: 'cpu', total: '1' },
          { name: 'nvidia.com/gpu', total: '4' },
        ],
      },
    ],
  })
  await opened.pass(90)
  expect(conditionOf(status(opened.get(JOB, 'first')).conditions, 'Complete')?.status).toBe('True')
  expect(waits(opened, 'second')?.status).toBe('True')
  expect(opened.get(JOB, 'second')?.['spec']).toMatchObject({
    suspend: false,
    template: { spec: { nodeSelector: { 'nvidia.com/gpu.product': 'NVIDIA-L40S' } } },
  })
  expect(opened.errors).toEqual([])
})

test('the urgent run goes before the older one, and what can never fit is told so', async () => {
  const opened = withQueue()
  opened.api.create(queued('running', 6))
  await opened.pass(5)
  opened.api.create(queued('older', 6))
  await opened.pass(5)
  opened.api.create(queued('urgent', 6, 'urgent'))
  opened.api.create(queued('giant', 16))
  await opened.pass(90)
  expect(waits(opened, 'urgent')?.status).toBe('True')
  expect(waits(opened, 'older')?.status).toBe('False')
  expect(waits(opened, 'giant')?.message).toContain('request > maximum capacity (16 > 6)')
})

test('a run in a queue that does not exist is told so', async () => {
  const opened = site()
  opened.api.create(queued('lost', 1))
  await opened.pass(1)
  expect(waits(opened, 'lost')).toMatchObject({
    status: 'False',
    reason: 'Inadmissible',
    message: "LocalQueue training doesn't exist",
  })
})

test('a deployment rolls over to a new template, and its disruption budget counts along', async () => {
  const { api, pods, get, pass } = site()
  const template = (image: string) => ({
    metadata: { labels: { app: 'web' } },
    spec: { containers: [container({ image })] },
  })
  api.create({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'team' },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
  })
  const made = api.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'team' },
    spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template(IMAGE) },
  })
  await pass(30)
  expect(status(get(DEPLOYMENT, 'web'))).toMatchObject({ readyReplicas: 2, availableReplicas: 2 })
  expect(status(get(DISRUPTION_BUDGET, 'web'))).toMatchObject({
    currentHealthy: 2,
    desiredHealthy: 1,
    disruptionsAllowed: 1,
  })
  const latest = get(DEPLOYMENT, 'web') ?? made
  api.update({
    ...latest,
    spec: { ...(latest['spec'] as object), template: template('registry.example/small:2') },
  })
  await pass(120)
  expect(pods().map((pod) => pod.spec.containers[0]?.image)).toEqual([
    'registry.example/small:2',
    'registry.example/small:2',
  ])
})
