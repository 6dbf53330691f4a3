import { ORPCError } from '@orpc/client'
import type { AnyRouter } from '@orpc/server'
import { StandardRPCHandler } from '@orpc/server/standard'
import { createServerPeerHandleRequestFn } from '@orpc/server/standard-peer'
import { encodeResponseMessage, MessageType, ServerPeer } from '@orpc/standard-server-peer'
import type { RawData, WebSocket } from 'ws'
import { z } from 'zod'

/** What stands in for an answer where a message cannot even be read. */
const UNREADABLE = new ORPCError('BAD_REQUEST', {
  message: 'This message cannot be read: it is no call, no item and no end of one.',
})
const INVALID_DATA = 1007
const Call = z.object({ i: z.string().min(1).max(200) })

/** Serves a router over WebSockets. A message that cannot be read is answered to whoever sent it, and the connection goes on; where nobody can be answered it ends. */
export function socketCalls(router: AnyRouter) {
  const handler = new StandardRPCHandler(router, {})
  return (socket: WebSocket, context: Record<string, unknown> = {}): void => {
    const send = (message: Parameters<WebSocket['send']>[0]) => {
      if (socket.readyState === socket.OPEN) socket.send(message)
    }
    const peer = new ServerPeer((message) => send(message as string))
    const handle = createServerPeerHandleRequestFn(handler, { context })
    const answer = async (message: string | Buffer) => {
      try {
        await peer.message(message as string, handle)
      } catch {
        await refuse(message)
      }
    }
    const refuse = async (message: string | Buffer) => {
      const id = idOf(message)
      if (id === undefined) return socket.close(INVALID_DATA, 'A message cannot be read.')
      const body = { json: UNREADABLE.toJSON() }
      const response = { status: UNREADABLE.status, headers: {}, body }
      send((await encodeResponseMessage(id, MessageType.RESPONSE, response)) as string)
    }
    socket.on('message', (data: RawData, isBinary: boolean) => {
      const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)
      void answer(isBinary ? bytes : bytes.toString('utf8'))
    })
    socket.once('close', () => peer.close())
  }
}

/** Whose message it is, as far as that can be read. */
function idOf(message: string | Buffer): string | undefined {
  try {
    const text = message.toString('utf8')
    return Call.safeParse(JSON.parse(text)).data?.i
  } catch {
    return undefined
  }
}
