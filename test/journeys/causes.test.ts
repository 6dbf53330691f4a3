import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTls } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAuthority } from '../../main/plant/authority'
import { launchBrowser } from '../support/browser'
import { violationsOf } from '../support/looking'
import { startHost, type RunningHost } from '../support/host'

const shots = process.env['TAKT_SHOTS']
const SECRETS = {
  token: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLW9mLWFkYQ',
  proxy: 'the-password-of-the-proxy',
}
const scratch = mkdtempSync(join(tmpdir(), 'takt-causes-'))
const servers: Server[] = []
let browser: Browser, context: BrowserContext, page: Page, host: RunningHost
async function listening(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return (server.address() as AddressInfo).port
}
/** An API server that answers everything alike. */
const answering = async (status: number, body: string, type = 'application/json') =>
  `http://127.0.0.1:${await listening(createServer(((_request, response) => response.writeHead(status, { 'content-type': type }).end(body)) satisfies RequestListener))}`
const status = (code: number, reason: string, message: string) =>
  JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason,
    message,
    code,
  })

beforeAll(async () => {
  const own = await (await makeAuthority()).issue({ user: 'the-machine', groups: ['Company'] })
  const proxy = createServer()
  proxy.on('connect', (_request, socket) =>
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n'),
  )
  const by = { token: SECRETS.token }
  const login = join(scratch, 'company-login')
  writeFileSync(
    login,
    `#!/bin/sh\necho "no session for ada, token ${SECRETS.token}" >&2\nexit 7\n`,
    { mode: 0o755 },
  )
  const entries: Record<string, { server: string; user?: object; proxy?: string }> = {
    'by-plugin': {
      server: 'https://127.0.0.1:1',
      user: {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: login,
          args: ['get-token'],
        },
      },
    },
    'by-tls': {
      server: `https://127.0.0.1:${await listening(createTls({ cert: own.certificate, key: own.key }, (_request, response) => response.end()))}`,
    },
    'by-name': { server: 'https://no-such-name.invalid:6443' },
    'by-proxy': {
      server: 'https://inner.example:6443',
      proxy: `http://ada:${SECRETS.proxy}@127.0.0.1:${await listening(proxy)}`,
    },
    'by-server': {
      server: await answering(
        500,
        status(
          500,
          'InternalError',
          `etcdserver: request timed out (asked with Bearer ${SECRETS.token})`,
        ),
      ),
    },
    'by-sign-in': { server: await answering(401, status(401, 'Unauthorized', 'Unauthorized')) },
    'by-page': {
      server: await answering(200, '<html><title>Company sign-in</title></html>', 'text/html'),
    },
  }
  const kubeconfig = join(scratch, 'config')
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      contexts: Object.keys(entries).map((name) => ({
        name,
        context: { cluster: name, user: name },
      })),
      clusters: Object.entries(entries).map(([name, { server, proxy: way }]) => ({
        name,
        cluster: { server, ...(way && { 'proxy-url': way }) },
      })),
      users: Object.entries(entries).map(([name, { user = by }]) => ({ name, user })),
    }),
  )
  browser = await launchBrowser()
  host = await startHost({ kubeconfig })
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  page = await context.newPage()
  await page.goto(host.address)
  await page.evaluate(() => {
    location.hash = '#/connect'
  })
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
  for (const server of servers) server.close()
  rmSync(scratch, { recursive: true, force: true })
})

describe('what stands in the way of a cluster', () => {
  test.each<[what: string, context: string, shown: RegExp[], copied: RegExp[]]>([
    [
      'a plugin, its exit code and what it said',
      'by-plugin',
      [
        /PLUGIN_FAILED · .*company-login get-token · exit 7/,
        /no session for ada/,
        /Run the command in a terminal/,
      ],
      [/exitCode: 7/, /stderr: no session for ada/],
    ],
    [
      'a certificate, with its name and issuer',
      'by-tls',
      [
        /CLUSTER_UNTRUSTED/,
        /It was issued to the-machine, Company by takt simulated sites/,
        /Add that authority in Settings/,
      ],
      [/issuer: takt simulated sites/, /name: the-machine, Company/],
    ],
    [
      'a name that nobody knows',
      'by-name',
      [
        /NAME_UNRESOLVED · no-such-name\.invalid|CLUSTER_UNREACHABLE/,
        /not known to DNS|DNS did not answer/,
        /VPN/,
      ],
      [/server: https:\/\/no-such-name\.invalid:6443/],
    ],
    [
      'a proxy that wants to know who asks',
      'by-proxy',
      [/PROXY_FAILED · 407 · http:\/\/127\.0\.0\.1:\d+/, /wants a user name and password/],
      [/status: 407/, /proxy: http:\/\/127\.0\.0\.1:\d+$/m],
    ],
    [
      'a server that fails, in its own words',
      'by-server',
      [
        /CLUSTER_FAILED · 500/,
        /failed with status 500: etcdserver: request timed out/,
        /Retry in a minute/,
      ],
      [/status: 500/, /says: etcdserver: request timed out/],
    ],
    [
      'a sign-in that is not accepted',
      'by-sign-in',
      [/CREDENTIAL_REFUSED/, /did not accept your sign-in: Unauthorized/],
      [/says: Unauthorized/],
    ],
    [
      'a page where an API server should be',
      'by-page',
      [/CLUSTER_ANSWER_UNREADABLE/, /Company sign-in/],
      [/contentType: text\/html/],
    ],
  ])(
    'is told by its kind, with a remedy and a diagnosis without secrets: %s',
    async (_what, name, shown, copied) => {
      await page.getByRole('row', { name: new RegExp(`^${name}`) }).click()
      const panel = page.getByRole('complementary')
      await panel.getByRole('button', { name: /^(Allow and connect|Connect)$/ }).click()
      for (const text of shown) await panel.getByText(text).first().waitFor()
      await panel.getByRole('button', { name: 'Copy diagnosis' }).click()
      await panel.getByText('Copied.').waitFor()
      const diagnosis = await page.evaluate(() => navigator.clipboard.readText())
      for (const text of [/^code: /, /^what: /m, /^remedy: /m, ...copied])
        expect(diagnosis).toMatch(text)
      const all = diagnosis + (await panel.innerText())
      for (const secret of Object.values(SECRETS)) expect(all).not.toContain(secret)
      for (const theme of shots ? (['light', 'dark'] as const) : []) {
        await page.emulateMedia({ colorScheme: theme })
        await page.screenshot({ path: `${shots ?? ''}/cause-${name}.${theme}.png` })
      }
      expect(await violationsOf(page)).toEqual([])
    },
  )
})
