import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readJobHistory } from './job-history'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'takt-history-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

const template = (gpus: number) => ({
  spec: {
    containers: [
      { name: 'train', resources: { limits: { 'nvidia.com/gpu': String(gpus), cpu: '8' } } },
      { name: 'log' },
    ],
  },
})
const job = (name: string, times: object, gpus = 8) => ({
  kind: 'Job',
  metadata: { name, namespace: 'faces', creationTimestamp: '2026-11-18T10:00:00Z' },
  spec: { parallelism: 2, template: template(gpus) },
  status: times,
})
const workload = {
  kind: 'Workload',
  metadata: {
    name: 'pytorchjob-x',
    namespace: 'speech',
    creationTimestamp: '2026-11-18T09:00:00Z',
  },
  spec: {
    queueName: 'on-prem',
    priority: 100,
    podSets: [
      { count: 1, template: template(1) },
      { count: 3, template: template(4) },
    ],
  },
  status: {
    conditions: [
      { type: 'Admitted', status: 'True', lastTransitionTime: '2026-11-18T09:30:00Z' },
      { type: 'Finished', status: 'True', lastTransitionTime: '2026-11-18T11:30:00Z' },
    ],
  },
}
const read = async (content: unknown) => {
  const file = join(folder, 'history.json')
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return readJobHistory(file)
}

test('reads Jobs and Kueue Workloads that ended, and names what it leaves out', async () => {
  const outcome = await read({
    kind: 'List',
    items: [
      job('good', { startTime: '2026-11-18T10:05:00Z', completionTime: '2026-11-18T12:05:00Z' }),
      workload,
      job('running', { startTime: '2026-11-18T10:05:00Z' }),
      job('cpu', { startTime: '2026-11-18T10:05:00Z', completionTime: '2026-11-18T12:05:00Z' }, 0),
      job('skewed', { startTime: '2026-11-18T10:05:00Z', completionTime: '2026-11-18T10:04:00Z' }),
      { kind: 'CronJob', metadata: { name: 'nightly' } },
      7,
    ],
  })
  expect(outcome.ok && outcome.value.jobs).toEqual([
    { id: 'faces/good', submitS: 3600, gpus: 16, durationS: 7200, team: 'faces' },
    {
      id: 'speech/pytorchjob-x',
      submitS: 0,
      gpus: 13,
      durationS: 7200,
      team: 'on-prem',
      priority: 100,
    },
  ])
  expect(
    outcome.ok &&
      outcome.value.skipped.map(({ path, says }) => `${path.slice(folder.length + 1)}: ${says}`),
  ).toEqual([
    'history.json item 3: faces/running did not run to an end',
    'history.json item 4: faces/cpu asks for 0 GPUs',
    'history.json item 5: faces/skewed has times that contradict each other',
    'history.json item 6: CronJob nightly is neither a Job nor a Workload that can be read',
    'history.json item 7: is no Kubernetes object',
  ])
})
test('a Job that went through a queue counts once, as its Workload tells it and with its owner', async () => {
  const own = {
    ...job('good', { startTime: '2026-11-18T10:05:00Z', completionTime: '2026-11-18T12:05:00Z' }),
    metadata: {
      name: 'good',
      namespace: 'speech',
      creationTimestamp: '2026-11-18T09:00:00Z',
      labels: { 'takt.dev/owner': 'mia' },
    },
  }
  const outcome = await read({
    items: [
      own,
      {
        ...workload,
        metadata: { ...workload.metadata, ownerReferences: [{ kind: 'Job', name: 'good' }] },
      },
    ],
  })
  expect(outcome.ok && outcome.value.jobs).toEqual([
    {
      id: 'speech/pytorchjob-x',
      submitS: 0,
      gpus: 13,
      durationS: 7200,
      team: 'on-prem',
      priority: 100,
      user: 'mia',
    },
  ])
})
test('a job that failed counts until it failed', async () => {
  const failed = {
    startTime: '2026-11-18T10:05:00Z',
    conditions: [{ type: 'Failed', status: 'True', lastTransitionTime: '2026-11-18T10:35:00Z' }],
  }
  const outcome = await read({ items: [job('failed', failed)] })
  expect(outcome.ok && outcome.value.jobs[0]?.durationS).toBe(1800)
})
test.each([
  ['not JSON', '{'],
  ['no list', { kind: 'Job' }],
  ['an empty list', { items: [] }],
])('refuses %s', async (_why, content) => {
  expect((await read(content)).ok).toBe(false)
})
