import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser'
import { confirmPlan, hearFaults, violationsOf } from '../support/looking'
import { startHost, type RunningHost } from '../support/host'

const shots = process.env['TAKT_SHOTS']
let browser: Browser, host: RunningHost, one: Page, other: Page
const faults: string[] = []
const go = (page: Page, path: string) =>
  page.evaluate((to) => {
    location.hash = `#${to}`
  }, path)

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
  // The address lets one tab in, which brings in the second.
  await other.goto(new URL(host.address).origin)
  for (const page of [one, other]) await go(page, '/discover/new/shared/define')
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
test('a draft that was provisioned stands behind New project and on the map no more, in either window', async () => {
  await go(one, '/discover/new/fulfilled/define')
  await one.getByLabel('Question').fill('Which calls use a doubled voice?')
  await one.getByLabel('Title').fill('Voice doubles')
  await go(other, '/map')
  const planned = other.getByRole('listitem').filter({ hasText: /voice-doubles.*draft/ })
  await planned.waitFor()
  await go(other, '/discover')
  const unfinished = other.getByRole('region', { name: /Unfinished/ }).getByText('voice-doubles')
  await unfinished.waitFor()
  for (const step of ['environment', 'tools', 'data', 'button'])
    await one.locator(`.steps a[href$="/${step}"]`).click()
  await confirmPlan(one)
  await one.getByRole('button', { name: 'Open notebook' }).waitFor()
  await unfinished.waitFor({ state: 'detached' })
  await go(other, '/map')
  await other.getByRole('listitem').filter({ hasText: 'voice-doubles' }).waitFor()
  await planned.waitFor({ state: 'detached' })
  await go(one, '/discover/new')
  await one.getByLabel('Question').waitFor()
  expect(await question(one)).toBe('')
})
test('nothing in the pages went wrong on the way', () => {
  expect(faults).toEqual([])
})
