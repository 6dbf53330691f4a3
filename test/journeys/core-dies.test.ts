import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser'
import { startHost, type RunningHost } from '../support/host'
import { violationsOf } from '../support/looking'

const shots = process.env['TAKT_SHOTS']
let browser: Browser, page: Page, host: RunningHost
beforeAll(async () => {
  host = await startHost()
  browser = await launchBrowser()
  page = await (await browser.newContext()).newPage()
  await page.goto(host.address)
}, 120_000)
afterAll(async () => {
  await browser.close()
  await host.stop()
})
const corePid = () => page.evaluate(() => Number(document.documentElement.dataset['corePid'] ?? 0))

test('an open page comes back by itself when its core is killed, with what was typed', async () => {
  await page.getByRole('button', { name: /Open the plant a simulated/ }).waitFor()
  await expect.poll(corePid).toBe(host.pid())
  await page.goto(`${new URL(host.address).origin}/#/settings`)
  const field = page.getByRole('main').getByRole('textbox').first()
  await field.fill('half a sen')
  const before = host.pid()
  process.kill(before, 'SIGKILL')
  await expect.poll(corePid, { timeout: 30_000 }).not.toBe(before)
  await expect.poll(corePid).toBe(host.pid())
  expect(await field.inputValue()).toBe('half a sen')
}, 120_000)
test('a page whose host is gone for good says what to type', async () => {
  await host.kill()
  await page.getByText(/Reconnecting/).waitFor()
  const gone = page.getByRole('status').filter({ hasText: 'Nobody answers at 127.0.0.1:' })
  await gone.waitFor({ timeout: 60_000 })
  expect(await gone.textContent()).toMatch(/type takt serve in a terminal and open the address/)
  expect(await violationsOf(page)).toEqual([])
  if (shots) await page.screenshot({ path: `${shots}/core-gone.png` })
}, 120_000)
