import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HandClock } from '../../../test/support/clock'
import { readHere } from '../../../test/support/kubeconfigs'
import { succeed } from '../../kernel/outcome'
import { seeded } from '../../kernel/random'
import { silentLog } from '../../platform/log'
import { openStore, type Store } from '../../platform/store'
import type { PlantSwitch } from './plant-sites'
import { makeSites, type SitesService } from './service'

const undo: (() => unknown)[] = []
let folder: string
let store: Store
let clock: HandClock
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-sites-'))
  const opened = openStore(folder, { pid: process.pid, now: () => 1 })
  if (!opened.ok) throw new Error(opened.failure.code)
  store = opened.value
  clock = new HandClock()
})
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A small API server: `fault` decides what it answers instead, and every path that was asked is counted. */
async function cluster() {
  const world = {
    asked: [] as string[],
    fault: undefined as ((response: ServerResponse) => void) | undefined,
  }
  const json = (response: ServerResponse, status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  const list = (kind: string, items: unknown[]) => ({
    kind: `${kind}List`,
    apiVersion: 'rbac.authorization.k8s.io/v1',
    metadata: { resourceVersion: '1' },
    items,
  })
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://x').pathname
    world.asked.push(path)
    let body = ''
    request.on('data', (piece: Buffer) => {
      body += piece.toString()
    })
    request.on('end', () => {
      if (world.fault) return world.fault(response)
      if (path === '/version') return json(response, 200, { gitVersion: 'v1.34.0' })
      if (path === '/apis/kubeflow.org/v1')
        return json(response, 200, { resources: [{ name: 'notebooks' }] })
      if (path.endsWith('/selfsubjectreviews'))
        return json(response, 201, { status: { userInfo: { username: 'mia', groups: ['team'] } } })
      if (path.endsWith('/selfsubjectaccessreviews'))
        return json(response, 201, { status: { allowed: !body.includes('"delete"') } })
      if (path.endsWith('/clusterroles'))
        return json(
          response,
          200,
          list('ClusterRole', [
            {
              metadata: { name: 'all' },
              rules: [
                { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
                { nonResourceURLs: ['*'], verbs: ['*'] },
              ],
            },
          ]),
        )
      if (path.endsWith('/clusterrolebindings'))
        return json(
          response,
          200,
          list('ClusterRoleBinding', [
            {
              metadata: { name: 'x' },
              roleRef: { kind: 'ClusterRole', name: 'all' },
              subjects: [{ kind: 'User', name: 'mara' }],
            },
          ]),
        )
      return json(response, 404, {
        kind: 'Status',
        message: 'the server could not find the requested resource',
        reason: 'NotFound',
        details: {},
        code: 404,
      })
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  undo.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { world, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
function config(server: string, user = '{ token: t }') {
  const path = join(folder, 'config')
  writeFileSync(
    path,
    `clusters: [{ name: rack, cluster: { server: "${server}" } }]\nusers: [{ name: mia, user: ${user} }]\ncontexts: [{ name: rack, context: { cluster: rack, user: mia } }]\n`,
  )
  return path
}
function open(path: string, plant?: PlantSwitch): SitesService {
  const sites = makeSites({
    kubeconfigs: readHere,
    clock,
    random: seeded(1),
    log: silentLog,
    kinds: [{ group: 'takt.dev', version: 'v1alpha1', plural: 'projects' }],
    settings: store.settings,
    env: { PATH: `${folder}:/usr/bin:/bin` },
    places: () => [{ path, asked: true }],
    plant,
  })
  undo.push(() => sites.close())
  return sites
}
const status = (response: ServerResponse, code: number) =>
  response
    .writeHead(code, { 'content-type': 'application/json' })
    .end(JSON.stringify({ kind: 'Status', message: 'no', reason: '', code }))

test('knowing a site opens nothing; connecting says who one is and what the site offers', async () => {
  const { world, url } = await cluster()
  const sites = open(config(url))
  await sites.start()
  expect(sites.states()).toEqual([
    {
      id: 'rack',
      name: 'rack',
      place: 'on-prem',
      meta: '127.0.0.1',
      simulated: false,
      home: false,
      server: url,
      source: 'kubeconfig',
      state: 'idle',
      prepared: 'unknown',
      offers: [],
    },
  ])
  expect(sites.client('rack')).toMatchObject({ ok: false, failure: { code: 'SITE_NOT_CONNECTED' } })
  expect(world.asked).toEqual([])
  await sites.allRead()
  const seen: string[] = []
  sites.onChange(() => seen.push(sites.states()[0]?.state ?? ''))
  expect(await sites.connect({ site: 'rack' })).toEqual({ ok: true, value: undefined })
  expect(seen).toEqual(['connecting', 'live'])
  expect(sites.states()[0]).toMatchObject({
    state: 'live',
    user: 'mia',
    version: 'v1.34.0',
    prepared: 'no',
    offers: ['notebooks'],
  })
  expect(sites.disconnect('rack').ok).toBe(true)
  expect(sites.states()[0]).toMatchObject({ state: 'idle' })
  expect(sites.home()).toMatchObject({ ok: false, failure: { code: 'NO_HOME_SITE' } })
})

test('connecting twice at once signs in once, and disconnecting meanwhile ends it', async () => {
  const { world, url } = await cluster()
  const sites = open(config(url))
  expect(
    await Promise.all([sites.connect({ site: 'rack' }), sites.connect({ site: 'rack' })]),
  ).toEqual([
    { ok: true, value: undefined },
    { ok: true, value: undefined },
  ])
  expect(world.asked.filter((path) => path === '/version')).toHaveLength(1)
  sites.disconnect('rack')
  world.fault = () => undefined
  const pending = sites.connect({ site: 'rack' })
  await expect.poll(() => world.asked.filter((path) => path === '/version')).toHaveLength(2)
  sites.disconnect('rack')
  expect(await pending).toMatchObject({ ok: false, failure: { code: 'SITE_NOT_CONNECTED' } })
  expect(sites.states()[0]?.state).toBe('idle')
})

test('a site that stops answering goes stale, is asked again with patience, and comes back by itself', async () => {
  const { world, url } = await cluster()
  const sites = open(config(url))
  await sites.connect({ site: 'rack' })
  world.fault = (response) => response.destroy()
  await expect.poll(() => clock.sleepers).toBe(1)
  await clock.advance(20_000)
  await expect.poll(() => sites.states()[0]?.state).toBe('stale')
  expect(sites.states()[0]?.failure).toMatchObject({ code: 'CLUSTER_UNREACHABLE' })
  expect(sites.client('rack').ok).toBe(true)
  world.fault = undefined
  await expect.poll(() => clock.sleepers).toBe(1)
  await clock.advance(30_000)
  await expect.poll(() => sites.states()[0]?.state).toBe('live')
  expect(sites.states()[0]?.failure).toBeUndefined()
})

test('a refused sign-in is never tried again by itself', async () => {
  const { world, url } = await cluster()
  const sites = open(config(url))
  await sites.connect({ site: 'rack' })
  world.fault = (response) => status(response, 401)
  await expect.poll(() => clock.sleepers).toBe(1)
  await clock.advance(20_000)
  await expect.poll(() => sites.states()[0]?.state).toBe('failed')
  const asked = world.asked.length
  await clock.advance(3_600_000)
  expect(world.asked).toHaveLength(asked)
  expect(sites.client('rack')).toMatchObject({ ok: false, failure: { code: 'SITE_NOT_CONNECTED' } })
  world.fault = undefined
  expect((await sites.connect({ site: 'rack' })).ok).toBe(true)
})

test('what stood in the way of connecting is kept as the state of the site', async () => {
  const { world, url } = await cluster()
  world.fault = (response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>sign in</html>')
  const sites = open(config(url))
  expect(await sites.connect({ site: 'rack' })).toMatchObject({
    ok: false,
    failure: { code: 'CLUSTER_ANSWER_UNREADABLE' },
  })
  expect(sites.states()[0]).toMatchObject({
    state: 'failed',
    failure: { code: 'CLUSTER_ANSWER_UNREADABLE' },
  })
})

test('rights are reviewed, and who could grant a missing one is named', async () => {
  const { url } = await cluster()
  const sites = open(config(url))
  await sites.connect({ site: 'rack' })
  const asks = [
    { says: 'list pods', verb: 'list', group: '', resource: 'pods' },
    { says: 'delete pods', verb: 'delete', group: '', resource: 'pods', without: 'they stay' },
  ]
  expect(await sites.review('rack', asks)).toEqual({
    ok: true,
    value: [
      {
        says: 'list pods',
        verb: 'list',
        group: '',
        resource: 'pods',
        allowed: 'yes',
        grantedBy: [],
      },
      {
        says: 'delete pods',
        verb: 'delete',
        group: '',
        resource: 'pods',
        allowed: 'no',
        grantedBy: ['mara'],
        without: 'they stay',
      },
    ],
  })
})

test('a plugin wants consent once; it is remembered by its hash, over a restart too', async () => {
  const { url } = await cluster()
  writeFileSync(
    join(folder, 'sign-in'),
    '#!/bin/sh\necho \'{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"abc"}}\'\n',
  )
  chmodSync(join(folder, 'sign-in'), 0o755)
  const path = config(
    url,
    '{ exec: { apiVersion: client.authentication.k8s.io/v1, command: sign-in } }',
  )
  const sites = open(path)
  const [found] = sites.contexts().contexts
  expect(found?.plugin).toMatchObject({ command: 'sign-in', allowed: false })
  expect(await sites.connect({ site: 'rack' })).toMatchObject({
    ok: false,
    failure: { code: 'PLUGIN_NEEDS_CONSENT', data: { hash: found?.plugin?.hash } },
  })
  expect(await sites.connect({ site: 'rack', consentToHash: 'of something else' })).toMatchObject({
    ok: false,
    failure: { code: 'PLUGIN_NEEDS_CONSENT' },
  })
  expect((await sites.connect({ site: 'rack', consentToHash: found?.plugin?.hash })).ok).toBe(true)
  const later = open(path)
  expect(later.contexts().contexts[0]?.plugin?.allowed).toBe(true)
  expect((await later.connect({ site: 'rack' })).ok).toBe(true)
})

test('a kubeconfig that is rewritten is read again by itself', async () => {
  const { url } = await cluster()
  const path = config(url)
  const sites = open(path)
  let told = 0
  sites.onChange(() => told++)
  writeFileSync(path, 'contexts: []\n')
  await expect.poll(() => clock.sleepers).toBe(1)
  await clock.advance(300)
  expect(told).toBeGreaterThan(0)
  expect(sites.states()).toEqual([])
})

test('the home is remembered; one that is gone for now is not connected rather than unknown', async () => {
  const { url } = await cluster()
  const path = config(url)
  const sites = open(path)
  await sites.connect({ site: 'rack' })
  expect(sites.makeHome('rack').ok).toBe(true)
  expect(sites.home().ok).toBe(true)
  expect(sites.makeHome('nowhere')).toMatchObject({ ok: false, failure: { code: 'SITE_UNKNOWN' } })
  writeFileSync(path, '')
  const later = open(path)
  expect(later.home()).toEqual({
    ok: false,
    failure: { code: 'SITE_NOT_CONNECTED', data: { site: 'rack' } },
  })
})

test('the plant is opened again only where it was open, and leaves the home alone', async () => {
  const { url } = await cluster()
  let opened = 0
  const plant: PlantSwitch = {
    open: () => {
      opened++
      return Promise.resolve([
        {
          id: 'oslo',
          name: 'Oslo',
          place: 'on-prem',
          meta: 'simulated',
          simulated: true,
          server: url,
          speed: () => 60,
          target: () =>
            succeed({
              site: 'oslo',
              server: url,
              tls: {},
              credentials: { get: () => Promise.resolve(succeed({})), refused: () => false },
            }),
        },
      ])
    },
    close: () => Promise.resolve(),
    people: () => [],
    signInAs: () => succeed(undefined),
    setSpeed: () => succeed(undefined),
  }
  const path = config(url)
  const sites = open(path, plant)
  await sites.start()
  expect(opened).toBe(0)
  await Promise.all([sites.openPlant(), sites.openPlant()])
  await sites.openPlant()
  expect(opened).toBe(1)
  expect(sites.homeId()).toBe('oslo')
  sites.makeHome('rack')
  await sites.close()
  const later = open(path, plant)
  await later.start()
  expect([opened, later.homeId()]).toEqual([2, 'rack'])
  await later.closePlant()
  expect(later.states().map(({ id }) => id)).toEqual(['rack'])
  const last = open(path, plant)
  await last.start()
  expect(opened).toBe(2)
})
