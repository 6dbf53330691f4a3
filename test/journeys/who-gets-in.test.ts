import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Sessions } from '../../main/capabilities/sessions'
import { startWebHost, type WebHost } from '../../main/hosts/web/host'
import { launchBrowser } from '../support/browser'
import { aWorld, coreForPage } from '../support/core-for-page'
import { startHost } from '../support/host'
import { inBothThemes, violationsOf } from '../support/looking'
import { tokenOf } from '../support/signing-in'

const pageRoot = fileURLToPath(new URL('../../out/renderer', import.meta.url))
let browser: Browser, context: BrowserContext, page: Page
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  page = await context.newPage()
})
afterEach(() => context.close())

const signedIn = (tab: Page) => tab.getByRole('heading', { name: 'Discovery line' }).waitFor()
const signedOut = (tab: Page, why: string | RegExp) =>
  tab.getByRole('dialog', { name: 'Sign in' }).getByText(why).waitFor()

describe('a tab', () => {
  let host: WebHost, sessions: Sessions
  beforeEach(async () => {
    const core = coreForPage(aWorld())
    sessions = core.sessions
    host = await startWebHost(core.router, { pageRoot, sessions })
  })
  afterEach(() => host.close())

  test('is signed in by its address, of which nothing stays where others look', async () => {
    await page.goto(host.address())
    await signedIn(page)
    expect(page.url()).not.toContain('token')
    expect(await context.cookies()).toEqual([])
    expect(await page.evaluate(() => document.cookie)).toBe('')
    expect(await page.locator('meta[name=takt-session]').count()).toBe(0)
    await page.goBack()
    expect(page.url()).not.toContain('token')
  })
  test('stays signed in when it is loaded again, and brings in a second one', async () => {
    await page.goto(host.address())
    await signedIn(page)
    await page.reload()
    await signedIn(page)
    const second = await context.newPage()
    await second.goto(host.origin)
    await signedIn(second)
    await expect.poll(() => sessions.list(undefined).sessions.map(({ tabs }) => tabs)).toEqual([2])
  })
  test('of another browser is a stranger, and says how it can come in', async () => {
    await page.goto(host.address())
    await signedIn(page)
    const elsewhere = await browser.newContext()
    const stranger = await elsewhere.newPage()
    await stranger.goto(host.origin)
    await signedOut(stranger, 'This tab is not signed in.')
    await stranger.getByText('takt serve --new-token', { exact: true }).waitFor()
    await inBothThemes(stranger, 'signed-out')
    await stranger.getByLabel(/paste it here/).fill(host.address())
    await stranger.keyboard.press('Enter')
    await signedIn(stranger)
    await stranger.getByRole('dialog').waitFor({ state: 'detached' })
    await elsewhere.close()
  })
  test('is told that its address was used, expired or replaced', async () => {
    const address = host.address()
    await page.goto(address)
    await signedIn(page)
    const elsewhere = await browser.newContext()
    const stranger = await elsewhere.newPage()
    const answer = await stranger.goto(address)
    expect(answer?.status()).toBe(401)
    await signedOut(stranger, /This address has been used already\. It was used /)
    const old = host.address()
    host.address()
    await stranger.goto(old)
    await signedOut(stranger, 'A newer address was made after this one.')
    await stranger.getByLabel(/paste it here/).fill('nonsense')
    await stranger.getByRole('button', { name: 'Sign in', exact: true }).last().click()
    await signedOut(stranger, 'Takt does not know this address.')
    await elsewhere.close()
  })
  test('whose session is ended keeps what was typed, and goes on where it was', async () => {
    await page.goto(host.address())
    await signedIn(page)
    await page.goto(`${host.origin}/#/settings`)
    await page.getByLabel('Your name').fill('Mara L')
    sessions.endOthers(undefined)
    await signedOut(page, 'This session has ended.')
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await page.getByLabel('Your name').inputValue()).toBe('Mara L')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel(/paste it here/).fill(tokenOf(host.address()))
    await page.keyboard.press('Enter')
    await page.getByText('This tab is not signed in.').waitFor({ state: 'detached' })
    expect(await page.getByLabel('Your name').inputValue()).toBe('Mara L')
    await page.reload()
    await page.getByLabel('Your name').waitFor()
  })
  test('hears of who signs in elsewhere and who tried, and ends a session with one press', async () => {
    await page.goto(host.address())
    await signedIn(page)
    const elsewhere = await browser.newContext()
    const stranger = await elsewhere.newPage()
    const address = host.address()
    await stranger.goto(address)
    await signedIn(stranger)
    const told = page.getByRole('alert').filter({ hasText: 'Signed in elsewhere: Chromium 153' })
    await told.getByRole('link', { name: 'Sessions' }).click()
    const panel = page.getByRole('region', { name: 'Sessions' })
    await panel.getByText('This one').waitFor()
    expect(await panel.getByRole('listitem').count()).toBe(2)
    await inBothThemes(page, 'sessions')
    await panel.getByRole('button', { name: /^End Chromium 153, since / }).click()
    await signedOut(stranger, 'This session has ended.')
    await expect.poll(() => panel.getByRole('listitem').count()).toBe(1)
    await told.waitFor({ state: 'detached' })
    await stranger.goto(address)
    await signedOut(stranger, /This address has been used already/)
    await panel.getByText(/Chromium 153 tried an address that was used/).waitFor()
    const tried = page.getByRole('alert').filter({ hasText: 'tried a used address' })
    await tried.getByRole('button', { name: 'That was me' }).click()
    await tried.waitFor({ state: 'detached' })
    await elsewhere.close()
  })
})

