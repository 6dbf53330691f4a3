import { randomUUID } from 'node:crypto'
import { app, dialog, protocol, session, type WebContents } from 'electron'
import { visibleLine } from '../../../preload/contract/text/visible'
import { csp } from '../csp'
import { loadPage, withNonce } from '../page-files'
import type { PageQuestion } from './page-keeper'

export const ORIGIN = 'app://takt'

/** Gives the page an origin of its own; has to run before Electron is ready. */
export function registerScheme() {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built page and nothing else: one host, a fixed list of files. */
export function servePage(root: string) {
  const page = loadPage(root)
  protocol.handle('app', async (request) => {
    const url = new URL(request.url)
    const file = url.host === 'takt' ? (await page)(url.pathname) : undefined
    if (!file) return new Response('', { status: 404, headers: { 'content-type': 'text/plain' } })
    const nonce = randomUUID()
    return new Response(withNonce(file, nonce), {
      status: 200,
      headers: {
        'content-type': file.type,
        'x-content-type-options': 'nosniff',
        'content-security-policy': csp(nonce, "'none'"),
      },
    })
  })
}

/** The page may use no device, sensor, notification or clipboard permission: it shows and asks, the shell does. */
export function refusePermissions() {
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, grant) =>
    grant(false),
  )
  session.defaultSession.setPermissionCheckHandler(() => false)
  session.defaultSession.setDevicePermissionHandler(() => false)
}

/** Asks whether an address may be opened outside. */
export async function askToOpen(url: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: 'Open this address in your browser?',
    detail: visibleLine(url),
    buttons: ['Open', 'Cancel'],
    defaultId: 0,
    cancelId: 1,
  })
  return response === 0
}

/** Asks whether a page that ended or does not answer is opened again. */
export async function askAboutPage(
  { says, detail, buttons }: PageQuestion,
  signal: AbortSignal,
): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    message: says,
    detail,
    buttons,
    defaultId: 0,
    cancelId: 1,
    signal,
  })
  return response === 0
}

/** Keeps every window on the page: no navigation, redirect, new window or webview. */
export function lockContents(leave: (url: string) => Promise<unknown>) {
  app.on('web-contents-created', (_event, contents: WebContents) => {
    contents.on('will-navigate', (event, url) => {
      if (!url.startsWith(`${ORIGIN}/`)) event.preventDefault()
    })
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      void leave(url)
      return { action: 'deny' }
    })
  })
}
