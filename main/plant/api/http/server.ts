import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createSecureServer } from 'node:https'
import { promisify } from 'node:util'
import { gzip as gzipCallback } from 'node:zlib'
import { serve, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono, type Context } from 'hono'
import { guardServer } from '../../../platform/streams/guarded-server'
import { authenticate } from '../auth/authenticate'
import type { User } from '../cluster'
import { KubeError } from '../errors'
import type { ApiServer } from './api-server'
import { acceptUpgrades } from '../streams/upgrade'
import { dispatch } from './dispatch'
import { STREAMED, type Answer, type Exchange } from './exchange'

type Bound = Context<{ Bindings: HttpBindings }>
const gzip = promisify(gzipCallback)
/** Like the real server, only answers that are worth it are compressed. */
const GZIP_FROM_CHARACTERS = 128 * 1024
const NOBODY: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/** Who has no token is nobody, and may read what is public. */
const caller = (server: ApiServer, incoming: IncomingMessage): User =>
  authenticate(incoming, server) ?? NOBODY

export function exchangeOf(
  server: ApiServer,
  incoming: IncomingMessage,
  about: { outgoing: ServerResponse; body: () => Promise<string> },
): Exchange {
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? 'localhost'}`)
  return {
    server,
    method: incoming.method ?? 'GET',
    url,
    query: url.searchParams,
    user: caller(server, incoming),
    incoming,
    warnings: [],
    ...about,
    header: (name) => {
      const value = incoming.headers[name]
      return Array.isArray(value) ? value.join(',') : value
    },
  }
}
/** What a refusal looks like on the wire. Anything but a refusal is a fault of the plant and says so. */
export function refusal(error: unknown): Answer {
  if (error instanceof KubeError) {
    const { continueToken } = error as KubeError & { continueToken?: string }
    const status = continueToken
      ? { ...error.status, metadata: { continue: continueToken } }
      : error.status
    return { code: error.code, text: `${JSON.stringify(status)}\n`, headers: error.headers }
  }
  const message = error instanceof Error ? error.message : String(error)
  const internal = new KubeError({
    code: 500,
    reason: 'InternalError',
    message: `Internal error occurred: ${message}`,
    details: { causes: [{ reason: 'InternalError', message }] },
  })
  return refusal(internal)
}
const warningOf = (message: string): string => `299 - ${JSON.stringify(message)}`

/** Writes an answer straight to the socket: texts of many megabytes need no stream around them. */
async function respond(
  context: Bound,
  answer: Answer,
  { server, warnings }: { server: ApiServer; warnings: string[] },
): Promise<Response> {
  const outgoing = context.env.outgoing as ServerResponse
  const headers = {
    'content-type': answer.type ?? 'application/json',
    'cache-control': 'no-cache, private',
    date: new Date(server.cluster.clock.now()).toUTCString(),
    ...answer.headers,
    ...(warnings.length > 0 && { warning: warnings.map(warningOf).join(', ') }),
  }
  const zips =
    answer.text.length > GZIP_FROM_CHARACTERS &&
    /\bgzip\b/.test(context.req.header('accept-encoding') ?? '')
  const body = zips ? await gzip(answer.text, { level: 1 }) : Buffer.from(answer.text)
  if (outgoing.headersSent || outgoing.destroyed) {
    outgoing.destroy()
    return RESPONSE_ALREADY_SENT
  }
  outgoing.writeHead(answer.code, {
    ...headers,
    'content-length': body.length,
    ...(zips && { 'content-encoding': 'gzip', vary: 'Accept-Encoding' }),
  })
  outgoing.end(context.req.method === 'HEAD' ? undefined : body)
  return RESPONSE_ALREADY_SENT
}
const IDLE_MS = 120_000
/** Far more than one desktop opens; a cluster of its own would bear more. */
const MOST_CONNECTIONS = 2_000
const MOST_BODY_BYTES = 3 * 2 ** 20
async function bodyOf(context: Bound): Promise<string> {
  const tooLarge = (): KubeError =>
    new KubeError({
      code: 413,
      reason: 'RequestEntityTooLarge',
      message: 'Request entity too large: limit is 3145728',
    })
  if (Number(context.req.header('content-length') ?? 0) > MOST_BODY_BYTES) throw tooLarge()
  const text = await context.req.text()
  if (text.length > MOST_BODY_BYTES) throw tooLarge()
  return text
}
async function answerTo(server: ApiServer, context: Bound): Promise<Response> {
  const { incoming, outgoing } = context.env
  const warnings: string[] = []
  try {
    const exchange = {
      ...exchangeOf(server, incoming as IncomingMessage, {
        outgoing: outgoing as ServerResponse,
        body: () => bodyOf(context),
      }),
      warnings,
    }
    const answer = await dispatch(exchange)
    return answer === STREAMED
      ? RESPONSE_ALREADY_SENT
      : await respond(context, answer, { server, warnings })
  } catch (error) {
    if (!(error instanceof KubeError))
      server.onError(error, `${context.req.method} ${context.req.path}`)
    return respond(context, refusal(error), { server, warnings })
  }
}

/** A listening API server. */
export interface Listening {
  port: number
  http: Server
  close(): Promise<void>
}
/** A key and certificate in PEM: with them the server speaks TLS, which kubectl wants before it sends a token. */
export interface Tls {
  key: string
  cert: string
}
/** Serves one simulated cluster on loopback; port 0 takes a free one. */
export function listen(
  server: ApiServer,
  { port, tls }: { port: number; tls?: Tls | undefined },
): Promise<Listening> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.all('*', (context) => answerTo(server, context))
  return new Promise((resolve, reject) => {
    let closeSockets = (): void => undefined
    // Global objects stay Node's own: other servers of this process depend on them.
    const options = {
      fetch: app.fetch,
      port,
      hostname: '127.0.0.1',
      autoCleanupIncoming: false,
      overrideGlobalObjects: false,
      ...(tls && { createServer: createSecureServer, serverOptions: tls }),
    }
    const http = serve(options, (address: AddressInfo) =>
      resolve({
        port: address.port,
        http,
        close: () =>
          new Promise((closed) => {
            closeSockets()
            http.close(() => closed())
            http.closeAllConnections()
          }),
      }),
    ) as Server
    // As long as the real server's: a client that reuses a connection must not find it just closed.
    http.keepAliveTimeout = IDLE_MS
    http.headersTimeout = IDLE_MS + 5_000
    http.once('error', reject)
    guardServer(http, { connections: MOST_CONNECTIONS })
    closeSockets = acceptUpgrades(server, http, { exchangeOf, refusal })
  })
}
