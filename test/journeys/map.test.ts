import { rmSync } from 'node:fs'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startHost, type RunningHost } from '../support/host'
import { launchBrowser } from '../support/browser'
import { besideOutage, hearFaults, openFromPalette, press, violationsOf } from '../support/looking'

// The pictures of the README: TAKT_SHOTS=resources/screenshots npm test -- --project journeys map
const shots = process.env['TAKT_SHOTS']
let browser: Browser, context: BrowserContext, page: Page, host: RunningHost
const faults: string[] = []

beforeAll(async () => {
  host = await startHost()
  browser = await launchBrowser()
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  })
  page = await context.newPage()
  hearFaults(page, faults)
  await page.goto(host.address)
})
afterAll(async () => {
  await browser.close()
  await host.stop()
  rmSync(host.store, { recursive: true, force: true })
})
const station = (code: string) => page.getByRole('region', { name: new RegExp(`^${code} `) })
const shot = (name: string) =>
  shots ? page.screenshot({ path: `${shots}/${name}.png` }) : undefined

describe('the map of the simulated sites, by keyboard alone', () => {
  test('opens from the first run and shows both lines, lanes, demand and lamps', async () => {
    await press(page, /Open the plant/)
    await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
    await page.locator('.node').first().waitFor()
    await page.locator('.recharts-area').first().waitFor()
    await page
      .getByText(/% used/)
      .first()
      .waitFor()
    for (const code of [
      'D1',
      'D2',
      'D3',
      'D4',
      'D5',
      'D6',
      'D7',
      'D8',
      'M1',
      'M2',
      'M3',
      'M4',
      'M5',
      'M6',
    ])
      expect(await station(code).isVisible(), code).toBe(true)
    await expect.poll(() => page.getByText('as of', { exact: false }).count()).toBe(0)
    await page.getByRole('link', { name: /^Lamps lit: \d+ stopped/ }).waitFor()
    await expect.poll(() => page.locator('.node').count()).toBeGreaterThanOrEqual(6)
    expect(await page.getByRole('button', { name: /^simulated/ }).isVisible()).toBe(true)
    expect(await violationsOf(page)).toEqual([])
    await shot('map.light')
  })
  test('the count of open items is the sum of its stations, and nothing runs out of its card', async () => {
    const counts = await page.locator('.station-count > b').allTextContents()
    expect(counts.length).toBe(15)
    expect(counts.map(Number).every((count) => Number.isInteger(count) && count >= 0)).toBe(true)
    const overflowing = await page.evaluate(() =>
      [...document.querySelectorAll('.station, .backlog')]
        .filter((card) => card.scrollHeight > card.clientHeight + 1)
        .map((card) => card.getAttribute('aria-label')),
    )
    expect(overflowing).toEqual([])
    expect(
      await page.evaluate(
        () =>
          document.documentElement.scrollHeight <= window.innerHeight &&
          document.querySelector('.map-body')?.scrollHeight ===
            document.querySelector('.map-body')?.clientHeight,
      ),
    ).toBe(true)
  })
  test('is dark where the system is', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.locator('html[data-theme=dark]').waitFor()
    expect(await violationsOf(page)).toEqual([])
    await shot('map.dark')
    await page.emulateMedia({ colorScheme: 'light' })
  })
  test('a held item opens from its station, with its own title', async () => {
    await station('M5').locator('li.held a').first().press('Enter')
    await page.waitForFunction(
      () => location.hash.startsWith('#/line/') && !document.title.startsWith('Map'),
    )
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('m')
    await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
  })
  test('a filter by team is kept in the address and counts only that team', async () => {
    const whole = Number(
      await page
        .locator('.map-figures dd')
        .first()
        .evaluate((figure) => figure.firstChild?.textContent),
    )
    await page.keyboard.press('/')
    await page.locator('[data-filter]:focus').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem').nth(1).waitFor()
    await page.getByRole('menuitem').nth(1).press('Enter')
    await page.waitForFunction(() => location.hash.includes('team='))
    await page.waitForFunction(
      (all) => Number(document.querySelector('.map-figures dd')?.firstChild?.textContent) < all,
      whole,
    )
    await page.reload()
    await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
    expect(await page.evaluate(() => location.hash)).toContain('team=')
  })
  test('the palette finds a record by the words of its question', async () => {
    const name = await page.locator('.station li a').first().textContent()
    await openFromPalette(page, `#${name ?? ''}`, new RegExp(`#${name ?? ''}\\b`))
    await page.waitForFunction((wanted) => location.hash.endsWith(`/${wanted ?? ''}`), name)
  })
  test('time of the simulated sites is set from the title bar', async () => {
    await press(page, /^simulated/)
    await page.getByRole('menuitem', { name: '300×' }).press('Enter')
    await page.getByRole('button', { name: /^simulated · 300×/ }).waitFor()
  })
  test('after a restart the map is there at once, last seen first, then live', async () => {
    const { store } = host
    await host.kill()
    await page.getByText('Reconnecting to the core').waitFor()
    host = await startHost({ store })
    await page.goto(host.address)
    await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
    await page
      .getByText(/% used/)
      .first()
      .waitFor()
    await page.waitForFunction(() => !document.body.textContent?.includes('as of '))
  })
  test('no error and no violation of the page policy was seen', () =>
    expect(besideOutage(faults)).toEqual([]))
})
