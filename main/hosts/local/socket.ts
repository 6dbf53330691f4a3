import { createHash } from 'node:crypto'
import { chmod, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import type { AnyRouter } from '@orpc/server'
import { WebSocket } from 'ws'
import type { Contract } from '../../../preload/contract'
import { guardServer } from '../../platform/streams/guarded-server'
import { peersOf } from '../rpc/peer'
import { rpcSockets } from '../rpc/sockets'

/** Connections of the local socket at once; each running command has one. */
const MOST_CONNECTIONS = 128
const SILENCE_MS = 15_000

export type LocalClient = ContractRouterClient<Contract>

/** Where a core that owns this store listens for the command line of the same person. */
export const localAddress = (storeDir: string): string =>
  process.platform === 'win32'
    ? `\\\\.\\pipe\\takt-${createHash('sha256').update(storeDir).digest('hex').slice(0, 24)}`
    : join(storeDir, 'core.sock')

/** Serves the contract to this person's own programs; `extra` answers plain one-word requests of the host, such as a new token. */
export async function serveLocally(
  router: AnyRouter,
  storeDir: string,
  extra: Record<string, () => string> = {},
) {
  const address = localAddress(storeDir)
  if (process.platform !== 'win32') await rm(address, { force: true })
  const sockets = rpcSockets(peersOf(router))
  const app = new Hono()
  for (const [word, answer] of Object.entries(extra))
    app.get(`/${word}`, (context) => context.text(answer()))
  // Global objects stay Node's own: other servers of this process depend on them.
  const server: Server = createServer(
    getRequestListener(app.fetch, { overrideGlobalObjects: false }),
  )
  const guard = guardServer(server, { connections: MOST_CONNECTIONS, silenceMs: SILENCE_MS })
  server.on('upgrade', (request, socket, head) => {
    guard.admit(socket)
    sockets.accept({ request, socket, head }, { id: 'local' })
  })
  await new Promise<void>((ready, failed) => {
    server.once('error', failed)
    server.listen(address, ready)
  })
  if (process.platform !== 'win32') await chmod(address, 0o600)
  return {
    close: () =>
      new Promise<void>((closed) => {
        sockets.drop()
        server.closeAllConnections()
        server.close(() => closed())
      }),
  }
}

/** Attaches to the core that owns the store; undefined where none listens. */
export async function attachLocally(
  storeDir: string,
): Promise<{ client: LocalClient; isLost(): boolean; close(): void } | undefined> {
  const socket = new WebSocket(`ws+unix:${localAddress(storeDir)}:/rpc`)
  const opened = await new Promise<boolean>((settle) => {
    socket.once('open', () => settle(true))
    socket.once('error', () => settle(false))
  })
  if (!opened) return undefined
  let [isLost, isOver] = [false, false]
  socket.on('error', () => socket.terminate())
  socket.once('close', () => {
    isLost = !isOver
  })
  // The link speaks to a browser's WebSocket; that of ws has the same shape but another type.
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
  return {
    client: createORPCClient(link),
    isLost: () => isLost,
    close() {
      isOver = true
      socket.close()
    },
  }
}
