import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CoreClient } from '../../main/compose'
import { startWebHost, type WebHost } from '../../main/hosts/web/host'
import { launchBrowser } from '../support/browser'
import { coreOnPlant, type CoreOnPlant } from '../support/core-on-plant'
import { hearFaults, inBothThemes } from '../support/looking'
import { when } from '../support/stream'

const pageRoot =
  process.env['TAKT_PAGE_ROOT'] ?? fileURLToPath(new URL('../../out/renderer', import.meta.url))
let there: CoreOnPlant, takt: CoreClient, browser: Browser, page: Page, host: WebHost
const faults: string[] = []
beforeAll(async () => {
  there = await coreOnPlant({ speed: 60 })
  takt = there.takt
  host = await startWebHost(there.core.router, { pageRoot })
  browser = await launchBrowser()
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Oslo',
  })
  page = await context.newPage()
  page.setDefaultTimeout(20_000)
  hearFaults(page, faults)
  await page.goto(host.address())
  await page.locator('.map-body[data-live=true]').waitFor()
})
afterAll(async () => {
  await browser.close()
  await host.close()
  await there.end()
  expect(faults).toEqual([])
}, 30_000)

describe('where time is lost', { timeout: 90_000 }, () => {
  test('from the map to the items of the largest cause in three clicks', async () => {
    await page.getByRole('link', { name: 'Flow', exact: true }).click()
    const causes = page.getByRole('table', { name: 'Why items waited' })
    await causes.waitFor()
    await page.locator('.stream-step.bottleneck').waitFor()
    await inBothThemes(page, 'flow')
    const worst = (await causes.getByRole('link').first().innerText()).trim()
    await causes.getByRole('link').first().click()
    await page.getByText(`waited for ${worst}`).waitFor()
    const rows = page.getByRole('table', { name: 'Items' }).getByRole('row')
    expect(await rows.count()).toBeGreaterThan(1)
    await inBothThemes(page, 'flow-items')
    await rows.nth(1).dblclick()
    await page.waitForURL(/#\/line\/[^/]+\/[^/]+/)
  })
  test('what the screen and the command line say is the same', async () => {
    await page.goto(`${host.origin}/#/flow`)
    const zone = 'Europe/Oslo'
    await page.getByRole('table', { name: 'Why items waited' }).waitFor()
    const map = await when(await takt.flow.map({}), ({ live }) => live)
    const day = (offset: number) =>
      new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(
        Date.parse(map.siteClock) + offset * 86_400_000,
      )
    const report = await takt.flow.report({ from: day(-29), to: day(1), zone, ask: 1 })
    const shown = await page.locator('.page-head').innerText()
    expect(shown).toContain(`${String(report.finished.length)} finished`)
  })
  test('asks for more items, another window, and reads the definitions', async () => {
    const ask = page.getByRole('textbox', { name: /items ahead/ })
    await ask.fill('12')
    await page.waitForURL(/ask=12/)
    await page.getByRole('button', { name: /finished in/ }).click()
    await page.getByRole('menuitem', { name: '90 days' }).click()
    await page.waitForURL(/days=90/)
    await page.getByRole('link', { name: 'Definitions' }).click()
    await page.getByText('Kanban Guide, May 2025', { exact: false }).waitFor()
    await inBothThemes(page, 'flow-definitions')
  })
})
