import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'

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
export async function listenOnLoopback(
  serve: Serve,
  { port, allowHalfOpen = false }: { port: number; allowHalfOpen?: boolean },
): Promise<LoopbackListener> {
  for (let tried = 1; ; tried++) {
    const four = createServer({ allowHalfOpen }, serve)
    const six = createServer({ allowHalfOpen }, serve)
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
