import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startWebHost, type WebHost } from '../../main/hosts/web/host'
import { aMap, aWorld, coreForPage, type PageWorld } from '../support/core-for-page'
import { launchBrowser } from '../support/browser'
import {
  besideOutage,
  hearFaults,
  openFromPalette,
  settled,
  typeInPalette,
  violationsOf,
} from '../support/looking'

const pageRoot = fileURLToPath(new URL('../../out/renderer', import.meta.url))
const shots = process.env['TAKT_SHOTS']
let browser: Browser,
  context: BrowserContext,
  page: Page,
  host: WebHost,
  world: PageWorld,
  changed: () => void
let faults: string[]

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  world = aWorld()
  const core = coreForPage(world)
  changed = core.changed
  host = await startWebHost(core.router, { pageRoot, sessions: core.sessions })
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
  })
  page = await context.newPage()
  faults = []
  hearFaults(page, faults)
})
afterEach(async () => {
  await context.close()
  await host.close()
  expect(faults, 'errors and policy violations in the page').toEqual([])
})
const open = async (hash = '#/map') => {
  await page.goto(host.address())
  await page.goto(`${host.origin}/${hash}`)
}
const shot = (name: string) =>
  shots ? page.screenshot({ path: `${shots}/${name}.png` }) : undefined

const focusedText = () => page.evaluate(() => document.activeElement?.textContent ?? '')

describe('the map', () => {
  test('shows both lines, lanes and demand, and no accessibility violation in either theme', async () => {
    await open()
    await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
    await page.locator('.recharts-surface').first().waitFor()
    await shot('map.light')
    expect(
      await page.getByRole('region', { name: 'M5 Decide' }).getByText('held 3 h').isVisible(),
    ).toBe(true)
    expect(await page.title()).toBe('Map · Takt')
    expect(await violationsOf(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.locator('html[data-theme=dark]').waitFor()
    await settled(page)
    await shot('map.dark')
    expect(await violationsOf(page)).toEqual([])
  })
  test('every chart has a table twin under T', async () => {
    await open()
    await page.getByRole('heading', { name: 'Where it runs' }).waitFor()
    await page.locator('.recharts-area').first().waitFor()
    await page.getByRole('group', { name: /GPU demand today, arrow keys/ }).press('End')
    await page.getByText(/^\d\d:\d\d, On-prem GPUs \d+, Cloud GPUs \d+$/).waitFor()
    for (const [kind, begins] of [
      ['CSV', 'Time,On-prem GPUs'],
      ['SVG', '<svg'],
      ['PNG', '\u0089PNG'],
    ] as const) {
      await page.getByRole('button', { name: 'Export GPU demand today' }).click()
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: kind }).click(),
      ])
      const content = readFileSync(await download.path(), 'latin1')
      expect(content.startsWith(begins), kind).toBe(true)
      if (kind === 'SVG') {
        expect(content).toContain('simulated')
        expect(content).not.toContain('var(--')
      }
    }
    await page.keyboard.press('t')
    await page.getByRole('cell', { name: 'faulted' }).waitFor()
    await expect
      .poll(() =>
        page.getByRole('region', { name: 'GPU demand today, table' }).getByRole('row').count(),
      )
      .toBeGreaterThan(10)
    expect(await violationsOf(page)).toEqual([])
  })
  test('last seen figures are shown with their age until the site answers', async () => {
    world.map = { ...world.map, live: false, asOf: '2026-11-16T18:04:00Z' }
    await open()
    await page.getByText('as of Mon 16 Nov').first().waitFor()
    world.map = { ...world.map, live: true }
    changed()
    await page.getByText('as of Mon 16 Nov').first().waitFor({ state: 'detached' })
  })
  test('a newly lit lamp is spoken once', async () => {
    await open()
    await page.getByRole('link', { name: 'Lamps lit: 1 stopped, 1 called' }).waitFor()
    world.map = { ...world.map, lamps: { stopped: 2, called: 1 } }
    changed()
    await page
      .locator('[role=alert]', { hasText: '2 stopped, 1 called' })
      .waitFor({ state: 'attached' })
  })
  test('filters live in the address', async () => {
    await open('#/map?team=Vision')
    await page.getByRole('button', { name: 'team Vision' }).click()
    await page.getByRole('menuitem', { name: 'All teams' }).click()
    await page.getByRole('button', { name: 'team all 3' }).waitFor()
    await expect.poll(() => new URL(page.url()).hash).toBe('#/map')
  })
  test('narrow windows keep both lines inside their panel', async () => {
    await page.setViewportSize({ width: 1024, height: 700 })
    await open()
    await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
    await shot('map.1024')
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
    ).toBe(true)
  })
})

