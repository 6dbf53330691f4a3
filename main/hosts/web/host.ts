import type { IncomingMessage, Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { WebSocket } from 'ws'
import { SESSION_WIRE } from '../../../preload/contract/sessions'
import { Sessions } from '../../capabilities/sessions'
import type { Clock } from '../../kernel/clock'
import { systemClock } from '../../platform/clock/system'
import { guardServer } from '../../platform/streams/guarded-server'
import { loadPage } from '../page-files'
import { peersOf, type ServedRouter } from '../rpc/peer'
import { refuseUpgrade, rpcSockets } from '../rpc/sockets'
import { boundTo, listen, type Bound } from './bound'
import { pageApp } from './page-app'
import type { Door } from './supervised'

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
  /** Connections that a supervisor hands over, instead of a port of one's own. */
  door?: Door | undefined
}
/** Connections of the host at once. A page has one, and a few more for a moment while it loads. */
const MOST_CONNECTIONS = 512
/** How long a connection may take to say a whole request. */
const SILENCE_MS = 15_000

/** Serves the page and the contract on loopback, to whoever holds the one-time address. */
export async function startWebHost(
  router: ServedRouter,
  {
    pageRoot,
    port = 0,
    door,
    clock = systemClock,
    sessions = new Sessions({ clock }),
  }: WebHostOptions,
): Promise<WebHost> {
  const page = await loadPage(pageRoot)
  const app = pageApp({ sessions, page, bound: () => bound })
  // With its own Response in place of Node's, the marker of an answer that is written elsewhere (a watch of the plant) would be overlooked.
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    hostname: '127.0.0.1',
  }) as Server
  const bound: Bound = boundTo(door?.port ?? (await listen(server, port)))
  sessions.bind(bound.port)
  const pages = servePages({ server, router, bound, sessions, clock })
  const closed = new AbortController()
  void sessions.run(closed.signal)
  door?.onConnection((socket) => {
    server.emit('connection', socket)
    socket.resume()
  })
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
  router: ServedRouter
  bound: Bound
  sessions: Sessions
  clock: Clock
}
const LAST_WORD_MS = 1000
/** The sockets of pages: each belongs to a session and ends with it. */
function servePages({ server, router, bound, sessions, clock }: PageParts) {
  const guard = guardServer(server, { connections: MOST_CONNECTIONS, silenceMs: SILENCE_MS })
  const sockets = rpcSockets(peersOf(router), {
    // The token among the offered protocols is never answered: answers are what proxies and logs keep.
    handleProtocols: () => SESSION_WIRE.protocol,
  })
  const open = new Map<WebSocket, string>()
  server.on('upgrade', (request, socket, head) => {
    if (!isOwnPage(request, bound)) return refuseUpgrade(socket, 403)
    const session = sessions.idOf(offeredToken(request))
    if (session === undefined) return refuseUpgrade(socket, 401)
    guard.admit(socket)
    const opened = (page: WebSocket) => {
      open.set(page, session)
      const disconnected = sessions.connected(session)
      page.once('close', () => {
        open.delete(page)
        disconnected()
      })
    }
    sockets.accept({ request, socket, head }, { id: session, context: { session }, opened })
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
  return {
    drop: () => sockets.drop(),
    close() {
      stop()
      sockets.drop()
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
