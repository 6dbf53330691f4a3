import { createRouterClient } from '@orpc/server'
import open from 'open'
import type { Core } from '../../compose'
import { serveLocally } from '../local/socket'
import { startWebHost } from './host'

export interface ServeOptions {
  core: Core
  storeDir: string
  pageRoot: string
  port: number
  openBrowser: boolean
  print: (line: string) => void
}

/** Serves page and contract on loopback until the signal, with a local socket for the command line beside it. */
export async function serve(
  { core, storeDir, pageRoot, port, openBrowser, print }: ServeOptions,
  signal: AbortSignal,
): Promise<void> {
  const host = await startWebHost(core.router, { pageRoot, port })
  const local = await serveLocally(core.router, storeDir, { 'new-token': host.address })
  const address = host.address()
  print(address)
  if (openBrowser)
    await open(address).catch(() =>
      print('No browser could be opened: open the address above yourself.'),
    )
  await new Promise<void>((stop) => {
    if (signal.aborted) stop()
    signal.addEventListener('abort', () => stop(), { once: true })
  })
  await Promise.all([host.close(), local.close()])
  await core.close()
}

/** A client in the same process, for hosts that watch the core themselves. */
export const inProcess = (core: Core) => createRouterClient(core.router)
