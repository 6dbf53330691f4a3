import type { IncomingMessage } from 'node:http'
import { Duplex, type Readable, type Writable } from 'node:stream'
import { z } from 'zod'
import { WebSocket } from 'ws'
import { failure } from '../../../preload/contract/failures'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import { failureOfAnswer, failureOfError, parseJson } from './failures'
import { pathOf } from './paths'
import type { Ask, Transport } from './transport'
import type { ExecStreams, KubeClient } from './types'

const PODS = { group: '', version: 'v1', plural: 'pods' }
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io']
const STDIN = 0
const STDOUT = 1
const STDERR = 2
const STATUS = 3
const RESIZE = 4
const CLOSE = 255
/** Bytes waiting in the socket above which the source is paused. */
const HIGH_WATER = 1 << 20
const MOST_REFUSAL_BYTES = 1 << 20

export function streaming(transport: Transport): Pick<KubeClient, 'logs' | 'exec' | 'connect'> {
  return {
    async logs(pod, { signal, ...asked }) {
      const { follow } = asked
      const opened = await transport.open({
        method: 'GET',
        path: pathOf(PODS, { ...pod, subresource: 'log' }),
        query: { container: pod.container, ...asked },
        verb: 'get',
        resource: { ...PODS, plural: 'pods/log' },
        namespace: pod.namespace,
        name: pod.name,
        signal,
        silenceMs: follow ? 0 : transport.timeoutMs,
      })
      return opened.ok ? succeed(opened.value.body as Readable) : opened
    },
    async exec(pod, command, streams) {
      const { stdin, tty, signal } = streams
      // A terminal has one output: a server refuses to open a second one beside it.
      const query = {
        command,
        container: pod.container,
        stdin: stdin !== undefined,
        stdout: true,
        stderr: tty !== true,
        ...(tty && { tty }),
      }
      const socket = await dial(transport, {
        method: 'GET',
        path: pathOf(PODS, { ...pod, subresource: 'exec' }),
        query,
        verb: 'create',
        resource: { ...PODS, plural: 'pods/exec' },
        namespace: pod.namespace,
        name: pod.name,
        signal,
      })
      return socket.ok ? execOver(socket.value, streams, transport) : socket
    },
    async connect(pod, port, signal) {
      const socket = await dial(transport, {
        method: 'GET',
        path: pathOf(PODS, { ...pod, subresource: 'portforward' }),
        query: { ports: port },
        verb: 'create',
        resource: { ...PODS, plural: 'pods/portforward' },
        namespace: pod.namespace,
        name: pod.name,
        signal,
      })
      return socket.ok ? succeed(duplexOver(socket.value)) : socket
    },
  }
}

/** Opens a WebSocket to a subresource; a refusal is read like any other answer. */
async function dial(transport: Transport, ask: Ask): Promise<Outcome<WebSocket>> {
  const options = await transport.socketOptions(ask.signal)
  if (!options.ok) return options
  const { headers, tls } = options.value
  const url = transport.url(ask)
  url.protocol = url.protocol.replace('http', 'ws')
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, PROTOCOLS, {
      headers,
      ...tls,
      handshakeTimeout: transport.timeoutMs,
      perMessageDeflate: false,
    })
    const abort = () => socket.terminate()
    ask.signal?.addEventListener('abort', abort, { once: true })
    socket.once('close', () => ask.signal?.removeEventListener('abort', abort))
    socket.once('open', () => {
      // Held until somebody listens: the first bytes may have come with the handshake.
      socket.pause()
      resolve(succeed(socket))
    })
    socket.on('error', (error) => {
      if (ask.signal?.aborted) reject(ask.signal.reason as Error)
      else
        resolve(fail(failureOfError(error, transport.whom, Math.round(transport.timeoutMs / 1000))))
    })
    socket.once('unexpected-response', (_request, response) => {
      const pieces = piecesOf(response, () => socket.terminate())
      response.on('end', () => {
        const { 'content-type': contentType = '', 'retry-after': retryAfter } = response.headers
        resolve(
          fail(
            failureOfAnswer(
              {
                status: response.statusCode ?? 0,
                contentType,
                retryAfter,
                text: Buffer.concat(pieces).toString(),
              },
              ask,
              transport.whom,
            ),
          ),
        )
        socket.terminate()
      })
    })
  })
}

