import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser'
import { besideOutage, hearFaults, settled, violationsOf } from '../support/looking'
import { startHost, type RunningHost } from '../support/host'
import { runTakt } from '../support/takt'

const shots = process.env['TAKT_SHOTS']
let browser: Browser, context: BrowserContext, page: Page, host: RunningHost
const faults: string[] = []
const shot = async (name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` })
}
const go = (hash: string) =>
  page.evaluate((to) => {
    location.hash = to
  }, hash)
const planIsReady = () => page.locator('.plan').getByText('Changes').first().waitFor()
const confirm = (name: RegExp) =>
  page.locator('.plan .panel-foot').getByRole('button', { name }).click()

beforeAll(async () => {
  browser = await launchBrowser()
  host = await startHost()
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
  })
  page = await context.newPage()
  hearFaults(page, faults)
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
})

// One person's way from nothing to the backlog; each part stands on the one before.
describe('from a fresh machine to the backlog, on the plant', () => {
  test('the first run offers three doors, and the plant opens', async () => {
    await page.goto(host.address)
    await page.getByRole('heading', { name: 'What should Takt look at?' }).waitFor()
    await shot('first-run')
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: /Open the plant/ }).click()
    await page
      .getByRole('region', { name: /Define/ })
      .first()
      .waitFor()
    // Who leaves an environment alone for three quarters of an hour finds it paused: a slow machine must not be taken for that.
    expect((await runTakt(host.store, ['plant', 'speed', '10'])).code).toBe(0)
    expect(
      await page
        .getByText(/simulated/)
        .first()
        .isVisible(),
    ).toBe(true)
  })
  test('a question becomes a running environment in five steps, each with a usable default', async () => {
    await page.keyboard.press('n')
    await page.getByLabel('Question').fill('Who spoofs a caller’s voice?')
    await page.getByLabel('Title').fill('Voice liveness')
    await expect
      .poll(() => page.getByLabel('Name', { exact: true }).inputValue())
      .toBe('voice-liveness')
    await shot('wizard-define')
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: /Continue to environment/ }).click()
    await page.getByRole('radio', { name: /CPU small/ }).waitFor()
    await planIsReady()
    await shot('wizard-environment')
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: /Continue to tools/ }).click()
    await page
      .getByRole('radio', { name: /Jupyter/ })
      .first()
      .waitFor()
    await shot('wizard-tools')
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: /Continue to data/ }).click()
    await page.getByLabel('Use routes-gps').check()
    await page.locator('.plan').getByText(/clone/i).first().waitFor()
    await shot('wizard-data')
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: /Continue to push the button/ }).click()
    await confirm(/^Provision/)
    await page
      .getByRole('button', { name: 'Open notebook' })
      .and(page.locator(':not([aria-disabled])'))
      .waitFor()
    await shot('wizard-ready')
    expect(await violationsOf(page)).toEqual([])
  })
  test('the notebook opens at a loopback address, marked simulated', async () => {
    const [notebook] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'Open notebook' }).click(),
    ])
    await notebook.waitForURL(/^http:\/\/voice-liveness-nb-[0-9a-f]+\.localhost:\d+\//)
    expect(await notebook.locator('body').innerText()).toMatch(/simulated/i)
    await notebook.close()
  })
  test('a revision binds what there is and says what is missing', async () => {
    await go('#/discover/voice-liveness/voice-liveness-nb')
    await page.getByRole('button', { name: 'Save a revision' }).first().click()
    await page.getByText('Packages', { exact: true }).waitFor()
    await page.getByLabel('What was done').fill('Baseline on clean audio')
    await page.getByLabel(/^Metrics/).fill('auc=0.91')
    await planIsReady()
    await shot('revision')
    expect(await violationsOf(page)).toEqual([])
    await confirm(/^Save/)
    await page.getByText('Baseline on clean audio').waitFor()
  })
  test('the gates hold the item until drift, owner and description are there; then it is handed over', async () => {
    await go('#/line/voice-liveness/voice-liveness')
    await page.getByRole('heading', { name: 'Gates to the backlog' }).waitFor()
    await page.getByRole('button', { name: 'Hand over' }).click()
    await page.locator('.plan').getByText(/drift/i).first().waitFor()
    expect(
      await page.locator('.plan .panel-foot button').first().getAttribute('aria-disabled'),
    ).toBe('true')
    await shot('gates-open')
    expect(await violationsOf(page)).toEqual([])
    await page.locator('main').getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('Record by hand').click()
    await page.getByRole('button', { name: 'Record outcome' }).click()
    await page
      .getByRole('region', { name: 'Drift check' })
      .locator('.tag')
      .getByText('No drift')
      .waitFor()
    await page
      .getByRole('textbox', { name: 'Description' })
      .fill('A first model that tells a live voice from a replayed one.')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('All gates are passed.').waitFor()
    await page.getByRole('button', { name: 'Hand over' }).click()
    await confirm(/^Hand over/)
    await page.getByRole('heading', { name: 'MLOps line' }).waitFor()
    await shot('handed-over')
    expect(await violationsOf(page)).toEqual([])
  })
  test('the map shows it on the backlog', async () => {
    await go('#/map')
    await page
      .getByRole('region', { name: /Backlog/ })
      .getByText(/voice-liveness/i)
      .waitFor()
    await shot('map-after')
  })
  test('data and tools, settings and the list of projects have no accessibility violation, in both themes', async () => {
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme })
      for (const screen of [
        'data',
        'data?source=routes-gps',
        'discover',
        'line',
        'settings',
        'discover/voice-liveness',
      ]) {
        await go(`#/${screen}`)
        await page.locator('h1').first().waitFor()
        await page.waitForLoadState('networkidle')
        await settled(page)
        await shot(`${screen.replace(/\W+/g, '-')}.${theme}`)
        expect(await violationsOf(page), `${screen} in ${theme}`).toEqual([])
      }
    }
  }, 180_000)
  test('what was typed survives a core that dies and comes back', async () => {
    await go('#/discover/new/kept/define')
    await page.getByLabel('Question').fill('Does this sentence survive?')
    await page.getByText(/draft, saved/).waitFor()
    const before = host.pid()
    process.kill(before, 'SIGKILL')
    await page.waitForFunction(
      (pid) => ![String(pid), undefined].includes(document.documentElement.dataset['corePid']),
      before,
    )
    expect(await page.getByLabel('Question').inputValue()).toBe('Does this sentence survive?')
  })
  test('nothing in the page went wrong on the way', () => {
    expect(besideOutage(faults)).toEqual([])
  })
})
