import { get } from 'node:http'
import { createRouterClient } from '@orpc/server'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ObjectRef, ObjectStory } from '../../preload/contract/objects'
import { compose, type Core, type CoreClient } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { startPlant, type Plant } from '../../main/plant'
import type { KubeObject } from '../../main/plant/types'
import { L40S, makeNode } from '../../main/plant/world/hardware'
import { IMAGE } from '../support/plant'
import { readHere } from '../support/kubeconfigs'

const TOKEN = 'a-token-that-stays-in-the-core'
const folder = mkdtempSync(join(tmpdir(), 'takt-objects-'))
let plant: Plant,
  core: Core,
  client: CoreClient,
  site = ''
const api = () => {
  const [first] = plant.sites
  if (!first) throw new Error('no site')
  return first.api
}
const PODS = { group: '', version: 'v1', plural: 'pods' },
  DEPLOYMENTS = { group: 'apps', version: 'v1', plural: 'deployments' },
  SECRETS = { group: '', version: 'v1', plural: 'secrets' }
const ref = (resource: ObjectRef['resource'], name: string): ObjectRef => ({
  site,
  resource,
  namespace: 'team',
  name,
})
const make = (object: KubeObject) => api().create(object)
const node = (name: string, count: number) =>
  makeNode(api(), {
    name,
    cores: 64,
    memoryGi: 512,
    address: '10.0.0.1',
    instanceType: 'x',
    region: 'lab',
    images: [IMAGE],
    gpus: { product: L40S, memoryMib: 46_068, count },
  })
const template = (app: string, more: object = {}) => ({
  metadata: { labels: { app } },
  spec: {
    containers: [
      { name: 'main', image: IMAGE, ports: [{ name: 'http', containerPort: 8888 }], ...more },
    ],
  },
})
const deployment = (name: string, replicas = 1): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'team' },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name) },
})

async function until<T>(
  stream: Promise<AsyncIterable<T>>,
  wanted: (item: T) => boolean,
): Promise<T> {
  for await (const item of await stream) if (wanted(item)) return item
  throw new Error('the stream ended before what was waited for')
}
const story = (of: ObjectRef, wanted: (story: ObjectStory) => boolean) =>
  until(client.objects.watch(of), wanted)
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'it succeeded',
    (error: { code?: string }) => error.code,
  )
async function run(planId: string, typedName?: string) {
  const { operationId } = await client.operations.start({
    planId,
    ...(typedName !== undefined && { typedName }),
  })
  const ended = await until(client.operations.watch(), (all) =>
    all.some(({ id, state }) => id === operationId && state !== 'running'),
  )
  return ended.find(({ id }) => id === operationId)
}
async function undone(operationId: string) {
  await client.operations.undo({ operationId })
  return until(client.operations.watch(), (all) =>
    all.some(({ id, state }) => id === operationId && (state === 'undone' || state === 'failed')),
  )
}
const replicasOf = (name: string) =>
  (
    api().get({ group: 'apps', kind: 'Deployment' }, name, 'team')?.['spec'] as
      { replicas?: number } | undefined
  )?.replicas
const ask = (address: string, headers: Record<string, string> = {}) =>
  new Promise<number | undefined>((answer) => {
    get(`http://${address}/`, { headers, agent: false }, (reply) => {
      reply.resume()
      answer(reply.statusCode)
    }).once('error', () => answer(undefined))
  })

beforeAll(async () => {
  plant = await startPlant({
    clock: systemClock,
    random: seeded(5),
    people: [{ user: 'ada', groups: ['system:masters'], token: TOKEN }],
    seeded: false,
    speed: 60,
  })
  const kubeconfig = join(folder, 'config')
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'rack', cluster: { server: plant.sites[0]?.server } }],
      users: [{ name: 'ada', user: { token: TOKEN } }],
      contexts: [{ name: 'rack', context: { cluster: 'rack', user: 'ada' } }],
    }),
  )
  core = await compose({
    kubeconfigs: readHere,
    storeDir: join(folder, 'store'),
    host: 'test',
    version: '0',
    env: { HOME: folder, PATH: process.env['PATH'], KUBECONFIG: kubeconfig },
    clock: systemClock,
    random: seeded(1),
    plant: false,
  })
  client = createRouterClient(core.router) as CoreClient
  const { contexts } = await client.sites.contexts()
  site = contexts[0]?.id ?? ''
  await client.sites.connect({ site })
  make({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } })
  for (const name of ['node-1', 'node-2']) node(name, 4)
  make(deployment('web', 1))
  make({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'team' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
  })
  make({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'greedy', namespace: 'team' },
    spec: {
      containers: [
        { name: 'main', image: IMAGE, resources: { limits: { 'nvidia.com/gpu': '8' } } },
      ],
    },
  })
})
afterAll(async () => {
  await core?.close()
  await plant?.close()
  rmSync(folder, { recursive: true, force: true })
})
const webPod = async () =>
  (
    await story(ref(DEPLOYMENTS, 'web'), ({ pods }) => pods.some(({ sign }) => sign === 'running'))
  ).pods.find(({ sign }) => sign === 'running')?.name ?? ''

