import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { HandClock } from '../../../test/support/clock'
import { sitesAtHome } from '../../../test/support/sites'

let clock: HandClock
const { undo, at, cluster, kubeconfig, open, state } = sitesAtHome((fresh) => {
  clock = fresh.clock
})
const Pod = z.object({ metadata: z.object({ name: z.string() }) })

describe('a token', () => {
  test('that was renewed in the kubeconfig is used without a restart; the expired context can be left at any time', async () => {
    let good = 'new'
    const { world, url } = await cluster((token) => (token === good ? 'ada' : undefined))
    kubeconfig(url, '{ token: old }')
    const sites = open()
    expect(await sites.connect({ site: 'rack' })).toMatchObject({
      ok: false,
      failure: { code: 'CREDENTIAL_REFUSED' },
    })
    expect(sites.disconnect('rack').ok).toBe(true)
    expect(state(sites)?.state).toBe('idle')
    await sites.connect({ site: 'rack' })
    kubeconfig(url, '{ token: new }')
    sites.refresh()
    await expect.poll(() => state(sites)?.state).toBe('live')
    good = 'newer'
    kubeconfig(url, '{ token: newer }')
    sites.refresh()
    await expect.poll(() => world.tokens.has('newer')).toBe(true)
    await expect.poll(() => state(sites)?.state).toBe('live')
  })
  test('that is rotated in its file is read again when it is refused', async () => {
    let good = 'first'
    const { url } = await cluster((token) => (token === good ? 'ada' : undefined))
    writeFileSync(at('token'), 'first')
    kubeconfig(url, '{ tokenFile: token }')
    const sites = open()
    expect((await sites.connect({ site: 'rack' })).ok).toBe(true)
    good = 'second'
    writeFileSync(at('token'), 'second')
    const client = sites.client('rack')
    expect(client.ok && (await client.value.version()).ok).toBe(true)
  })
  test('that was revoked ends the connection; nothing is asked again by itself', async () => {
    let known = true
    const { world, url } = await cluster(() => (known ? 'ada' : undefined))
    kubeconfig(url, '{ token: t }')
    const sites = open()
    await sites.connect({ site: 'rack' })
    known = false
    await expect.poll(() => clock.sleepers).toBe(1)
    await clock.advance(20_000)
    await expect.poll(() => state(sites)?.state).toBe('failed')
    const asked = world.asked.length
    await clock.advance(8 * 3_600_000)
    expect(world.asked.length).toBe(asked)
  })
})

describe('after eight hours of sleep', () => {
  test('a site signs in once, drops its half-closed sockets and its watches list or follow again, a little later than the others', async () => {
    const { world, url } = await cluster(() => 'ada')
    writeFileSync(
      at('login'),
      `#!/bin/sh\necho x >> ${at('runs')}\nprintf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t%s","expirationTimestamp":"%s"}}' $(wc -l < ${at('runs')}) $(cat ${at('until')})\n`,
    )
    chmodSync(at('login'), 0o755)
    writeFileSync(at('until'), new Date(clock.now() + 3_600_000).toISOString())
    kubeconfig(url, '{ exec: { apiVersion: client.authentication.k8s.io/v1, command: login } }')
    const sites = open()
    const hash = sites.contexts().contexts[0]?.plugin?.hash
    expect((await sites.connect({ site: 'rack', consentToHash: hash })).ok).toBe(true)
    await sites.start()
    const client = sites.client('rack')
    if (!client.ok) throw new Error('not connected')
    const life = new AbortController()
    undo.push(() => life.abort())
    const resets: string[] = []
    void (async () => {
      for await (const item of client.value.watch(
        { group: '', version: 'v1', plural: 'pods' },
        {},
        { parse: Pod, signal: life.signal },
      ))
        resets.push(item.type)
    })()
    const watches = () => world.asked.filter((path) => path.endsWith('watch')).length
    await expect.poll(watches).toBe(1)
    const sockets = world.sockets
    writeFileSync(at('until'), new Date(clock.now() + 9 * 3_600_000).toISOString())
    await expect.poll(() => clock.sleepers).toBe(2)
    sites.here({ locked: false })
    await clock.sleepThrough(8 * 3_600_000)
    sites.here({ locked: false })
    await clock.advance(3000)
    await expect
      .poll(async () => {
        await clock.advance(500)
        return watches()
      })
      .toBe(2)
    expect(world.sockets).toBeGreaterThan(sockets)
    expect(readFileSync(at('runs'), 'utf8').trim().split('\n')).toHaveLength(2)
    expect([...world.tokens]).toEqual(['t1', 't2'])
    expect(resets).toEqual(['reset'])
    await expect.poll(() => state(sites)?.state).toBe('live')
  })
  test('a plugin is not run while nobody is back: the site waits, says so, and goes on with them', async () => {
    const { url } = await cluster((token) => (token === 't' ? 'ada' : undefined))
    writeFileSync(
      at('login'),
      `#!/bin/sh\necho x >> ${at('runs')}\nprintf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t","expirationTimestamp":"%s"}}' $(cat ${at('until')})\n`,
    )
    chmodSync(at('login'), 0o755)
    writeFileSync(at('until'), new Date(clock.now() + 3_600_000).toISOString())
    kubeconfig(url, '{ exec: { apiVersion: client.authentication.k8s.io/v1, command: login } }')
    const sites = open()
    expect(
      (
        await sites.connect({
          site: 'rack',
          consentToHash: sites.contexts().contexts[0]?.plugin?.hash,
        })
      ).ok,
    ).toBe(true)
    const runs = () => readFileSync(at('runs'), 'utf8').trim().split('\n').length
    writeFileSync(at('until'), new Date(clock.now() + 30 * 3_600_000).toISOString())
    await expect.poll(() => clock.sleepers).toBe(1)
    sites.here({ locked: true })
    for (let n = 0; n < 300; n++) {
      await clock.advance(20_000)
      await expect.poll(() => clock.sleepers, { interval: 1 }).toBe(1)
    }
    await expect
      .poll(async () => {
        await clock.advance(30_000)
        return state(sites)?.failure?.code
      })
      .toBe('SIGN_IN_WAITS')
    expect([runs(), state(sites)?.state]).toEqual([1, 'stale'])
    sites.here({ locked: false })
    await expect.poll(() => state(sites)?.state).toBe('live')
    expect(runs()).toBe(2)
  })
})