describe('the frame', () => {
  test('screens are reached by G and a letter, not while typing or when switched off', async () => {
    await open()
    await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('o')
    await page.getByRole('heading', { name: 'Money', level: 1 }).waitFor()
    expect(await page.getByText('are not in this release').isVisible()).toBe(true)
    expect(await violationsOf(page)).toEqual([])
    world.settings = { ...world.settings, singleKeys: false }
    changed()
    await page.goto(`${host.origin}/#/settings`)
    await page
      .getByRole('radio', { name: 'Off' })
      .and(page.locator('[aria-checked=true]'))
      .waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('m')
    expect(new URL(page.url()).hash).toBe('#/settings')
  })
  test('the palette finds, opens and gives the focus back', async () => {
    await open()
    await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
    await page.getByRole('link', { name: 'Settings' }).focus()
    await typeInPalette(page, '>prep')
    await page.getByRole('option', { name: /Prepare oslo/ }).waitFor()
    await shot('palette')
    expect(
      await page.getByRole('option', { name: /Prepare oslo/ }).getAttribute('aria-disabled'),
    ).toBe('true')
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(focusedText).toContain('Settings')
    await openFromPalette(page, 'drift', /^Drift/)
    await page.getByRole('heading', { name: 'Drift', level: 1 }).waitFor()
  })
  test('an operation shows its steps, journal and what cancelling leaves', async () => {
    world.operations = [
      {
        id: 'o1',
        kind: 'provision',
        title: 'Provision voice-spoof',
        site: 'oslo',
        subject: { kind: 'Environment', name: 'nb' },
        by: 'mara.lind',
        state: 'running',
        startedAt: '2026-11-18T14:31:39Z',
        promiseSeconds: 40,
        elapsedSeconds: 21,
        resumedAtStep: 1,
        cancelLeaves: 'nothing behind',
        canUndo: false,
        journal: [{ at: '2026-11-18T14:31:39Z', says: 'Started.' }],
        steps: [
          {
            id: 'a',
            title: 'Quota',
            state: 'done',
            startedAt: '2026-11-18T14:31:39Z',
            endedAt: '2026-11-18T14:31:40Z',
          },
          { id: 'b', title: 'Volumes', state: 'running', startedAt: '2026-11-18T14:31:40Z' },
          { id: 'c', title: 'Server', state: 'waiting' },
        ],
      },
      {
        id: 'o2',
        kind: 'prepare',
        title: 'Prepare hq-shared',
        site: 'hq',
        subject: { kind: 'Site', name: 'hq' },
        by: 'mara.lind',
        state: 'failed',
        startedAt: '2026-11-18T14:21:00Z',
        endedAt: '2026-11-18T14:21:04Z',
        elapsedSeconds: 4,
        cancelLeaves: 'nothing',
        canUndo: true,
        journal: [],
        steps: [
          {
            id: 'a',
            title: 'Roles',
            state: 'failed',
            failure: {
              code: 'FORBIDDEN',
              data: {
                site: 'hq',
                verb: 'create',
                resource: 'clusterroles',
                says: 'no',
                grantedBy: ['Lena Ost'],
              },
            },
          },
        ],
      },
    ]
    await open()
    await page.getByText('21 s of 40 s').waitFor()
    await page.keyboard.press('Control+j')
    await page.getByText('Resumed at step 2 of 3').waitFor()
    await shot('drawer')
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: /Prepare hq-shared/ }).click()
    await page.getByText('Lena Ost can grant it.').first().waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('What happened').waitFor({ state: 'detached' })
  })
  test('a lost core is said, what was typed stays, and everything comes back', async () => {
    await open('#/settings')
    const person = page.getByLabel('Your name')
    await person.fill('mara')
    // Sockets are refused until the test lets them through again, as while a core restarts.
    await context.setOffline(true)
    host.drop()
    await page.getByText('Reconnecting to the core').waitFor()
    expect(await person.inputValue()).toBe('mara')
    await context.setOffline(false)
    await page.getByText('Reconnecting to the core').waitFor({ state: 'detached' })
    expect(await person.inputValue()).toBe('mara')
    world.sites = world.sites.map((site) => ({ ...site, name: `${site.name}-again` }))
    changed()
    await page.getByText('oslo-again').first().waitFor()
    faults = besideOutage(faults)
  })
  test('settings apply at once and are kept', async () => {
    await open('#/settings')
    await page.getByRole('radio', { name: 'Dark' }).click()
    await page.locator('html[data-theme=dark]').waitFor()
    await page.getByRole('radio', { name: 'Compact' }).click()
    await page.locator('html[data-density=compact]').waitFor()
    await settled(page)
    await shot('settings.dark')
    await expect.poll(() => world.settings).toMatchObject({ theme: 'dark', density: 'compact' })
    expect(await violationsOf(page)).toEqual([])
  })
  test('a fault of one screen stays in it, with a report to copy, and the next screen works', async () => {
    world.map = { ...world.map, live: false, asOf: '2026-99-99T14:32:00Z' }
    await open()
    await page.getByText('This screen stopped working.').waitFor()
    expect(await page.getByRole('button', { name: 'Copy the report' }).isVisible()).toBe(true)
    expect(await violationsOf(page)).toEqual([])
    expect(faults.length).toBeGreaterThan(0)
    faults = []
    world.map = aMap()
    changed()
    await page.getByRole('button', { name: 'Start this screen again' }).click()
    await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
  })
  test('every key is listed under ?, F6 goes round the regions, and a link of the shell is followed', async () => {
    await open()
    await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    const region = async () => {
      await page.keyboard.press('F6')
      return page.evaluate(() => document.activeElement?.tagName.toLowerCase())
    }
    expect([
      await region(),
      await region(),
      await region(),
      await region(),
      await region(),
    ]).toEqual(['header', 'nav', 'main', 'footer', 'header'])
    await page.evaluate(() => {
      window.postMessage({ go: 'javascript:alert(1)' }, location.origin)
      window.postMessage({ go: '/money' }, location.origin)
    })
    await page.getByRole('heading', { name: 'Money', level: 1 }).waitFor()
  })
  test('an unknown address leads back', async () => {
    await open('#/nowhere/at-all')
    await page.getByRole('link', { name: 'Go to the map' }).click()
    await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
  })
})

