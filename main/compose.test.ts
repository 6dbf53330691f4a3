import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterEach, expect, test } from 'vitest'
import type { Operation } from '../preload/contract/operations'
import type { RecordsUpdate } from '../preload/contract/record-updates'
import type { SiteState } from '../preload/contract/sites'
import { compose, StartError, type ComposeOptions, type CoreClient } from './compose'
import { seeded } from './kernel/random'
import { readHere } from '../test/support/kubeconfigs'
import { systemClock } from './platform/clock/system'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'takt-core-'))
  undo.push(() => rmSync(path, { recursive: true, force: true }))
  return path
}
async function start(storeDir: string, more: Partial<ComposeOptions> = {}) {
  const core = await compose({
    storeDir,
    host: 'test',
    version: '0',
    env: { HOME: storeDir, PATH: process.env['PATH'] },
    clock: systemClock,
    random: seeded(1),
    plant: { seeded: false, speed: 60 },
    kubeconfigs: readHere,
    ...more,
  })
  let closed: Promise<void> | undefined
  const close = () => (closed ??= core.close())
  undo.push(close)
  await core.started
  return { client: createRouterClient(core.router) as CoreClient, close }
}
async function until<T>(
  stream: Promise<AsyncIterable<T>>,
  wanted: (item: T) => boolean,
): Promise<T> {
  for await (const item of await stream) if (wanted(item)) return item
  throw new Error('the stream ended before what was waited for')
}
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('it should have failed')
    },
    (error: { code?: string; data?: unknown; message: string }) => error,
  )

test('opens the plant, prepares it, and keeps records, home and plant over a restart', async () => {
  const storeDir = folder()
  const first = await start(storeDir)
  expect(await until(first.client.sites.watch(), () => true)).toEqual([])
  await first.client.sites.openPlant()
  const oslo = (states: SiteState[]) => states.find(({ id }) => id === 'oslo')
  const live = oslo(
    await until(first.client.sites.watch(), (states) => oslo(states)?.state === 'live'),
  )
  expect(live).toMatchObject({
    home: true,
    simulated: true,
    speed: 60,
    user: 'mara.lind',
    prepared: 'no',
  })

  const plan = await first.client.sites.planPrepare({ site: 'oslo' })
  expect(plan.blockedBy).toEqual([])
  expect(plan.changes.filter(({ kind }) => kind === 'CustomResourceDefinition')).toHaveLength(11)
  expect(plan.yaml).toContain('name: takt-lead')
  const { operationId } = await first.client.operations.start({ planId: plan.id })
  const ended = await until(
    first.client.operations.watch(),
    ([operation]) => operation?.id === operationId && operation.state !== 'running',
  )
  expect(ended[0]).toMatchObject({ state: 'done' } satisfies Partial<Operation>)
  expect(ended[0]?.failure).toBeUndefined()
  expect(
    oslo(await until(first.client.sites.watch(), (states) => oslo(states)?.prepared === 'yes'))
      ?.offers,
  ).toBeInstanceOf(Array)
  const books = await until(
    first.client.records.watch({ kinds: ['PriceBook'] }),
    ({ live, upserts }) => live && upserts.length > 0,
  )
  expect(books.upserts[0]).toMatchObject({
    kind: 'PriceBook',
    meta: { name: 'default' },
    spec: { version: 'starting values' },
  })
  const again = await first.client.sites.planPrepare({ site: 'oslo' })
  expect(again.changes.every(({ op }) => op === 'same')).toBe(true)
  await first.close()

  const second = await start(storeDir)
  expect(
    oslo(await until(second.client.sites.watch(), (states) => oslo(states)?.state === 'live')),
  ).toMatchObject({ home: true, prepared: 'yes' })
  const seen: RecordsUpdate = await until(
    second.client.records.watch({ kinds: ['PriceBook'] }),
    () => true,
  )
  expect(seen).toMatchObject({ reset: true, upserts: [{ meta: { name: 'default' } }] })
  expect(await second.client.operations.get({ operationId })).toMatchObject({ state: 'done' })
}, 60_000)

