import { afterEach, expect, test } from 'vitest'
import { cells, asAdmin, listsOf, memoryStore, reading, SITE } from '../../../test/support/lists'
import { createPlantApi } from '../../plant/api'
import { NODE, POD } from '../../plant/controllers/kinds'
import type { KubeObject } from '../../plant/types'
import { seeded } from '../../kernel/random'
import { systemClock } from '../../platform/clock/system'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function aServer() {
  const api = createPlantApi({ clock: systemClock, random: seeded(3) })
  for (const name of ['alpha', 'beta'])
    api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  const listening = await api.listen({
    people: [
      { token: 'all', user: 'admin', groups: ['system:masters'] },
      { token: 'none', user: 'nobody', groups: [] },
    ],
  })
  undo.push(() => listening.close())
  return {
    api,
    port: listening.port,
    target: (token = 'all') => asAdmin(`http://127.0.0.1:${listening.port}`, token),
  }
}
const pod = (
  name: string,
  namespace = 'alpha',
  more: { gpus?: number; node?: string; labels?: Record<string, string> } = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { app: 'x', ...more.labels } },
  spec: {
    ...(more.node && { nodeName: more.node }),
    containers: [
      {
        name: 'main',
        image: 'registry.example/a:1',
        ...(more.gpus && {
          resources: {
            limits: { 'nvidia.com/gpu': String(more.gpus) },
            requests: { 'nvidia.com/gpu': String(more.gpus) },
          },
        }),
      },
    ],
  },
})
function open(target: Parameters<typeof listsOf>[0], options: Parameters<typeof listsOf>[1] = {}) {
  const lists = listsOf(target, options)
  undo.push(() => lists.close())
  const read = (ask: Parameters<typeof reading>[1]) => {
    const one = reading(lists.service, ask)
    undo.push(one.stop)
    return one
  }
  return { ...lists, read }
}

test('a list is what the server lists, then follows what is made, changed and removed', async () => {
  const { api, target } = await aServer()
  for (let n = 0; n < 30; n++)
    api.create(pod(`p${String(n).padStart(2, '0')}`, n % 2 ? 'alpha' : 'beta', { gpus: n % 3 }))
  const { read } = open(target())
  const list = read({
    list: 'pods',
    sort: [{ id: 'name', desc: false }],
    window: { from: 0, count: 10 },
  })
  const first = await list.until(
    ({ state, rows }) => state === 'live' && rows.every(({ whole }) => whole),
  )
  expect([first.total, first.matched, first.rows.length]).toEqual([30, 30, 10])
  expect(cells(first, 'name')).toEqual(Array.from({ length: 10 }, (_, n) => `p0${n}`))
  expect(cells(first, 'gpus')).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
  expect(cells(first, 'namespace').slice(0, 2)).toEqual(['beta', 'alpha'])
  expect(first.rows[0]?.ref).toMatchObject({
    kind: 'Pod',
    plural: 'pods',
    namespace: 'beta',
    name: 'p00',
  })

  api.create(pod('a-first'))
  expect(cells(await list.until(({ total }) => total === 31), 'name')[0]).toBe('a-first')
  api.remove(POD, 'a-first', { namespace: 'alpha' })
  expect(cells(await list.until(({ total }) => total === 30), 'name')[0]).toBe('p00')
})

test('an object of the same name is another one', async () => {
  const { api, target } = await aServer()
  api.create(pod('twice'))
  const { read } = open(target())
  const list = read({ list: 'pods' })
  const before = (await list.until(({ state, total }) => state === 'live' && total === 1)).rows[0]
  api.remove(POD, 'twice', { namespace: 'alpha' })
  api.create(pod('twice'))
  const after = (
    await list.until(({ rows: [row] }) => row !== undefined && row.ref.uid !== before?.ref.uid)
  ).rows[0]
  expect(after?.key).not.toBe(before?.key)
})

