import type { IncomingMessage, Server } from 'node:http'
import { serve } from '@hono/node-server'
import type { AnyRouter } from '@orpc/server'
import { WebSocketServer, type WebSocket } from 'ws'
import { SESSION_WIRE } from '../../../preload/contract/sessions'
import { Sessions } from '../../capabilities/sessions'
import type { Clock } from '../../kernel/clock'
import { systemClock } from '../../platform/clock/system'
import { loadPage } from '../page-files'
import { socketCalls } from '../rpc-socket'
import { boundTo, type Bound } from './bound'
import { pageApp } from './page-app'

export interface WebHost {
  /** Address with a one-time token, to be opened once; the address before it lets in no more. */
  address(): string
  origin: string
  sessions: Sessions
  /** Ends every open connection; pages connect again by themselves. */
  drop(): void
  close(): Promise<void>
}
export interface WebHostOptions {
  pageRoot: string
  port?: number
  /** Who may come in; the host's own where nobody else has to know. */
  sessions?: Sessions | undefined
  clock?: Clock
}

/** Serves the page and the contract on loopback, to whoever holds the one-time address. */
export async function startWebHost(
  router: AnyRouter,
  { pageRoot, port = 0, clock = systemClock, sessions = new Sessions({ clock }) }: WebHostOptions,
): Promise<WebHost> {
  const page = await loadPage(pageRoot)
  const app = pageApp({ sessions, page, bound: () => bound })
  const server = await new Promise<Server>((ready, failed) => {
    // With its own Response in place of Node's, the marker of an answer that is written elsewhere (a watch of the plant) would be overlooked.
    const started = serve(
      { fetch: app.fetch, overrideGlobalObjects: false, hostname: '127.0.0.1', port },
      () => ready(started as Server),
    )
    started.once('error', failed)
  })
  const bound: Bound = boundTo(server)
  sessions.bind(bound.port)
  const pages = servePages({ server, router, bound, sessions, clock })
  const closed = new AbortController()
  void sessions.run(closed.signal)
  return {
    address: () => `${bound.origin}/?token=${sessions.issueToken()}`,
    origin: bound.origin,
    sessions,
    drop: pages.drop,
    close: () => {
      closed.abort()
      pages.close()
      return new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      })
    },
  }
}

interface PageParts {
  server: Server
  router: AnyRouter
  bound: Bound
  sessions: Sessions
  clock: Clock
}
const LAST_WORD_MS = 1000
/** The sockets of pages: each belongs to a session and ends with it. */
function servePages({ server, router, bound, sessions, clock }: PageParts) {
  const serve = socketCalls(router)
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 4 << 20,
    perMessageDeflate: false,
    // The token among the offered protocols is never answered: answers are what proxies and logs keep.
    handleProtocols: () => SESSION_WIRE.protocol,
  })
  const open = new Map<WebSocket, string>()
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const refuse = (status: string) =>
      socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
    if (!isOwnPage(request, bound)) return void refuse('403 Forbidden')
    const session = sessions.idOf(offeredToken(request))
    if (session === undefined) return void refuse('401 Unauthorized')
    sockets.handleUpgrade(request, socket, head, (opened) => {
      open.set(opened, session)
      const disconnected = sessions.connected(session)
      opened.on('error', () => opened.terminate())
      opened.once('close', () => {
        open.delete(opened)
        disconnected()
      })
      serve(opened, { session })
    })
  })
  /** Nothing that comes is heard any more and nothing is sent but the reason; who does not hang up is hung up on. */
  const cutOff = (socket: WebSocket) => {
    open.delete(socket)
    socket.removeAllListeners('message')
    socket.close(SESSION_WIRE.ended, 'This session has ended.')
    void clock.sleep(LAST_WORD_MS).then(() => socket.terminate())
  }
  const stop = sessions.onChange(() => {
    for (const [socket, session] of [...open]) if (!sessions.isLive(session)) cutOff(socket)
  })
  const drop = () => {
    for (const socket of sockets.clients) socket.terminate()
  }
  return {
    drop,
    close() {
      stop()
      drop()
    },
  }
}

const isOwnPage = ({ headers, url }: IncomingMessage, bound: Bound): boolean =>
  headers.host === bound.authority && headers.origin === bound.origin && url === SESSION_WIRE.path
/** The session's token among the protocols that a page offers, beside the one that is spoken. */
function offeredToken({ headers }: IncomingMessage): string | undefined {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim())
  if (!offered.includes(SESSION_WIRE.protocol)) return undefined
  return offered
    .find((one) => one.startsWith(SESSION_WIRE.tokenPrefix))
    ?.slice(SESSION_WIRE.tokenPrefix.length)
}
