import type { Server, Socket } from 'node:net'
import { pipeline, type Duplex } from 'node:stream'
import type { Clock } from '../../kernel/clock'
import { isForeign } from '../environments'
import { firstBytes } from './domain/targets'
import type { PodsBehind } from './pods-behind'

const HEAD_LIMIT = 16_384
const TRIES = 60
const PAUSE_MS = 500
const MISDIRECTED =
  'HTTP/1.1 421 Misdirected Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'

export const bind = (server: Server, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
export const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

interface Carrying {
  pods: PodsBehind
  clock: Clock
  localPort(): number
}
/** Carries one connection to the pod of now; while none is ready the caller waits, at most half a minute. */
export async function carry(socket: Socket, { pods, clock, localPort }: Carrying): Promise<void> {
  const gone = new AbortController()
  socket.once('close', () => gone.abort())
  for (let tries = 0; tries < TRIES && !socket.destroyed; tries++) {
    const stream = await pods.reach(gone.signal).catch(() => undefined)
    if (stream?.ok) return join(socket, stream.value, localPort())
    await clock.sleep(PAUSE_MS, gone.signal).catch(() => undefined)
  }
  socket.destroy()
}

/** The pod may speak first; what the caller says first is looked at, for a page of another site must not reach in by a name of its own. */
function join(socket: Socket, stream: Duplex, localPort: number): void {
  let refused = false
  stream.pipe(socket)
  stream.once('error', () => {
    if (!refused) socket.destroy()
  })
  let head = Buffer.alloc(0)
  const take = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk])
    const what = firstBytes(head.toString('latin1'), HEAD_LIMIT)
    if (what === 'more') return
    socket.off('data', take)
    socket.pause()
    if (what === 'http' && isForeign(head, localPort)) {
      refused = true
      stream.unpipe(socket)
      stream.destroy()
      socket.end(MISDIRECTED)
      return
    }
    stream.write(head)
    pipeline(socket, stream, () => undefined)
  }
  socket.on('data', take)
  socket.once('end', () => {
    if (socket.listeners('data').includes(take)) stream.end(head)
  })
  socket.once('close', () => stream.destroy())
}
