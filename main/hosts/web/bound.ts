import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the host came to be called once it listens: every request has to name exactly this. */
export interface Bound {
  port: number
  authority: string
  origin: string
}
export function boundTo(server: Server): Bound {
  const { port } = server.address() as AddressInfo
  const authority = `127.0.0.1:${port}`
  return { port, authority, origin: `http://${authority}` }
}
