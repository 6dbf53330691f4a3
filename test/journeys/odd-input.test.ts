import type { Browser, Locator, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser'
import { startHost, type RunningHost } from '../support/host'
import { hearFaults, inBothThemes, violationsOf } from '../support/looking'
import { ODD_INPUT } from '../support/odd-input'

const shots = process.env['TAKT_SHOTS']
let browser: Browser, page: Page, host: RunningHost
const faults: string[] = []
const shot = async (name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` })
}
const go = (hash: string) =>
  page.evaluate((to) => {
    location.hash = to
  }, hash)

beforeAll(async () => {
  browser = await launchBrowser()
  host = await startHost()
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  hearFaults(page, faults)
  await page.goto(host.address)
  await page.getByRole('button', { name: /Open the plant/ }).click()
  await page.getByText(/Oslo/).first().waitFor()
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
})

const plan = () => page.locator('.plan')
/** The button that would run the plan, where there is one that may be pressed. */
const live = () => plan().locator('.panel-foot .button:is(.primary, .danger):not([aria-disabled])')
interface Walk {
  field: Locator
  /** Text in the field that is right, and what its plan then says. */
  right: string
  planned: (text: string) => Locator
  reads: (text: string) => boolean
}
/** Types every odd text: the plan is of that very text, or there is no button and the field says why. */
async function walk({ field, right, planned, reads }: Walk) {
  for (const [what, text] of ODD_INPUT) {
    await field.fill(right)
    await planned(right).first().waitFor()
    await live().waitFor()
    // A browser takes line breaks out of one line itself: what stands in the field counts.
    await field.fill(text)
    const stands = await field.inputValue()
    if (reads(stands)) {
      await planned(stands).first().waitFor()
      continue
    }
    await expect.poll(() => live().count(), { message: what }).toBe(0)
    expect(await field.getAttribute('aria-invalid'), what).toBe('true')
    const note = await field.getAttribute('aria-describedby')
    const says = await page.locator(`[id="${note ?? ''}"]`).innerText()
    expect(says, what).toMatch(/^Give .*, such as .*\.$/)
    await page.keyboard.press('Control+Enter')
    expect(await planned(right).count(), what).toBe(0)
  }
}
const whole = (from: number, to: number) => (text: string) =>
  /^\s*\+?\d+\s*$/.test(text) && Number(text) >= from && Number(text) <= to

test('Scale…: 1,000, then anything at all', async () => {
  await go('#/cluster/oslo/workloads?kind=Deployment&q=serve')
  await page.getByRole('row').filter({ hasText: 'serve' }).first().click()
  const inspector = page.getByRole('complementary')
  await inspector.getByRole('button', { name: 'Scale…' }).click()
  const field = inspector.getByLabel('Replicas')
  await walk({
    field,
    right: '4',
    planned: (text) =>
      inspector.getByText(`+ spec.replicas: ${String(Number(text))}`, { exact: true }),
    reads: whole(0, 10_000),
  })
  await field.fill('2.5')
  await inspector.getByText('Give a whole number from 0 to 10,000, such as 3.').first().waitFor()
  await inBothThemes(page, 'scale-odd')
  // What it needs stands in the plan before the button.
  await field.fill('1000')
  await inspector.getByText('+ spec.replicas: 1000', { exact: true }).waitFor()
  await inspector
    .getByText(/pods? (has|have) room on oslo now: .* are short/)
    .first()
    .waitFor()
  await inBothThemes(page, 'scale-needs')
  await page.keyboard.press('Escape')
})
test('the workspace of a new environment', async () => {
  await go('#/discover/new/new/define')
  await page.getByLabel('Question').fill('Is odd input read as it stands?')
  await page.getByLabel('Title').fill('Odd input')
  await page.getByRole('button', { name: /Continue to environment/ }).click()
  await page.getByRole('radio', { name: /CPU small/ }).waitFor()
  for (const step of ['tools', 'data', 'button', 'environment'])
    await page.locator(`.steps a[href$="/${step}"]`).click()
  await walk({
    field: page.getByRole('spinbutton', { name: 'Workspace volume' }),
    right: '120',
    planned: (text) => plan().getByText(`${String(Number(text))} Gi`),
    reads: whole(1, 65_536),
  })
  await shot('workspace-odd')
  // It stays after a look at another step, and so does what it holds back.
  await page.getByRole('spinbutton', { name: 'Workspace volume' }).fill('-1')
  await page.locator('.steps a[href$="/define"]').click()
  await page.locator('.steps a[href$="/environment"]').click()
  expect(await page.getByRole('spinbutton', { name: 'Workspace volume' }).inputValue()).toBe('-1')
  expect(await live().count()).toBe(0)
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('spinbutton', { name: 'Workspace volume' }).fill('120')
})
test('the budget and the name of a new project', async () => {
  await page.locator('.steps a[href$="/define"]').click()
  await walk({
    field: page.getByRole('spinbutton', { name: /Budget/ }),
    right: '480',
    planned: () => plan().getByText('Odd input').or(plan().getByText('odd-input')),
    reads: (text) => /^\s*\d+(\.\d+)?\s*$/.test(text) && Number(text) >= 1 && Number(text) <= 1e9,
  })
})
test('nothing in the page went wrong on the way', () => expect(faults).toEqual([]))
