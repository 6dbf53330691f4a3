import { Agent, type ClientRequest } from 'node:http'
import type { Duplex } from 'node:stream'

/** A browser has six connections to one host, and more for sockets, which are not kept. */
const MOST = 32
const MOST_IDLE = 8
/** A pod that was replaced is not held on to for long; most servers end an idle connection after five seconds and more. */
const IDLE_MS = 15_000

/** Nothing is there behind a forward, after it was looked for as long as people wait. */
export class NothingBehind extends Error {}

/** Connections to what a forward leads to, kept for the next request: each costs several round trips to a far-away cluster. */
export class ForwardAgent extends Agent {
  readonly #reach: () => Promise<Duplex | undefined>
  readonly #idle = new WeakMap<Duplex, NodeJS.Timeout>()
  constructor(reach: () => Promise<Duplex | undefined>) {
    super({ keepAlive: true, maxSockets: MOST, maxFreeSockets: MOST_IDLE })
    this.#reach = reach
  }
  override createConnection(
    _options: unknown,
    connected?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const failed = (error: unknown) => connected?.(error as Error, undefined as never)
    this.#reach().then((stream) => {
      if (!stream) return failed(new NothingBehind())
      connected?.(null, asSocket(stream))
      // It may have been held until somebody listens, which is from the next tick on.
      stream.resume()
    }, failed)
  }
  override keepSocketAlive(stream: Duplex): boolean {
    this.#idle.set(stream, setTimeout(() => stream.destroy(), IDLE_MS).unref())
    return (super.keepSocketAlive(stream) as unknown) === true
  }
  override reuseSocket(stream: Duplex, request: ClientRequest): void {
    clearTimeout(this.#idle.get(stream))
    super.reuseSocket(stream, request)
  }
}

const nothing = () => undefined
/** Node's agent keeps sockets, and sets what only a socket has; a stream over something else has nothing to set. */
const asSocket = (stream: Duplex): Duplex =>
  'setKeepAlive' in stream
    ? stream
    : Object.assign(stream, {
        ...{ setKeepAlive: nothing, setNoDelay: nothing, setTimeout: nothing },
        ...{ ref: nothing, unref: nothing },
      })
