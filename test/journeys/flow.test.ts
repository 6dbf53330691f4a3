import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CoreClient } from '../../main/compose'
import { inBothThemes } from '../support/looking'
import { pageOnPlant, type PageOnPlant } from '../support/page-on-plant'
import { when } from '../support/stream'

let there: PageOnPlant, takt: CoreClient, page: Page
beforeAll(async () => {
  there = await pageOnPlant({ timezoneId: 'Europe/Oslo' })
  ;({ takt, page } = there)
  await page.locator('.map-body[data-live=true]').waitFor()
})
afterAll(async () => {
  await there.close()
  expect(there.faults).toEqual([])
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
    await page.goto(`${there.host.origin}/#/flow`)
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
