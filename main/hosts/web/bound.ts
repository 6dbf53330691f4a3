import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the host came to be called once it listens: every request has to name exactly this. */
export interface Bound {
  port: number
  authority: string
  origin: string
}
export const listen = (server: Server, port: number) =>
  new Promise<number>((ready, failed) => {
    server.once('error', failed)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', failed)
      ready((server.address() as AddressInfo).port)
    })
  })
export function boundTo(port: number): Bound {
  const authority = `127.0.0.1:${port}`
  return { port, authority, origin: `http://${authority}` }
}
