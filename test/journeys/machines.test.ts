import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CoreClient } from '../../main/compose'
import { startWebHost, type WebHost } from '../../main/hosts/web/host'
import { launchBrowser } from '../support/browser'
import { coreOnPlant, type CoreOnPlant } from '../support/core-on-plant'
import { confirmPlan, hearFaults, inBothThemes, press } from '../support/looking'
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
    timezoneId: 'UTC',
  })
  page = await context.newPage()
  page.setDefaultTimeout(20_000)
  hearFaults(page, faults)
  await page.goto(host.address())
  await page.goto(`${host.origin}/#/burst/machines`)
})
afterAll(async () => {
  await browser.close()
  await host.close()
  await there.end()
  expect(faults).toEqual([])
}, 30_000)
const groupsWhen = async (is: (names: string[]) => boolean) =>
  when(await takt.cloud.nodeGroups(), ({ groups }) => is(groups.map(({ name }) => name)))

describe('machines that are rented', { timeout: 90_000 }, () => {
  test('every price is told with its source and age, and AWS is asked again', async () => {
    await press(page, 'Prices')
    const table = page.getByRole('table', { name: 'Every known price' })
    await table.getByRole('row').nth(1).waitFor()
    await press(page, 'Ask AWS again')
    await table.getByText('AWS price list').first().waitFor()
    await inBothThemes(page, 'machines-prices')
    await press(page, 'Close')
  })
  test('a group is made from a name and an instance type, and deleted again', async () => {
    await press(page, 'New node group')
    await page
      .locator('.plan')
      .getByText(/Name: Give a name of 1 to 63 lower-case letters/)
      .first()
      .waitFor()
    await page.getByRole('textbox', { name: 'Name' }).fill('night-spot')
    const types = page
      .getByRole('combobox', { name: /Instance types/ })
      .or(page.getByRole('textbox', { name: /Instance types/ }))
    await types.fill('g5.xlarge')
    await types.press('Tab')
    await page.getByRole('radio', { name: 'on the spot market' }).click()
    await page
      .locator('.plan')
      .getByText(/size: 0 to 4/)
      .waitFor()
    await inBothThemes(page, 'machines-new')
    await confirmPlan(page)
    await groupsWhen((names) => names.includes('night-spot'))
    await page.getByRole('button', { name: 'Delete night-spot…' }).waitFor()
    const plan = await takt.cloud.planDeletePool({ site: 'aws-burst', nodeGroup: 'night-spot' })
    expect(plan.blockedBy).toEqual([])
    await page.getByRole('button', { name: 'Delete night-spot…' }).click()
    await page
      .getByRole('heading', { name: /night-spot/ })
      .first()
      .waitFor()
    await inBothThemes(page, 'machines-delete')
  })
  test('the queues of both sites are laid out in one plan', async () => {
    await press(page, 'Lay out queues')
    await page
      .locator('.plan')
      .getByText(/Lay out the queues for bursting to aws-burst/)
      .waitFor()
    await inBothThemes(page, 'machines-queues')
  })
})
