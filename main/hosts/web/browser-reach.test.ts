import { expect, test } from 'vitest'
import { browserReach, type BrowserSurroundings } from './browser-reach'

const desktop: BrowserSurroundings = {
  env: { DISPLAY: ':0' },
  platform: 'linux',
  release: '6.8.0-generic',
  defaultBrowser: 'google-chrome.desktop',
  exists: () => false,
}
const has = (file: string) => (asked: string) => asked === file

test.each<[why: string, around: Partial<BrowserSurroundings>, opens: boolean]>([
  ['a desktop', {}, true],
  ['Wayland alone', { env: { WAYLAND_DISPLAY: 'wayland-0' } }, true],
  ['a Mac', { platform: 'darwin', env: {}, defaultBrowser: undefined }, true],
  ['Windows', { platform: 'win32', env: {}, defaultBrowser: undefined }, true],
  ['an unknown browser of a desktop without snaps', { defaultBrowser: undefined }, true],
  ['a Flatpak, which is handed the file', { defaultBrowser: 'org.mozilla.firefox.desktop' }, true],
  [
    'another browser beside a snap',
    { exists: has('/snap/bin/firefox'), defaultBrowser: 'google-chrome.desktop' },
    true,
  ],
  ['whoever wants none', { env: { DISPLAY: ':0', TAKT_NO_OPEN: '1' } }, false],
  [
    'a terminal over ssh',
    { env: { DISPLAY: ':10', SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' } },
    false,
  ],
  ['a terminal over ssh to a Mac', { platform: 'darwin', env: { SSH_TTY: '/dev/ttys1' } }, false],
  ['a cluster', { env: { DISPLAY: ':0', KUBERNETES_SERVICE_HOST: '10.96.0.1' } }, false],
  ['WSL', { release: '5.15.167.4-microsoft-standard-WSL2' }, false],
  ['WSL with a kernel of its own', { env: { DISPLAY: ':0', WSL_DISTRO_NAME: 'Ubuntu' } }, false],
  ['no display', { env: {} }, false],
  ['a snap', { defaultBrowser: 'firefox_firefox.desktop' }, false],
  [
    'a snap behind a plain name',
    { defaultBrowser: 'firefox.desktop', exists: has('/snap/bin/firefox') },
    false,
  ],
  ['a snap by BROWSER', { env: { DISPLAY: ':0', BROWSER: '/snap/bin/chromium' } }, false],
  [
    'an unknown browser where there is a snap',
    { defaultBrowser: undefined, exists: has('/snap/bin/firefox') },
    false,
  ],
])('%s', (_why, around, opens) => expect(browserReach({ ...desktop, ...around }).opens).toBe(opens))
