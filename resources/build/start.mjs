// Opens the desktop window where an Electron that the app supports is at hand, else says why not and opens the web host.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './programs.mjs'

const home = join(root, 'node_modules/electron')
const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
const wantedMajor = Number(version.split('.')[0])

function binary(dist) {
  const name =
    { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ??
    'electron'
  return existsSync(join(dist, name)) ? join(dist, name) : undefined
}
/** Which Electron lies in a folder, by the version file that every distribution carries. */
function versionIn(dist) {
  const file = join(dist, 'version')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : undefined
}
function installed() {
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(home, 'dist')
  const found = binary(dist)
  if (!found) return {}
  const is = versionIn(dist)
  return Number(is?.split('.')[0]) >= wantedMajor
    ? { found }
    : {
        why: `the Electron at hand is ${is ?? 'of unknown version'} and Takt needs ${wantedMajor} or newer`,
      }
}
/** Asks for the checksum list before a download of 120 MB is begun: a machine without a way out answers in at most 4 s. */
async function reachable() {
  const mirror =
    process.env.ELECTRON_MIRROR ??
    process.env.npm_config_electron_mirror ??
    'https://github.com/electron/electron/releases/download/'
  return fetch(`${mirror}v${version}/SHASUMS256.txt`, {
    method: 'HEAD',
    signal: AbortSignal.timeout(4_000),
  }).then(
    (answer) => answer.ok,
    () => false,
  )
}
async function findElectron() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return { why: 'there is no display' }
  if (process.platform === 'linux' && process.getuid?.() === 0)
    return { why: 'Electron does not run as root' }
  const { found, why } = installed()
  if (found || why) return { found, why }
  if (!(await reachable()))
    return { why: `Electron ${version} is not installed and its download site does not answer` }
  console.log(`Fetching Electron ${version} (once, about 120 MB) ...`)
  spawnSync(process.execPath, [join(home, 'install.js')], { stdio: 'inherit', timeout: 300_000 })
  return installed().found ? installed() : { why: `Electron ${version} could not be installed` }
}

const { found, why } = await findElectron()
if (!found) console.log(`No desktop window: ${why}. Opening the web host instead.`)
const args = process.argv.slice(2)
const child = found
  ? spawn(found, [root, ...args], { stdio: 'inherit' })
  : // What V8 compiled is kept, so that the second start is quicker than the first.
    spawn(process.execPath, [join(root, 'out/main/web.mjs'), ...args], {
      stdio: 'inherit',
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, 'out/.compiled'),
      },
    })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => process.exit(code ?? 1))
