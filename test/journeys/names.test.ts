import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser'
import { hearFaults } from '../support/looking'
import { startHost, type RunningHost } from '../support/host'

const shots = process.env['TAKT_SHOTS']
let browser: Browser, page: Page, host: RunningHost
const faults: string[] = []
const shot = async (name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` })
}
beforeAll(async () => {
  browser = await launchBrowser()
  host = await startHost()
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
  })
  page = await context.newPage()
  hearFaults(page, faults)
  await page.goto(host.address)
  await page.getByRole('button', { name: /Open the plant/ }).click()
  await page
    .getByRole('region', { name: /Define/ })
    .first()
    .waitFor()
  await page.keyboard.press('n')
  await page.getByLabel('Question').fill('What goes wrong?')
  await page.getByLabel('Title').fill('A title')
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
})

// Names under which somebody or the cluster itself lives: each is refused at the field, before anything is planned.
test.each<[name: string, says: RegExp]>([
  ['kube-system', /The name kube-system is reserved on oslo for the cluster itself\./],
  ['default', /The name default is reserved on oslo for the cluster itself\./],
  ['takt-system', /The name takt-system is reserved on oslo for the cluster itself\./],
  ['monitoring', /A namespace called monitoring exists already on oslo and is not this project's/],
])('the wizard refuses %s where it is typed, and offers no button', async (name, says) => {
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByText(says).first().waitFor()
  await shot(`name-${name}`)
  expect(faults).toEqual([])
})

test('a name that nobody lives under is free', async () => {
  await page.getByLabel('Name', { exact: true }).fill('payroll')
  await expect
    .poll(() => page.getByText(/is reserved on oslo|exists already on oslo/).count())
    .toBe(0)
  await page.getByRole('button', { name: /Continue to environment/ }).click()
  await page.getByRole('radio', { name: /CPU small/ }).waitFor()
  await shot('name-payroll')
})
