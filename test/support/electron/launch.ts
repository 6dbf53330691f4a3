import { spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron, type ElectronApplication } from 'playwright'

// A bundled benchmark lies elsewhere, and says where the checkout is.
const root = process.env['TAKT_ROOT'] ?? fileURLToPath(new URL('../../..', import.meta.url))
const support = (file: string) => join(root, 'test/support/electron', file)
const NOBODY = 65_534

/** The Electron at hand, or what is missing. */
export function findElectron():
  { dist: string; version: string; shim: boolean } | { missing: string } {
  const dist =
    process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(root, 'node_modules/electron/dist')
  if (!existsSync(join(dist, 'electron')))
    return {
      missing: `no Electron under ${process.env['ELECTRON_OVERRIDE_DIST_PATH'] ? 'ELECTRON_OVERRIDE_DIST_PATH' : 'node_modules/electron/dist'}`,
    }
  const version = readFileSync(join(dist, 'version'), 'utf8').trim().replace(/^v/, '')
  const { version: ships } = JSON.parse(
    readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8'),
  ) as { version: string }
  return { dist, version, shim: Number(version.split('.')[0]) < Number(ships.split('.')[0]) }
}

/** Starts a display of its own and answers its name; undefined where Xvfb is not installed. */
export async function startDisplay(): Promise<{ display: string; stop(): void } | undefined> {
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-ac', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  )
  const number = await new Promise<string | undefined>((found) => {
    server.once('error', () => found(undefined))
    server.once('exit', () => found(undefined))
    server.stdio[3]?.once('data', (text: Buffer) => found(text.toString().trim()))
  })
  return number === undefined ? undefined : { display: `:${number}`, stop: () => server.kill() }
}

export interface Launched {
  app: ElectronApplication
  userData: string
  args: string[]
  env: Record<string, string>
  executable: string
  close(): Promise<void>
}

/** Starts the built app with a fresh profile, which `prepare` may fill; it answers more environment. `files` stand on its command line, as when the desktop opens them. As root it runs as an unprivileged user, so that Chromium's real sandbox is in force. */
export async function launch(
  found: { dist: string; shim: boolean },
  display: string,
  {
    app: folder = root,
    files = [],
    prepare,
  }: { app?: string; files?: string[]; prepare?: (home: string) => Record<string, string> } = {},
): Promise<Launched> {
  const userData = mkdtempSync(join(tmpdir(), 'takt-electron-'))
  const asRoot = process.getuid?.() === 0
  const extraEnv = prepare?.(userData) ?? {}
  if (asRoot)
    for (const path of [userData, ...readdirSync(userData).map((name) => join(userData, name))])
      chownSync(path, NOBODY, NOBODY)
  const executable = join(found.dist, 'electron')
  const args = [
    '--disable-gpu',
    `--user-data-dir=${userData}`,
    ...(found.shim ? ['-r', support('shim.cjs')] : []),
    folder,
  ]
  const env = {
    PATH: process.env['PATH'] ?? '',
    DISPLAY: display,
    HOME: userData,
    XDG_RUNTIME_DIR: userData,
    TAKT_TEST_NODE: process.execPath,
    ...extraEnv,
  }
  const command = asRoot
    ? { executablePath: support('as-nobody.sh'), args: [executable, ...args, ...files] }
    : { executablePath: executable, args: [...args, ...files] }
  const app = await _electron.launch({ ...command, env, chromiumSandbox: true, timeout: 60_000 })
  return {
    app,
    userData,
    args,
    env,
    executable,
    close: async () => {
      await app.close().catch(() => {})
      rmSync(userData, { recursive: true, force: true })
    },
  }
}
