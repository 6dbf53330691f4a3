import { expect, test } from 'vitest'
import { aPod, aSite, container, IMAGE } from '../../../../test/support/plant'
import { NODE } from '../kinds'
import { isReady, type Node } from '../objects'

const started = (site: ReturnType<typeof aSite>, name: string) =>
  site.pod(name)?.status?.containerStatuses?.[0]
const batch = (annotations: Record<string, string>, spec: object = {}) =>
  aPod('run', { restartPolicy: 'Never', ...spec }, annotations)

test('a first start on a node pulls the image for minutes, a second one takes seconds', async () => {
  const site = aSite()
  site.addNode('l40s-1', 0)
  site.api.create(aPod('first'))
  await site.pass(60)
  expect(started(site, 'first')?.state.waiting?.reason).toBe('ContainerCreating')
  expect(site.events('first').map(({ reason }) => reason)).toEqual(['Scheduled', 'Pulling'])
  await site.pass(180)
  expect(site.pod('first')?.status?.phase).toBe('Running')
  expect(site.events('first').find(({ reason }) => reason === 'Pulled')?.message).toMatch(
    /^Successfully pulled image "registry.example\/tools\/jupyter-gpu:1" in 2m\d/,
  )
  expect((site.api.get(NODE, 'l40s-1') as Node).status?.images?.[0]?.names).toContain(IMAGE)
  site.api.create(aPod('second'))
  await site.pass(15)
  expect(site.pod('second')?.status?.phase).toBe('Running')
  expect(site.events('second').map(({ message }) => message)).toContain(
    `Container image "${IMAGE}" already present on machine`,
  )
})

test('slow pulls take as many times as long', async () => {
  const site = aSite()
  site.addNode('cpu-1', 0)
  site.faults.slowPulls('cpu-1', 4)
  site.api.create(aPod('p'))
  await site.pass(300)
  expect(site.pod('p')?.status?.phase).toBe('Pending')
  await site.pass(600)
  expect(site.pod('p')?.status?.phase).toBe('Running')
})

test('readiness follows the probe', async () => {
  const site = aSite()
  site.addNode('cpu-1', 0, { images: [IMAGE] })
  site.api.create(
    aPod('p', {
      containers: [
        container({
          port: 80,
          readinessProbe: {
            httpGet: { path: '/', port: 80 },
            initialDelaySeconds: 60,
            periodSeconds: 5,
          },
        }),
      ],
    }),
  )
  await site.pass(30)
  expect(site.pod('p')?.status?.phase).toBe('Running')
  expect(isReady(site.pod('p') ?? {})).toBe(false)
  await site.pass(45)
  expect(isReady(site.pod('p') ?? {})).toBe(true)
})

test.each<
  [
    why: string,
    annotations: Record<string, string>,
    want: { phase: string; exitCode: number; reason: string },
  ]
>([
  [
    'a run ends when its time is over',
    { 'plant.takt.dev/run-seconds': '120' },
    { phase: 'Succeeded', exitCode: 0, reason: 'Completed' },
  ],
  [
    'a run that fails says so',
    { 'plant.takt.dev/run-seconds': '120', 'plant.takt.dev/fails': 'error' },
    { phase: 'Failed', exitCode: 1, reason: 'Error' },
  ],
  [
    'a run that needs too much memory is killed',
    { 'plant.takt.dev/run-seconds': '120', 'plant.takt.dev/fails': 'oom' },
    { phase: 'Failed', exitCode: 137, reason: 'OOMKilled' },
  ],
])('%s', async (_why, annotations, { phase, exitCode, reason }) => {
  const site = aSite()
  site.addNode('cpu-1', 0, { images: [IMAGE] })
  site.api.create(batch(annotations))
  await site.pass(100)
  expect(site.pod('run')?.status?.phase).toBe('Running')
  await site.pass(60)
  expect(site.pod('run')?.status?.phase).toBe(phase)
  expect(started(site, 'run')?.state.terminated).toMatchObject({ exitCode, reason })
})

