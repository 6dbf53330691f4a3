import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser'
import { startHost, type RunningHost } from '../support/host'
import { besideOutage, hearFaults, inBothThemes } from '../support/looking'

let browser: Browser, page: Page, host: RunningHost
const store = mkdtempSync(join(tmpdir(), 'takt-settings-'))
const faults: string[] = []
const go = (path: string) =>
  page.evaluate((to) => {
    location.hash = `#${to}`
  }, path)

beforeAll(async () => {
  const kubeconfig = join(store, 'config')
  const cluster = { server: 'https://127.0.0.1:1', 'insecure-skip-tls-verify': true }
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'rack', cluster }],
      users: [{ name: 'ada', user: { token: 'x' } }],
      contexts: [{ name: 'rack', context: { cluster: 'rack', user: 'ada' } }],
    }),
  )
  browser = await launchBrowser()
  host = await startHost({ store, kubeconfig })
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  hearFaults(page, faults)
  await page.goto(host.address)
  await page.getByRole('heading', { name: 'What should Takt look at?' }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
  rmSync(store, { recursive: true, force: true })
})
const backups = () => page.getByRole('region', { name: 'Backups of the store' })
const person = () => page.getByLabel('Your name')

test('a server whose certificate is not checked is marked where it is listed and before it is connected', async () => {
  await go('/settings')
  const row = page.getByRole('region', { name: 'rack' })
  await row.getByText('certificate not checked').waitFor()
  await row.getByText(/insecure-skip-tls-verify stands in its kubeconfig/).waitFor()
  await inBothThemes(page, 'settings-unchecked')
  await go('/connect?context=rack')
  await page
    .getByRole('complementary')
    .getByText(/insecure-skip-tls-verify/)
    .waitFor()
})
test('credentials, consents, sessions and backups are listed in one place', async () => {
  await go('/settings')
  for (const name of ['Sessions', 'Credentials', 'Consents', 'Backups of the store'])
    await page.getByRole('heading', { name: new RegExp(name) }).waitFor()
})
test('a copy is made now, tells what it holds, and Takt goes back to it', async () => {
  await person().fill('mia.berg')
  await person().press('Enter')
  await page.getByRole('button', { name: 'Save' }).waitFor({ state: 'detached' })
  await backups().getByRole('button', { name: 'Back up now' }).click()
  await backups()
    .getByRole('row')
    .filter({ hasText: /setting/ })
    .first()
    .waitFor()
  await backups().getByRole('button', { name: 'Back up now' }).scrollIntoViewIfNeeded()
  await inBothThemes(page, 'settings-backups')
  await person().fill('somebody.else')
  await person().press('Enter')
  await page.getByRole('button', { name: 'Save' }).waitFor({ state: 'detached' })
  await backups()
    .getByRole('button', { name: /^Restore the copy of/ })
    .first()
    .click()
  const dialog = page.getByRole('dialog', { name: /^Restore the copy of/ })
  await dialog.getByText(/is missing from it/).waitFor()
  await inBothThemes(page, 'settings-restore')
  await dialog.getByRole('button', { name: 'Restore and begin again' }).click()
  await dialog.waitFor({ state: 'detached' })
  await expect.poll(() => person().inputValue()).toBe('mia.berg')
  expect(readdirSync(store).some((name) => name.startsWith('takt.db.before-'))).toBe(true)
})
test('nothing in the page went wrong on the way', () => {
  expect(besideOutage(faults)).toEqual([])
})
