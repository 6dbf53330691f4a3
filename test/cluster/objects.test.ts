import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ObjectRef, ObjectStory } from '../../preload/contract/objects'
import { awaited, sitDown, type Person } from './discovery/person'
import { startPlane, type Plane } from './stack/plane'
import { until } from './stack/servers'

const NAMESPACE = 'objects'
const PODS = { group: '', version: 'v1', plural: 'pods' },
  DEPLOYMENTS = { group: 'apps', version: 'v1', plural: 'deployments' },
  JOBS = { group: 'batch', version: 'v1', plural: 'jobs' },
  SECRETS = { group: '', version: 'v1', plural: 'secrets' }
let plane: Plane
let admin: Person
const scratch = mkdtempSync(join(tmpdir(), 'takt-objects-'))
const ref = (resource: ObjectRef['resource'], name: string): ObjectRef => ({
  site: admin.site,
  resource,
  namespace: NAMESPACE,
  name,
})
const story = async (of: ObjectRef, wanted: (seen: ObjectStory) => boolean) =>
  awaited(await admin.takt.objects.watch(of), wanted)
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'it succeeded',
    (error: { code?: string }) => error.code,
  )
const container = {
  name: 'main',
  image: 'registry.example/web:1',
  ports: [{ name: 'http', containerPort: 8080 }],
}
const deployment = (name: string, replicas = 1) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: NAMESPACE },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [container] } },
  },
})
const runningPod = async (name: string) =>
  (
    await story(
      ref(DEPLOYMENTS, name),
      ({ pods, live: isLive }) => isLive && pods.some(({ sign }) => sign === 'running'),
    )
  ).pods.find(({ sign }) => sign === 'running')?.name ?? ''
const live = async (path: string) =>
  JSON.parse((await plane.admin.call(path)).text) as {
    metadata: { uid: string }
    spec: { replicas?: number }
    data?: Record<string, string>
  }
const deploymentPath = (name: string) => `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${name}`
const ask = (address: string, headers: Record<string, string> = {}) =>
  new Promise<number | undefined>((answer) => {
    get(`http://${address}/`, { headers, agent: false }, (reply) => {
      reply.resume()
      answer(reply.statusCode)
    }).once('error', () => answer(undefined))
  })

