import { PassThrough, Writable } from 'node:stream'
import type { RawData, WebSocket } from 'ws'

export const STDIN = 0
export const STDOUT = 1
export const STDERR = 2
export const ERROR = 3
export const RESIZE = 4
const CLOSE = 255
/** More than this waiting to be sent, and whoever writes must wait. */
const HIGH_WATER_BYTES = 1 << 20

const bytesOf = (data: RawData): Buffer =>
  Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data)

/** Several byte streams over one WebSocket: the first byte of each message names the channel. */
export class Channels {
  readonly #socket: WebSocket
  readonly #readers = new Map<number, PassThrough>()
  constructor(socket: WebSocket) {
    this.#socket = socket
    // A frame that breaks the protocol ends its own connection and nothing else.
    socket.on('error', () => socket.terminate())
    socket.on('message', (data) => this.#receive(bytesOf(data)))
    socket.once('close', () => {
      for (const reader of this.#readers.values()) reader.end()
    })
  }
  #receive(message: Buffer): void {
    const channel = message[0]
    if (channel === undefined) return
    // The fifth version of the protocol says with channel 255 that a stream has ended.
    if (channel === CLOSE) this.#readers.get(message[1] ?? -1)?.end()
    else this.#pass(this.#readers.get(channel), message.subarray(1))
  }
  /** Whoever reads slowly holds the sender up instead of filling memory; what comes after an end is dropped. */
  #pass(reader: PassThrough | undefined, data: Buffer): void {
    if (!reader || reader.writableEnded || reader.destroyed || reader.write(data)) return
    this.#socket.pause()
    reader.once('drain', () => this.#socket.resume())
  }
  /** What the other side sends on a channel. */
  reader(channel: number): PassThrough {
    const known = this.#readers.get(channel)
    if (known) return known
    const reader = new PassThrough()
    reader.on('error', () => reader.destroy())
    this.#readers.set(channel, reader)
    return reader
  }
  send(channel: number, data: Buffer | string, sent: () => void = () => undefined): void {
    if (this.#socket.readyState !== this.#socket.OPEN) {
      sent()
      return
    }
    const message = Buffer.concat([
      Buffer.from([channel]),
      typeof data === 'string' ? Buffer.from(data) : data,
    ])
    if (this.#socket.bufferedAmount < HIGH_WATER_BYTES) {
      this.#socket.send(message)
      sent()
    } else this.#socket.send(message, sent)
  }
  writer(channel: number): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => this.send(channel, chunk, () => done()),
    })
  }
  close(): void {
    this.#socket.close(1000)
  }
}