test("filters, sorts and windows are the core's", async () => {
  const { api, target } = await aServer()
  for (let n = 0; n < 20; n++)
    api.create(
      pod(`p${n}`, n < 5 ? 'alpha' : 'beta', {
        gpus: n === 7 ? 4 : 0,
        labels: { team: n === 3 ? 'vision' : 'credit' },
      }),
    )
  const { read, service } = open(target())
  const matchedBy = async (filter: object) =>
    (await read({ list: 'pods', filter }).until(({ state }) => state === 'live')).matched
  expect(await matchedBy({})).toBe(20)
  expect(await matchedBy({ namespaces: ['alpha'] })).toBe(5)
  expect(await matchedBy({ text: 'team=vision' })).toBe(1)
  expect(await matchedBy({ text: 'p1 beta' })).toBe(10)
  expect(await matchedBy({ gpus: 'asked' })).toBe(1)
  const moved = read({
    list: 'pods',
    sort: [{ id: 'gpus', desc: true }],
    window: { from: 0, count: 3 },
  })
  expect(cells(await moved.until(({ state }) => state === 'live'), 'gpus')).toEqual([4, 0, 0])
  service.look({ id: moved.id, window: { from: 18, count: 5 } })
  expect((await moved.until(({ window }) => window.from === 15)).rows).toHaveLength(5)
  expect(service.range({ id: moved.id, from: 0, count: 100 })).toMatchObject({
    ok: true,
    value: { length: 20 },
  })
  expect(service.look({ id: 'nobody' })).toMatchObject({
    ok: false,
    failure: { code: 'NOT_FOUND' },
  })
})

test('an order that is held stays, counts what waits, and lets it in when told', async () => {
  const { api, target } = await aServer()
  for (const name of ['b', 'd', 'f']) api.create(pod(name))
  const { read, service } = open(target())
  const list = read({ list: 'pods', sort: [{ id: 'name', desc: false }] })
  await list.until(({ state }) => state === 'live')
  service.look({ id: list.id, hold: true })
  api.create(pod('a'))
  api.remove(POD, 'd', { namespace: 'alpha' })
  const held = await list.until(({ held }) => held === 2)
  expect(cells(held, 'name')).toEqual(['b', 'd', 'f'])
  expect(held.rows.map(({ gone }) => gone)).toEqual([false, true, false])
  service.look({ id: list.id, apply: true })
  expect(
    cells(
      await list.until(
        ({ held, rows }) => held === 0 && rows.length === 3 && !rows.some(({ gone }) => gone),
      ),
      'name',
    ),
  ).toEqual(['a', 'b', 'f'])
})

test('what was last seen is there without a connection, with its age', async () => {
  const { api, target } = await aServer()
  for (let n = 0; n < 3; n++) api.create(pod(`p${n}`))
  const store = memoryStore()
  const first = open(target(), { store })
  await first.read({ list: 'pods' }).until(({ state }) => state === 'live')
  first.close()
  const offline = open(undefined, { store })
  const seen = await offline.read({ list: 'pods' }).until(({ total }) => total === 3)
  expect(seen).toMatchObject({ state: 'stale', failure: { code: 'SITE_NOT_CONNECTED' } })
  expect(seen.asOf).toBeDefined()
  // Coming back, the list is corrected and not merely added to.
  api.remove(POD, 'p1', { namespace: 'alpha' })
  offline.connect(target())
  expect(
    cells(await offline.read({ list: 'pods' }).until(({ state }) => state === 'live'), 'name'),
  ).toEqual(['p0', 'p2'])
})

test('who may not list is told so, and sees the namespaces of their projects where they may', async () => {
  const { api, target } = await aServer()
  api.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'r', namespace: 'beta' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch', 'get'] }],
  })
  api.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'r', namespace: 'beta' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'nobody' }],
  })
  api.create(pod('theirs'))
  api.create(pod('mine', 'beta'))
  expect(
    await open(target('none'))
      .read({ list: 'pods' })
      .until(({ state }) => state === 'forbidden'),
  ).toMatchObject({
    total: 0,
    failure: { code: 'FORBIDDEN', data: { verb: 'list', resource: 'pods' } },
  })
  const own = await open(target('none'), { namespaces: ['alpha', 'beta'] })
    .read({ list: 'pods' })
    .until(
      ({ state, notes, progress }) =>
        state === 'live' && notes.length > 0 && progress === undefined,
    )
  expect(cells(own, 'name')).toEqual(['mine'])
  expect(own.notes).toEqual([{ code: 'only-some-namespaces' }])
})