beforeAll(async () => {
  plane = await startPlane({ page: '<h1>A page</h1>' })
  await plane.addGpuNodes({ count: 2, gpusEach: 8, product: 'NVIDIA-A100-SXM4-80GB' })
  await plane.applyManifests([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    deployment('web'),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: NAMESPACE },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'greedy', namespace: NAMESPACE },
      spec: {
        containers: [
          { name: 'main', image: 'x', resources: { limits: { 'nvidia.com/gpu': '16' } } },
        ],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'big', namespace: NAMESPACE },
      spec: {
        nodeSelector: { 'kubernetes.io/hostname': 'gpu-0' },
        containers: [
          { name: 'main', image: 'x', resources: { limits: { 'nvidia.com/gpu': '6' } } },
        ],
      },
    },
  ] as never)
  admin = await sitDown(plane, { user: 'root', groups: ['system:masters'] })
})
afterAll(async () => {
  await admin?.leave()
  await plane?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

test("a real scheduler's refusal becomes words, and the tree of a real Deployment is told both ways", async () => {
  // While machines are not ready yet, the scheduler names another reason.
  const waits = await story(
    ref(PODS, 'greedy'),
    ({ why }) => why?.more.includes('2 nodes with too few GPUs free') === true,
  )
  expect(waits.object).toMatchObject({ sign: 'waiting', gpus: 16 })
  expect(waits.why?.says).toContain('16 GPUs on one node')
  expect(waits.timeline.map(({ title }) => title)).toContain('No node fits')
  const pod = await runningPod('web')
  const { tree } = await story(ref(PODS, pod), ({ tree: nodes }) => nodes.length === 3)
  expect(tree.map(({ kind, depth, sign }) => [kind, depth, sign])).toEqual([
    ['Deployment', -2, 'running'],
    ['ReplicaSet', -1, 'running'],
    ['Pod', 0, 'running'],
  ])
  expect(
    (
      await story(ref(PODS, pod), ({ events }) =>
        events.some(({ reason }) => reason === 'Scheduled'),
      )
    ).object?.node,
  ).toMatch(/^gpu-/)
})

test('a followed log that is cut while the API server is away goes on with every line once', async () => {
  const file = join(plane.folder, 'container.log')
  const write = (nth: number) =>
    appendFileSync(
      file,
      `${new Date().toISOString().replace('Z', `${String(nth).padStart(6, '0')}Z`)} stdout F line ${String(nth)}\n`,
    )
  const pod = await runningPod('web')
  for (let nth = 0; nth < 20; nth++) write(nth)
  let cut = false
  for await (const state of await admin.takt.objects.logs({
    site: admin.site,
    namespace: NAMESPACE,
    name: pod,
  })) {
    const lines =
      state.end === 0
        ? []
        : await admin.takt.objects.logLines({ session: state.session, from: 0, count: 1000 })
    const texts = lines.map(({ text }) => text).filter((text) => text.startsWith('line '))
    if (!cut && texts.length >= 20) {
      cut = true
      await plane.stopApiServer('SIGKILL')
      for (let nth = 20; nth < 30; nth++) write(nth)
      await plane.startApiServer()
      for (let nth = 30; nth < 40; nth++) write(nth)
    }
    if (texts.length < 40) continue
    expect(texts).toEqual(Array.from({ length: 40 }, (_unused, nth) => `line ${String(nth)}`))
    const hit = await admin.takt.objects.searchLogs({
      session: state.session,
      needle: { text: 'line 3\\d$', regex: true },
      from: -1,
      direction: 'next',
    })
    expect(hit.matches).toBe(10)
    break
  }
}, 120_000)

test('a terminal in a real container runs what is typed and tells how it ended', async () => {
  let output = '',
    session = '',
    isLetGo = false
  let ended: unknown
  for await (const item of await admin.takt.objects.terminal({
    site: admin.site,
    namespace: NAMESPACE,
    name: await runningPod('web'),
    container: 'main',
    command: ['/bin/sh'],
    columns: 90,
    rows: 20,
  })) {
    if (item.type === 'open')
      await admin.takt.objects.typeInto({
        session: (session = item.session),
        text: 'echo answer-$((6*7))\r',
      })
    else if (item.type === 'output') {
      output += item.text
      // The simulated node throws away what a shell wrote just before it ended, so that it is let go only when it has answered.
      if (!isLetGo && output.includes('answer-42'))
        await admin.takt.objects.typeInto({ session, text: 'exit 0\r' })
      isLetGo = output.includes('answer-42')
    } else ended = item
  }
  expect({ output, ended }).toMatchObject({
    output: expect.stringContaining('answer-42') as string,
    ended: { exitCode: 0 },
  })
}, 60_000)

test('a flood of output waits for the screen instead of filling memory', async () => {
  let held = 0
  for await (const item of await admin.takt.objects.terminal({
    site: admin.site,
    namespace: NAMESPACE,
    name: await runningPod('web'),
    container: 'main',
    command: ['/bin/sh', '-c', 'head -c 40000000 /dev/zero | tr "\\0" x; exit 0'],
    columns: 90,
    rows: 20,
  })) {
    if (item.type === 'end') break
    if (item.type !== 'output') continue
    held += item.bytes
    // Nothing is said to be shown until much more than a screen has come: the rest must still be waiting then.
    if (held > 200_000) break
  }
  expect(held).toBeLessThan(4_000_000)
}, 60_000)

test('edited text is tried on a real server, shown, applied and taken back', async () => {
  const read = await admin.takt.objects.yaml(ref(DEPLOYMENTS, 'web'))
  const plan = await admin.takt.objects.planApply({
    ...ref(DEPLOYMENTS, 'web'),
    yaml: read.yaml.replace('registry.example/web:1', 'registry.example/web:2'),
    resourceVersion: read.resourceVersion,
  })
  expect(plan.blockedBy).toEqual([])
  expect(plan.dryRun.result).toBe('passed')
  expect(JSON.stringify(plan.changes[0]?.lines)).toContain('web:2')
  const done = await admin.run(plan)
  expect((await plane.admin.call(deploymentPath('web'))).text).toContain('web:2')
  const back = await admin.undo(done)
  expect([back.state, back.failure]).toEqual(['undone', undefined])
  expect((await plane.admin.call(deploymentPath('web'))).text).not.toContain(
    '"image":"registry.example/web:2"',
  )
  const wrong = await admin.takt.objects.yaml(ref(DEPLOYMENTS, 'web'))
  const refused = await admin.takt.objects.planApply({
    ...ref(DEPLOYMENTS, 'web'),
    yaml: wrong.yaml.replace(/matchLabels:\n(\s+)app: web/, 'matchLabels:\n$1app: other'),
    resourceVersion: wrong.resourceVersion,
  })
  expect(refused.dryRun.result).toBe('failed')
  expect(refused.blockedBy.length).toBeGreaterThan(0)
}, 60_000)

test('a real secret is edited without its values leaving the core', async () => {
  const value = Buffer.from('hunter2-and-more').toString('base64')
  await plane.applyManifests([
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace: NAMESPACE },
      data: { password: value },
    },
  ] as never)
  const read = await admin.takt.objects.yaml(ref(SECRETS, 'db'))
  expect(read.yaml).not.toContain(value)
  await admin.run(
    await admin.takt.objects.planApply({
      ...ref(SECRETS, 'db'),
      yaml: `${read.yaml}immutable: false\n`,
      resourceVersion: read.resourceVersion,
    }),
  )
  expect(await live(`/api/v1/namespaces/${NAMESPACE}/secrets/db`)).toMatchObject({
    data: { password: value },
    immutable: false,
  })
}, 60_000)

