import type { Core } from '../../compose'
import type { Sessions } from '../../capabilities/sessions'
import { serveLocally } from '../local/socket'
import { startWebHost } from './host'
import { openBrowser } from './open-browser'
import { removeOldSignInFiles } from './sign-in-file'

export interface ServeOptions {
  core: Core
  sessions: Sessions
  storeDir: string
  pageRoot: string
  port: number
  /** Whether a browser is wanted; it is opened where it could read a private file. */
  browser: boolean
  print: (line: string) => void
}

/** Serves page and contract on loopback until the signal, with a local socket for the command line beside it. */
export async function serve(
  { core, sessions, storeDir, pageRoot, port, browser, print }: ServeOptions,
  signal: AbortSignal,
): Promise<void> {
  const host = await startWebHost(core.router, { pageRoot, port, sessions })
  const local = await serveLocally(core.router, storeDir, { 'new-token': host.address })
  await removeOldSignInFiles(storeDir)
  const address = host.address()
  print(address)
  const removeFile = browser
    ? await openBrowser({ folder: storeDir, address, sessions, env: process.env, print })
    : undefined
  await new Promise<void>((stop) => {
    if (signal.aborted) stop()
    signal.addEventListener('abort', () => stop(), { once: true })
  })
  await Promise.all([host.close(), local.close(), removeFile?.()])
  await core.close()
}
