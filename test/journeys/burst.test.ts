import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededTrace } from '../support/burst/traces'
import { launchBrowser } from '../support/browser'
import { confirmPlan, hearFaults, inBothThemes, openFromPalette, press } from '../support/looking'
import { startHost, type RunningHost } from '../support/host'
import { runTakt } from '../support/takt'

let browser: Browser, context: BrowserContext, page: Page, host: RunningHost
/** Slow while somebody looks, fast while they wait for machines. */
const [SLOW, USUAL, FAST] = [5, 60, 240]
const files = mkdtempSync(join(tmpdir(), 'takt-traces-'))
const faults: string[] = []

beforeAll(async () => {
  host = await startHost()
  browser = await launchBrowser()
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  })
  page = await context.newPage()
  hearFaults(page, faults)
  await page.goto(host.address)
  await press(page, /Open the plant/)
  await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
  // Two hours from now the run starts in the building, and in the cloud it ends within three: somebody who looks needs longer than two minutes on some machines.
  await speed(SLOW)
})
afterAll(async () => {
  await browser.close()
  await host.stop()
  rmSync(host.store, { recursive: true, force: true })
  rmSync(files, { recursive: true, force: true })
})
const speed = async (factor: number) =>
  expect((await runTakt(host.store, ['plant', 'speed', String(factor)])).code).toBe(0)
const go = (hash: string) =>
  page.evaluate((to) => {
    location.hash = to
  }, hash)
const replayed = async () => {
  await page.locator('[data-chosen]').waitFor()
  await page.waitForFunction(() => !document.querySelector('.replay-body [role=progressbar]'))
}

describe('a run that waits in the building', { timeout: 180_000 }, () => {
  test('stands in the queue with what the planner would do', async () => {
    await go('#/burst')
    await page.getByRole('row', { name: /train-0412/ }).waitFor()
    await expect
      .poll(() => page.getByRole('row', { name: /sweep-77/ }).textContent())
      .toContain('cannot go')
    await inBothThemes(page, 'live-queue')
  })
  test('is compared on one clock, goes to the cloud and runs there, by keyboard alone', async () => {
    await page.getByRole('row', { name: /train-0412/ }).press('Enter')
    await page.locator('.timelines').waitFor()
    await expect.poll(() => page.locator('.diff .added').count()).toBeGreaterThanOrEqual(2)
    await inBothThemes(page, 'live-move')
    await press(page, /^Approve and go, \$/)
    await confirmPlan(page)
    await speed(FAST)
    await page.locator('[data-away=away]').waitFor()
    await speed(SLOW)
    await page.getByText('Wait until it works there').first().waitFor()
    await inBothThemes(page, 'live-away')
  })
  test('comes back, and both decisions are in the journal', async () => {
    await go('#/burst?show=away')
    await page.getByRole('row', { name: /train-0412/ }).click()
    await press(page, 'Return…')
    await confirmPlan(page)
    await page.locator('.timelines').waitFor()
    await speed(USUAL)
    await go('#/burst/journal')
    await expect
      .poll(() => page.getByRole('row', { name: /train-0412/ }).count())
      .toBeGreaterThanOrEqual(1)
    await inBothThemes(page, 'live-journal')
  })
  test('is approved by a lead in two clicks', async () => {
    await go('#/burst/approvals')
    await page
      .getByRole('button', { name: /^Approve…/ })
      .first()
      .click()
    await page.locator('.plan .panel-foot .button.primary:not([aria-disabled])').click()
    await page
      .getByText(/^Move .* to aws-burst/)
      .first()
      .waitFor()
  })
  test('can be found by its name from the palette and from the map', async () => {
    await go('#/map')
    const link = page.getByRole('link', { name: /^Move .*…$/ }).first()
    await link.waitFor()
    const name = /^Move (.*)…$/.exec((await link.getAttribute('aria-label')) ?? '')?.[1] ?? ''
    await openFromPalette(page, `>move ${name}`, new RegExp(`move ${name}`, 'i'))
    await page.waitForFunction(() => location.hash.startsWith('#/burst/'))
  })
  test('machines show what is rented and what is left over', async () => {
    await go('#/burst/machines')
    await page.getByRole('heading', { name: 'Node groups' }).waitFor()
    await page.locator('.groups > li').first().waitFor()
    await inBothThemes(page, 'live-machines')
  })
})