describe('a browser that is opened', () => {
  test('gets a private file: another user of the machine reads neither it nor the token in any process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'takt-browser-'))
    // Stands where the desktop opens things: it notes what it was asked for and stays, so that its arguments can be read.
    const log = join(folder, 'asked')
    const opener = join(folder, 'xdg-open')
    writeFileSync(
      opener,
      `#!/bin/sh\necho "$1" > ${log}.new && mv ${log}.new ${log}\nexec sleep 60\n`,
    )
    chmodSync(opener, 0o755)
    const host = await startHost({
      env: { TAKT_NO_OPEN: '', DISPLAY: ':7', PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    })
    const read = (file: string) => {
      try {
        return readFileSync(file, 'utf8')
      } catch {
        return ''
      }
    }
    try {
      await expect.poll(() => read(log)).toMatch(/^file:/)
      const file = fileURLToPath(read(log).trim())
      const modeOf = (path: string) => statSync(path).mode & 0o777
      expect([modeOf(file), modeOf(join(file, '..'))]).toEqual([0o600, 0o700])
      const token = tokenOf(host.address)
      expect(read(file)).toContain(token)
      const seen = asNobody(
        'cat "$1" 2>/dev/null; cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n"',
        file,
      )
      expect(seen).toContain('open-takt.html')
      expect(seen).not.toContain(token)

      await page.goto(read(log).trim())
      await page.getByText('Open the plant').or(page.getByText('Discovery line')).first().waitFor()
      expect(page.url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#?/)
      expect(await page.evaluate(() => document.cookie)).toBe('')
      await expect
        .poll(() => readdirSync(host.store).filter((name) => name.startsWith('sign-in-')))
        .toEqual([])
      await page.reload()
      await page.locator('html[data-core-pid]').waitFor()
    } finally {
      await host.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

/** What a user without any rights gets from a shell. Where this process is such a user itself, its own files are left out. */
function asNobody(script: string, file: string): string {
  const isRoot = process.getuid?.() === 0
  const shell = ['/bin/sh', '-c', script, 'sh', ...(isRoot ? [file] : [])]
  const [program = '', ...rest] = isRoot
    ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...shell]
    : shell
  const { stdout, error } = spawnSync(program, rest, { encoding: 'utf8' })
  if (error) throw error
  return stdout
}
