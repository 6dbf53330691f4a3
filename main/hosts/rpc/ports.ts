import { MOST_UNREAD_BYTES, MOST_UNREAD_MESSAGES } from '../../../preload/contract/limits'
import type { RawMessage, ServePeer } from './peer'

/** A message port as much of it as is used: Electron's own, or Node's in tests. */
export interface RpcPort {
  on(event: 'message' | 'close', listen: (event?: { data: unknown }) => void): void
  postMessage(message: unknown): void
  start(): void
}

/**
 * Serves the contract over one message port. A port takes whatever it is given and keeps it in memory until the other end reads, so that end says
 * how many messages it has read; above the limits the next item of a stream is not asked for until it has.
 */
export function servePort(serve: ServePeer, port: RpcPort): void {
  const unread = new UnreadMessages()
  const peer = serve({
    send(message) {
      port.postMessage(message)
      return unread.sent(typeof message === 'string' ? message.length : message.byteLength)
    },
    refuse: () => undefined,
  })
  port.on('message', (event) => {
    const data = event?.data
    if (typeof data === 'number') return unread.read(data)
    const raw = data instanceof ArrayBuffer ? new Uint8Array(data) : data
    if (typeof raw === 'string' || raw instanceof Uint8Array) void peer.message(raw as RawMessage)
  })
  port.on('close', () => {
    unread.end()
    peer.close()
  })
  port.start()
}

/** What was sent and not read yet. */
class UnreadMessages {
  readonly #sizes: number[] = []
  #bytes = 0
  #waiting: (() => void)[] = []
  #ended = false
  /** Settles once the reader has caught up. */
  sent(bytes: number): void | Promise<void> {
    if (this.#ended) return
    this.#sizes.push(bytes)
    this.#bytes += bytes
    if (this.#isFull()) return new Promise((caughtUp) => this.#waiting.push(caughtUp))
  }
  read(messages: number) {
    const read = Number.isSafeInteger(messages) && messages > 0 ? messages : 0
    for (const bytes of this.#sizes.splice(0, read)) this.#bytes -= bytes
    if (!this.#isFull()) this.#wake()
  }
  end() {
    this.#ended = true
    this.#wake()
  }
  #isFull() {
    return this.#sizes.length > MOST_UNREAD_MESSAGES || this.#bytes > MOST_UNREAD_BYTES
  }
  #wake() {
    for (const caughtUp of this.#waiting.splice(0)) caughtUp()
  }
}
