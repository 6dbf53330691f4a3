import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser'
import { startHost, type RunningHost } from '../support/host'
import { violationsOf } from '../support/looking'

const shots = process.env['TAKT_SHOTS']
const folder = mkdtempSync(join(tmpdir(), 'takt-contexts-'))
const kubeconfig = join(folder, 'config')
const config = (count: number) =>
  `clusters:\n- name: rack\n  cluster: { server: "https://rack.example:6443" }\nusers:\n- name: mia\n  user: { token: t }\n- name: broken\n  user: [1]\ncontexts:\n${Array.from(
    { length: count },
    (_none, n) => `- name: lab-${String(n)}\n  context: { cluster: rack, user: mia }\n`,
  ).join('')}`

let browser: Browser, page: Page, host: RunningHost
beforeAll(async () => {
  writeFileSync(kubeconfig, config(12_000))
  host = await startHost({ kubeconfig })
  browser = await launchBrowser()
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  await page.goto(host.address)
}, 120_000)
afterAll(async () => {
  await browser.close()
  await host.stop()
  rmSync(folder, { recursive: true, force: true })
})
const shown = (text: string | RegExp) =>
  page.getByRole('status').filter({ hasText: text }).waitFor()
const rows = () => page.getByRole('table', { name: 'Contexts' }).getByRole('row')

test('very many contexts are shown by the page, filtered in the core, with the bad entry named', async () => {
  await page.getByText('12,000 contexts found: lab-0, lab-1, lab-2').waitFor()
  await page.goto(`${new URL(host.address).origin}/#/connect`)
  await shown('1 to 100 of 12,000 contexts.')
  await page.getByText(/user broken cannot be used/).waitFor()
  if (shots) await page.screenshot({ path: `${shots}/contexts.png` })
  await page.getByRole('button', { name: 'Next' }).click()
  await shown('101 to 200 of 12,000 contexts.')
  await page.getByLabel('Filter by name, server, user or file').fill('LAB-1199')
  await shown('1 to 11 of 11 that match, of 12,000 contexts.')
  expect(await rows().count()).toBe(12)
  await page.getByText('lab-11993').click()
  await page.getByText('Opens a connection with your own rights and reads.').waitFor()
  if (shots) await page.screenshot({ path: `${shots}/contexts-filtered.png` })
  // What was chosen stays while the list narrows to others.
  await page.getByLabel('Filter by name, server, user or file').fill('lab-77')
  await shown(/that match/)
  await page.getByRole('heading', { name: 'lab-11993' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
})

test('a file that changes is read again, and the settings say how many are not listed', async () => {
  writeFileSync(kubeconfig, config(11_000))
  await page.goto(`${new URL(host.address).origin}/#/settings`)
  await page.getByText('10,900 more contexts of your kubeconfig files are not connected.').waitFor()
  if (shots) await page.screenshot({ path: `${shots}/contexts-settings.png` })
  expect(await violationsOf(page)).toEqual([])
})