test('what waits says why, in words and with the places drawn, and its tree is told both ways', async () => {
  const waits = await story(ref(PODS, 'greedy'), ({ why }) => why !== undefined)
  expect(waits.object).toMatchObject({ sign: 'waiting', word: 'Waiting', gpus: 8 })
  expect(waits.why?.says).toContain('8 GPUs on one node')
  const pod = await webPod()
  const tree = (await story(ref(PODS, pod), ({ tree: nodes }) => nodes.length === 3)).tree
  expect(tree.map(({ kind, depth }) => [kind, depth])).toEqual([
    ['Deployment', -2],
    ['ReplicaSet', -1],
    ['Pod', 0],
  ])
  expect(
    (await story(ref(DEPLOYMENTS, 'web'), ({ tree: nodes }) => nodes.length === 3)).tree.map(
      ({ kind, depth }) => [kind, depth],
    ),
  ).toEqual([
    ['Deployment', 0],
    ['ReplicaSet', 1],
    ['Pod', 2],
  ])
})

test('what the cluster overwrote is still told when the object is opened again', async () => {
  const first = await story(ref(PODS, 'greedy'), ({ timeline }) =>
    timeline.some(({ title }) => title === 'No node fits'),
  )
  expect(first.timeline.find(({ title }) => title === 'No node fits')).toMatchObject({
    overwritten: false,
  })
  node('big', 8)
  const later = await story(ref(PODS, 'greedy'), ({ timeline }) =>
    timeline.some(({ title }) => title === 'Found a node'),
  )
  expect(later.timeline.find(({ title }) => title === 'No node fits')).toMatchObject({
    overwritten: true,
  })
})

test('a log is read, windowed and searched in the core, and its spool goes with the stream', async () => {
  const pod = await webPod()
  const stream = await client.objects.logs({ site, namespace: 'team', name: pod })
  for await (const state of stream) {
    if (state.end < 2) continue
    expect(
      await client.objects.logLines({ session: state.session, from: 0, count: 2 }),
    ).toMatchObject([{ n: 0, container: 'main' }, { n: 1 }])
    const found = await client.objects.searchLogs({
      session: state.session,
      needle: { text: state.tail[1]?.text.slice(0, 12) ?? '' },
      from: -1,
      direction: 'next',
    })
    expect(found.matches).toBeGreaterThan(0)
    expect(
      await codeOf(
        client.objects.searchLogs({
          session: state.session,
          needle: { text: '(', regex: true },
          from: -1,
          direction: 'next',
        }),
      ),
    ).toBe('INVALID')
    break
  }
  expect(await codeOf(client.objects.logLines({ session: 'log-1', from: 0, count: 1 }))).toBe(
    'NOT_FOUND',
  )
})

test('a terminal answers what is typed, knows its size, and tells how it ended', async () => {
  let output = ''
  for await (const item of await client.objects.terminal({
    site,
    namespace: 'team',
    name: await webPod(),
    columns: 90,
    rows: 20,
  })) {
    if (item.type === 'open') {
      await client.objects.resize({ session: item.session, columns: 132, rows: 43 })
      await client.objects.typeInto({
        session: item.session,
        text: 'echo one two\rstty size\rexit 3\r',
      })
    } else if (item.type === 'output') output += item.text
    else expect(item).toMatchObject({ exitCode: 3 })
  }
  expect(output).toContain('\r\none two\r\n')
  expect(output).toContain('\r\n43 132\r\n')
})

