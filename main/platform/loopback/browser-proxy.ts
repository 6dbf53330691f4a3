import {
  createServer,
  request,
  STATUS_CODES,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { tunnel } from '../streams/tunnel'
import { ForwardAgent, NothingBehind } from './forward-agent'
import {
  HOST_LIMIT,
  refusalAnswer,
  refusalOf,
  refusalSays,
  type ForwardName,
  type ForwardRefusal,
} from './guard'

/** Longer than browsers keep a connection, so that it is they who end it. */
const KEPT_MS = 310_000
/** What concerns one connection only and is not passed on; how a body is told apart from what follows is kept for requests. */
const HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade'])
const NOTHING = 'Nothing answers behind this forward. Look at its pod, then reload.\n'
/** Asked once more where the connection that was kept had just been ended; anything else might be done twice. */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS'])

export interface BrowserProxyPorts {
  name(): ForwardName
  /** A new connection to what the forward leads to; undefined where there is none in time. */
  reach(signal: AbortSignal): Promise<Duplex | undefined>
}

/**
 * The requests of browsers to one forward. A browser sends those of every page over any connection that is open, so each is looked at; what may
 * enter goes on over connections that are kept. Bytes are passed on unseen only after what is behind has agreed to an upgrade.
 */
export class BrowserProxy {
  readonly #ports: BrowserProxyPorts
  readonly #over = new AbortController()
  /** Connections that were opened before anybody knew that a browser is there. */
  readonly #spare = new Set<Duplex>()
  readonly #agent = new ForwardAgent(() => this.#connection())
  readonly #server = createServer(
    { keepAliveTimeout: KEPT_MS, requestTimeout: 0, maxHeaderSize: HOST_LIMIT },
    (asked, answer) => this.#serve(asked, answer),
  )
  constructor(ports: BrowserProxyPorts) {
    this.#ports = ports
    this.#server.on('upgrade', (asked, socket, head) => this.#upgrade(asked, socket, head))
    this.#server.on('clientError', (_error, socket) => socket.destroy())
  }

  /** Serves a browser's connection from what it said first; a connection that was opened for it already is used. */
  take(socket: Socket, head: Uint8Array, reached?: Duplex): void {
    if (reached) {
      this.#spare.add(reached)
      reached.once('close', () => this.#spare.delete(reached))
      socket.once('close', () => {
        if (this.#spare.has(reached)) reached.destroy()
      })
    }
    // An answer goes out in two writes, and the second would wait for word of the first.
    socket.setNoDelay(true)
    socket.unshift(head)
    this.#server.emit('connection', socket)
    socket.resume()
  }
  close(): void {
    this.#over.abort()
    for (const stream of [...this.#spare]) stream.destroy()
    this.#agent.destroy()
  }

  async #connection(): Promise<Duplex | undefined> {
    const [spare] = this.#spare
    if (!spare) return this.#ports.reach(this.#over.signal)
    this.#spare.delete(spare)
    return spare
  }
  #refusalOf({ url = '', headersDistinct }: IncomingMessage): ForwardRefusal | undefined {
    const header = (name: string) => headersDistinct[name]?.join(', ')
    // A whole address in place of a path would say more than the Host that was looked at.
    return url.startsWith('/') || url === '*' ? refusalOf(header, this.#ports.name()) : 'foreign'
  }
  #serve(asked: IncomingMessage, answer: ServerResponse): void {
    const refusal = this.#refusalOf(asked)
    if (refusal) return say(answer, 421, refusalSays(refusal, this.#ports.name()))
    this.#pass(asked, answer)
  }
  #pass(asked: IncomingMessage, answer: ServerResponse, isSecondTry = false): void {
    const passed = request({ ...passedOn(asked), agent: this.#agent })
    passed.once('response', (came) => {
      const hop = new Set([...HOP, 'transfer-encoding'])
      answer.writeHead(came.statusCode ?? 502, came.statusMessage, without(came.rawHeaders, hop))
      answer.flushHeaders()
      came.pipe(answer)
      came.once('error', () => answer.destroy())
    })
    passed.on('error', (error) => {
      if (answer.headersSent || answer.destroyed) return void answer.destroy()
      if (!isSecondTry && mayRepeat(asked, passed)) return this.#pass(asked, answer, true)
      say(answer, error instanceof NothingBehind ? 504 : 502, NOTHING)
    })
    // Whoever left early wants nothing more; after a whole answer the connection is kept.
    answer.once('close', () => {
      if (!answer.writableFinished) passed.destroy()
    })
    if (isSecondTry) passed.end()
    else asked.pipe(passed)
  }
  #upgrade(asked: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const refusal = this.#refusalOf(asked)
    if (refusal) return void socket.end(refusalAnswer(refusal, this.#ports.name()))
    const agent = new ForwardAgent(() => this.#connection())
    const passed = request({ ...passedOn(asked, new Set()), agent })
    passed.once('upgrade', (came, stream, rest) => {
      socket.write(headOf(came, new Set()))
      socket.write(rest)
      stream.write(head)
      tunnel(socket, stream)
    })
    passed.once('response', (came) => {
      // What is not upgraded ends here: the next request on this connection would not be looked at.
      socket.write(headOf(came, new Set([...HOP, 'transfer-encoding']), ['connection', 'close']))
      came.pipe(socket)
      came.once('close', () => agent.destroy())
    })
    passed.on('error', () => {
      if (!socket.destroyed) socket.end(plainAnswer(502, NOTHING))
    })
    socket.once('close', () => passed.destroy())
    passed.end()
  }
}

const mayRepeat = ({ method = '', headers }: IncomingMessage, passed: ClientRequest): boolean =>
  passed.reusedSocket &&
  REPEATABLE.has(method) &&
  headers['content-length'] === undefined &&
  headers['transfer-encoding'] === undefined
/** A request as it goes on: as it came, letter by letter, but for what concerned its connection. */
const passedOn = (asked: IncomingMessage, hop: ReadonlySet<string> = HOP) => ({
  method: asked.method,
  path: asked.url,
  headers: without(asked.rawHeaders, new Set([...hop, 'expect'])),
  setHost: false,
  maxHeaderSize: HOST_LIMIT,
})
function without(raw: readonly string[], hop: ReadonlySet<string>): string[] {
  const named = valuesOf(raw, 'connection').flatMap((value) => value.split(','))
  const dropped = hop.size > 1 ? new Set([...hop, ...named.map((one) => one.trim())]) : hop
  return raw.filter((_each, at) => !dropped.has((raw[at - (at % 2)] ?? '').toLowerCase()))
}
const valuesOf = (raw: readonly string[], name: string): string[] =>
  raw.flatMap((value, at) =>
    at % 2 === 1 && raw[at - 1]?.toLowerCase() === name ? [value.toLowerCase()] : [],
  )
function headOf(
  { statusCode = 502, statusMessage, rawHeaders }: IncomingMessage,
  hop: ReadonlySet<string>,
  more: readonly string[] = [],
): string {
  const headers = [...without(rawHeaders, hop), ...more]
  const lines = headers.flatMap((name, at) =>
    at % 2 === 0 ? [`${name}: ${headers[at + 1] ?? ''}`] : [],
  )
  return `HTTP/1.1 ${String(statusCode)} ${statusMessage ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n`
}
const plainAnswer = (status: number, says: string) =>
  `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${String(Buffer.byteLength(says))}\r\nconnection: close\r\n\r\n${says}`
function say(answer: ServerResponse, status: number, says: string): void {
  answer.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  answer.end(says)
}
