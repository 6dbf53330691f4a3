import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { targetOf } from '../../main/capabilities/sites/adapters/credentials'
import { readKubeconfigs } from '../../main/capabilities/sites/adapters/kubeconfig'
import { makeMeans } from '../../main/capabilities/sites'
import { preparedObjects } from '../../main/capabilities/prepare'
import { applyAll } from '../../main/capabilities/plans'
import { parserOf, resourceOf } from '../../main/capabilities/records/record'
import { succeed, type Outcome } from '../../main/kernel/outcome'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { makeKubeClient } from '../../main/platform/kubernetes/client'
import { AnyObject } from '../../main/platform/kubernetes/objects'
import type { KubeClient, KubeObject, WatchItem } from '../../main/platform/kubernetes/types'
import { startPlane, type Plane } from './stack/plane'
import { until } from './stack/servers'

const core = (plural: string) => ({ group: '', version: 'v1', plural })
const CONFIGS = core('configmaps')
const configMap = (name: string, data: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
})
const ref = (name: string) => ({ name, namespace: 'default' })
function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure))
  return outcome.value
}

let plane: Plane
let admin: KubeClient
const means = makeMeans({
  clock: systemClock,
  env: {},
  settings: {
    get: () => undefined,
    set: () => succeed(undefined),
    remove: () => succeed(undefined),
  },
})
async function clientFor(kubeconfig: string, name: string): Promise<KubeClient> {
  const path = join(plane.folder, `${name}.client.kubeconfig`)
  writeFileSync(path, kubeconfig)
  const [context] = readKubeconfigs([{ path, asked: true }]).contexts
  if (!context) throw new Error('no context was found')
  return makeKubeClient(value(targetOf(() => succeed(context), means)), {
    clock: systemClock,
    random: seeded(1),
  })
}
beforeAll(async () => {
  plane = await startPlane({ page: '<h1>The notebook answers</h1>' })
  await plane.addGpuNodes({ count: 1, gpusEach: 8, product: 'NVIDIA-L40S' })
  admin = await clientFor(plane.adminKubeconfig, 'admin')
})
afterAll(async () => {
  admin?.close()
  await plane?.stop()
})

test('says what it is and who one is, by client certificate', async () => {
  expect(await admin.version()).toEqual({
    ok: true,
    value: expect.objectContaining({ gitVersion: 'v1.34.4' }) as unknown,
  })
  expect(await admin.whoAmI()).toMatchObject({
    ok: true,
    value: { user: 'admin', groups: expect.arrayContaining(['system:masters']) as unknown },
  })
  expect(await admin.offers(core('pods'))).toEqual({ ok: true, value: true })
  expect(await admin.offers({ group: 'kubeflow.org', version: 'v1', plural: 'notebooks' })).toEqual(
    { ok: true, value: false },
  )
  expect(Math.abs(admin.clock.now() - systemClock.now())).toBeLessThan(3000)
})

test('each refusal of a real server has its name', async () => {
  expect(await admin.get(CONFIGS, ref('none'), AnyObject)).toEqual({ ok: true, value: undefined })
  expect(
    await admin.list({ group: 'takt.example', version: 'v1', plural: 'things' }, {}, AnyObject),
  ).toMatchObject({
    ok: false,
    failure: { code: 'NOT_FOUND', data: { kind: 'resource', name: 'things.takt.example' } },
  })
  value(await admin.create(CONFIGS, configMap('taken')))
  expect(await admin.create(CONFIGS, configMap('taken'))).toMatchObject({
    ok: false,
    failure: { code: 'ALREADY_EXISTS', data: { name: 'taken' } },
  })
  expect(await admin.create(CONFIGS, configMap('Bad_Name'))).toMatchObject({
    ok: false,
    failure: {
      code: 'REFUSED_BY_CLUSTER',
      data: { status: 422, causes: [{ field: 'metadata.name' }] },
    },
  })
  value(await admin.apply(CONFIGS, configMap('shared', { a: '1' }), { fieldManager: 'kubectl' }))
  expect(await admin.apply(CONFIGS, configMap('shared', { a: '2' }))).toMatchObject({
    ok: false,
    failure: { code: 'CONFLICT', data: { theirs: 'kubectl' } },
  })
  const read = value(await admin.get(CONFIGS, ref('shared'), AnyObject))
  value(await admin.apply(CONFIGS, configMap('shared', { a: '2' }), { force: true }))
  expect(read && (await admin.replace(CONFIGS, read))).toMatchObject({
    ok: false,
    failure: { code: 'CONFLICT' },
  })
  expect(await admin.remove(CONFIGS, { ...ref('shared'), uid: 'another' })).toMatchObject({
    ok: false,
    failure: { code: 'CONFLICT' },
  })
  const { uid = '' } = read?.metadata ?? {}
  expect(
    await admin.apply(CONFIGS, configMap('shared', { a: '3' }), { force: true, uid: 'another' }),
  ).toMatchObject({ ok: false, failure: { code: 'CONFLICT' } })
  value(await admin.apply(CONFIGS, configMap('shared', { a: '3' }), { force: true, uid }))
  value(await admin.remove(CONFIGS, { ...ref('shared'), uid }))
  value(await admin.remove(CONFIGS, { ...ref('shared'), uid }))
})