describe('replay', { timeout: 180_000 }, () => {
  const trace = (jobs: number) =>
    [
      'job_id,submission_time,num_gpu,duration,user,team',
      ...seededTrace(5, jobs).map(
        ({ id, submitS, gpus, durationS }, index) =>
          `${id},${submitS},${gpus},${durationS},u${index % 9},${['Vision', 'Voice', 'Credit'][index % 3] ?? ''}`,
      ),
    ].join('\n')
  const importFile = async (name: string, content: string) => {
    writeFileSync(join(files, name), content)
    await press(page, 'Import…')
    await page.locator('input[type=file]').setInputFiles(join(files, name))
    await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click()
  }
  test('names the lines of a file that make no sense', async () => {
    await go('#/burst/replay')
    await importFile('bad.csv', 'job_id,submission_time,num_gpu,duration\na,0,8,60\nb,-5,8,60')
    await page.getByText('bad.csv line 3').waitFor()
    expect(await page.getByRole('alert').filter({ hasText: 'line 3' }).textContent()).toContain(
      'submission_time is negative',
    )
    await inBothThemes(page, 'replay-mistakes')
    await page.keyboard.press('Escape')
  })
  test('draws cost against waiting with the chosen knob, and reads it out', async () => {
    await importFile('month.csv', trace(400))
    await replayed()
    await inBothThemes(page, 'replay')
    expect(
      await page.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight),
    ).toBe(true)
    const chart = page.getByRole('group', { name: /^Cost against waiting/ })
    await chart.press('ArrowRight')
    await page
      .getByRole('status')
      .filter({ hasText: /^Takt, Knob/ })
      .waitFor()
    await page
      .getByText(/^Vision$/)
      .first()
      .waitFor()
  })
  test('a press on a mark of the curve sets the knob, and the old point stays as a ghost', async () => {
    const knob = page.getByRole('slider', { name: 'Hour of waiting is worth' })
    // Marks may lie on each other: one that can be hit at its middle is pressed.
    const free = await page.evaluate(() =>
      [...document.querySelectorAll<SVGGElement>('[data-knob]')]
        .map((mark) => {
          const { left, top, width, height } = mark.getBoundingClientRect()
          const [x, y] = [left + width / 2, top + height / 2]
          return {
            x,
            y,
            knob: mark.dataset['knob'] ?? '',
            hit: document.elementFromPoint(x, y)?.closest('[data-knob]') === mark,
          }
        })
        .find(({ hit, knob: at }) => hit && at !== '40'),
    )
    if (!free) throw new Error('no mark can be pressed')
    await page.mouse.click(free.x, free.y)
    await expect.poll(() => knob.getAttribute('aria-valuetext')).not.toBe('$40')
    await page
      .locator('svg text')
      .filter({ hasText: /^before$/ })
      .first()
      .waitFor()
  })
  test('a value can be typed over its slider, and one that makes no sense is not taken', async () => {
    const spot = page.getByRole('textbox', { name: 'Spot share allowed, typed' })
    await spot.fill('lots')
    await page.getByText('a number from 0 to 100').waitFor()
    await spot.fill('50 %')
    await spot.press('Enter')
    const slider = page.getByRole('slider', { name: 'Spot share allowed' })
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('50 %')
    await page.getByText(/Spot is supposed/).waitFor()
    await spot.fill('0')
    await spot.press('Enter')
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('0 %')
  })
  test('keeps runs and compares them', async () => {
    await replayed()
    await press(page, 'Keep this run')
    await page.getByText('Kept as run 1.').waitFor()
    await page.getByRole('slider', { name: 'Hour of waiting is worth' }).press('ArrowLeft')
    await page.waitForFunction(() => !document.body.textContent?.includes('Kept as run 1.'))
    await press(page, /^Compare with run 1/)
    await page.getByText(/^Against run 1|Against run 1/).waitFor()
    await page.getByText(/^Supposed otherwise than in run 1/).waitFor()
    expect(await page.locator('.outcome tbody tr').first().locator('.meta').count()).toBe(4)
    await inBothThemes(page, 'replay-compared')
  })
  test('exports its table', async () => {
    const chart = page
      .locator('section')
      .filter({ has: page.getByRole('heading', { name: 'Cost against waiting' }) })
    await chart.getByRole('button', { name: /^Export/ }).click()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'SVG' }).click(),
    ])
    expect(file.suggestedFilename()).toBe('cost-against-waiting.svg')
  })
  test('a lead sets the knob that it found, by a plan', async () => {
    await press(page, /^Propose \$/)
    await page.locator('.plan .diff .added').first().waitFor()
    expect(await page.locator('.plan').textContent()).toContain('Replaying 400 jobs of month.csv')
    await inBothThemes(page, 'replay-propose')
    await confirmPlan(page)
    await go('#/burst/policy')
    await page.getByLabel('USD an hour').first().waitFor()
  })
  test('reads what the site remembers', async () => {
    await go('#/burst/replay')
    await press(page, /^Read what oslo remembers/)
    await page.getByRole('combobox', { name: 'Jobs to replay' }).waitFor()
    await expect
      .poll(() =>
        page
          .getByRole('combobox', { name: 'Jobs to replay' })
          .evaluate((box: HTMLSelectElement) => box.selectedOptions[0]?.textContent),
      )
      .toBe('oslo, local history')
    await replayed()
    await inBothThemes(page, 'replay-history')
  })
})
test('no error and no violation of the page policy was seen', () => expect(faults).toEqual([]))
