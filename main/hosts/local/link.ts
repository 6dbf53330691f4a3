import { ORPCError } from '@orpc/client'
import { StandardRPCLink, type StandardLinkClient } from '@orpc/client/standard'
import { ClientPeer } from '@orpc/standard-server-peer'
import type { WebSocket } from 'ws'

/** The core that answered has gone, or has hung up. */
export class CoreGone extends Error {
  override readonly name = 'CoreGone'
}
/** What came is no answer: whoever serves the socket is of another version, or broken. */
export class AnswerUnreadable extends Error {
  override readonly name = 'AnswerUnreadable'
}

/** Calls over a socket that may break at any moment, and may carry what is no answer: every call that is open is told so, and nothing else happens. */
class SocketCalls implements StandardLinkClient<Record<never, never>> {
  readonly #socket: WebSocket
  readonly #peer: ClientPeer
  readonly #gone = Promise.withResolvers<Error>()
  #ended: Error | undefined
  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('error', () => socket.terminate())
    this.#peer = new ClientPeer((message) => {
      if (this.#ended) throw this.#ended
      socket.send(message as string)
    })
    socket.binaryType = 'arraybuffer'
    socket.on('message', (raw, isBinary) => {
      const message = isBinary ? new Uint8Array(raw as ArrayBuffer) : String(raw)
      this.#peer.message(message).catch(() => this.#end(new AnswerUnreadable()))
    })
    socket.once('close', () => this.#end(new CoreGone()))
  }
  get ended(): Error | undefined {
    return this.#ended
  }
  /** Settles with the reason when no call can be made any more. */
  get gone(): Promise<Error> {
    return this.#gone.promise
  }
  #end(why: Error): void {
    if (this.#ended) return
    this.#ended = why
    this.#gone.resolve(why)
    this.#peer.close({ reason: why })
    this.#socket.terminate()
  }
  async call(request: Parameters<StandardLinkClient<Record<never, never>>['call']>[0]) {
    const response = await this.#peer.request(request)
    return { ...response, body: () => Promise.resolve(response.body) }
  }
}

/** A link over one socket; what fails because that ended or said nonsense fails with the reason. */
export function socketLink(socket: WebSocket) {
  const calls = new SocketCalls(socket)
  const link = new StandardRPCLink(calls, {
    url: 'http://core',
    interceptors: [
      async ({ next, signal }) => {
        try {
          return await next()
        } catch (error) {
          if (signal?.aborted || error instanceof ORPCError) throw error
          throw calls.ended ?? new AnswerUnreadable(undefined, { cause: error })
        }
      },
    ],
  })
  return { link, gone: calls.gone }
}
