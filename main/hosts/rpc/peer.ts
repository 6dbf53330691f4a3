import { StandardRPCJsonSerializer, StandardRPCSerializer } from '@orpc/client/standard'
import { ORPCError } from '@orpc/client'
import type { Router } from '@orpc/server'
import { StandardRPCHandler } from '@orpc/server/standard'
import { createServerPeerHandleRequestFn } from '@orpc/server/standard-peer'
import {
  decodeRequestMessage,
  encodeResponseMessage,
  experimental_ServerPeerWithoutCodec as ServerPeer,
  MessageType,
} from '@orpc/standard-server-peer'
import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { MOST_OPEN_CALLS } from '../../../preload/contract/limits'
import { refusal, type CallContext } from '../../platform/contract'

export type RawMessage = string | Uint8Array<ArrayBuffer>
/** What carries the messages of one caller. */
export interface PeerWire {
  /** Settles once the next message may be sent, so that streams wait for a reader who is slow. */
  send(message: RawMessage): void | Promise<void>
  /** Ends a caller who speaks no protocol of ours. */
  refuse(why: string): void
}
export interface RpcPeer {
  message(raw: RawMessage): Promise<void>
  close(): void
  /** Calls and streams that are open. */
  open(): number
}
/** Begins to serve one caller; the caller's wire decides how messages travel. */
export type ServePeer = (wire: PeerWire, context?: CallContext) => RpcPeer

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what oRPC itself calls any router
export type ServedRouter = Router<any, CallContext>
const serializer = new StandardRPCSerializer(new StandardRPCJsonSerializer())
const asResponse = (error: ORPCError<string, unknown>) => ({
  status: error.status,
  headers: {},
  body: serializer.serialize(error.toJSON()),
})
const tooMany = () => asResponse(refusal(failure('TOO_MANY_CALLS', { most: MOST_OPEN_CALLS })))
/** What stands in for an answer where a message cannot even be read. */
const unreadable = () =>
  asResponse(
    new ORPCError('BAD_REQUEST', {
      message: 'This message cannot be read: it is no call, no item and no end of one.',
    }),
  )
const Call = z.object({ i: z.string().min(1).max(200) })

/** Serves the contract to any number of callers. Nothing that a caller sends throws, and what one has open is bounded. */
export function peersOf(router: ServedRouter): ServePeer {
  const handler = new StandardRPCHandler<CallContext>(router, {})
  return (wire, context = {}) => {
    const asked = createServerPeerHandleRequestFn(handler, { context })
    // What cannot be decoded is answered like what cannot be read.
    const handle: typeof asked = (request) => asked(request).catch(unreadable)
    let open = 0
    const encoded = async (message: Parameters<typeof encodeResponseMessage>) =>
      wire.send((await encodeResponseMessage(...message)) as RawMessage)
    const peer = new ServerPeer((message) => encoded(message))
    const answer = (id: string, response: ReturnType<typeof asResponse>) =>
      encoded([id, MessageType.RESPONSE, response])
    const take = async (raw: RawMessage) => {
      const message = await decodeRequestMessage(raw)
      const [id, type] = message
      if (typeof id !== 'string') throw new TypeError('a message has an id')
      if (type === MessageType.ABORT_SIGNAL) return void (await peer.message(message))
      // No entry takes a stream, and what is sent for one would queue without end.
      if (type !== MessageType.REQUEST) throw new TypeError('no entry takes a stream')
      if (open >= MOST_OPEN_CALLS) return answer(id, tooMany())
      open++
      // Whoever left while the answer was on its way is no failure of anybody.
      await peer.message(message, handle).catch(() => undefined)
      open--
    }
    return {
      message: (raw) =>
        take(raw)
          .catch(() => {
            const id = idIn(raw)
            if (id === undefined) return wire.refuse('A message cannot be read.')
            return answer(id, unreadable())
          })
          .catch(() => undefined),
      close: () => peer.close(),
      open: () => open,
    }
  }
}

/** Which call a message that makes no sense was meant for, if it says so. */
function idIn(raw: RawMessage): string | undefined {
  try {
    const text = typeof raw === 'string' ? raw : Buffer.from(raw).toString()
    return Call.safeParse(JSON.parse(text)).data?.i
  } catch {
    return undefined
  }
}
