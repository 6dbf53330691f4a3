import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { z } from 'zod'
import { HandClock } from '../../../test/support/clock'
import { failure } from '../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient, KubeObject, WatchItem } from '../../platform/kubernetes/types'
import { silentLog } from '../../platform/log'
import { openStore, type Store } from '../../platform/store'
import { parserOf } from './record'
import { makeRecords, type RecordsService } from './service'
import { updates } from './updates'

const settle = () => new Promise((settled) => setImmediate(settled))
let folder: string
let store: Store
let clock: HandClock
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-records-'))
  clock = new HandClock()
  open()
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})
function open() {
  const opened = openStore(folder, { pid: process.pid, now: () => 1 })
  if (!opened.ok) throw new Error(opened.failure.code)
  store = opened.value
}

const budget = (name: string, capUsd = 100): KubeObject => ({
  apiVersion: 'takt.dev/v1alpha1',
  kind: 'Budget',
  metadata: {
    name,
    uid: `uid-${name}`,
    resourceVersion: '1',
    creationTimestamp: '2026-11-01T00:00:00Z',
  },
  spec: { title: name, team: 'voice', owner: 'mara', period: 'month', capUsd },
})

/** A home site whose watch of budgets says what a test tells it to. */
class Home {
  readonly site = 'oslo'
  readonly clock = clock
  watches = 0
  #tell: ((item: WatchItem<KubeObject>) => void) | undefined
  client: Pick<KubeClient, 'watch' | 'list' | 'get' | 'site'> = {
    site: 'oslo',
    watch: (resource, _query, { parse, signal }) =>
      this.#watch(resource.plural, parse, signal) as never,
    list: () =>
      Promise.resolve(fail(failure('NOT_FOUND', { kind: 'resource', name: 'budgets.takt.dev' }))),
    get: (_resource, { name }, parse) =>
      Promise.resolve(
        name === 'known' ? succeed(parse.parse(budget('known'))) : succeed(undefined),
      ),
  }
  async *#watch(plural: string, parse: z.ZodType, signal: AbortSignal) {
    if (plural !== 'budgets') return
    this.watches++
    const queue: WatchItem<KubeObject>[] = []
    let wake = () => {}
    this.#tell = (item) => {
      queue.push(item)
      wake()
    }
    signal.addEventListener('abort', () => wake())
    while (!signal.aborted) {
      const item = queue.shift()
      if (!item)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      else if (item.type === 'reset')
        yield { ...item, items: item.items.map((object) => parse.parse(object)) }
      else yield { ...item, upserts: item.upserts.map((object) => parse.parse(object)) }
    }
  }
  async says(item: WatchItem<KubeObject>) {
    this.#tell?.(item)
    await settle()
  }
}
function start(home: Home, connected = { now: true }) {
  let tell = () => {}
  const sites = {
    home: (): Outcome<KubeClient> =>
      connected.now
        ? succeed(home.client as KubeClient)
        : fail(failure('SITE_NOT_CONNECTED', { site: 'oslo' })),
    onChange: (listener: () => void) => {
      tell = listener
      return () => undefined
    },
  }
  const records = makeRecords({ sites, store: store.records, clock, log: silentLog })
  records.start()
  return {
    records,
    connect: (now: boolean) => {
      connected.now = now
      tell()
    },
  }
}
const names = (records: RecordsService) =>
  records
    .known('Budget')
    .items.map(({ meta }) => meta.name)
    .sort()

test('follows the home site, tells at most four times a second, and keeps what it saw for the next start', async () => {
  const home = new Home()
  const { records } = start(home)
  let told = 0
  records.onChange(['Budget'], () => told++)
  expect(records.known('Budget')).toEqual({ items: [], asOf: 0, live: false })
  await home.says({ type: 'reset', items: [budget('a'), budget('b')], at: 1000 })
  await home.says({ type: 'changed', upserts: [budget('c')], removed: [{ name: 'a' }], at: 2000 })
  expect(records.known('Budget')).toMatchObject({ asOf: 2000, live: true })
  expect(names(records)).toEqual(['b', 'c'])
  expect(told).toBe(0)
  await clock.advance(250)
  expect(told).toBe(1)
  records.close()
  store.close()
  open()
  const { records: later } = start(new Home(), { now: false })
  expect(later.known('Budget')).toMatchObject({ asOf: 2000, live: false })
  expect(names(later)).toEqual(['b', 'c'])
  expect(later.find('Budget', 'c')?.spec.capUsd).toBe(100)
})