test('a forgotten version is listed again without the rows going away', async () => {
  const { api, target, port } = await aServer()
  for (let n = 0; n < 5; n++) api.create(pod(`p${n}`))
  const { read, tell } = open(target())
  const list = read({ list: 'pods' })
  await list.until(({ state }) => state === 'live')
  expect(port).toBeGreaterThan(0)
  api.cluster.store.compact()
  api.create(pod('later'))
  // The site is found silent and then answers again: streams that may be half closed begin anew.
  tell({ state: 'stale' })
  tell({ state: 'live' })
  const after = await list.until(({ total, state }) => total === 6 && state === 'live')
  expect(after.matched).toBe(6)
  expect(
    list.all.every(({ total }, index) => index === 0 || total >= (list.all[index - 1]?.total ?? 0)),
  ).toBe(true)
})

test('GPUs are summed by node and kind; use is unknown until somebody measures it', async () => {
  const { api, target } = await aServer()
  const node = (
    name: string,
    allocatable: Record<string, string>,
    ready = 'True',
    cordoned = false,
  ): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB' } },
    spec: { ...(cordoned && { unschedulable: true }) },
    status: {
      capacity: allocatable,
      allocatable,
      conditions: [{ type: 'Ready', status: ready, reason: 'x', message: '' }],
    },
  })
  for (const one of [
    node('gpu-1', { 'nvidia.com/gpu': '8' }),
    node('gpu-2', { 'nvidia.com/mig-3g.40gb': '2' }),
    node('gpu-3', { 'nvidia.com/gpu': '4' }, 'False'),
    node('cpu-1', { cpu: '4' }),
  ]) {
    api.create(one)
    api.updateStatus({
      ...api.get(NODE, one.metadata.name),
      ...one,
      metadata: { ...api.get(NODE, one.metadata.name)?.metadata, ...one.metadata },
    } as KubeObject)
  }
  api.create(pod('one', 'alpha', { gpus: 5, node: 'gpu-1' }))
  const { service } = open(target())
  const over = new AbortController()
  undo.push(() => over.abort())
  for await (const view of service.summary(SITE, over.signal)) {
    if (view.state !== 'live' || view.counting || view.totals.allocated === undefined) continue
    expect(
      view.nodes.map(({ name, gpus, allocated, state }) => [name, gpus, allocated, state]),
    ).toEqual([
      ['gpu-1', 8, 5, 'ready'],
      ['gpu-2', 2, 0, 'ready'],
      ['gpu-3', 4, 0, 'down'],
    ])
    expect(view.kinds).toEqual([
      { kind: 'whole', capacity: 12, allocated: 5 },
      { kind: 'mig', capacity: 2, allocated: 0 },
    ])
    expect(view.totals).toMatchObject({ gpus: 14, allocated: 5, free: 5, down: 1 })
    expect(view.notes).toEqual([{ code: 'use-unknown' }])
    break
  }
})

test('all matching rows are copied, and a simulated site says so', async () => {
  const { api, target } = await aServer()
  for (const name of ['a', '=b', 'c,d'].map((_name, n) => `p${n}`)) api.create(pod(name))
  const { service, tell } = open(target())
  tell({ simulated: true })
  const ask = {
    site: SITE,
    list: 'pods' as const,
    filter: {},
    sort: [{ id: 'name', desc: true }],
    columns: ['name', 'namespace', 'gpus'],
  }
  expect(await service.csv(ask, undefined)).toEqual({
    rows: 3,
    csv: '# simulated\r\nname,namespace,gpus\r\np2,alpha,0\r\np1,alpha,0\r\np0,alpha,0\r\n',
  })
  expect((await service.csv({ ...ask, keys: ['Pod/alpha/p1'] }, undefined)).rows).toBe(1)
})
