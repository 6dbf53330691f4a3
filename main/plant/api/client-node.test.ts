import { createServer, connect as connectTo, type AddressInfo } from 'node:net'
import { PassThrough, type Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import {
  AppsV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  makeInformer,
  PatchStrategy,
  PortForward,
  setHeaderOptions,
  type V1Pod,
  type V1Status,
} from '@kubernetes/client-node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { seeded } from '../../kernel/random'
import { systemClock } from '../../platform/clock/system'
import { createPlantApi, type Listening, type RuntimeHooks, type SimulatedApi } from './index'

let api: SimulatedApi
let listening: Listening
let config: KubeConfig
const echo = createServer((socket) => {
  socket.pipe(socket)
})

const runtime: RuntimeHooks = {
  async *logs(_pod, { follow }) {
    yield { at: 1, text: 'first' }
    yield { at: 2, text: 'second' }
    if (follow) yield { at: 3, text: 'third' }
  },
  async exec(_pod, { command }, { stdin, stdout, stderr }) {
    if (command[0] === 'fail') {
      stderr.write('no')
      return 3
    }
    stdout.write(`${command.join(' ')}: ${await text(stdin)}`)
    return 0
  },
  connect: (_pod, port): Duplex | undefined =>
    port === 8888 ? connectTo((echo.address() as AddressInfo).port, '127.0.0.1') : undefined,
}
const pod = (name: string): V1Pod => ({
  metadata: { name, labels: { app: name } },
  spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'quay.io/a/b:1' }] },
})
async function runningPod(core: CoreV1Api, name: string): Promise<void> {
  await core.createNamespacedPod({ namespace: 'default', body: pod(name) })
  await core.patchNamespacedPodStatus(
    { namespace: 'default', name, body: { status: { phase: 'Running' } } },
    setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
  )
}

beforeEach(async () => {
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
  api = createPlantApi({ clock: systemClock, random: seeded(5) })
  api.setRuntime(runtime)
  listening = await api.listen({
    people: [{ token: 'secret', user: 'ada', groups: ['system:masters'] }],
  })
  config = new KubeConfig()
  config.loadFromOptions({
    clusters: [
      { name: 'plant', server: `http://127.0.0.1:${listening.port}`, skipTLSVerify: true },
    ],
    users: [{ name: 'ada', token: 'secret' }],
    contexts: [{ name: 'plant', cluster: 'plant', user: 'ada' }],
    currentContext: 'plant',
  })
})
afterEach(async () => {
  await listening.close()
  await new Promise((resolve) => echo.close(resolve))
})

test('lists, patches and deletes through the typed client', async () => {
  const core = config.makeApiClient(CoreV1Api)
  await core.createNamespacedPod({ namespace: 'default', body: pod('one') })
  const { items } = await core.listNamespacedPod({ namespace: 'default', labelSelector: 'app=one' })
  expect(items.map((item) => item.spec?.containers[0]?.imagePullPolicy)).toEqual(['IfNotPresent'])
  const apps = config.makeApiClient(AppsV1Api)
  await apps.createNamespacedDeployment({
    namespace: 'default',
    body: {
      metadata: { name: 'web' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: {
          metadata: { labels: { a: 'b' } },
          spec: { containers: [{ name: 'c', image: 'i:1' }] },
        },
      },
    },
  })
  const scaled = await apps.patchNamespacedDeployment({
    namespace: 'default',
    name: 'web',
    body: [{ op: 'replace', path: '/spec/replicas', value: 3 }],
  })
  expect([scaled.spec?.replicas, scaled.metadata?.generation]).toEqual([3, 2])
  await core.deleteNamespacedPod({ namespace: 'default', name: 'one', gracePeriodSeconds: 0 })
  await expect(core.readNamespacedPod({ namespace: 'default', name: 'one' })).rejects.toMatchObject(
    { code: 404 },
  )
})
test('applies unknown-to-it kinds through the object client', async () => {
  const objects = KubernetesObjectApi.makeApiClient(config)
  const body = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'box', namespace: 'default' },
    data: { a: '1' },
  }
  await objects.patch(body, undefined, undefined, 'takt', true, PatchStrategy.ServerSideApply)
  const read = await objects.read(body)
  expect(read.metadata?.managedFields).toMatchObject([
    { manager: 'takt', operation: 'Apply', fieldsV1: { 'f:data': { 'f:a': {} } } },
  ])
})
test('an informer hears of changes', async () => {
  const core = config.makeApiClient(CoreV1Api)
  const informer = makeInformer(config, '/api/v1/namespaces/default/pods', () =>
    core.listNamespacedPod({ namespace: 'default' }),
  )
  const heard: string[] = []
  const gone = new Promise<void>((resolve) =>
    informer.on('delete', (object) => {
      heard.push(`delete ${object.metadata?.name ?? ''}`)
      resolve()
    }),
  )
  const added = new Promise<void>((resolve) =>
    informer.on('add', (object) => {
      heard.push(`add ${object.metadata?.name ?? ''}`)
      resolve()
    }),
  )
  await informer.start()
  await core.createNamespacedPod({ namespace: 'default', body: pod('seen') })
  await added
  await core.deleteNamespacedPod({ namespace: 'default', name: 'seen', gracePeriodSeconds: 0 })
  await gone
  await informer.stop()
  expect(heard).toEqual(['add seen', 'delete seen'])
})
test('a command gets its input, and its exit code comes back', async () => {
  await runningPod(config.makeApiClient(CoreV1Api), 'shell')
  const run = async (command: string[]): Promise<{ out: string; status: V1Status }> => {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
    const status = new Promise<V1Status>((resolve, reject) => {
      new Exec(config)
        .exec('default', 'shell', 'main', command, stdout, stderr, stdin, false, resolve)
        .then(() => stdin.end('hello'), reject)
    })
    return { status: await status, out: await text(stdout) }
  }
  expect(await run(['cat', '-'])).toMatchObject({
    out: 'cat -: hello',
    status: { status: 'Success' },
  })
  expect((await run(['fail'])).status).toMatchObject({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '3' }] },
  })
})
test('logs are read and followed', async () => {
  await runningPod(config.makeApiClient(CoreV1Api), 'talker')
  const lines = new PassThrough()
  await new Log(config).log('default', 'talker', 'main', lines, { follow: true, tailLines: 1 })
  expect(await text(lines)).toBe('second\nthird\n')
})
test('a forwarded port carries bytes both ways', async () => {
  await runningPod(config.makeApiClient(CoreV1Api), 'server')
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const socket = await new PortForward(config).portForward(
    'default',
    'server',
    [8888],
    output,
    errors,
    input,
  )
  input.write('over and back')
  const [answer] = await new Promise<[Buffer]>((resolve) =>
    output.on('data', (part: Buffer) => {
      if (part.length > 0) resolve([part])
    }),
  )
  expect(answer.toString()).toBe('over and back')
  if (typeof socket !== 'function') socket.close()
})