test('shows what was last seen before anything is connected', async () => {
  const storeDir = folder()
  const first = await start(storeDir)
  await first.client.sites.openPlant()
  const { id } = await first.client.sites.planPrepare({ site: 'oslo' })
  await first.client.operations.start({ planId: id })
  await until(
    first.client.records.watch({ kinds: ['PriceBook'] }),
    ({ upserts }) => upserts.length > 0,
  )
  await first.close()
  const second = await start(storeDir, { plant: false })
  expect(
    await until(second.client.records.watch({ kinds: ['PriceBook'] }), () => true),
  ).toMatchObject({ reset: true, live: false, upserts: [{ kind: 'PriceBook' }] })
  expect(await failureOf(second.client.records.list({ kind: 'PriceBook' }))).toMatchObject({
    code: 'SITE_NOT_CONNECTED',
    data: { site: 'oslo' },
  })
}, 60_000)

test('a second core on the same store does not start and says who holds it', async () => {
  const storeDir = folder()
  await start(storeDir)
  const error = await compose({
    storeDir,
    host: 'test',
    version: '0',
    env: {},
    clock: systemClock,
    random: seeded(1),
  }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(StartError)
  expect((error as StartError).failure).toMatchObject({
    code: 'STORE_IN_USE',
    data: { holder: `process ${process.pid}` },
  })
})

test('kubeconfigs that cannot be used are named, the others are listed, and nothing is opened', async () => {
  const storeDir = folder()
  const good = join(storeDir, 'good.yaml')
  const bad = join(storeDir, 'bad.yaml')
  writeFileSync(
    good,
    'clusters: [{ name: rack, cluster: { server: "https://127.0.0.1:1" } }]\nusers: [{ name: mia, user: { token: s3cr3t-token } }]\ncontexts: [{ name: rack, context: { cluster: rack, user: mia } }]\n',
  )
  writeFileSync(bad, 'clusters: [: no')
  const { client } = await start(storeDir, {
    env: { HOME: storeDir, KUBECONFIG: `${good}:${bad}:${join(storeDir, 'none')}` },
  })
  const found = await client.sites.contexts()
  expect(found.contexts).toEqual([
    {
      id: 'rack',
      context: 'rack',
      cluster: 'rack',
      user: 'mia',
      server: 'https://127.0.0.1:1',
      file: good,
      auth: 'token',
    },
  ])
  expect(found.unreadable.map(({ code, data }) => [code, (data as { file: string }).file])).toEqual(
    [
      ['KUBECONFIG_UNREADABLE', bad],
      ['KUBECONFIG_UNREADABLE', join(storeDir, 'none')],
    ],
  )
  expect(await until(client.sites.watch(), () => true)).toMatchObject([
    { id: 'rack', state: 'idle', place: 'on-prem' },
  ])
  expect(await failureOf(client.sites.connect({ site: 'rack' }))).toMatchObject({
    code: 'CLUSTER_UNREACHABLE',
    message: 'No answer from rack at https://127.0.0.1:1: connection refused.',
  })
  expect(await failureOf(client.sites.connect({ site: 'nowhere' }))).toMatchObject({
    code: 'SITE_UNKNOWN',
  })
  expect(JSON.stringify(await client.system.diagnostics())).not.toContain('s3cr3t-token')
})

test('the heartbeat goes on after the beat that was seen last', async () => {
  const { client } = await start(folder(), { plant: false })
  const beats = await client.system.heartbeat(undefined, { lastEventId: '41' })
  for await (const { beat } of beats) {
    expect(beat).toBe(42)
    break
  }
})

test('the diagnosis names engines, store and what is missing', async () => {
  const { client } = await start(folder(), { plant: false })
  const { checks, engines } = await client.system.diagnostics()
  expect(engines.sqlite).toMatch(/^3\./)
  expect(engines.duckdb).toMatch(/^v?1\./)
  expect(checks.find(({ id }) => id === 'store')).toMatchObject({ result: 'ok' })
  expect(checks.find(({ id }) => id === 'home')).toMatchObject({
    result: 'warning',
    remedy: expect.any(String) as string,
  })
})
