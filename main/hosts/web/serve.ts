import type { Core } from '../../compose'
import type { Sessions } from '../../capabilities/sessions'
import { serveLocally } from '../local/socket'
import { startWebHost } from './host'
import { openBrowser } from './open-browser'
import { removeOldSignInFiles } from './sign-in-file'
import type { Supervisor } from './supervised'

export interface ServeOptions {
  core: Core
  sessions: Sessions
  storeDir: string
  pageRoot: string
  port: number
  /** Whether a browser is wanted; it is opened where it could read a private file. */
  browser: boolean
  print: (line: string) => void
  /** Who holds the port; without one the host has a port of its own. */
  supervisor?: Supervisor
}

/** Serves page and contract on loopback until the signal, with a local socket for the command line beside it. */
export async function serve(
  { core, sessions, storeDir, pageRoot, port, browser, print, supervisor }: ServeOptions,
  signal: AbortSignal,
): Promise<void> {
  const host = await startWebHost(core.router, {
    pageRoot,
    port,
    sessions,
    door: supervisor?.door,
  })
  const local = await serveLocally(core.router, storeDir, { 'new-token': host.address })
  await removeOldSignInFiles(storeDir)
  supervisor?.ready()
  // Pages of before come back by themselves.
  const removeFile = supervisor?.again
    ? undefined
    : await show(host.address(), { browser, print, storeDir, sessions })
  await new Promise<void>((stop) => {
    if (signal.aborted) stop()
    signal.addEventListener('abort', () => stop(), { once: true })
  })
  await Promise.all([host.close(), local.close(), removeFile?.()])
  await core.close()
}

async function show(
  address: string,
  {
    browser,
    print,
    storeDir,
    sessions,
  }: Pick<ServeOptions, 'browser' | 'print' | 'storeDir' | 'sessions'>,
) {
  print(address)
  if (!browser) return undefined
  return openBrowser({ folder: storeDir, address, sessions, env: process.env, print })
}
