import { rm } from 'node:fs/promises'
import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createORPCClient } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { AnyRouter } from '@orpc/server'
import { WebSocket } from 'ws'
import type { Contract } from '../../../preload/contract'
import { guardServer } from '../../platform/streams/guarded-server'
import { peersOf } from '../rpc/peer'
import { rpcSockets } from '../rpc/sockets'
import { socketLink } from './link'
import { listenPrivately, localAddresses, placeToListen } from './address'

/** Connections of the local socket at once; each running command has one. */
const MOST_CONNECTIONS = 128
const SILENCE_MS = 15_000

export type LocalClient = ContractRouterClient<Contract>

/** Serves the contract to this person's own programs; `extra` answers plain one-word requests of the host, such as a new token. */
export async function serveLocally(
  router: AnyRouter,
  storeDir: string,
  extra: Record<string, () => string> = {},
) {
  const address = placeToListen(storeDir)
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
  await listenPrivately(server, address)
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
): Promise<{ client: LocalClient; gone: Promise<Error>; close(): void } | undefined> {
  const socket = await firstThatOpens(localAddresses(storeDir))
  if (!socket) return undefined
  const { link, gone } = socketLink(socket)
  return { client: createORPCClient(link), gone, close: () => socket.close() }
}

/** Puts one of the host's own words to the core that owns the store; undefined where none listens. */
export async function askLocally(
  storeDir: string,
  word: string,
): Promise<{ status: number; text: string } | undefined> {
  for (const socketPath of localAddresses(storeDir)) {
    const asked = request({ socketPath, path: `/${word}` }).end()
    const response = await new Promise<IncomingMessage | undefined>((settle) => {
      asked.once('response', settle)
      asked.once('error', () => settle(undefined))
    })
    if (response) return { status: response.statusCode ?? 0, text: await text(response) }
  }
  return undefined
}

async function firstThatOpens(addresses: string[]): Promise<WebSocket | undefined> {
  for (const address of addresses) {
    // An address of the form ws+unix: would take blanks, colons and letters outside ASCII of the path for its own.
    const socket = new WebSocket('ws://localhost/rpc', { createConnection: () => connect(address) })
    const opened = await new Promise<boolean>((settle) => {
      socket.once('open', () => settle(true))
      socket.once('error', () => settle(false))
    })
    if (opened) return socket
  }
  return undefined
}
