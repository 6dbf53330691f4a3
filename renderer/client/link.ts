import { createORPCClient } from '@orpc/client'
import { ClientRetryPlugin, type ClientRetryPluginContext } from '@orpc/client/plugins'
import { StandardRPCLink, type StandardLinkClient } from '@orpc/client/standard'
import type { ContractRouterClient } from '@orpc/contract'
import { ClientPeer } from '@orpc/standard-server-peer'
import type { Contract } from '../../preload/contract'

export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}
/** What was to be sent fits into no message; nothing was sent. */
export class MessageTooLarge extends Error {
  override readonly name = 'MessageTooLarge'
  constructor(readonly bytes: number) {
    super(`A message of ${bytes} bytes is too large.`)
  }
}
const lost = (cause?: unknown) =>
  new ConnectionLost('The connection to the core was lost.', { cause })

/** One connection, whatever carries it. */
export interface Wire {
  send(message: unknown): void
  listen(onMessage: (message: never) => void, onClose: () => void): void
  /** Ends it, where another can be had. */
  close?(): void
}
export type LinkState = 'connected' | 'lost'
export type Context = ClientRetryPluginContext
export type Client = ContractRouterClient<Contract, Context>

/** Calls wait while there is no wire; what was in flight when a wire is lost fails with ConnectionLost. */
export class Reconnecting implements StandardLinkClient<Context> {
  #wire = deferred<Wire>()
  #live: Wire | undefined
  readonly #peer = new ClientPeer(async (message) => (await this.#wire.promise).send(message))
  constructor(private readonly onState: (state: LinkState) => void = () => {}) {}

  attach(wire: Wire) {
    this.lose()
    this.#live = wire
    wire.listen(
      (message) => {
        if (this.#live === wire) this.#peer.message(message).catch(() => this.#broken(wire))
      },
      () => {
        if (this.#live === wire) this.lose()
      },
    )
    this.#wire.resolve(wire)
    this.onState('connected')
  }
  /** What came is no answer: no call that waits on this wire can be told which one it was for. */
  #broken(wire: Wire) {
    if (this.#live !== wire) return
    wire.close?.()
    this.lose()
  }
  lose() {
    if (!this.#live) return
    this.#live = undefined
    this.#wire = deferred()
    this.#peer.close({ reason: lost() })
    this.onState('lost')
  }
  async call(request: Parameters<StandardLinkClient<Context>['call']>[0]) {
    const wire = await orAborted(this.#wire.promise, request.signal)
    // oRPC says "queue not open" when the wire was lost between two items, so the wire decides what the failure was.
    const explain = (error: unknown): never => {
      throw this.#live === wire || request.signal?.aborted ? error : lost(error)
    }
    const response = await this.#peer.request(request).catch(explain)
    const body = isIterator(response.body) ? guarded(response.body, explain) : response.body
    return { ...response, body: () => Promise.resolve(body) }
  }
}
/** Whoever gives up while there is no wire does not wait for one. */
function orAborted<T>(waited: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return waited
  return new Promise((settle, give) => {
    const end = () => give(signal.reason as Error)
    if (signal.aborted) return end()
    signal.addEventListener('abort', end, { once: true })
    const heard = () => signal.removeEventListener('abort', end)
    waited.then(settle, give).finally(heard)
  })
}
const isIterator = (body: unknown): body is AsyncIterator<unknown> & AsyncIterable<unknown> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body
/** Not an async generator: return() must not wait behind a pending next(). */
const guarded = (items: AsyncIterator<unknown>, explain: (error: unknown) => never) => ({
  next: () => items.next().catch(explain),
  return: async (value?: unknown) =>
    (await items.return?.(value)) ?? { done: true as const, value },
  [Symbol.asyncIterator]() {
    return this
  },
})
function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** The typed client of everything the core can be asked, over a connection that may come and go. */
export function makeClient(connection: Reconnecting): Client {
  return createORPCClient(
    new StandardRPCLink<Context>(connection, {
      url: 'http://takt',
      plugins: [new ClientRetryPlugin()],
    }),
  )
}
/** For watches: resume after a lost connection, from the last event seen; every other failure is the caller's. */
export const resuming: Context = {
  retry: Number.POSITIVE_INFINITY,
  retryDelay: 50,
  shouldRetry: ({ error }) => error instanceof ConnectionLost,
}
