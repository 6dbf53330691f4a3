import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CoreClient } from '../../main/compose'
import { confirmPlan, inBothThemes, press } from '../support/looking'
import { pageOnPlant, type PageOnPlant } from '../support/page-on-plant'
import { when } from '../support/stream'

let there: PageOnPlant, takt: CoreClient, page: Page
beforeAll(async () => {
  there = await pageOnPlant()
  ;({ takt, page } = there)
  await page.goto(`${there.host.origin}/#/burst/machines`)
})
afterAll(async () => {
  await there.close()
  expect(there.faults).toEqual([])
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
