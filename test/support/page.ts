import { chromium, type Browser } from 'playwright'

/** The Chromium that npm brought, unpacked by browser.ts. */
export function openBrowser(): Promise<Browser> {
  const executablePath = process.env['TAKT_TEST_CHROMIUM']
  if (!executablePath) throw new Error('TAKT_TEST_CHROMIUM is not set: run this in the journeys project, whose set-up unpacks the browser')
  return chromium.launch({ executablePath, args: JSON.parse(process.env['TAKT_TEST_CHROMIUM_ARGS'] ?? '[]') as string[] })
}