/** What a refusal says, as it comes: a few lines, and what goes on without end is read no further. */
function piecesOf(response: IncomingMessage, broken: () => void): Buffer[] {
  const pieces: Buffer[] = []
  let length = 0
  response.on('error', broken)
  response.on('data', (piece: Buffer) => {
    length += piece.length
    if (length <= MOST_REFUSAL_BYTES) pieces.push(piece)
    else response.destroy()
  })
  response.once('close', () => {
    if (!response.complete) broken()
  })
  return pieces
}
/** A reader that has gone ends the command, and so does a source that breaks. */
function breaksWith(socket: WebSocket, streams: (Readable | Writable | undefined)[]): void {
  for (const stream of streams) stream?.on('error', () => socket.terminate())
}
const bytes = (data: unknown): Buffer =>
  Array.isArray(data)
    ? Buffer.concat(data as Buffer[])
    : Buffer.isBuffer(data)
      ? data
      : Buffer.from(data as ArrayBuffer)
const ExecStatus = z.object({
  status: z.string(),
  message: z.string().default(''),
  details: z
    .object({
      causes: z
        .array(z.object({ reason: z.string().optional(), message: z.string().default('') }))
        .optional(),
    })
    .nullish(),
})
function execOver(
  socket: WebSocket,
  { stdin, stdout, stderr, signal, begun, onResize }: ExecStreams,
  transport: Transport,
): Promise<Outcome<{ exitCode: number }>> {
  breaksWith(socket, [stdin, stdout, stderr])
  return new Promise((resolve, reject) => {
    let ended: Outcome<{ exitCode: number }> | undefined
    // Whoever reads slowly holds the command up instead of filling memory.
    const pour = (into: Writable, piece: Buffer) => {
      if (into.write(piece)) return
      socket.pause()
      into.once('drain', () => socket.resume())
    }
    socket.on('message', (data) => {
      const message = bytes(data)
      const rest = message.subarray(1)
      if (message[0] === STDOUT) pour(stdout, rest)
      else if (message[0] === STDERR) pour(stderr, rest)
      else if (message[0] === STATUS) ended = exitOf(rest.toString(), transport)
    })
    const still = onResize?.(({ columns, rows }) =>
      socket.send(
        Buffer.concat([
          Buffer.from([RESIZE]),
          Buffer.from(JSON.stringify({ Width: columns, Height: rows })),
        ]),
      ),
    )
    begun?.()
    socket.once('close', () => {
      still?.()
      if (signal?.aborted) reject(signal.reason as Error)
      else
        resolve(
          ended ??
            fail(
              failureOfError(
                new Error('the connection was closed before the command ended'),
                transport.whom,
                0,
              ),
            ),
        )
    })
    socket.resume()
    if (!stdin) return
    stdin.on('data', (piece: Buffer | string) => {
      socket.send(Buffer.concat([Buffer.from([STDIN]), Buffer.from(piece)]), () => {
        if (stdin.isPaused() && socket.bufferedAmount < HIGH_WATER) stdin.resume()
      })
      if (socket.bufferedAmount >= HIGH_WATER) stdin.pause()
    })
    // Only the fifth version of the protocol can close one stream; before it the command never sees the end of its input.
    stdin.once('end', () => {
      if (socket.protocol === PROTOCOLS[0]) socket.send(Buffer.from([CLOSE, STDIN]))
    })
  })
}

function exitOf(text: string, transport: Transport): Outcome<{ exitCode: number }> {
  const status = ExecStatus.safeParse(parseJson(text))
  if (!status.success)
    return fail(
      failure('CLUSTER_FAILED', {
        ...transport.whom,
        status: 500,
        says: 'the end of the command could not be read',
      }),
    )
  if (status.data.status === 'Success') return succeed({ exitCode: 0 })
  const code = Number(
    status.data.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message,
  )
  return Number.isInteger(code)
    ? succeed({ exitCode: code })
    : fail(failure('CLUSTER_FAILED', { ...transport.whom, status: 500, says: status.data.message }))
}

/** One forwarded connection: channel 0 carries its bytes, channel 1 its error; each begins with the two bytes of the port. */
function duplexOver(socket: WebSocket): Duplex {
  const begun = new Set<number>()
  const duplex = new Duplex({
    read() {
      socket.resume()
    },
    write(piece: Buffer, _encoding, done) {
      socket.send(Buffer.concat([Buffer.from([0]), piece]), (error) => done(error ?? null))
    },
    final(done) {
      socket.close()
      done()
    },
    destroy(error, done) {
      socket.terminate()
      done(error)
    },
  })
  // One that breaks before anybody has taken it up must not end the process.
  duplex.on('error', () => undefined)
  socket.on('message', (data) => {
    const message = bytes(data)
    const channel = message[0] ?? 0
    const rest = begun.has(channel) ? message.subarray(1) : message.subarray(3)
    begun.add(channel)
    if (rest.length === 0) return
    if (channel === 1) duplex.destroy(new Error(rest.toString()))
    else if (channel === 0 && !duplex.push(rest)) socket.pause()
  })
  socket.once('close', () => {
    if (!duplex.destroyed) duplex.push(null)
  })
  socket.once('error', (error) => duplex.destroy(error))
  socket.resume()
  return duplex
}