describe('the first run', () => {
  beforeEach(() => {
    world.sites = []
  })
  test('offers three doors; the plant opens on one press', async () => {
    await open()
    await page.getByRole('heading', { name: 'What should Takt look at?' }).waitFor()
    await shot('first-run')
    expect(
      await page.getByRole('button', { name: /Open a bundle/ }).getAttribute('aria-disabled'),
    ).toBeNull()
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: /Open the plant/ }).click()
    await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
    expect(world.plants).toBe(1)
  })
  test('text never becomes markup, whoever writes it into the page', async () => {
    await open()
    const tried = await page.evaluate(() => {
      const attempt = (work: () => void) => {
        try {
          work()
          return 'let through'
        } catch (error) {
          return (error as Error).name
        }
      }
      const place = document.createElement('div')
      const style = document.createElement('style')
      return [
        attempt(() => (place.innerHTML = '<img src=x onerror=alert(1)>')),
        attempt(() => place.insertAdjacentHTML('beforeend', '<b>x</b>')),
        attempt(() => (document.createElement('script').src = 'https://evil.example/x.js')),
        attempt(() => (document.createElement('script').text = 'alert(1)')),
        attempt(() => (style.innerHTML = ':root { --x: 1 }')),
      ]
    })
    expect(tried).toEqual(['TypeError', 'TypeError', 'TypeError', 'TypeError', 'let through'])
    // Each of them was reported, and none but them.
    expect(faults.splice(0)).toHaveLength(4)
  })
  test('a plugin is shown with all that would run, and what differs from what was agreed to', async () => {
    await open()
    await page.getByRole('button', { name: /Connect a cluster/ }).click()
    await page.getByText('cannot be used').first().waitFor()
    await page.getByRole('row', { name: /hq-shared/ }).press('Enter')
    const command = page.getByRole('region', { name: 'Full command' })
    await command.waitFor()
    expect(await command.textContent()).toBe("/usr/local/bin/sign-in get-token '--post=$(cat key)'")
    await page.getByText('1 argument, 1 variable and 1 line differ').waitFor()
    await page.getByText('LD_PRELOAD decides which code runs').waitFor()
    await page.getByText('sha256 41ab').waitFor()
    await shot('connect')
    expect(await violationsOf(page)).toEqual([])
  })
})
