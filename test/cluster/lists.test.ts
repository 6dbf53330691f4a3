import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ListUpdate } from '../../preload/contract/cluster'
import { succeed } from '../../main/kernel/outcome'
import { all, Fleet, podOf, reachOf, statusOf } from '../bench/cluster/fleet'
import { record, replayProxy } from '../bench/cluster/replay'
import { cells, listsOf, reading, SITE } from '../support/lists'
import { slowWire } from '../support/slow-wire'
import { startPlane, type Plane } from './stack/plane'

const PODS = 1300
const LARGE = 'vision'
let plane: Plane
let fleet: Fleet
beforeAll(async () => {
  plane = await startPlane({ nodes: false })
  fleet = new Fleet(reachOf(plane.kubeconfigPath))
  await fleet.namespaces()
  // One namespace is larger than a page, the others share the rest.
  await all(PODS, 16, async (index) => {
    const pod = podOf(index)
    pod.metadata.namespace = index < 700 ? LARGE : pod.metadata.namespace
    await fleet.ensure('POST', `/api/v1/namespaces/${pod.metadata.namespace}/pods`, {
      ...pod,
      spec: { ...pod.spec, nodeName: undefined },
    })
  })
}, 300_000)
afterAll(async () => {
  await fleet.close()
  await plane.stop()
})

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

const portOf = (server: string) => Number(new URL(server).port)
function open(server = plane.server) {
  const { ca, cert, key } = reachOf(plane.kubeconfigPath)
  const lists = listsOf({
    site: SITE,
    server,
    tls: { ca },
    credentials: {
      get: () => Promise.resolve(succeed(server.startsWith('https') ? { cert, key } : {})),
      refused: () => false,
    },
  })
  undo.push(() => lists.close())
  const list = reading(lists.service, {
    list: 'pods',
    sort: [{ id: 'name', desc: false }],
    window: { from: 0, count: 500 },
  })
  undo.push(list.stop)
  return { ...lists, list }
}
async function wire() {
  const made = await slowWire({ port: portOf(plane.server) })
  undo.push(() => made.close())
  return { ...made, server: `https://127.0.0.1:${made.port}` }
}
/** Every pod of the server, as it says itself. */
async function truth(): Promise<string[]> {
  const { items } = await plane.admin.ask<{
    items: { metadata: { name: string; namespace: string } }[]
  }>('/api/v1/pods')
  return items.map(({ metadata: { name, namespace } }) => `${name} ${namespace}`).sort()
}
type Opened = ReturnType<typeof open>
/** Every pod of the list, window by window. */
function listed({ service, list }: Opened): string[] {
  const { value } = service.range({ id: list.id, from: 0, count: 5000 }) as {
    value: { ref: { name: string; namespace?: string } }[]
  }
  return value.map(({ ref }) => `${ref.name} ${ref.namespace ?? ''}`).sort()
}
const isWhole = ({ state, progress }: ListUpdate) => state === 'live' && progress === undefined
/** What the list shows comes to be what the server has. */
const agrees = async (opened: Opened, seconds = 60) => {
  const wanted = await truth()
  await opened.list.until((update) => isWhole(update) && update.total === wanted.length, seconds)
  expect(listed(opened)).toEqual(wanted)
}
let extra = 0
const addOne = () =>
  fleet.ensure('POST', `/api/v1/namespaces/${LARGE}/pods`, {
    ...podOf(0),
    metadata: { name: `extra-${++extra}`, namespace: LARGE },
    spec: { containers: podOf(0).spec.containers, volumes: podOf(0).spec.volumes },
  })
/** Rows never go away while a server is in trouble. */
const neverLost = (all: readonly ListUpdate[], from: number) =>
  expect(Math.min(...all.slice(from).map(({ total }) => total))).toBeGreaterThanOrEqual(PODS)

test('a list is what the server lists, painted from its tables before its objects are read', async () => {
  const opened = open()
  await agrees(opened)
  const { took } = opened.list.last ?? {}
  expect(took?.firstRowMs).toBeLessThanOrEqual(took?.rowsMs ?? 0)
  expect(took?.rowsMs).toBeLessThan(took?.columnsMs ?? 0)
  expect(opened.list.all.some(({ rows }) => rows.some(({ whole }) => !whole))).toBe(true)
}, 120_000)

