import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright'

/** Unpacks the Chromium that npm brought, once for the whole run: parallel workers would start a half-written file. */
export async function setup() {
  // The package reuses whatever version lies in the temporary folder, so the folder is named by version.
  const folder = join(tmpdir(), 'takt-chromium-153.0.0')
  mkdirSync(folder, { recursive: true })
  process.env['TMPDIR'] = folder
  const { default: packaged } = await import('@sparticuz/chromium')
  process.env['TAKT_TEST_CHROMIUM'] = await packaged.executablePath()
}

/** How long a page may take to show what is waited for, in milliseconds: longer than any machine takes, as what comes ends the wait at once. */
export const PATIENCE_MS = 60_000

/** A real Chromium with its web security on, patient in every context; root may not use Chromium's own sandbox. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['TAKT_TEST_CHROMIUM']
  if (!executablePath)
    throw new Error('Run this under the journeys project: its global set-up unpacks Chromium.')
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--font-render-hinting=none',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  })
  const open = browser.newContext.bind(browser)
  browser.newContext = async (options) => {
    const context = await open(options)
    context.setDefaultTimeout(PATIENCE_MS)
    return context
  }
  return browser
}
