import { fileURLToPath } from 'node:url'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { createRouterClient } from '@orpc/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compose, type Core, type CoreClient } from '../../main/compose'
import { startWebHost, type WebHost } from '../../main/hosts/web/host'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { launchBrowser } from '../support/browser'
import { hearFaults, inBothThemes, violationsOf } from '../support/looking'

const pageRoot =
  process.env['TAKT_PAGE_ROOT'] ?? fileURLToPath(new URL('../../out/renderer', import.meta.url))
let browser: Browser, page: Page, host: WebHost, core: Core, takt: CoreClient
const store = mkdtempSync(join(tmpdir(), 'takt-cluster-journey-'))
const faults: string[] = []

beforeAll(async () => {
  browser = await launchBrowser()
  core = await compose({
    storeDir: store,
    host: 'test',
    version: '0',
    env: { HOME: store, PATH: process.env['PATH'] },
    clock: systemClock,
    random: seeded(4),
    plant: { speed: 60 },
  })
  await core.started
  takt = createRouterClient(core.router) as CoreClient
  await takt.sites.openPlant()
  host = await startWebHost(core.router, { pageRoot })
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  page = await context.newPage()
  hearFaults(page, faults)
  await page.goto(host.address())
  await page.goto(`${host.origin}/#/cluster`)
})
afterAll(async () => {
  await browser?.close()
  await host?.close()
  await core?.close()
  rmSync(store, { recursive: true, force: true })
  expect(faults, 'errors and policy violations in the page').toEqual([])
})

const list = (name: string) => page.getByRole('radio', { name: new RegExp(`^${name}`) })
const rows = () => page.locator('tr[data-row]')
const count = async () =>
  Number((await page.locator('.list-panel .filters b').last().innerText()).replaceAll(',', ''))
/** The count once it is the same twice: rows come in pieces, and a filter is taken in letter by letter. */
const steady = async () => {
  let last = -1
  await expect
    .poll(
      async () => {
        const before = last
        last = await count()
        return last === before
      },
      { interval: 500 },
    )
    .toBe(true)
  return last
}
const address = () => page.evaluate(() => decodeURIComponent(location.hash))

describe('what a cluster holds', () => {
  test('pods stand there with their reasons, and nothing is wrong with the page', async () => {
    await list('Pods').click()
    await rows().first().waitFor()
    // Both are read again until they agree: the simulated site goes on between one and the other.
    await expect
      .poll(
        async () =>
          Number(await page.getByRole('grid', { name: 'Pods' }).getAttribute('aria-rowcount')) -
          (await count()),
      )
      .toBe(1)
    await inBothThemes(page, 'cluster-pods')
  })
  test('queued work says why it waits and at which place', async () => {
    await list('Workloads').click()
    await rows()
      .filter({ hasText: 'Waiting' })
      .filter({ hasText: /short in quota|in queue/ })
      .first()
      .waitFor()
    await inBothThemes(page, 'cluster-workloads')
  })
  test('nodes, queues, flavors, events and namespaces have their lists', async () => {
    for (const name of ['Nodes', 'Queues', 'Flavors', 'Events', 'Namespaces']) {
      await list(name).click()
      await page.getByRole('grid', { name }).locator('tr[data-row]').first().waitFor()
    }
    await list('Nodes').click()
    await inBothThemes(page, 'cluster-nodes')
    // From here on lists are counted before and after something: nobody else may change them meanwhile.
    await takt.sites.setPlantSpeed({ speed: 0 })
  })
  test('a filter is typed from anywhere, stands in the address, and is there again after a visit elsewhere', async () => {
    await list('Pods').click()
    await page.getByRole('grid', { name: 'Pods' }).locator('tr[data-row]').first().waitFor()
    const all = await steady()
    await page.locator('h1').focus()
    await page.keyboard.press('/')
    await page.locator('[data-filter]:focus').waitFor()
    await page.keyboard.type('fraud-graph')
    await expect.poll(address).toContain('q=fraud-graph')
    await expect.poll(count).toBeLessThan(all)
    const few = await steady()
    await page.evaluate(() => {
      location.hash = '#/settings'
    })
    await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor()
    await page.evaluate(() => {
      location.hash = '#/cluster'
    })
    await expect.poll(address).toContain('q=fraud-graph')
    await expect.poll(count).toBe(few)
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    await expect.poll(count).toBe(all)
  })
  test('the strip filters the list, by keyboard alone', async () => {
    const all = await steady()
    await page.locator('svg.strip').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await expect.poll(address).toContain('nodes=')
    await expect.poll(count).toBeLessThan(all)
    await page.locator('svg.strip').focus()
    await page.keyboard.press('Escape')
    await expect.poll(address).not.toContain('nodes=')
    // The address comes first, the rows after it: who walks them next must not walk those that go.
    await expect.poll(count).toBe(all)
  })
  test('rows are walked, selected and copied without a pointer', async () => {
    await rows().first().focus()
    await page.keyboard.press('Space')
    await page.getByText('1 selected').waitFor()
    await page.keyboard.press('Shift+ArrowDown')
    await page.getByText('2 selected').waitFor()
    await page.keyboard.press('Shift+ArrowDown')
    await page.getByText('3 selected').waitFor()
    await page.getByRole('button', { name: 'Copy as CSV' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('3 rows copied.').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied.split('\r\n').slice(0, 2)).toEqual([
      '# simulated',
      expect.stringContaining('state,name,namespace') as string,
    ])
    await inBothThemes(page, 'cluster-selection')
    await page.getByRole('button', { name: 'Clear selection' }).click()
  })
  test('columns are chosen and stay chosen', async () => {
    await page.getByRole('button', { name: 'Columns', exact: true }).click()
    await page.getByLabel('Image', { exact: true }).check()
    await page.getByRole('columnheader', { name: /Image/ }).waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'Columns', exact: true }).click()
    await list('Nodes').click()
    await list('Pods').click()
    await page.getByRole('columnheader', { name: /Image/ }).waitFor()
  })
  test('a row opens beside the list and closes again', async () => {
    await rows().first().focus()
    await page.keyboard.press('Enter')
    await page.getByRole('complementary').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('complementary').count()).toBe(0)
  })
  test('without a connection the same list is there, with its age', async () => {
    await list('Pods').click()
    await rows().first().waitFor()
    const before = await steady()
    await takt.sites.disconnect({ site: 'oslo' })
    await page.getByText(/What was last seen stays as it was/).waitFor()
    expect(await count()).toBe(before)
    await inBothThemes(page, 'cluster-stale')
  })
})
