import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRouterClient } from '@orpc/server'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compose, type Core, type CoreClient } from '../../main/compose'
import { startWebHost, type WebHost } from '../../main/hosts/web/host'
import { seeded } from '../../main/kernel/random'
import { launchBrowser, setup } from '../support/browser'
import { startChaos, type Chaos } from '../support/chaos'
import { BentClock } from '../support/clock'
import { startPlane, type Plane } from './stack/plane'
import { until } from './stack/servers'
import { readHere } from '../support/kubeconfigs'

const pageRoot =
  process.env['TAKT_PAGE_ROOT'] ?? fileURLToPath(new URL('../../out/renderer', import.meta.url))
const shots = process.env['TAKT_SHOTS']
const NAMESPACE = 'trouble'
const PODS = 24
const STORM_MS = 4000
/** Minutes of Takt's patience pass in seconds; the server and the page stay in real time. */
const FAST = 20
let plane: Plane, chaos: Chaos, core: Core, host: WebHost, browser: Browser, page: Page
const store = mkdtempSync(join(tmpdir(), 'takt-faults-page-'))
const complaints: string[] = []

const path = (name?: string) =>
  `/api/v1/namespaces/${NAMESPACE}/pods${name === undefined ? '' : `/${name}`}`
const add = (name: string) =>
  plane.admin.ask(path(), {
    method: 'POST',
    json: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: NAMESPACE },
      spec: {
        schedulerName: 'nobody',
        automountServiceAccountToken: false,
        containers: [{ name: 'main', image: 'x' }],
      },
    },
  })
const remove = (name: string) =>
  plane.admin.ask(`${path(name)}?gracePeriodSeconds=0`, { method: 'DELETE' })
const setRestarts = (name: string, restarts: number) =>
  plane.admin.ask(`${path(name)}/status`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json' },
    json: {
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'main',
            image: 'x',
            imageID: 'x',
            ready: true,
            started: true,
            restartCount: restarts,
            state: { running: { startedAt: '2026-11-23T12:00:00Z' } },
          },
        ],
      },
    },
  })
interface ListedPod {
  metadata: { name: string }
  status: { containerStatuses?: { restartCount: number }[] }
}
/** Name and restarts of every pod, as the server lists them. */
async function truth(): Promise<string[]> {
  const { items } = await plane.admin.ask<{ items: ListedPod[] }>(path())
  return items
    .map(
      ({ metadata, status }) =>
        `${metadata.name} ${String(status.containerStatuses?.[0]?.restartCount ?? 0)}`,
    )
    .sort()
}
/** Name and restarts of every row, as they stand on the screen. */
const rows = () =>
  page.evaluate(() => {
    const heads = [
      ...document.querySelectorAll(
        '[role=grid][aria-label=Pods] [role=columnheader], [aria-label=Pods] th',
      ),
    ].map((head) => (head as HTMLElement).innerText.trim().toLowerCase())
    const at = (name: string) => heads.findIndex((head) => head.startsWith(name))
    return [...document.querySelectorAll('tr[data-row]')]
      .map((row) => {
        const cells = [...row.children].map((cell) => (cell as HTMLElement).innerText.trim())
        return `${cells[at('name')] ?? ''} ${(cells[at('restarts')] ?? '').replace(/\D.*$/, '') || '0'}`
      })
      .sort()
  })
const agrees = async () => {
  await until(async () => JSON.stringify(await rows()) === JSON.stringify(await truth()), {
    seconds: 60,
    why: () => 'the screen is not what the server lists',
  }).catch(async () => expect(await rows()).toEqual(await truth()))
  await page.locator('.list-panel:not(.aged)').waitFor()
}
const aged = async (reason: RegExp) => {
  await page.locator('.list-panel.aged').waitFor({ timeout: 60_000 })
  const note = page.locator('.list-note').filter({ hasText: /has not answered since/ })
  await note.waitFor()
  await expect.poll(() => note.innerText(), { timeout: 40_000 }).toMatch(reason)
}
const shot = async (name: string) => {
  if (!shots) return
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    await page.locator(`html[data-theme=${theme}]`).waitFor()
    await page.screenshot({ path: `${shots}/faults-${name}.${theme}.png` })
  }
}

