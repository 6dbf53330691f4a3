import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser'
import { writeBundle } from '../support/drift-bundle'
import { startHost, type RunningHost } from '../support/host'

const folder = mkdtempSync(join(tmpdir(), 'takt-drift-files-'))
const attempts = join(folder, 'attempts')
let browser: Browser, host: RunningHost, page: Page, first: string, second: string

const shown = (name: string) => page.locator('.page-head b', { hasText: name }).waitFor()
/** A file dragged over a part of the page and dropped there, as the browser tells of it. */
const drop = async (onto: string, name: string, bytes: Buffer) => {
  const transfer = await page.evaluateHandle(
    ({ name: called, text }) => {
      const made = new DataTransfer()
      made.items.add(
        new File([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], called),
      )
      return made
    },
    { name, text: bytes.toString('base64') },
  )
  await page.dispatchEvent(onto, 'dragover', { dataTransfer: transfer })
  const said = await page.locator('.drift-dropping').isVisible()
  await page.dispatchEvent(onto, 'drop', { dataTransfer: transfer })
  return said
}

beforeAll(async () => {
  first = await writeBundle(folder, 'first')
  second = await writeBundle(folder, 'second')
  browser = await launchBrowser()
  host = await startHost({ attempts })
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  await page.goto(host.address)
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('the first screen of all leads to opening a bundle, with nothing connected', async () => {
  await page.getByRole('button', { name: /Open a bundle/ }).click()
  await page.getByLabel('Choose a file').setInputFiles(first)
  await page.getByText(/every score recomputed here/).waitFor()
  await shown('first.takt')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})
test('one dropped on the screen opens, and the screen says so while it is dragged', async () => {
  expect(await drop('.drift', 'second.takt', readFileSync(second))).toBe(true)
  await shown('second.takt')
  expect(await page.locator('.drift-dropping').isVisible()).toBe(false)
})
test('one dropped on any other screen leads there', async () => {
  await page.evaluate(() => {
    location.hash = '#/settings'
  })
  await page.locator('.drift').waitFor({ state: 'detached' })
  await drop('main', 'first.takt', readFileSync(first))
  await shown('first.takt')
})
test('any other file that is dropped changes nothing outside and is refused with its reason here', async () => {
  await drop('.drift', 'letter.pdf', Buffer.from('%PDF-1.7'))
  await page
    .locator('.drift-trouble')
    .getByText(/is cut short or is no bundle/)
    .waitFor()
  await shown('first.takt')
  await page.evaluate(() => {
    location.hash = '#/settings'
  })
  await page.locator('.drift').waitFor({ state: 'detached' })
  await drop('main', 'letter.pdf', Buffer.from('%PDF-1.7'))
  expect(await page.evaluate(() => location.hash)).toBe('#/settings')
})
test('nothing was reached for', () =>
  expect(existsSync(attempts) ? readFileSync(attempts, 'utf8') : '').toBe(''))