test('scaling and restarting are taken back as the API allows', async () => {
  const scaled = await admin.run(
    await admin.takt.objects.planScale({ ...ref(DEPLOYMENTS, 'web'), replicas: 3 }),
  )
  expect((await live(deploymentPath('web'))).spec.replicas).toBe(3)
  await admin.undo(scaled)
  expect((await live(deploymentPath('web'))).spec.replicas).toBe(1)
  const before = await plane.admin.call(deploymentPath('web'))
  expect(before.text).not.toContain('restartedAt')
  const restarted = await admin.run(await admin.takt.objects.planRestart(ref(DEPLOYMENTS, 'web')))
  expect((await plane.admin.call(deploymentPath('web'))).text).toContain(
    'kubectl.kubernetes.io/restartedAt',
  )
  await admin.undo(restarted)
  expect(
    (
      JSON.parse((await plane.admin.call(deploymentPath('web'))).text) as {
        spec: { template: { metadata: object } }
      }
    ).spec.template.metadata,
  ).not.toHaveProperty('annotations')
}, 60_000)

test.each([
  ['Deployment', DEPLOYMENTS, deploymentPath('rolled'), deployment('rolled')],
  [
    'StatefulSet',
    { group: 'apps', version: 'v1', plural: 'statefulsets' },
    `/apis/apps/v1/namespaces/${NAMESPACE}/statefulsets/rolled`,
    {
      ...deployment('rolled'),
      kind: 'StatefulSet',
      spec: { ...deployment('rolled').spec, serviceName: 'rolled' },
    },
  ],
] as const)(
  'a %s goes back to an earlier template as its controller kept it, and forward again',
  async (_kind, resource, path, manifest) => {
    await plane.applyManifests([manifest] as never)
    const imageOf = async () =>
      /registry\.example\/web:\d/.exec((await plane.admin.call(path)).text)?.[0]
    const kept = () => admin.takt.objects.revisions(ref(resource, 'rolled'))
    const keptAs = (wanted: [number, boolean][]) =>
      until(
        async () =>
          JSON.stringify((await kept()).map(({ revision, current }) => [revision, current])) ===
          JSON.stringify(wanted),
        { seconds: 30, why: () => 'the controller did not keep the template' },
      )
    await keptAs([[1, true]])
    await plane.admin.ask(path, {
      method: 'PATCH',
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      json: {
        spec: {
          template: {
            spec: {
              containers: [
                {
                  name: 'main',
                  image: 'registry.example/web:2',
                  env: [{ name: 'API_TOKEN', value: 'never-shown' }],
                },
              ],
            },
          },
        },
      },
    })
    await keptAs([
      [2, true],
      [1, false],
    ])
    const [now, first] = await kept()
    expect([now?.images, first?.images]).toEqual([
      ['registry.example/web:2'],
      ['registry.example/web:1'],
    ])
    const plan = await admin.takt.objects.planRollback({
      ...ref(resource, 'rolled'),
      to: first?.name ?? '',
    })
    expect([plan.dryRun.result, plan.blockedBy]).toEqual(['passed', []])
    expect(JSON.stringify(plan.changes)).toMatch(/web:2.*web:1/)
    expect(
      plan.changes[0]?.lines
        ?.filter(({ op }) => op === '+')
        .map(({ text }) => text)
        .join('\n'),
    ).toMatch(/containers\.main\.image: "?registry\.example\/web:1"?$/m)
    expect(JSON.stringify(plan)).not.toContain('never-shown')
    const rolled = await admin.run(plan)
    expect(await imageOf()).toBe('registry.example/web:1')
    await keptAs([
      [3, true],
      [2, false],
    ])
    expect((await admin.undo(rolled)).state).toBe('undone')
    expect(await imageOf()).toBe('registry.example/web:2')
    expect((await plane.admin.call(path)).text).toContain('never-shown')
    // What somebody changed since is not overwritten.
    await keptAs([
      [4, true],
      [3, false],
    ])
    const again = await admin.run(
      await admin.takt.objects.planRollback({
        ...ref(resource, 'rolled'),
        to: (await kept())[1]?.name ?? '',
      }),
    )
    await plane.admin.ask(path, {
      method: 'PATCH',
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      json: {
        spec: {
          template: { spec: { containers: [{ name: 'main', image: 'registry.example/web:9' }] } },
        },
      },
    })
    expect(await admin.undo(again)).toMatchObject({
      state: 'failed',
      failure: { code: 'PLAN_IS_STALE' },
    })
    expect(await imageOf()).toBe('registry.example/web:9')
  },
  60_000,
)

