import { fileURLToPath } from 'node:url'
import type { BrowserContextOptions, Page } from 'playwright'
import { startWebHost, type WebHost } from '../../main/hosts/web/host'
import { launchBrowser } from './browser'
import { coreOnPlant, type CoreOnPlant } from './core-on-plant'
import { hearFaults } from './looking'

const pageRoot =
  process.env['TAKT_PAGE_ROOT'] ?? fileURLToPath(new URL('../../out/renderer', import.meta.url))

export interface PageOnPlant extends CoreOnPlant {
  page: Page
  host: WebHost
  /** Errors of the page so far; a journey ends by expecting none. */
  faults: string[]
  close(): Promise<void>
}
/** The built page, signed in, in a browser of its own on a core with the plant at sixty times its speed. */
export async function pageOnPlant(options: BrowserContextOptions = {}): Promise<PageOnPlant> {
  const there = await coreOnPlant({ speed: 60 })
  const host = await startWebHost(there.core.router, { pageRoot })
  const browser = await launchBrowser()
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const faults: string[] = []
  hearFaults(page, faults)
  await page.goto(host.address())
  return {
    ...there,
    page,
    host,
    faults,
    async close() {
      await browser.close()
      await host.close()
      await there.end()
    },
  }
}
