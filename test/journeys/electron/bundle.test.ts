import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeBundle } from '../../support/drift-bundle'
import { findElectron, launch, startDisplay, type Launched } from '../../support/electron/launch'

const found = findElectron()
const display = await startDisplay()
const lacks = 'missing' in found ? found.missing : display ? undefined : 'Xvfb is not installed'
const folder = mkdtempSync(join(tmpdir(), 'takt-opened-files-'))
const noNetwork = fileURLToPath(new URL('../../support/no-network.mjs', import.meta.url))

describe.skipIf(lacks !== undefined)(
  `a bundle opened from the desktop${lacks ? ` (skipped: ${lacks})` : ''}`,
  () => {
    let shell: Launched
    let page: Page
    let attempts = ''
    const shown = (name: string) => page.locator('.page-head b', { hasText: name }).waitFor()

    beforeAll(async () => {
      if ('missing' in found || !display) return
      // The window runs as somebody who may only read.
      chmodSync(folder, 0o755)
      for (const name of ['first', 'second', 'cut']) await writeBundle(folder, name)
      truncateSync(join(folder, 'cut.takt'), 2000)
      shell = await launch(found, display.display, {
        files: [join(folder, 'first.takt')],
        prepare: (home) => {
          attempts = join(home, 'attempts')
          writeFileSync(attempts, '')
          // The core runs with every connection refused and written down.
          writeFileSync(
            join(home, 'node'),
            `#!/bin/sh\nexec "${process.execPath}" --import "${noNetwork}" "$@"\n`,
            { mode: 0o755 },
          )
          return {
            KUBECONFIG: join(home, 'none'),
            TAKT_TEST_NODE: join(home, 'node'),
            TAKT_TEST_ATTEMPTS: attempts,
          }
        },
      })
      page = await shell.app.firstWindow()
    })
    afterAll(async () => {
      await shell?.close()
      display?.stop()
      rmSync(folder, { recursive: true, force: true })
    })

    /** A second copy with a file on its command line, started in the folder where it lies; answers how it ended. */
    const another = (file: string) =>
      new Promise<number | null>((done) => {
        const asRoot = process.getuid?.() === 0,
          args = [...shell.args, file]
        const second = asRoot
          ? spawn(
              'setpriv',
              ['--reuid=65534', '--regid=65534', '--clear-groups', shell.executable, ...args],
              { env: shell.env, cwd: folder, stdio: 'ignore' },
            )
          : spawn(shell.executable, args, { env: shell.env, cwd: folder, stdio: 'ignore' })
        second.once('exit', done)
      })

    test('named at the start it is what the window shows, with every score computed again', async () => {
      await page.getByText(/every score recomputed here/).waitFor()
      await shown('first.takt')
      await page
        .getByRole('table', { name: 'Fleet, worst first' })
        .getByText('model first')
        .waitFor()
    })
    test('named to a second copy it opens in the window that is there, and the copy ends', async () => {
      expect(await another('second.takt')).toBe(0)
      await shown('second.takt')
      expect(shell.app.windows()).toHaveLength(1)
    })
    test('handed over by the desktop it opens too', async () => {
      await shell.app.evaluate(
        ({ app }, file) => {
          app.emit('open-file', { preventDefault: () => undefined }, file)
        },
        join(folder, 'first.takt'),
      )
      await shown('first.takt')
    })
    test('cut short it is refused with its reason, and the one before stays open', async () => {
      expect(await another('cut.takt')).toBe(0)
      await page
        .locator('.drift-trouble')
        .getByText(/is cut short or is no bundle/)
        .waitFor()
      await shown('first.takt')
    })
    test('none of this tried to reach anything', () => {
      expect(existsSync(attempts)).toBe(true)
      expect(readFileSync(attempts, 'utf8')).toBe('')
    })
  },
)