test('edited text is tried, shown as a diff, applied and taken back; what others changed meanwhile is not overwritten', async () => {
  const read = await client.objects.yaml(ref(DEPLOYMENTS, 'web'))
  const edited = read.yaml.replace('replicas: 1', 'replicas: 2')
  const plan = await client.objects.planApply({
    ...ref(DEPLOYMENTS, 'web'),
    yaml: edited,
    resourceVersion: read.resourceVersion,
  })
  expect(plan).toMatchObject({
    dryRun: { result: 'passed' },
    changes: [
      {
        op: 'change',
        lines: [
          { op: '-', text: 'spec.replicas: 1' },
          { op: '+', text: 'spec.replicas: 2' },
        ],
      },
    ],
  })
  expect(replicasOf('web')).toBe(1)
  const done = await run(plan.id)
  expect([done?.state, replicasOf('web')]).toEqual(['done', 2])
  await undone(done?.id ?? '')
  expect(replicasOf('web')).toBe(1)
  const before = await client.objects.yaml(ref(DEPLOYMENTS, 'web'))
  const live = api().get({ group: 'apps', kind: 'Deployment' }, 'web', 'team')
  if (live) api().update({ ...live, metadata: { ...live.metadata, labels: { by: 'somebody' } } })
  const text = before.yaml.replace('replicas: 1', 'replicas: 3')
  const beside = await client.objects.planApply({
    ...ref(DEPLOYMENTS, 'web'),
    yaml: text,
    resourceVersion: before.resourceVersion,
  })
  expect(beside.changes[0]?.lines).toEqual([
    { op: '-', text: 'spec.replicas: 1' },
    { op: '+', text: 'spec.replicas: 3' },
  ])
  const now = api().get({ group: 'apps', kind: 'Deployment' }, 'web', 'team')
  if (now) api().update({ ...now, spec: { ...(now['spec'] as object), replicas: 2 } })
  expect(
    await codeOf(
      client.objects.planApply({
        ...ref(DEPLOYMENTS, 'web'),
        yaml: text,
        resourceVersion: before.resourceVersion,
      }),
    ),
  ).toBe('CONFLICT')
  const again = api().get({ group: 'apps', kind: 'Deployment' }, 'web', 'team')
  if (again) api().update({ ...again, spec: { ...(again['spec'] as object), replicas: 1 } })
  expect(
    await codeOf(
      client.objects.planApply({
        ...ref(DEPLOYMENTS, 'web'),
        yaml: 'kind: [',
        resourceVersion: before.resourceVersion,
      }),
    ),
  ).not.toBe('it succeeded')
})

test('numbers that no double holds, octal modes and words that look like others survive an edit of another field, its undo and a restart', async () => {
  const TRAININGS = { group: 'ml.example.com', version: 'v1', plural: 'trainings' }
  make({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'trainings.ml.example.com' },
    spec: {
      group: 'ml.example.com',
      scope: 'Namespaced',
      names: { plural: 'trainings', singular: 'training', kind: 'Training' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  'x-kubernetes-preserve-unknown-fields': true,
                  properties: { seed: { type: 'integer', format: 'int64' } },
                },
              },
            },
          },
        },
      ],
    },
  })
  make({
    apiVersion: 'ml.example.com/v1',
    kind: 'Training',
    metadata: { name: 'big', namespace: 'team' },
    spec: { seed: 9007199254740993n, seeds: [9223372036854775807n], note: 'yes', mode: 256 },
  })
  const now = () =>
    api().get({ group: 'ml.example.com', kind: 'Training' }, 'big', 'team')?.['spec']
  const read = await client.objects.yaml(ref(TRAININGS, 'big'))
  expect(read.yaml).toContain('seed: 9007199254740993\n')
  expect(read.yaml).toContain('note: "yes"\n')
  const plan = await client.objects.planApply({
    ...ref(TRAININGS, 'big'),
    yaml: read.yaml.replace('note: "yes"', 'note: "on"').replace('mode: 256', 'mode: 0600'),
    resourceVersion: read.resourceVersion,
  })
  expect(plan.changes[0]?.lines).toEqual([
    { op: '-', text: 'spec.note: "yes"' },
    { op: '+', text: 'spec.note: "on"' },
    { op: '-', text: 'spec.mode: 256' },
    { op: '+', text: 'spec.mode: 384' },
  ])
  const done = await run(plan.id)
  const exact = { seed: 9007199254740993n, seeds: [9223372036854775807n] }
  expect(now()).toEqual({ ...exact, note: 'on', mode: 384 })
  // What is taken back is read from the journal.
  const [back] = (await undone(done?.id ?? '')).filter(({ id }) => id === done?.id)
  expect([back?.state, now()]).toEqual(['undone', { ...exact, note: 'yes', mode: 256 }])
  const again = await client.objects.yaml(ref(TRAININGS, 'big'))
  const longer = await client.objects.planApply({
    ...ref(TRAININGS, 'big'),
    yaml: again.yaml.replace('9007199254740993', '9007199254740995'),
    resourceVersion: again.resourceVersion,
  })
  expect(longer.changes[0]?.lines).toEqual([
    { op: '-', text: 'spec.seed: 9007199254740993' },
    { op: '+', text: 'spec.seed: 9007199254740995' },
  ])
  await run(longer.id)
  expect(now()).toMatchObject({ seed: 9007199254740995n })
})

test('a field that the server does not know is refused with its name and not dropped', async () => {
  const read = await client.objects.yaml(ref(DEPLOYMENTS, 'web'))
  const plan = await client.objects.planApply({
    ...ref(DEPLOYMENTS, 'web'),
    yaml: read.yaml.replace('replicas: 1', 'replicas: 1\n  replicsa: 2'),
    resourceVersion: read.resourceVersion,
  })
  expect(plan.blockedBy[0]?.says).toContain('replicsa')
})

