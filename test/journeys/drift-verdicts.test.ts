import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBooks, packBooks } from '../../main/capabilities/drift/bundles/form'
import { launchBrowser } from '../support/browser'
import { startHost, type RunningHost } from '../support/host'
import { violationsOf } from '../support/looking'
import { runTakt } from '../support/takt'

const folder = mkdtempSync(join(tmpdir(), 'takt-verdicts-journey-'))
const at = (name: string) => join(folder, name)
let browser: Browser, host: RunningHost, page: Page

const rows = (shift: number) =>
  ['x', ...Array.from({ length: 2000 }, (_, row) => String(((row * 7919) % 2003) + shift))].join(
    '\n',
  )

/** What an analyst brings home: the same bundle, with a verdict of their own on its only window. */
function spoken(
  from: string,
  to: string,
  verdict: { author: string; verdict: 'fine' | 'act' },
): void {
  const { books } = openBooks(readFileSync(from))
  const told = books.map((book) => ({
    ...book,
    verdicts: [
      {
        ...verdict,
        id: '1',
        at: verdict.verdict === 'act' ? '2026-11-18T11:00:00Z' : '2026-11-18T10:00:00Z',
        window: book.windows[0]?.name ?? '',
        note: `because ${verdict.author} looked`,
      },
    ],
  }))
  writeFileSync(to, packBooks(told, { createdAt: '2026-11-18T12:00:00Z', name: verdict.author }))
}

beforeAll(async () => {
  browser = await launchBrowser()
  host = await startHost()
  writeFileSync(at('reference.csv'), rows(0))
  writeFileSync(at('current.csv'), rows(900))
  const made = await runTakt(host.store, [
    ...['drift', 'bundle', '--reference', at('reference.csv'), '--current', at('current.csv')],
    ...['--out', at('made.takt')],
  ])
  expect(made.code).toBe(0)
  spoken(at('made.takt'), at('mara.takt'), { author: 'mara.lind', verdict: 'fine' })
  spoken(at('made.takt'), at('lena.takt'), { author: 'lena.ofori', verdict: 'act' })
  const joined = await runTakt(host.store, [
    ...['drift', 'join', at('mara.takt'), at('lena.takt'), '--out', at('joined.takt')],
  ])
  expect(joined.code).toBe(0)
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  await page.goto(host.address)
  await page.locator('nav').first().waitFor()
  await page.evaluate(() => {
    location.hash = '#/drift'
  })
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await host?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('verdicts of two analysts on one window', () => {
  test('are both on the screen after joining, the latest first, with their disagreement marked', async () => {
    await page.getByRole('button', { name: 'Open a bundle…' }).first().click()
    await page.getByLabel('Choose a file').setInputFiles(at('joined.takt'))
    await page.getByText('People disagree: lena.ofori says act; mara.lind says fine.').waitFor()
    const said = page.getByRole('list', { name: 'What was said of this window' }).locator('li')
    expect(await said.count()).toBe(2)
    expect(await said.nth(0).innerText()).toMatch(/act[\s\S]*disagrees[\s\S]*lena\.ofori/)
    expect(await said.nth(1).innerText()).toMatch(/fine[\s\S]*disagrees[\s\S]*mara\.lind/)
    expect(await violationsOf(page)).toEqual([])
  }, 60_000)
})
