import type { IncomingMessage } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import { MOST_MESSAGE_BYTES, MOST_UNREAD_BYTES } from '../../../preload/contract/limits'
import type { CallContext } from '../../platform/contract'
import { peersOf, type RawMessage, type ServedRouter, type ServePeer } from './peer'

/** Connections of one caller: a session of the web host, or whoever may open the local socket. */
const MOST_CONNECTIONS = 32
/** Bytes waiting for a reader above which it is let go. */
const MOST_QUEUED_BYTES = 64 * 2 ** 20
/** How long a reader may take for what waits above the high water. */
const STALLED_MS = 30_000

/** The code of a connection that ends on a message nobody can be answered for. */
const INVALID_DATA = 1007

export interface RpcSocketOptions {
  stalledMs?: number
  handleProtocols?: () => string
}
/** Who was let in. */
export interface Caller {
  /** Counted together: a session, or everybody at the local socket. */
  id: string
  context?: CallContext
  opened?: (socket: WebSocket) => void
}
/** A caller's upgrade as Node hands it over. */
export interface Upgrade {
  request: IncomingMessage
  socket: Duplex
  head: Buffer
}

/** Says no to an upgrade and lets the connection go, whatever the other end does with the answer. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  socket.on('error', () => socket.destroy())
  socket.once('finish', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  )
}

/** The WebSockets that carry the contract: the web host's and the local socket's, with the same limits. */
export function rpcSockets(
  serve: ServePeer,
  { stalledMs = STALLED_MS, handleProtocols }: RpcSocketOptions = {},
) {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_MESSAGE_BYTES,
    perMessageDeflate: false,
    ...(handleProtocols && { handleProtocols }),
  })
  sockets.on('error', () => undefined)
  const byCaller = new Map<string, Set<WebSocket>>()
  const begin = (socket: WebSocket, { id, context, opened }: Caller) => {
    const those = byCaller.get(id) ?? new Set()
    byCaller.set(id, those.add(socket))
    socket.once('close', () => {
      those.delete(socket)
      if (those.size === 0) byCaller.delete(id)
    })
    carry(socket, (wire) => serve(wire, context), stalledMs)
    opened?.(socket)
  }
  return {
    /** Takes an upgrade of a caller that was let in; another one too many is refused. */
    accept({ request, socket, head }: Upgrade, caller: Caller): void {
      socket.on('error', () => socket.destroy())
      if ((byCaller.get(caller.id)?.size ?? 0) >= MOST_CONNECTIONS)
        return refuseUpgrade(socket, 429)
      sockets.handleUpgrade(request, socket, head, (opened) => begin(opened, caller))
    },
    /** Ends every connection. */
    drop(): void {
      for (const socket of sockets.clients) socket.terminate()
    },
  }
}

/** Serves the contract over one WebSocket, for who accepts sockets in another way. */
export function socketCalls(router: ServedRouter) {
  const serve = peersOf(router)
  return (socket: WebSocket, context: CallContext = {}): void =>
    carry(socket, (wire) => serve(wire, context), STALLED_MS)
}

function carry(socket: WebSocket, serve: ServePeer, stalledMs: number) {
  // Frames that break the protocol end their own connection and nothing else.
  socket.on('error', () => socket.terminate())
  const peer = serve({
    send: (message) => sendTo(socket, message, stalledMs),
    refuse: (why) => socket.close(INVALID_DATA, why),
  })
  socket.on('message', (data, isBinary) => {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer)
    void peer.message(isBinary ? bytes : bytes.toString())
  })
  socket.once('close', () => peer.close())
}

/** Settles when more may be sent: at once while the reader keeps up, else when it has taken this; a reader who takes nothing is let go. */
function sendTo(socket: WebSocket, message: RawMessage, stalledMs: number): Promise<void> {
  return new Promise((sent, failed) => {
    if (socket.bufferedAmount > MOST_QUEUED_BYTES) socket.terminate()
    if (socket.readyState !== WebSocket.OPEN) return failed(new Error('the reader has left'))
    const late = setTimeout(() => socket.terminate(), stalledMs)
    socket.send(message, (error) => {
      clearTimeout(late)
      if (error) failed(error)
      else sent()
    })
    if (socket.bufferedAmount <= MOST_UNREAD_BYTES) sent()
  })
}
