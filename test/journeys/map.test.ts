import { fileURLToPath } from 'node:url'
import AxeBuilder from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startWebHost, type WebHost } from '../../main/hosts/web/host'
import { aWorld, coreForPage, type PageWorld } from '../support/core-for-page'
import { openBrowser } from '../support/page'

const pageRoot = fileURLToPath(new URL('../../out/renderer', import.meta.url))
const shots = process.env['TAKT_SHOTS']
let browser: Browser, context: BrowserContext, page: Page, host: WebHost, world: PageWorld, changed: () => void
let faults: string[]

beforeAll(async () => { browser = await openBrowser() })
afterAll(() => browser.close())
beforeEach(async () => {
  world = aWorld()
  const core = coreForPage(world)
  changed = core.changed
  host = await startWebHost(core.router, { pageRoot })
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' })
  page = await context.newPage()
  faults = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => { if (message.type() === 'error') faults.push(message.text()) })
})
afterEach(async () => {
  await context.close()
  await host.close()
  expect(faults, 'errors and policy violations in the page').toEqual([])
})
const open = async (hash = '#/map') => {
  await page.goto(host.address())
  await page.goto(`${host.origin}/${hash}`)
}
const shot = (name: string) => (shots ? page.screenshot({ path: `${shots}/${name}.png` }) : undefined)
const violations = async () => (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)

describe('the map', () => {
  test('shows both lines, lanes and demand, and no accessibility violation in either theme', async () => {
    await open()
    await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
    await page.locator('.recharts-surface').first().waitFor()
    await shot('map.light')
    expect(await page.getByRole('region', { name: 'M5 Decide' }).getByText('held 3 h').isVisible()).toBe(true)
    expect(await violations()).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.locator('html[data-theme=dark]').waitFor()
    await shot('map.dark')
    expect(await violations()).toEqual([])
  })
})
