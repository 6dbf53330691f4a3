import { randomBytes } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve, type HttpBindings } from '@hono/node-server'
import { Hono, type MiddlewareHandler } from 'hono'
import { getCookie } from 'hono/cookie'
import { parse } from 'hono/utils/cookie'
import type { AnyRouter } from '@orpc/server'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer } from 'ws'
import { csp } from '../csp'
import { loadPage, withNonce } from '../page-files'
import { WebSession } from './session'

export interface WebHost {
  /** Address with a one-time token, to be opened once. */
  address(): string
  origin: string
  /** Ends every open connection; pages connect again by themselves. */
  drop(): void
  close(): Promise<void>
}
interface WebHostOptions {
  pageRoot: string
  port?: number
}

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
}

/** Serves the page and the contract on loopback, to whoever holds the one-time address. */
export async function startWebHost(
  router: AnyRouter,
  { pageRoot, port = 0 }: WebHostOptions,
): Promise<WebHost> {
  const session = new WebSession()
  const page = await loadPage(pageRoot)
  const handler = new RPCHandler(router)
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 4 << 20,
    perMessageDeflate: false,
  })
  const app = pageApp({ session, page, bound: () => bound })
  const server = await new Promise<Server>((ready, failed) => {
    // With its own Response in place of Node's, the marker of an answer that is written elsewhere (a watch of the plant) would be overlooked.
    const started = serve(
      { fetch: app.fetch, overrideGlobalObjects: false, hostname: '127.0.0.1', port },
      () => ready(started as Server),
    )
    started.once('error', failed)
  })
  const bound: Bound = boundTo(server)
  server.on('upgrade', (request, socket, head) => {
    if (!mayUpgrade(request, bound, session))
      return void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (opened) => void handler.upgrade(opened))
  })
  const drop = () => {
    for (const socket of sockets.clients) socket.terminate()
  }
  return {
    address: () => `${bound.origin}/?token=${session.issueToken()}`,
    origin: bound.origin,
    drop,
    close: () =>
      new Promise((closed) => {
        drop()
        server.closeAllConnections()
        server.close(() => closed())
      }),
  }
}

/** What the host came to be called once it listens: every request has to name exactly this. */
interface Bound {
  authority: string
  origin: string
  cookieName: string
}
function boundTo(server: Server): Bound {
  const { port } = server.address() as AddressInfo
  const authority = `127.0.0.1:${port}`
  return { authority, origin: `http://${authority}`, cookieName: `takt-${port}` }
}

function pageApp({
  session,
  page,
  bound,
}: {
  session: WebSession
  page: Awaited<ReturnType<typeof loadPage>>
  bound: () => Bound
}) {
  const app = new Hono<{ Bindings: HttpBindings }>()
  const guard: MiddlewareHandler = async (context, next) => {
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value)
    // A foreign Host means that a name was pointed at this machine (DNS rebinding).
    if (context.req.header('host') !== bound().authority || context.req.method !== 'GET')
      return context.text('Refused.', 403)
    return next()
  }
  app.use(guard)
  app.get('*', (context) => {
    const { cookieName } = bound()
    const token = context.req.query('token')
    if (token !== undefined && session.spend(token)) {
      context.header(
        'set-cookie',
        `${cookieName}=${session.cookie}; HttpOnly; SameSite=Strict; Path=/`,
      )
      return context.redirect('/', 303)
    }
    if (!session.knows(getCookie(context, cookieName)))
      return context.text(
        'Open the address that takt printed. Each address works once; takt serve --new-token prints another.',
        401,
      )
    const file = page(context.req.path)
    if (!file) return context.text('There is no such page.', 404)
    const nonce = randomBytes(16).toString('base64url')
    return context.body(withNonce(file, nonce), 200, {
      'content-type': file.type,
      'content-security-policy': csp(nonce, "'self'"),
    })
  })
  return app
}

function mayUpgrade(request: IncomingMessage, bound: Bound, session: WebSession): boolean {
  const cookie = parse(request.headers.cookie ?? '', bound.cookieName)[bound.cookieName]
  return (
    request.headers.host === bound.authority &&
    request.headers.origin === bound.origin &&
    request.url === '/rpc' &&
    session.knows(cookie)
  )
}
