import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'

export interface ServerLimits {
  /** Connections held at once; above that, the one that has said nothing for longest is closed. */
  connections: number
  /** How long a connection may stay without a whole request, before the first and between two; never ends where absent. */
  silenceMs?: number
  /** Told what the port itself complains about, such as too many open files. */
  onError?(error: Error): void
}

/** A port of ours as its strangers find it. */
export interface GuardedServer {
  /** Takes a connection out of both limits, for it has proved to be somebody. */
  admit(socket: object): void
  /** Connections that have not proved anything yet. */
  strangers(): number
}

/**
 * Guards a port against whoever connects to it: every socket and every answer has an error listener from its first instant, since one
 * without ends the whole process, and strangers are bounded in number and time. An admitted connection is never closed for a new one.
 */
export function guardServer(
  server: Server,
  { connections, silenceMs, onError }: ServerLimits,
): GuardedServer {
  const strangers = new Map<object, { socket: Socket; late: NodeJS.Timeout | undefined }>()
  let open = 0
  const admit = (socket: object) => {
    clearTimeout(strangers.get(socket)?.late)
    strangers.delete(socket)
  }
  const wait = (socket: Socket) => {
    if (socket.destroyed) return
    admit(socket)
    const late =
      silenceMs === undefined ? undefined : setTimeout(() => socket.destroy(), silenceMs).unref()
    strangers.set(socket, { socket, late })
  }
  const begin = (socket: Socket) => {
    socket.on('error', () => socket.destroy())
    open++
    socket.once('close', () => {
      open--
      admit(socket)
    })
    wait(socket)
    if (open <= connections) return
    const [oldest] = strangers.values()
    ;(oldest?.socket ?? socket).destroy()
  }
  server.on('error', (error) => onError?.(error))
  server.prependListener('connection', begin)
  server.on('secureConnection', (socket: Socket) => socket.on('error', () => socket.destroy()))
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    response.on('error', () => response.destroy())
    admit(socket)
    response.once('close', () => wait(socket))
  })
  return { admit, strangers: () => strangers.size }
}
