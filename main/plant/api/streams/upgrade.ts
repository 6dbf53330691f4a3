import { STATUS_CODES, ServerResponse, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { accessOf, authorize } from '../auth/authorize'
import { badRequest, noSuchPath } from '../errors'
import type { ApiServer } from '../http/api-server'
import type { Answer, Exchange, ResourceExchange } from '../http/exchange'
import { requestInfo, resourceFor } from '../http/request-info'
import { prepareExec } from './exec'
import { preparePortForward } from './port-forward'

type Prepare = (exchange: ResourceExchange) => (socket: WebSocket) => void
const PREPARE: Record<string, Prepare> = {
  exec: prepareExec,
  attach: prepareExec,
  portforward: preparePortForward,
}
const SPOKEN: Record<string, string[]> = {
  exec: ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
  attach: ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
  portforward: ['v4.channel.k8s.io', 'portforward.k8s.io'],
}
const MOST_BYTES = 32 * 2 ** 20

interface Makers {
  exchangeOf(
    server: ApiServer,
    incoming: IncomingMessage,
    about: { outgoing: ServerResponse; body: () => Promise<string> },
  ): Exchange
  refusal(error: unknown): Answer
}

function refuse(socket: Duplex, answer: Answer): void {
  const head = [
    `HTTP/1.1 ${answer.code} ${STATUS_CODES[answer.code] ?? ''}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(answer.text)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${answer.text}`)
}
function resourceExchange(exchange: Exchange): ResourceExchange {
  const info = requestInfo(exchange.method, exchange.url)
  if (!info) throw noSuchPath()
  authorize(exchange.server.authorizer, exchange.user, accessOf(info, exchange.query))
  return { ...exchange, info, resource: resourceFor(exchange.server.cluster.registry, info) }
}
/** Takes WebSockets for commands, attaching and forwarded ports; everything else about a refusal is as over plain HTTP. */
export function acceptUpgrades(
  server: ApiServer,
  http: Server,
  { exchangeOf, refusal }: Makers,
): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_BYTES,
    handleProtocols: (offered, request) => chosen(offered, request) ?? false,
  })
  http.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    try {
      const exchange = resourceExchange(
        exchangeOf(server, incoming, {
          outgoing: new ServerResponse(incoming),
          body: () => Promise.resolve(''),
        }),
      )
      const prepare =
        exchange.resource.plural === 'pods' ? PREPARE[exchange.info.subresource ?? ''] : undefined
      if (!prepare) throw badRequest('this path takes no upgrade')
      const begin = prepare(exchange)
      if (chosen(new Set(offeredBy(incoming)), incoming) === undefined)
        throw badRequest(
          `unable to upgrade: unable to negotiate protocol: client supports [${offeredBy(incoming).join(' ')}], server accepts [${(SPOKEN[exchange.info.subresource ?? ''] ?? []).join(' ')}]`,
        )
      sockets.handleUpgrade(incoming, socket, head, begin)
    } catch (error) {
      refuse(socket, refusal(error))
    }
  })
  return () => {
    for (const client of sockets.clients) client.terminate()
    sockets.close()
  }
}
const offeredBy = (request: IncomingMessage): string[] =>
  (request.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
function chosen(offered: Set<string>, request: IncomingMessage): string | undefined {
  const subresource =
    new URL(request.url ?? '/', 'http://localhost').pathname.split('/').at(-1) ?? ''
  return (SPOKEN[subresource] ?? []).find((name) => offered.has(name))
}