test('an object that was replaced by another of the same name is not deleted', async () => {
  await plane.applyManifests([deployment('victim', 0)] as never)
  const plan = await admin.takt.objects.planDelete(ref(DEPLOYMENTS, 'victim'))
  await plane.admin.call(deploymentPath('victim'), { method: 'DELETE' })
  await until(async () => (await plane.admin.call(deploymentPath('victim'))).status === 404, {
    seconds: 30,
    why: () => 'it was not deleted',
  })
  await plane.applyManifests([deployment('victim', 0)] as never)
  const { uid } = (await live(deploymentPath('victim'))).metadata
  expect(await codeOf(admin.takt.operations.start({ planId: plan.id, typedName: 'victim' }))).toBe(
    'PLAN_IS_STALE',
  )
  expect((await live(deploymentPath('victim'))).metadata.uid).toBe(uid)
}, 60_000)

test('many are suspended and deleted in one plan that names what is left out', async () => {
  const jobs = ['one', 'two', 'three'].map((name) => `many-${name}`)
  await plane.applyManifests(
    jobs.map((name) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace: NAMESPACE },
      spec: {
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'main', image: 'x' }],
            nodeSelector: { nowhere: 'yes' },
          },
        },
      },
    })) as never,
  )
  const path = (name: string) => `/apis/batch/v1/namespaces/${NAMESPACE}/jobs/${name}`
  const suspended = () =>
    Promise.all(
      jobs.map(async (name) => ((await live(path(name))).spec as { suspend?: boolean }).suspend),
    )
  const refs = [
    ...jobs.map((name) => ({ resource: JOBS, namespace: NAMESPACE, name })),
    { resource: DEPLOYMENTS, namespace: NAMESPACE, name: 'web' },
  ]
  const plan = await admin.takt.objects.planMany({ site: admin.site, what: 'suspend', refs })
  expect([plan.title, plan.dryRun]).toEqual([
    'Suspend 3 Jobs, 1 of 4 left out',
    {
      result: 'passed',
      says: [
        '1 of 4 are left out:',
        `Deployment ${NAMESPACE}/web: A Deployment cannot be suspended.`,
      ],
    },
  ])
  const done = await admin.run(plan)
  expect(await suspended()).toEqual([true, true, true])
  expect((await admin.undo(done)).state).toBe('undone')
  expect(await suspended()).toEqual([false, false, false])
  const removed = await admin.run(
    await admin.takt.objects.planMany({ site: admin.site, what: 'delete', refs: refs.slice(0, 3) }),
  )
  expect(removed.canUndo).toBe(false)
  for (const name of jobs) expect((await plane.admin.call(path(name))).status).toBe(404)
}, 60_000)