test('values of a secret never leave the core and are kept when its labels are edited', async () => {
  const value = Buffer.from('hunter2-and-more').toString('base64')
  make({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db', namespace: 'team' },
    type: 'Opaque',
    data: { password: value },
  })
  const read = await client.objects.yaml(ref(SECRETS, 'db'))
  expect(read.yaml).not.toContain(value)
  const plan = await client.objects.planApply({
    ...ref(SECRETS, 'db'),
    yaml: `${read.yaml}immutable: false\n`,
    resourceVersion: read.resourceVersion,
  })
  expect(JSON.stringify(plan)).not.toContain(value)
  expect((await run(plan.id))?.state).toBe('done')
  expect(api().get({ group: '', kind: 'Secret' }, 'db', 'team')).toMatchObject({
    data: { password: value },
    immutable: false,
  })
  expect(
    await codeOf(
      client.objects.planApply({
        ...ref(SECRETS, 'db'),
        yaml: read.yaml.replace('(hidden)', 'bmV3'),
        resourceVersion: (await client.objects.yaml(ref(SECRETS, 'db'))).resourceVersion,
      }),
    ),
  ).not.toBe('it succeeded')
  for (const file of ['takt.db', 'takt.db-wal'])
    expect(readFileSync(join(folder, 'store', file)).includes(value)).toBe(false)
})

test("scaling is a plan that can be taken back, but not over somebody else's change", async () => {
  const done = await run(
    (await client.objects.planScale({ ...ref(DEPLOYMENTS, 'web'), replicas: 3 })).id,
  )
  expect([done?.state, replicasOf('web')]).toEqual(['done', 3])
  await undone(done?.id ?? '')
  expect(replicasOf('web')).toBe(1)
  const again = await run(
    (await client.objects.planScale({ ...ref(DEPLOYMENTS, 'web'), replicas: 2 })).id,
  )
  const live = api().get({ group: 'apps', kind: 'Deployment' }, 'web', 'team')
  if (live) api().update({ ...live, spec: { ...(live['spec'] as object), replicas: 5 } })
  const [refused] = (await undone(again?.id ?? '')).filter(({ id }) => id === again?.id)
  expect([refused?.state, refused?.failure?.code, replicasOf('web')]).toEqual([
    'failed',
    'PLAN_IS_STALE',
    5,
  ])
})

test('deleting asks for the name, and is refused when the object was replaced by another of the same name', async () => {
  make(deployment('victim', 1))
  const plan = await client.objects.planDelete(ref(DEPLOYMENTS, 'victim'))
  expect(plan.losses).toMatchObject({ typeName: 'victim' })
  expect(plan.undo).toBeUndefined()
  expect(await codeOf(client.operations.start({ planId: plan.id, typedName: 'other' }))).toBe(
    'NAME_NOT_TYPED',
  )
  api().remove({ group: 'apps', kind: 'Deployment' }, 'victim', { namespace: 'team' })
  await until(
    client.objects.watch(ref(DEPLOYMENTS, 'victim')),
    ({ state, live }) => live && state === 'gone',
  )
  make(deployment('victim', 1))
  expect(await codeOf(client.operations.start({ planId: plan.id, typedName: 'victim' }))).toBe(
    'PLAN_IS_STALE',
  )
  const fresh = await client.objects.planDelete(ref(DEPLOYMENTS, 'victim'))
  expect((await run(fresh.id, 'victim'))?.state).toBe('done')
})

test('a forward lets in only who names it, and finds the pod that replaces the one it led to', async () => {
  const forward = await client.objects.forward({
    site,
    kind: 'Service',
    namespace: 'team',
    name: 'web',
    port: 80,
  })
  expect(forward.address).toMatch(/^127\.0\.0\.1:\d+$/)
  expect(await ask(forward.address)).toBe(200)
  const { host } = new URL(forward.url)
  expect(host).toMatch(/^[-a-z0-9]+-[0-9a-f]{10}\.localhost:\d+$/)
  expect(await ask(forward.address, { host })).toBe(200)
  expect(await ask(forward.address, { host: 'evil.example' })).toBe(421)
  expect(await ask(forward.address, { host, origin: 'null' })).toBe(421)
  expect(await ask(forward.address, { 'sec-fetch-site': 'same-site' })).toBe(421)
  const { pod } = (await until(client.objects.forwards(), ([one]) => one?.state === 'open'))[0] ?? {
    pod: '',
  }
  api().remove({ group: '', kind: 'Pod' }, pod, { namespace: 'team' })
  const healed = await until(
    client.objects.forwards(),
    ([one]) => one?.state === 'open' && one.pod !== pod,
  )
  expect(healed[0]?.pod).not.toBe(pod)
  expect(await ask(forward.address)).toBe(200)
  await client.objects.stopForward({ id: forward.id })
  expect(await ask(forward.address)).toBeUndefined()
})
