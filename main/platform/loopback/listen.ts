import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { guardServer } from '../streams/guarded-server'

export interface LoopbackListener {
  port: number
  close(): void
}
type Serve = (socket: Socket) => void
const bind = (server: Server, host: string, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject)
      // What goes wrong with a listener later, such as too many open files, ends connections and not the core.
      server.on('error', () => undefined)
      resolve()
    })
  })
const NO_SUCH_FAMILY = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'])
const hasNoFamily = (error: unknown) =>
  NO_SUCH_FAMILY.has((error as NodeJS.ErrnoException).code ?? '')
const TRIES = 20

/**
 * Listens on one port of both loopback addresses: browsers look for names under localhost at [::1] as well as at 127.0.0.1, and whoever held the other
 * one would be taken for this forward. Port 0 is any that is free on both. Rejects where a given port is taken.
 */
/** Connections of one forward at once, for each address family: a notebook page opens some tens. */
const MOST_CONNECTIONS = 256
export async function listenOnLoopback(
  serve: Serve,
  { port, allowHalfOpen = false }: { port: number; allowHalfOpen?: boolean },
): Promise<LoopbackListener> {
  for (let tried = 1; ; tried++) {
    const four = createServer({ allowHalfOpen, noDelay: true }, serve)
    const six = createServer({ allowHalfOpen, noDelay: true }, serve)
    // A server behind it may speak first, so silence is no fault here; the number is bounded.
    for (const server of [four, six]) guardServer(server, { connections: MOST_CONNECTIONS })
    await bind(four, '127.0.0.1', port)
    const { port: bound } = four.address() as AddressInfo
    const close = () => {
      four.close()
      six.close()
    }
    try {
      await bind(six, '::1', bound)
      return { port: bound, close }
    } catch (error) {
      if (hasNoFamily(error)) return { port: bound, close: () => four.close() }
      four.close()
      if (port !== 0 || tried === TRIES) throw error
    }
  }
}
