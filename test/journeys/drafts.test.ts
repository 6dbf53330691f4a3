import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser'
import { hearFaults, violationsOf } from '../support/looking'
import { startHost, type RunningHost } from '../support/host'

const shots = process.env['TAKT_SHOTS']
let browser: Browser, host: RunningHost, one: Page, other: Page
const faults: string[] = []

beforeAll(async () => {
  browser = await launchBrowser()
  host = await startHost()
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  one = await context.newPage()
  hearFaults(one, faults)
  await one.goto(host.address)
  await one.getByRole('button', { name: /Open the plant/ }).click()
  await one
    .getByRole('region', { name: /Define/ })
    .first()
    .waitFor()
  other = await context.newPage()
  hearFaults(other, faults)
  await other.goto(host.address)
  for (const page of [one, other])
    await page.evaluate(() => {
      location.hash = '#/discover/new/shared/define'
    })
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
})
const question = (page: Page) => page.getByLabel('Question').inputValue()

test('what one window writes stands in the other, and neither takes the other back', async () => {
  await one.getByLabel('Question').fill('Who spoofs a voice?')
  await one.getByText(/draft, saved/).waitFor()
  await other.getByText('changed in another window too').waitFor()
  expect(await question(other)).toBe('Who spoofs a voice?')
  await other.getByLabel('Name', { exact: false }).first().fill('voice-spoof')
  await one.getByText('changed in another window too').waitFor()
  expect(await question(one)).toBe('Who spoofs a voice?')
})
test('a question written in both at once is asked about, with both of them', async () => {
  await Promise.all([
    one.getByLabel('Question').fill('Who hangs up?'),
    other.getByLabel('Question').fill('Who calls back?'),
  ])
  const asked = (page: Page) => page.getByRole('button', { name: 'Save as chosen' })
  const loser = await Promise.any(
    [one, other].map((page) =>
      asked(page)
        .waitFor()
        .then(() => page),
    ),
  )
  if (shots) await loser.screenshot({ path: `${shots}/draft-conflict.png` })
  expect(await violationsOf(loser)).toEqual([])
  await loser.getByRole('radio', { name: 'Who hangs up?' }).check()
  await asked(loser).click()
  await asked(loser).waitFor({ state: 'detached' })
  for (const page of [one, other])
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'Who hangs up?')
})
test('a draft that is discarded in one window is not lost in the other', async () => {
  await one.getByRole('button', { name: 'Discard draft' }).click()
  await other.getByText('This draft was discarded or fulfilled').waitFor()
  await other.getByRole('button', { name: 'Keep as a new draft' }).click()
  await other.getByText(/draft, saved/).waitFor()
  expect(await question(other)).toBe('Who hangs up?')
})
test('nothing in the pages went wrong on the way', () => {
  expect(faults).toEqual([])
})
