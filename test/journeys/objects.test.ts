import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser'
import { confirmPlan, inBothThemes, press, violationsOf } from '../support/looking'
import { startHost, type RunningHost } from '../support/host'
import { runTakt } from '../support/takt'

const shots = process.env['TAKT_SHOTS']
let browser: Browser, page: Page, host: RunningHost
const complaints: string[] = []
const shot = async (name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` })
}
const inspector = () => page.getByRole('complementary')
const tab = (name: string) => inspector().getByRole('radio', { name, exact: true })
const go = (hash: string) =>
  page.evaluate((to) => {
    location.hash = to
  }, hash)

beforeAll(async () => {
  browser = await launchBrowser()
  host = await startHost()
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(host.address)
  await page.getByRole('button', { name: /Open the plant/ }).click()
  await page.getByText(/Oslo/).first().waitFor()
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
})

// First, while the jobs of the simulated site have long to run.
describe('many objects', () => {
  const rows = () => page.locator('tr[data-row]')
  const select = async (hash: string, count: number) => {
    await go(hash)
    await expect.poll(() => rows().count()).toBe(count)
    await rows().first().focus()
    await page.keyboard.press('Space')
    await page.getByText('1 selected').waitFor()
    for (let more = 2; more <= count; more++) {
      await page.keyboard.press('Shift+ArrowDown')
      await page.getByText(`${String(more)} selected`).waitFor()
    }
  }
  test('jobs are suspended together by keyboard alone, what has ended is left out by name, and undo sets them back', async () => {
    expect((await runTakt(host.store, ['plant', 'speed', '1'])).code).toBe(0)
    await select('#/cluster/oslo/workloads?q=promo-mix&kind=Job&sort=name', 4)
    await press(page, 'Suspend…')
    await inspector().getByText('Suspend 3 Jobs, 1 of 4 left out').waitFor()
    await inspector().getByText('Job promo-mix/features-a: It has ended.').waitFor()
    expect(await page.evaluate(() => document.activeElement?.closest('.inspector') !== null)).toBe(
      true,
    )
    await inBothThemes(page, 'many-suspend')
    // Another selection closes the plan and leaves the keyboard in the list.
    await page.locator('tr[data-row][aria-selected=true]').last().focus()
    await page.keyboard.press('Space')
    await page.getByText('3 selected').waitFor()
    await expect.poll(() => inspector().count()).toBe(0)
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TR')
    await page.keyboard.press('Space')
    await page.getByText('4 selected').waitFor()
    await press(page, 'Suspend…')
    await inspector().getByText('Suspend 3 Jobs, 1 of 4 left out').waitFor()
    await confirmPlan(page)
    await rows().filter({ hasText: 'suspended by hand' }).nth(2).waitFor()
    await page.getByRole('button', { name: /^Undo/ }).first().click()
    await expect.poll(() => rows().filter({ hasText: 'Held' }).count()).toBe(0)
    expect(await inspector().count()).toBe(0)
    expect((await runTakt(host.store, ['plant', 'speed', '60'])).code).toBe(0)
  })
  test('deleting many wants their number typed; pods that something owns come back', async () => {
    await select('#/cluster/oslo/pods?q=fraud-graph-ab', 3)
    const before = await rows().evaluateAll((all) => all.map((row) => row.getAttribute('data-row')))
    await press(page, 'Delete…')
    await inspector().getByText('3 of them are made anew by what owns them.').waitFor()
    await inspector().locator('.panel-foot .button.danger:not([aria-disabled])').waitFor()
    // By keyboard: a pointer that the closing plan leaves over the list would hold its order still.
    await page.keyboard.press('Control+Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Type delete 3').fill('delete 3')
    await inBothThemes(page, 'many-delete')
    await page.keyboard.press('Enter')
    await expect
      .poll(
        async () =>
          (
            await rows().evaluateAll((all) => all.map((row) => row.getAttribute('data-row')))
          ).filter((key) => !before.includes(key)).length,
      )
      .toBe(3)
    await page.keyboard.press('Control+j')
    await page.emulateMedia({ colorScheme: null })
  })
})

describe('one object', () => {
  test("a failed run's reason is two clicks away", async () => {
    await go('#/cluster')
    await page.getByRole('radio', { name: /^Pods/ }).click()
    await page.getByRole('row').filter({ hasText: 'Failed' }).first().click()
    await inspector()
      .getByRole('heading', { name: /Why it failed/ })
      .waitFor()
    await inspector()
      .getByText(/ran out of memory/)
      .first()
      .waitFor()
    await shot('object-overview')
    expect(await violationsOf(page)).toEqual([])
  })
  test('its logs are three, searched to and fro with the keyboard', async () => {
    await page
      .getByRole('row')
      .filter({ hasText: 'Running' })
      .filter({ hasText: /backtest|train/ })
      .first()
      .click()
    await tab('Logs').click()
    await inspector()
      .getByRole('log')
      .getByText(/train step/)
      .first()
      .waitFor()
    await page.keyboard.press('/')
    await inspector().locator('input:focus').waitFor()
    await page.keyboard.type('val_loss')
    await page.keyboard.press('Enter')
    await inspector()
      .getByText(/^[\d,]+ of [\d,]+/)
      .waitFor()
    const first = await inspector()
      .getByText(/^[\d,]+ of [\d,]+/)
      .innerText()
    await page.keyboard.press('Shift+Enter')
    await expect
      .poll(() =>
        inspector()
          .getByText(/^[\d,]+ of [\d,]+/)
          .innerText(),
      )
      .not.toBe(first)
    expect(await inspector().locator('.object-line.hit mark').innerText()).toBe('val_loss')
    await shot('object-logs')
    expect(await violationsOf(page)).toEqual([])
  })
  test('a terminal answers what is typed, keeps Esc for the shell, and lets go with F6', async () => {
    await tab('Terminal').click()
    await inspector()
      .getByRole('button', { name: /^Open a terminal in/ })
      .click()
    await inspector()
      .locator('.xterm-rows')
      .getByText(/simulated/)
      .first()
      .waitFor()
    await page.keyboard.type('echo hello-from-the-page')
    await page.keyboard.press('Enter')
    await expect
      .poll(async () =>
        (await inspector().locator('.xterm-rows').innerText()).replaceAll('\u00a0', ' '),
      )
      .toMatch(/\nhello-from-the-page/)
    await page.keyboard.press('Escape')
    expect(await inspector().isVisible()).toBe(true)
    await shot('object-terminal')
    expect(await page.evaluate(() => document.activeElement?.className ?? '')).toContain('xterm')
    await page.keyboard.press('F6')
    expect(await page.evaluate(() => document.activeElement?.className ?? '')).not.toContain(
      'xterm',
    )
  })
  test('edited YAML is shown as a diff before it is applied', async () => {
    await tab('YAML').click()
    const text = inspector().getByLabel('The object as YAML')
    const read = await text.inputValue()
    await text.fill(read.replace(/labels:\n/, 'labels:\n    looked-at: "yes"\n'))
    await inspector().getByRole('button', { name: 'See what changes' }).click()
    await inspector().getByText('+ metadata.labels.looked-at: "yes"').waitFor()
    await shot('object-yaml')
    expect(await violationsOf(page)).toEqual([])
    await inspector()
      .getByRole('button', { name: /^Apply/ })
      .click()
    await expect.poll(() => text.inputValue()).toContain('looked-at: "yes"')
  })
  test('GPU use is told as figures, a chart and a table', async () => {
    await page.getByRole('radio', { name: /^Nodes/ }).click()
    await page
      .getByRole('row')
      .filter({ hasText: /a100-1/ })
      .first()
      .click()
    await tab('GPUs').click()
    await inspector()
      .getByText(/Use comes from service monitoring\/prometheus/)
      .waitFor()
    await inspector()
      .getByRole('img', { name: /GPUs busy on average/ })
      .waitFor()
    await inspector().getByRole('button', { name: 'Table' }).click()
    await inspector().getByRole('region', { name: 'Use over time, table' }).waitFor()
    expect(await violationsOf(page)).toEqual([])
    await shot('object-gpu')
  })
  test('scaling is planned, done and taken back', async () => {
    await page.keyboard.press('Escape')
    await page.getByRole('radio', { name: /^Workloads/ }).click()
    await page
      .getByRole('row')
      .filter({ hasText: 'Deployment' })
      .filter({ hasText: /serve/ })
      .first()
      .click()
    await inspector().getByRole('button', { name: 'Scale…' }).click()
    const replicas = inspector().getByLabel('Replicas')
    const before = Number(await replicas.inputValue())
    await replicas.fill(String(before + 1))
    await inspector()
      .getByText(`+ spec.replicas: ${String(before + 1)}`)
      .waitFor()
    await shot('object-scale')
    await inspector()
      .getByRole('button', { name: /^Scale/ })
      .click()
    await inspector()
      .getByText(new RegExp(`of ${String(before + 1)} ready`))
      .first()
      .waitFor()
    await page.getByRole('button', { name: /^Undo/ }).first().click()
    await inspector()
      .getByText(new RegExp(`of ${String(before)} ready`))
      .first()
      .waitFor()
  })
  test('deleting says what is lost and wants the name typed', async () => {
    await inspector().getByRole('button', { name: 'Delete…' }).click()
    await inspector().getByText('dry run passed').waitFor()
    await inspector()
      .getByRole('button', { name: /^Delete…/ })
      .click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Lost for good:').waitFor()
    expect(
      await dialog
        .getByRole('button', { name: 'Delete', exact: true })
        .getAttribute('aria-disabled'),
    ).toBe('true')
    await shot('object-delete')
    await page.keyboard.press('Escape')
  })
  test("nothing broke the page's own policy meanwhile", () => expect(complaints).toEqual([]))
})