test('a person who may only read is offered nothing else, and hears who can grant it', async () => {
  await plane.applyManifests([
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'readers', namespace: NAMESPACE },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'User', name: 'vera', apiGroup: 'rbac.authorization.k8s.io' }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'writers', namespace: NAMESPACE },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
      subjects: [{ kind: 'User', name: 'adam', apiGroup: 'rbac.authorization.k8s.io' }],
    },
  ] as never)
  const vera = await sitDown(plane, { user: 'vera', groups: [] })
  try {
    const pod = await runningPod('web')
    const offers = await vera.takt.objects.offers({ ...ref(PODS, pod), site: vera.site })
    expect(offers.map(({ action, allowed }) => [action, allowed])).toEqual([
      ['logs', 'yes'],
      ['terminal', 'no'],
      ['forward', 'no'],
      ['edit', 'no'],
      ['delete', 'no'],
    ])
    expect(offers.find(({ action }) => action === 'terminal')?.says).toBe(
      `needs create on pods/exec in ${NAMESPACE}`,
    )
    const places = [{ resource: DEPLOYMENTS, namespace: NAMESPACE }]
    expect(await vera.takt.objects.manyOffers({ site: vera.site, of: places })).toEqual(
      ['restart', 'delete'].map(
        (action) =>
          expect.objectContaining({
            action,
            allowed: 'no',
            remedy: 'ask an administrator of the cluster',
          }) as unknown,
      ),
    )
    expect(
      await codeOf(
        vera.takt.objects.planMany({
          site: vera.site,
          what: 'delete',
          refs: [{ resource: DEPLOYMENTS, namespace: NAMESPACE, name: 'web' }],
        }),
      ),
    ).toBe('NOT_SUPPORTED_HERE')
    expect(
      await codeOf(
        vera.takt.objects.forward({
          site: vera.site,
          kind: 'Pod',
          namespace: NAMESPACE,
          name: pod,
          port: 8080,
        }),
      ),
    ).toBe('FORBIDDEN')
  } finally {
    await vera.leave()
  }
}, 60_000)

test('a forward heals when its pod is replaced and when the API server comes back', async () => {
  const forward = await admin.takt.objects.forward({
    site: admin.site,
    kind: 'Service',
    namespace: NAMESPACE,
    name: 'web',
    port: 80,
  })
  expect(await ask(forward.address)).toBe(200)
  expect(await ask(forward.address, { host: 'evil.example' })).toBe(421)
  const first =
    (await awaited(await admin.takt.objects.forwards(), ([one]) => one?.state === 'open'))[0]
      ?.pod ?? ''
  await plane.admin.call(`/api/v1/namespaces/${NAMESPACE}/pods/${first}?gracePeriodSeconds=0`, {
    method: 'DELETE',
  })
  const healed = await awaited(
    await admin.takt.objects.forwards(),
    ([one]) => one?.state === 'open' && one.pod !== first,
  )
  expect(healed[0]?.pod).not.toBe(first)
  expect(await ask(forward.address)).toBe(200)
  await plane.stopApiServer('SIGKILL')
  await plane.startApiServer()
  await until(async () => (await ask(forward.address)) === 200, {
    seconds: 60,
    why: () => 'the forward did not come back',
  })
  await admin.takt.objects.stopForward({ id: forward.id })
  expect(await ask(forward.address)).toBeUndefined()
}, 120_000)

test('a core that is killed while it forwards leaves no listener behind', async () => {
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, external: ['@duckdb/node-api'] },
    build: {
      ssr: true,
      outDir: scratch,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        input: fileURLToPath(new URL('objects/forwarding-child.ts', import.meta.url)),
        external: ['@duckdb/node-api', 'electron'],
        output: { codeSplitting: false, entryFileNames: '[name].mjs' },
      },
    },
  })
  writeFileSync(join(scratch, 'config'), plane.adminKubeconfig)
  const child = spawn(
    process.execPath,
    [join(scratch, 'forwarding-child.mjs'), scratch, join(scratch, 'config'), NAMESPACE, 'web'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const address = await new Promise<string>((resolve) =>
    child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim())),
  )
  expect(await ask(address)).toBe(200)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
  expect(await ask(address)).toBeUndefined()
}, 120_000)
