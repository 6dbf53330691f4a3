import { join } from 'node:path'
import { app, BrowserWindow, ipcMain, powerMonitor, shell } from 'electron'
import { LampTray, notify, setMenu } from './hosts/electron/chrome'
import { CoreProcess } from './hosts/electron/core-process'
import { pathOfDeepLink } from './hosts/electron/deep-link'
import { makeLeaving } from './hosts/electron/leaving'
import type { ToShell } from './hosts/electron/messages'
import { pathOfOpenedFile, pathOfStart } from './hosts/electron/opened-file'
import { keepPage } from './hosts/electron/page-keeper'
import {
  askAboutPage,
  askToOpen,
  lockContents,
  ORIGIN,
  refusePermissions,
  registerScheme,
  servePage,
} from './hosts/electron/security'
import { vaultDo, vaultState, type VaultState } from './hosts/electron/vault'
import { keepBounds, lastBounds, openStore } from './hosts/electron/window-state'

// The lock comes first: a second copy must not touch the store of the first.
if (!app.requestSingleInstanceLock()) app.exit(0)
registerScheme()
app.enableSandbox()
app.setAsDefaultProtocolClient('takt')

const store = openStore()
let window: BrowserWindow | undefined
let quitting = false
let vault: VaultState = { backend: 'unknown', keeps: false }
let forwards = new Set<string>()
let locked = false

const show = () => {
  if (window?.isMinimized()) window.restore()
  window?.show()
  window?.focus()
}
// A file or address that is opened before the page is there waits for it.
let waiting = pathOfStart(process.argv, process.cwd()),
  isReady = false
const go = (path: string) => {
  show()
  if (isReady) window?.webContents.send('takt:go', path)
  else waiting = path
}
const chrome = { icons: join(__dirname, '../../resources/icons'), go, show, quit: () => app.quit() }
const tray = new LampTray(chrome)

const core = new CoreProcess({
  file: join(__dirname, 'core.mjs'),
  startMessage: () => ({
    type: 'start',
    storeDir: join(app.getPath('userData'), 'store'),
    version: app.getVersion(),
    settings: store.get('settings'),
    electron: process.versions.electron,
    vaultBackend: vault.backend,
    vaultKeeps: vault.keeps,
    locked,
  }),
  onMessage: (message) => void hear(message),
  onLost: () => {
    forwards = new Set()
  },
})

function setLocked(now: boolean) {
  locked = now
  core.send({ type: 'locked', locked })
}

async function hear(message: ToShell) {
  if (message.type === 'settings') store.set('settings', message.value)
  else if (message.type === 'lamps') tray.show(message)
  else if (message.type === 'notify') notify(message, go)
  else if (message.type === 'forwards') forwards = new Set(message.urls)
  else if (message.type === 'vault') {
    const text = await vaultDo(message.op, message.text)
    core.send({ type: 'vault', id: message.id, ...(text !== undefined && { text }) })
  }
}

ipcMain.on('takt:port', (event) => {
  const frame = event.senderFrame
  if (!frame || frame !== event.sender.mainFrame || !frame.url.startsWith(`${ORIGIN}/`)) return
  core.connect(event.sender)
  isReady = true
  if (waiting !== undefined) go(waiting)
  waiting = undefined
})

function openWindow() {
  const { maximized, ...bounds } = lastBounds(store)
  window = new BrowserWindow({
    ...bounds,
    minWidth: 1024,
    minHeight: 640,
    show: false,
    title: 'Takt',
    icon: join(chrome.icons, 'takt.png'),
    webPreferences: {
      preload: join(__dirname, '../preload/index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  if (maximized) window.maximize()
  keepBounds(window, store)
  keepPage(window.webContents, {
    ask: askAboutPage,
    now: () => performance.now(),
    quit: () => app.quit(),
  })
  window.once('ready-to-show', () => window?.show())
  window.on('closed', () => {
    window = undefined
    isReady = false
  })
  void window.loadURL(`${ORIGIN}/index.html`)
}

void app.whenReady().then(async () => {
  servePage(join(__dirname, '../renderer'))
  refusePermissions()
  lockContents(
    makeLeaving({
      isForward: (url) => forwards.has(url),
      ask: askToOpen,
      open: (url) => shell.openExternal(url),
      now: () => performance.now(),
    }),
  )
  openWindow()
  setMenu(chrome)
  vault = await vaultState().catch(() => vault)
  core.start()
  tray.show({ stopped: 0, called: 0 })
  // A sleep the core notices by its clock; that the screen is locked only the desktop knows, also for a core that starts meanwhile.
  powerMonitor.on('lock-screen', () => setLocked(true))
  powerMonitor.on('unlock-screen', () => setLocked(false))
})
app.on('second-instance', (_event, args, folder) => {
  show()
  const path = pathOfStart(args, folder)
  if (path) go(path)
})
app.on('open-url', (event, url) => {
  event.preventDefault()
  const path = pathOfDeepLink(url)
  if (path) go(path)
})
app.on('open-file', (event, file) => {
  event.preventDefault()
  const path = pathOfOpenedFile([file], '/')
  if (path) go(path)
})
app.on('activate', () => {
  if (!window) openWindow()
})
app.on('window-all-closed', () => app.quit())
app.on('before-quit', (event) => {
  if (quitting) return
  event.preventDefault()
  quitting = true
  void core.stop().then(() => app.quit())
})
