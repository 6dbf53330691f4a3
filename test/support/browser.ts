import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Unpacks the Chromium that npm brought, once for the whole run: parallel workers would start a half-written file. */
export async function setup() {
  // The package reuses whatever version lies in the temporary folder, so the folder is named by version.
  const folder = join(tmpdir(), 'takt-chromium-153.0.0')
  mkdirSync(folder, { recursive: true })
  process.env['TMPDIR'] = folder
  const { default: chromium } = await import('@sparticuz/chromium')
  process.env['TAKT_TEST_CHROMIUM'] = await chromium.executablePath()
  process.env['TAKT_TEST_CHROMIUM_ARGS'] = JSON.stringify(chromium.args)
}
