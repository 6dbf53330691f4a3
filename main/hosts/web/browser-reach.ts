/** What the machine says of itself and its browser. */
export interface BrowserSurroundings {
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  /** The kernel's release, in which WSL names itself. */
  release: string
  /** The desktop file of the default browser, where there is one. */
  defaultBrowser: string | undefined
  exists(file: string): boolean
}
export type BrowserReach = { opens: true } | { opens: false; why?: string }

const SNAPS = ['firefox', 'chromium', 'brave', 'opera', 'vivaldi']

/** Whether a browser started here could read a private file of this machine; where not, why people have to open the address themselves. */
export function browserReach(around: BrowserSurroundings): BrowserReach {
  const { env, platform, release } = around
  if (env['TAKT_NO_OPEN']) return { opens: false }
  if (env['SSH_CONNECTION'] || env['SSH_TTY'])
    return { opens: false, why: 'This terminal came over ssh, and your browser is elsewhere.' }
  if (env['KUBERNETES_SERVICE_HOST'])
    return { opens: false, why: 'Takt runs in a cluster, and your browser is elsewhere.' }
  if (env['WSL_DISTRO_NAME'] || /microsoft/i.test(release))
    return { opens: false, why: 'A browser of Windows cannot read a private file of Linux.' }
  if (platform !== 'linux') return { opens: true }
  if (!env['DISPLAY'] && !env['WAYLAND_DISPLAY'])
    return { opens: false, why: 'There is no display here.' }
  return isSnap(around)
    ? { opens: false, why: 'A browser from a snap cannot read private files.' }
    : { opens: true }
}
/** A snap's desktop file is named snap_app.desktop; distributions also hide a snap behind a plain name. */
function isSnap({ defaultBrowser, env, exists }: BrowserSurroundings): boolean {
  if (env['BROWSER']?.includes('/snap/')) return true
  const name = defaultBrowser?.replace(/\.desktop$/, '')
  if (name?.includes('_')) return true
  const hidden = name === undefined ? SNAPS : SNAPS.filter((snap) => name.startsWith(snap))
  return hidden.some((snap) => exists(`/snap/bin/${snap}`))
}
