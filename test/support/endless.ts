import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server whose answers never end: one byte every so many milliseconds, or as much as is read. It begins each with what is given. */
export async function endlessServer({ everyMs, begin = '' }: { everyMs?: number; begin?: string }) {
  const world = { sent: 0, open: 0 }
  const piece = Buffer.alloc(everyMs === undefined ? 65_536 : 1, 'x')
  const server = createServer((_request, response) => {
    world.open++
    response.on('close', () => world.open--)
    response.write(begin)
    const send = () => {
      if (response.destroyed) return
      world.sent += piece.length
      if (response.write(piece)) setTimeout(send, everyMs ?? 0)
      else response.once('drain', send)
    }
    send()
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    world,
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