test('writes behind: a burst of changes is one write a second', async () => {
  const home = new Home()
  start(home)
  await home.says({ type: 'reset', items: [budget('a')], at: 1000 })
  expect(store.records.load('Budget')).toBeUndefined()
  await clock.advance(1000)
  expect(store.records.load('Budget')?.items).toHaveLength(1)
  for (let n = 0; n < 20; n++)
    await home.says({ type: 'changed', upserts: [budget('a', n)], removed: [], at: 2000 + n })
  await clock.advance(1000)
  expect(store.records.load('Budget')).toMatchObject({
    asOf: 2019,
    items: [{ key: '/a', value: { spec: { capUsd: 19 } } }],
  })
})

test('loses nothing but liveness when the home goes away, and watches again when it is back', async () => {
  const home = new Home()
  const { records, connect } = start(home)
  await home.says({ type: 'reset', items: [budget('a')], at: 1000 })
  connect(false)
  expect(records.known('Budget')).toMatchObject({ live: false, asOf: 1000 })
  expect(names(records)).toEqual(['a'])
  connect(true)
  await settle()
  expect(home.watches).toBe(2)
  connect(true)
  expect(home.watches).toBe(2)
})

test('the stream says all first, then differences, however much happened in between', async () => {
  const home = new Home()
  const { records } = start(home)
  await home.says({ type: 'reset', items: [budget('a'), budget('b')], at: 1000 })
  const stream = updates(records, { kinds: ['Budget'], clock }, undefined)
  expect((await stream.next()).value).toMatchObject({
    reset: true,
    live: true,
    removed: [],
    upserts: [{ meta: { name: 'a' } }, { meta: { name: 'b' } }],
  })
  const next = stream.next()
  await home.says({ type: 'changed', upserts: [budget('b', 5)], removed: [], at: 2000 })
  await home.says({ type: 'changed', upserts: [budget('c')], removed: [{ name: 'a' }], at: 3000 })
  await clock.advance(250)
  const { value } = await next
  expect(value).toMatchObject({
    reset: false,
    removed: [{ kind: 'Budget', name: 'a' }],
    asOf: '1970-01-01T00:00:03Z',
  })
  expect(value?.upserts.map(({ meta }) => meta.name)).toEqual(['b', 'c'])
  await stream.return()
})

test('a cluster that does not know the kind is not prepared; a record that is not there is not found', async () => {
  const { records } = start(new Home())
  expect(await records.list('Budget', undefined)).toEqual({
    ok: false,
    failure: {
      code: 'CLUSTER_NOT_PREPARED',
      data: { site: 'oslo', missing: ['budgets.takt.dev'] },
    },
  })
  expect(await records.read('Budget', { name: 'gone' })).toEqual({
    ok: false,
    failure: { code: 'NOT_FOUND', data: { kind: 'Budget', name: 'gone' } },
  })
  expect(await records.read('Budget', { name: 'known' })).toMatchObject({
    ok: true,
    value: { kind: 'Budget', meta: { name: 'known', uid: 'uid-known' } },
  })
})

test('a stored object that does not fit its schema is refused with its path, not guessed at', () => {
  const parsed = parserOf('Budget').safeParse({ ...budget('a'), spec: { title: 'a' } })
  expect(parsed.success).toBe(false)
  expect(
    parserOf('Budget').safeParse({
      ...budget('a'),
      metadata: { ...budget('a').metadata, deletionTimestamp: '2026-11-02T00:00:00Z' },
    }),
  ).toMatchObject({ success: true, data: { record: { meta: { deleting: true } } } })
})
