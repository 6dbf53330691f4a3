import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFolder } from '../../main/platform/store/testing/folders'
import { launchBrowser } from '../support/browser'
import { startHost, type RunningHost } from '../support/host'
import { inBothThemes, violationsOf } from '../support/looking'

const store = mkdtempSync(join(tmpdir(), 'takt-damaged-'))
let browser: Browser, page: Page, host: RunningHost

beforeAll(async () => {
  const before = openFolder(store)
  before.settings.set('settings', { person: 'mia.berg' })
  before.close()
  const file = openSync(join(store, 'takt.db'), 'r+')
  writeSync(file, Buffer.alloc(14, 0xa5), 0, 14, 0)
  closeSync(file)
  host = await startHost({ store })
  browser = await launchBrowser()
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  page = await context.newPage()
  await page.goto(host.address)
})
afterAll(async () => {
  await browser.close()
  await host.stop()
  rmSync(store, { recursive: true, force: true })
})

describe('a person whose local store was damaged', () => {
  test('reads what happened and what was saved before anything else', async () => {
    const screen = page.getByRole('main')
    await screen.getByRole('alert').waitFor()
    expect(await screen.getByRole('alert').innerText()).toMatch(/^The local store .* is damaged\./)
    expect(await screen.getByRole('listitem').first().innerText()).toContain('1 setting')
    expect(readdirSync(store).some((name) => name.includes('.damaged-'))).toBe(false)
    expect(await violationsOf(page)).toEqual([])
    await inBothThemes(page, 'store-damaged')
  })

  test('presses the best choice, and Takt begins again with what was rescued', async () => {
    await page.getByRole('button', { name: 'Rescue what can be read' }).click()
    await page.getByRole('heading', { name: 'What should Takt look at?' }).waitFor()
    await page.goto(`${new URL(page.url()).origin}/#/settings`)
    await expect
      .poll(() =>
        page
          .getByLabel(/your name|person/i)
          .first()
          .inputValue(),
      )
      .toBe('mia.berg')
    expect(readdirSync(store).some((name) => name.includes('.damaged-'))).toBe(true)
  })
})