describe('what kubectl forbids', () => {
  test('is not run, and the file that forbids it is named', async () => {
    const { url } = await cluster(() => 'ada')
    mkdirSync(at('.kube'))
    writeFileSync(
      at('.kube/kuberc'),
      'apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\ncredentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{ name: good-login }]\n',
    )
    for (const name of ['login', 'good-login']) {
      writeFileSync(
        at(name),
        `#!/bin/sh\ntouch ${at(`${name}-ran`)}\necho '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'\n`,
      )
      chmodSync(at(name), 0o755)
    }
    kubeconfig(url, '{ exec: { apiVersion: client.authentication.k8s.io/v1, command: login } }')
    const sites = open()
    const consentToHash = sites.contexts().contexts[0]?.plugin?.hash
    expect(await sites.connect({ site: 'rack', consentToHash })).toEqual({
      ok: false,
      failure: {
        code: 'PLUGIN_FORBIDDEN',
        data: { site: 'rack', command: 'login', policy: 'Allowlist', file: at('.kube/kuberc') },
      },
    })
    expect(existsSync(at('login-ran'))).toBe(false)
    kubeconfig(
      url,
      '{ exec: { apiVersion: client.authentication.k8s.io/v1, command: good-login } }',
    )
    await sites.allRead()
    expect(
      (
        await sites.connect({
          site: 'rack',
          consentToHash: sites.contexts().contexts[0]?.plugin?.hash,
        })
      ).ok,
    ).toBe(true)
    writeFileSync(at('.kube/kuberc'), 'kind: [broken')
    sites.disconnect('rack')
    expect(await sites.connect({ site: 'rack' })).toMatchObject({
      ok: false,
      failure: { code: 'PLUGIN_FORBIDDEN', data: { policy: 'not readable' } },
    })
  })
})

describe('a right that somebody lacks', () => {
  test('is asked for once: neither lists nor watches try a 403 again', async () => {
    const { world, url } = await cluster(() => 'ada')
    kubeconfig(url, '{ token: t }')
    const sites = open()
    await sites.connect({ site: 'rack' })
    const client = sites.client('rack')
    if (!client.ok) throw new Error('not connected')
    const secrets = { group: '', version: 'v1', plural: 'secrets' }
    const tries = () => world.asked.filter((path) => path.includes('/secrets')).length
    expect(await client.value.list(secrets, {}, Pod)).toMatchObject({
      ok: false,
      failure: { code: 'FORBIDDEN', data: { verb: 'list', resource: 'secrets' } },
    })
    expect(tries()).toBe(1)
    const told: string[] = []
    const life = new AbortController()
    for await (const _item of client.value.watch(
      secrets,
      {},
      { parse: Pod, signal: life.signal, onFailure: ({ code }) => told.push(code) },
    ))
      throw new Error('nothing may be seen')
    await clock.advance(3_600_000)
    expect([told, tries()]).toEqual([['FORBIDDEN'], 2])
    expect(state(sites)?.state).toBe('live')
  })
})