test('a quota is told as a quota', async () => {
  value(
    await admin.create(core('resourcequotas'), {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: 'kube-public' },
      spec: { hard: { 'count/secrets': '0' } },
    }),
  )
  await until(
    async () =>
      Boolean(
        (
          value(
            await admin.get(
              core('resourcequotas'),
              { name: 'few', namespace: 'kube-public' },
              AnyObject,
            ),
          )?.['status'] as { hard?: unknown } | undefined
        )?.hard,
      ),
    { seconds: 30, why: () => 'the quota was not taken up' },
  )
  expect(
    await admin.create(core('secrets'), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'x', namespace: 'kube-public' },
    }),
  ).toMatchObject({
    ok: false,
    failure: {
      code: 'QUOTA_EXCEEDED',
      data: { says: expect.stringContaining('count/secrets') as unknown },
    },
  })
})

test('somebody without rights is told verb, resource and namespace; rights are reviewed', async () => {
  const ann = await clientFor(await plane.kubeconfigFor('ann', ['vision']), 'ann')
  expect(await ann.list(core('pods'), { namespace: 'default' }, AnyObject)).toMatchObject({
    ok: false,
    failure: { code: 'FORBIDDEN', data: { verb: 'list', resource: 'pods', namespace: 'default' } },
  })
  const asks = [
    { verb: 'list', group: '', resource: 'pods' },
    { verb: 'create', group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' },
  ]
  expect(await ann.review(asks)).toEqual({ ok: true, value: ['no', 'yes'] })
  expect(await admin.review(asks)).toEqual({ ok: true, value: ['yes', 'yes'] })
  ann.close()
})

test('the definitions are structural to a real server, and enforce what the contract says', async () => {
  const namespaces = preparedObjects().filter(({ kind }) => kind === 'Namespace')
  // What lies in a namespace cannot be tried before the namespace is there.
  value(await applyAll(admin, namespaces, { run: 'run', signal: AbortSignal.timeout(30_000) }))
  for (const object of preparedObjects()) {
    const dry = await applyAll(
      {
        ...admin,
        apply: (resource, one, options) => admin.apply(resource, one, { ...options, dryRun: true }),
      },
      [object],
      { run: 'dry', signal: AbortSignal.timeout(30_000) },
    )
    expect(dry.ok, `${object.kind} ${object.metadata.name}: ${JSON.stringify(dry)}`).toBe(true)
  }
  value(
    await applyAll(admin, preparedObjects(), { run: 'run', signal: AbortSignal.timeout(30_000) }),
  )
  await until(async () => (await admin.list(resourceOf('PriceBook'), {}, AnyObject)).ok, {
    seconds: 30,
    why: () => 'the definitions were not served',
  })
  for (const {
    metadata: { name },
  } of preparedObjects().filter(({ kind }) => kind === 'CustomResourceDefinition')) {
    const found = value(
      await admin.get(
        { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' },
        { name },
        AnyObject,
      ),
    )
    const { conditions } = found?.['status'] as {
      conditions: { type: string; status: string; message: string }[]
    }
    expect(
      conditions.filter(({ type }) => type === 'NonStructuralSchema'),
      name,
    ).toEqual([])
  }
  const budget = (capUsd: number): KubeObject => ({
    apiVersion: 'takt.dev/v1alpha1',
    kind: 'Budget',
    metadata: { name: '4410' },
    spec: { title: 'Voice', team: 'voice', owner: 'mara', period: 'month', capUsd },
  })
  expect(await admin.create(resourceOf('Budget'), budget(-1))).toMatchObject({
    ok: false,
    failure: { code: 'REFUSED_BY_CLUSTER', data: { causes: [{ field: 'spec.capUsd' }] } },
  })
  value(await admin.create(resourceOf('Budget'), budget(100)))
  expect(
    value(await admin.list(resourceOf('Budget'), {}, parserOf('Budget'))).map(
      ({ record }) => record,
    ),
  ).toMatchObject([{ kind: 'Budget', meta: { name: '4410' }, spec: { capUsd: 100 }, status: {} }])
  expect(
    await admin.mergePatch(
      resourceOf('Budget'),
      { name: '4410' },
      { body: { status: { spentUsd: 3 } }, subresource: 'status' },
    ),
  ).toMatchObject({ ok: true, value: { status: { spentUsd: 3 } } })
})

describe('a pod', () => {
  const pod = { name: 'reached', namespace: 'default', container: 'main' }
  beforeAll(async () => {
    value(
      await admin.apply(core('pods'), {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: ref('reached'),
        spec: { containers: [{ name: 'main', image: 'registry.example/main:1' }] },
      }),
    )
    await until(
      async () =>
        (
          value(await admin.get(core('pods'), ref('reached'), AnyObject))?.['status'] as
            { phase?: string } | undefined
        )?.phase === 'Running',
      { seconds: 60, why: () => 'the pod did not run' },
    )
  })
  test('has a log', async () =>
    expect(await text(value(await admin.logs(pod, { tailLines: 10 })))).toBe(
      'The server is ready.\n',
    ))
  test('runs a command with both outputs kept apart', async () => {
    const stdout = new PassThrough()
    const stderr = new PassThrough()
    const said = text(stdout)
    expect(
      await admin.exec(pod, ['sh', '-c', 'echo out; echo err >&2'], { stdout, stderr }),
    ).toEqual({ ok: true, value: { exitCode: 0 } })
    stdout.end()
    expect(await said).toBe('out\n')
    expect(String(stderr.read())).toBe('err\n')
  })
  test('answers on a port', async () => {
    const connection = value(await admin.connect(pod, 8888))
    connection.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    let answer = ''
    connection.on('data', (piece: Buffer) => {
      answer += piece.toString()
    })
    await until(() => Promise.resolve(answer.includes('</h1>')), {
      seconds: 20,
      why: () => `it answered "${answer}"`,
    })
    expect(answer).toContain('<h1>The notebook answers</h1>')
    connection.destroy()
  })
  test('one that is not there is told, not hung on', async () => {
    expect(
      await admin.exec({ name: 'none', namespace: 'default' }, ['ls'], {
        stdout: new PassThrough(),
        stderr: new PassThrough(),
      }),
    ).toMatchObject({
      ok: false,
      failure: { code: 'NOT_FOUND', data: { kind: 'pods', name: 'none' } },
    })
  })
})

test('a watch outlives a killed server and a compacted history, and misses nothing', async () => {
  const over = new AbortController()
  const seen = new Set<string>()
  const items: WatchItem<KubeObject>['type'][] = []
  const watching = (async () => {
    for await (const item of admin.watch(
      CONFIGS,
      { namespace: 'default' },
      { parse: AnyObject, signal: over.signal },
    )) {
      items.push(item.type)
      if (item.type === 'reset') seen.clear()
      for (const { metadata } of item.type === 'reset' ? item.items : item.upserts)
        seen.add(metadata.name)
      if (item.type === 'changed') for (const { name } of item.removed) seen.delete(name)
    }
  })()
  const has = (name: string) =>
    until(() => Promise.resolve(seen.has(name)), {
      seconds: 60,
      why: () => `${name} was not seen; ${items.join(', ')}`,
    })
  value(await admin.create(CONFIGS, configMap('before')))
  await has('before')
  await plane.stopApiServer('SIGKILL')
  expect(await admin.version()).toMatchObject({
    ok: false,
    failure: { code: 'CLUSTER_UNREACHABLE' },
  })
  await plane.startApiServer()
  value(await admin.create(CONFIGS, configMap('after-restart')))
  await has('after-restart')
  const { uid = '' } = value(await admin.get(CONFIGS, ref('before'), AnyObject))?.metadata ?? {}
  value(await admin.remove(CONFIGS, { ...ref('before'), uid }))
  await until(() => Promise.resolve(!seen.has('before')), {
    seconds: 60,
    why: () => 'a removal was missed',
  })
  value(await admin.create(CONFIGS, configMap('during')))
  await plane.forgetHistory()
  value(await admin.create(CONFIGS, configMap('after-compaction')))
  await has('after-compaction')
  expect([...seen].sort()).toEqual([
    'after-compaction',
    'after-restart',
    'during',
    'kube-root-ca.crt',
    'taken',
  ])
  over.abort()
  await watching
}, 240_000)
