import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser'
import { startHost, type RunningHost } from '../support/host'
import { runTakt } from '../support/takt'

const shots = process.env['TAKT_SHOTS']
let browser: Browser, context: BrowserContext, page: Page, host: RunningHost
const faults: string[] = []
const shot = async (name: string, of = page) => {
  if (shots) await of.screenshot({ path: `${shots}/${name}.png` })
}
const go = (hash: string, of = page) =>
  of.evaluate((to) => {
    location.hash = to
  }, hash)
const takt = (...args: string[]) => runTakt(host.store, args)
const planReady = () => page.locator('.plan').getByText('Changes').first().waitFor()
const confirm = (name: RegExp) =>
  page.locator('.plan .panel-foot').getByRole('button', { name }).click()
const phase = (name: string) =>
  page.locator('.page-head .tag').getByText(name, { exact: true }).waitFor()

beforeAll(async () => {
  browser = await launchBrowser()
  host = await startHost()
  expect((await takt('plant', 'open')).code).toBe(0)
  const words = [
    '--question',
    'Does it live and end well?',
    '--owner',
    'mara.lind',
    '--team',
    'Voice',
    '--cost-centre',
    '4410',
    '--due',
    '2099-01-31',
    '--budget-usd',
    '100',
    '--site',
    'oslo',
    '--yes',
  ]
  expect(await takt('project', 'create', 'lifecycle', ...words)).toMatchObject({ code: 0 })
  expect(
    await takt(
      'env',
      'create',
      'lifecycle',
      '--size',
      'CPU small',
      '--tool',
      'jupyter',
      '--pause-after',
      '10000',
      '--yes',
    ),
  ).toMatchObject({ code: 0 })
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  page = await context.newPage()
  page.on('pageerror', (error) => faults.push(error.message))
  await page.goto(host.address)
  await go('#/discover/lifecycle/lifecycle-nb')
  await page.getByRole('button', { name: 'Open notebook' }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
})

// One environment's life, in order.
describe('an environment', () => {
  test('stops and keeps its volumes', async () => {
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await planReady()
    await confirm(/^Stop/)
    await phase('Paused')
    await shot('environment-paused')
  })
  test('resumes to the same work', async () => {
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await planReady()
    await confirm(/^Resume/)
    await phase('Ready')
  })
  test('lives longer when extended', async () => {
    const before = await page
      .getByText('Ends', { exact: true })
      .locator('xpath=following-sibling::dd[1]')
      .innerText()
    await page.getByRole('button', { name: /^Extend by/ }).click()
    await planReady()
    await confirm(/^Extend/)
    await expect
      .poll(() =>
        page
          .getByText('Ends', { exact: true })
          .locator('xpath=following-sibling::dd[1]')
          .innerText(),
      )
      .not.toBe(before)
  })
  test('is resized to another machine', async () => {
    await page.getByRole('button', { name: 'Resize', exact: true }).click()
    await page
      .getByRole('region', { name: 'Change' })
      .getByRole('combobox')
      .selectOption('CPU large')
    await page.locator('.plan').getByText(/16/).first().waitFor()
    await confirm(/^Resize/)
    await page.getByText(/CPU large: 16 cores/).waitFor()
    await phase('Ready')
  })
  test('is deleted only when its name is typed, after saying what is lost', async () => {
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByLabel('keep the workspace volume').uncheck()
    await page.locator('.plan').getByText(/200/).first().waitFor()
    await confirm(/^Delete/)
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Lost for good:').waitFor()
    await shot('delete-dialog')
    const button = dialog.getByRole('button', { name: /^Delete/ })
    expect(await button.getAttribute('aria-disabled')).toBe('true')
    await dialog.getByRole('textbox').fill('lifecycle-nb')
    await button.click()
    await page.getByText('There is no such environment. It may have been deleted.').waitFor()
    // Once the drawer shows the operation that deleted it, as done.
    const drawer = page.locator('footer.operations')
    await page.getByRole('heading', { name: 'Delete lifecycle-nb' }).waitFor()
    await expect
      .poll(() => drawer.getByRole('button', { name: 'Undo' }).count(), {
        message: 'what is gone cannot be taken back',
      })
      .toBe(0)
    const { out } = await takt('--json', 'env', 'list', '--namespace', 'lifecycle')
    expect(JSON.parse(out)).toEqual([])
  })
})

describe('two people at one project', () => {
  test('merge what they can and see side by side what they cannot', async () => {
    await go('#/discover/lifecycle')
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await page.getByLabel('Budget, USD').fill('80')
    // Meanwhile somebody else changes the same field and another one.
    expect(
      await takt(
        'project',
        'edit',
        'lifecycle',
        '--budget-usd',
        '90',
        '--question',
        'Does it end well?',
      ),
    ).toMatchObject({ code: 0 })
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    const conflict = page.getByRole('region', { name: 'lifecycle, changed by two' })
    await conflict.waitFor()
    await shot('conflict')
    expect(await conflict.getByRole('row').count()).toBe(2)
    await conflict.getByRole('radio').first().check()
    await conflict.getByRole('button', { name: 'Save as chosen' }).click()
    await conflict.waitFor({ state: 'detached' })
    const { out } = await takt('--json', 'project', 'show', 'lifecycle')
    expect(JSON.parse(out)).toMatchObject({
      spec: { budgetUsd: 80, question: 'Does it end well?' },
    })
  })
})

describe('a tool of one’s own', () => {
  test('is test-started, and its checks decide what approving asks for', async () => {
    await go('#/data')
    await page.getByRole('button', { name: 'Bring a tool…' }).click()
    await page.getByLabel('Title').fill('My board')
    await page.getByLabel('Image').fill(`registry.example/board@sha256:${'ab'.repeat(32)}`)
    await planReady()
    await shot('bring-a-tool')
    await page.locator('.plan .panel-foot button').first().click()
    await page
      .getByRole('group', { name: 'Evaluating' })
      .getByRole('button', { name: /My board/ })
      .click()
    await page.getByText('Test start of My board 1').waitFor()
    await page.locator('.test-start li').first().waitFor()
    await shot('tool-tested')
  })
})

test('nothing in the page went wrong on the way', () => expect(faults).toEqual([]))