beforeAll(async () => {
  plane = await startPlane({ nodes: false })
  chaos = await startChaos(plane.server)
  await plane.applyManifests([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
  ])
  for (let index = 0; index < PODS; index++) await add(`pod-${String(index).padStart(2, '0')}`)
  const kubeconfig = join(store, 'config')
  writeFileSync(kubeconfig, plane.adminKubeconfig.replace(plane.server, chaos.url(plane.server)), {
    mode: 0o600,
  })
  core = await compose({
    kubeconfigs: readHere,
    storeDir: join(store, 'store'),
    host: 'test',
    version: '0',
    env: { HOME: store, KUBECONFIG: kubeconfig, PATH: process.env['PATH'] },
    clock: new BentClock({ speed: FAST }),
    random: seeded(9),
    plant: false,
  })
  await core.started
  const takt = createRouterClient(core.router) as CoreClient
  const {
    contexts: [first],
  } = await takt.sites.contexts()
  await takt.sites.connect({ site: first?.id ?? '' })
  await takt.sites.makeHome({ site: first?.id ?? '' })
  host = await startWebHost(core.router, { pageRoot })
  await setup()
  browser = await launchBrowser()
  page = await (
    await browser.newContext({
      viewport: { width: 1440, height: 1600 },
      reducedMotion: 'reduce',
      timezoneId: 'UTC',
    })
  ).newPage()
  page.setDefaultTimeout(30_000)
  page.on('pageerror', ({ message }) => complaints.push(message))
  await page.goto(host.address())
  await page.goto(`${host.origin}/#/cluster`)
  await page.getByRole('radio', { name: /^Pods/ }).click()
  await page.locator('tr[data-row]').first().waitFor()
})
afterAll(async () => {
  chaos?.blackhole(false)
  await browser?.close()
  await host?.close()
  await core?.close()
  await chaos?.close()
  await plane?.stop()
  rmSync(store, { recursive: true, force: true })
})

test('the screen shows what the server lists', async () => {
  await agrees()
  expect(await rows()).toHaveLength(PODS)
})

test('an API server that is killed leaves the rows, greyed with their age and the reason, and what changes after it came back is there', async () => {
  const before = await rows()
  await plane.stopApiServer('SIGKILL')
  await aged(/connection refused|reset|closed/i)
  expect(await rows()).toEqual(before)
  await shot('killed')
  await plane.startApiServer()
  await add('after-the-kill')
  await remove('pod-00')
  await agrees()
})

test('a network that swallows everything greys the rows with its reason, and they are live again once it carries', async () => {
  const before = await rows()
  chaos.blackhole(true)
  await setRestarts('pod-01', 3)
  await aged(/did not answer within/)
  expect(await rows()).toEqual(before)
  await shot('swallowed')
  chaos.blackhole(false)
  await agrees()
})

test('a history that was compacted away while the line was dead is read again from the beginning', async () => {
  chaos.blackhole(true)
  await add('after-the-compaction')
  await remove('pod-02')
  await plane.forgetHistory()
  chaos.blackhole(false)
  chaos.cut()
  await agrees()
})

test('a storm of changes ends in what was told last', async () => {
  let changes = 0
  const over = performance.now() + STORM_MS
  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      const name = `pod-${String(10 + worker).padStart(2, '0')}`
      for (let turn = 1; performance.now() < over; turn++, changes++) await setRestarts(name, turn)
    }),
  )
  // As many as this server writes in that time beside a browser; how many a page can take is measured by the bench.
  expect(changes).toBeGreaterThan(400)
  await agrees()
  expect(complaints).toEqual([])
})
