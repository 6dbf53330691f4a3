import { screen, type BrowserWindow } from 'electron'
import Store from 'electron-store'

interface Bounds {
  x?: number
  y?: number
  width: number
  height: number
  maximized?: boolean
}
interface Kept {
  window: Bounds
  settings: Record<string, unknown>
}

export const openStore = () =>
  new Store<Kept>({
    name: 'takt',
    defaults: { window: { width: 1440, height: 900 }, settings: {} },
  })
export type ShellStore = ReturnType<typeof openStore>

/** Where the window stood last time, if a screen is still there. */
export function lastBounds(store: ShellStore): Bounds {
  const kept = store.get('window')
  const { x, y } = kept
  if (x === undefined || y === undefined) return { width: kept.width, height: kept.height }
  const visible = screen
    .getAllDisplays()
    .some(
      ({ workArea }) =>
        x < workArea.x + workArea.width - 80 &&
        x + kept.width > workArea.x + 80 &&
        y >= workArea.y - 20 &&
        y < workArea.y + workArea.height - 80,
    )
  return visible ? kept : { width: kept.width, height: kept.height }
}

/** Writes the window's place down when it changes for good, not on each pixel of a drag. */
export function keepBounds(window: BrowserWindow, store: ShellStore) {
  let pending: NodeJS.Timeout | undefined
  const write = () => {
    if (window.isDestroyed()) return
    store.set('window', { ...window.getNormalBounds(), maximized: window.isMaximized() })
  }
  const later = () => {
    clearTimeout(pending)
    pending = setTimeout(write, 400)
  }
  window.on('resize', later)
  window.on('move', later)
  window.on('close', () => {
    clearTimeout(pending)
    write()
  })
}
