import { join } from 'node:path'
import { Menu, nativeImage, Notification, Tray, type MenuItemConstructorOptions } from 'electron'

interface ChromeOptions {
  icons: string
  go: (path: string) => void
  show: () => void
  quit: () => void
}
export interface Lamps {
  stopped: number
  called: number
}

const PLACES: [label: string, path: string, key: string][] = [
  ['Map', '/map', 'CmdOrCtrl+1'],
  ['Discover', '/discover', 'CmdOrCtrl+2'],
  ['Data and tools', '/data', 'CmdOrCtrl+3'],
  ['Line', '/line', 'CmdOrCtrl+4'],
  ['Settings', '/settings', 'CmdOrCtrl+,'],
]

export function setMenu({ go }: ChromeOptions) {
  const places: MenuItemConstructorOptions[] = PLACES.map(([label, path, accelerator]) => ({
    label,
    accelerator,
    click: () => go(path),
  }))
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
      {
        label: 'File',
        submenu: [
          { label: 'New project', click: () => go('/discover/new') },
          { type: 'separator' },
          { role: process.platform === 'darwin' ? 'close' : 'quit' },
        ],
      },
      { role: 'editMenu' },
      { label: 'Go', submenu: places },
      {
        label: 'View',
        submenu: [
          { role: 'reload' },
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { role: 'togglefullscreen' },
        ],
      },
      { role: 'windowMenu' },
    ]),
  )
}

const lampWords = ({ stopped, called }: Lamps) =>
  stopped > 0 ? `${stopped} stopped` : called > 0 ? `${called} called` : 'flowing'
const lampIcon = ({ stopped, called }: Lamps) =>
  stopped > 0 ? 'lamp-stopped.png' : called > 0 ? 'lamp-called.png' : 'lamp-flowing.png'

/** The tray icon: the worst lamp that is lit, as a shape and as words. */
export class LampTray {
  #tray: Tray | undefined
  constructor(private readonly options: ChromeOptions) {}

  show(lamps: Lamps) {
    const image = nativeImage.createFromPath(join(this.options.icons, lampIcon(lamps)))
    // Some desktops have no tray; the lamps are in the window then.
    try {
      this.#tray ??= new Tray(image)
    } catch {
      return
    }
    this.#tray.setImage(image)
    this.#tray.setToolTip(`Takt: ${lampWords(lamps)}`)
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: `Takt: ${lampWords(lamps)}`, enabled: false },
        { label: 'Show the map', click: () => this.options.go('/map') },
        { label: 'Show the window', click: this.options.show },
        { type: 'separator' },
        { label: 'Quit', click: this.options.quit },
      ]),
    )
  }
}

/** A native notification that opens its place in the window when clicked. */
export function notify(
  message: { title: string; body: string; path: string },
  go: (path: string) => void,
) {
  if (!Notification.isSupported()) return
  const shown = new Notification({ title: message.title, body: message.body })
  shown.on('click', () => go(message.path))
  shown.show()
}