describe('faults that end in a consistent list', () => {
  test('the API server is killed and started again under a watch', async () => {
    const opened = open()
    await agrees(opened)
    const from = opened.list.all.length
    await plane.stopApiServer('SIGKILL')
    expect(await opened.list.until(({ state }) => state === 'stale', 60)).toMatchObject({
      failure: { code: expect.stringMatching(/^CLUSTER_/) as string },
    })
    await plane.startApiServer()
    await addOne()
    await agrees(opened, 90)
    neverLost(opened.list.all, from)
  }, 240_000)

  test('the API server is killed in the middle of a list', async () => {
    const { server, delay } = await wire()
    delay(150)
    const opened = open(server)
    await opened.list.until(({ total, progress }) => total > 0 && progress !== undefined, 60)
    await plane.stopApiServer('SIGKILL')
    await opened.list.until(({ state }) => state === 'stale' || state === 'failed', 60)
    delay(0)
    await plane.startApiServer()
    await agrees(opened, 120)
  }, 240_000)

  test('the history is compacted away under a watch', async () => {
    const opened = open()
    await agrees(opened)
    const from = opened.list.all.length
    await addOne()
    await plane.forgetHistory()
    await addOne()
    await agrees(opened, 120)
    neverLost(opened.list.all, from)
  }, 240_000)

  test('the network swallows everything without a word', async () => {
    const { server, hole, mend } = await wire()
    const opened = open(server)
    await agrees(opened)
    const from = opened.list.all.length
    hole()
    await addOne()
    // What looks after a site finds out by its own questions, and says so.
    await expect(opened.ready()).rejects.toThrow('does not answer')
    opened.tell({ state: 'stale' })
    await opened.list.until(({ state }) => state === 'stale', 10)
    mend()
    await expect
      .poll(
        () =>
          opened.ready().then(
            () => 'answers',
            () => 'silent',
          ),
        { timeout: 60_000 },
      )
      .toBe('answers')
    opened.tell({ state: 'live' })
    await agrees(opened, 60)
    neverLost(opened.list.all, from)
  }, 240_000)

  test.each([200, 4500])(
    'every answer takes %i ms longer',
    async (ms) => {
      const { server, delay } = await wire()
      delay(ms / 2)
      const opened = open(server)
      // Whoever waits sees how far it is.
      await opened.list.until(({ progress, rows }) => progress !== undefined && rows.length > 0, 60)
      await agrees(opened, 150)
    },
    300_000,
  )
})

test('a thousand events a second for a minute end in what was told last, four paints a second at most', async () => {
  const reach = reachOf(plane.kubeconfigPath)
  const recorded = await record(reach, 2000, (index) => {
    const pod = podOf(700 + (index % (PODS - 700)))
    return fleet.ensure(
      'PATCH',
      `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/status`,
      { status: statusOf(index, index % 9) },
    )
  })
  const proxy = await replayProxy(reach, recorded)
  undo.push(() => proxy.close())
  const opened = open(proxy.url)
  await opened.list.until(isWhole, 60)
  await expect.poll(() => proxy.watchers, { timeout: 10_000 }).toBe(1)
  const [from, began, sentBefore] = [opened.list.all.length, performance.now(), proxy.sent]
  proxy.pace(1000, 60_000)
  await expect.poll(() => proxy.sent - sentBefore, { timeout: 120_000, interval: 500 }).toBe(60_000)
  const seconds = (performance.now() - began) / 1000
  expect((opened.list.all.length - from) / seconds).toBeLessThanOrEqual(4.5)
  const end = await opened.list.until(({ changesPerSecond }) => changesPerSecond === 0, 30)
  expect(end.total).toBe((await truth()).length)
  const last = new Map(
    recorded
      .map(
        (line) =>
          JSON.parse(line) as {
            object: {
              metadata: { name: string }
              status: { containerStatuses: { restartCount: number }[] }
            }
          },
      )
      .map(({ object }) => [
        object.metadata.name,
        object.status.containerStatuses[0]?.restartCount,
      ]),
  )
  const [names, restarts] = [cells(end, 'name'), cells(end, 'restarts')]
  expect(restarts).toEqual(names.map((name, row) => last.get(String(name)) ?? restarts[row]))
  expect(names.filter((name) => last.has(String(name))).length).toBeGreaterThan(50)
}, 300_000)