test('a container that keeps failing is restarted ever more slowly, and recovers', async () => {
  const site = aSite()
  site.addNode('cpu-1', 0, { images: [IMAGE] })
  site.api.create(
    batch(
      { 'plant.takt.dev/run-seconds': '30', 'plant.takt.dev/fails': 'error x2' },
      { restartPolicy: 'OnFailure' },
    ),
  )
  await site.pass(36)
  expect(started(site, 'run')?.state.waiting?.reason).toBe('CrashLoopBackOff')
  await site.pass(140)
  expect(started(site, 'run')?.restartCount).toBe(2)
  expect(site.pod('run')?.status?.phase).toBe('Succeeded')
})

test('an image nobody has is tried again and again', async () => {
  const site = aSite()
  site.addNode('cpu-1', 0)
  site.api.create(aPod('p', { containers: [container({ image: 'registry.invalid/tool:1' })] }))
  await site.pass(4)
  expect(started(site, 'p')?.state.waiting?.reason).toBe('ErrImagePull')
  await site.pass(20)
  expect(started(site, 'p')?.state.waiting?.reason).toBe('ImagePullBackOff')
})

test('a config map that is missing holds the pod until it is there', async () => {
  const site = aSite()
  site.addNode('cpu-1', 0, { images: [IMAGE] })
  site.api.create(aPod('p', { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] }))
  await site.pass(10)
  expect(site.events('p').map(({ reason }) => reason)).toContain('FailedMount')
  site.api.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'team' },
    data: {},
  })
  await site.pass(30)
  expect(site.pod('p')?.status?.phase).toBe('Running')
})

test('what runs on a GPU that falls off the bus fails, and the node offers one less', async () => {
  const site = aSite()
  site.addNode('l40s-1', 2, { images: [IMAGE] })
  site.api.create(
    batch(
      { 'plant.takt.dev/run-seconds': '3600' },
      { containers: [container({ limits: { 'nvidia.com/gpu': '1' } })] },
    ),
  )
  await site.pass(60)
  site.faults.gpuXid('l40s-1', 0, 79)
  await site.pass(1)
  expect(site.pod('run')?.status?.phase).toBe('Failed')
  const node = site.api.get(NODE, 'l40s-1') as Node
  expect([
    node.status?.capacity?.['nvidia.com/gpu'],
    node.status?.allocatable?.['nvidia.com/gpu'],
  ]).toEqual(['2', '1'])
  expect(node.status?.conditions?.find(({ type }) => type === 'GPUFault')).toMatchObject({
    status: 'True',
    message: 'GPU 0: Xid 79 (GPU has fallen off the bus)',
  })
  site.faults.gpuMended('l40s-1', 0)
  expect((site.api.get(NODE, 'l40s-1') as Node).status?.allocatable?.['nvidia.com/gpu']).toBe('2')
})

test('a node that is not ready makes its pods unready at once and sends them away when their tolerance is over', async () => {
  const site = aSite()
  site.addNode('cpu-1', 0, { images: [IMAGE] })
  site.addNode('cpu-2', 0, { images: [IMAGE] })
  site.api.create({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'nb', namespace: 'team' },
    spec: {
      serviceName: 'nb',
      selector: { matchLabels: { app: 'nb' } },
      template: {
        metadata: { labels: { app: 'nb' } },
        spec: {
          containers: [container()],
          tolerations: [
            {
              key: 'node.kubernetes.io/not-ready',
              operator: 'Exists',
              effect: 'NoExecute',
              tolerationSeconds: 60,
            },
          ],
        },
      },
    },
  })
  await site.pass(20)
  const home = site.pod('nb-0')?.spec.nodeName ?? ''
  site.faults.nodeNotReady(home)
  await site.pass(5)
  expect(isReady(site.pod('nb-0') ?? {})).toBe(false)
  await site.pass(80)
  expect(isReady(site.pod('nb-0') ?? {})).toBe(true)
  expect(site.pod('nb-0')?.spec.nodeName).not.toBe(home)
  site.faults.nodeReady(home)
  await site.pass(1)
  expect((site.api.get(NODE, home) as Node).spec?.taints ?? []).toEqual([])
  expect(site.errors).toEqual([])
})
