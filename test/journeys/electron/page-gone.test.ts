import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findElectron, launch, startDisplay, type Launched } from '../../support/electron/launch'

const found = findElectron()
const display = await startDisplay()
const lacks = 'missing' in found ? found.missing : display ? undefined : 'Xvfb is not installed'
const FIELD = `document.querySelector('main form input.field-box')`

describe.skipIf(lacks !== undefined)(
  `a page that is gone${lacks ? ` (skipped: ${lacks})` : ''}`,
  () => {
    let shell: Launched
    /** Asked of whatever page the window has by now: a driver that held on to the first would go with it. */
    const page = <T>(script: string) =>
      shell.app.evaluate(
        ({ BrowserWindow }, text) =>
          // What is asked of a page while it ends is never answered, neither with yes nor with no.
          Promise.race<unknown>([
            BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(text),
            new Promise((_never, late) => setTimeout(() => late(new Error('no answer')), 2000)),
          ]),
        script,
      ) as Promise<T>
    const contents = (act: 'type' | 'crash' | 'hang', text = '') =>
      shell.app.evaluate(
        async ({ BrowserWindow }, [what, letters]) => {
          const web = BrowserWindow.getAllWindows()[0]?.webContents
          if (what === 'type') await web?.insertText(letters ?? '')
          else if (what === 'crash') web?.forcefullyCrashRenderer()
          // Chromium says this by itself some seconds after a key that nobody answers, but never while a debugger is attached, as here.
          else web?.emit('unresponsive')
        },
        [act, text] as const,
      )
    const valueOf = () => page<string | undefined>(`${FIELD}?.value`).catch(() => undefined)
    const processId = () =>
      shell.app.evaluate(
        ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
      )
    const stored = () => page<string>('JSON.stringify({ ...sessionStorage })').catch(() => '')
    const type = async (text: string) => {
      await expect.poll(isConnected).toBe(true)
      await page(`location.hash = '#/settings'`)
      await expect.poll(valueOf).toBeTypeOf('string')
      // The field is drawn anew when the settings arrive, so a person who is very quick types twice.
      await expect
        .poll(async () => {
          if ((await valueOf()) !== text) {
            await page(`${FIELD}.focus(), ${FIELD}.select()`)
            await contents('type', text)
          }
          return stored()
        })
        .toContain(text)
    }
    const isConnected = () =>
      page<boolean>(`/^\\d+$/.test(document.documentElement.dataset.corePid ?? '')`).catch(
        () => false,
      )

    beforeAll(async () => {
      if ('missing' in found || !display) return
      shell = await launch(found, display.display, {
        prepare: (home) => ({ KUBECONFIG: `${home}/none` }),
      })
      await shell.app.firstWindow()
      await shell.app.evaluate(({ dialog }) => {
        const asked: string[] = []
        Object.assign(globalThis, { asked })
        dialog.showMessageBox = ((question: { message: string }) => {
          asked.push(question.message)
          return Promise.resolve({ response: 0, checkboxChecked: false })
        }) as never
      })
    })
    afterAll(async () => {
      await shell?.close()
      display?.stop()
    })

    test('because its process was killed comes back where it was, with what was typed, and speaks with the core', async () => {
      await type('half a sen')
      const before = await processId()
      await contents('crash')
      await expect.poll(valueOf).toBe('half a sen')
      expect(await processId()).not.toBe(before)
      expect(await page('location.hash')).toBe('#/settings')
      await expect.poll(isConnected).toBe(true)
    })
    test('in an endless loop is asked about, and opened again with what was typed', async () => {
      await type('half a word')
      const before = await processId()
      await page(`setTimeout(() => { for (;;); }, 0), 0`)
      const asked = () =>
        shell.app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)
      await expect(page('1')).rejects.toThrow('no answer')
      await contents('hang')
      expect(await asked()).toEqual(['The page of Takt does not answer.'])
      await expect.poll(valueOf).toBe('half a word')
      expect(await processId()).not.toBe(before)
      await expect.poll(isConnected).toBe(true)
    })
  },
)
