import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { guardServer } from './guarded-server'
import { tunnel } from './tunnel'

const undo: (() => unknown)[] = []
afterEach(() => {
  for (const step of undo.splice(0)) step()
})
async function listening(serve: (socket: Socket) => void, isGuarded = false): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, serve)
  if (isGuarded) guardServer(server, { connections: 10 })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  undo.push(() => server.close())
  return (server.address() as AddressInfo).port
}
function dial(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => undefined)
  undo.push(() => socket.destroy())
  return socket
}
const all = async (socket: Socket) => {
  const pieces: Buffer[] = []
  for await (const piece of socket) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString()
}
/** What stands behind, reached through a tunnel; with both ends of the tunnel as they come. */
async function through(behind: (socket: Socket) => void) {
  const target = await listening(behind)
  const ends: Socket[] = []
  const port = await listening((socket) => {
    const other = dial(target)
    ends.push(socket, other)
    socket.once('close', () => undefined)
    tunnel(socket, other)
  }, true)
  return { socket: dial(port), ends }
}

test('what is said before an end arrives whole, both ways, though one side ends first', async () => {
  const { socket, ends } = await through((behind) => {
    void all(behind).then((heard) => behind.end(`${String(heard.length)} ${'y'.repeat(3_000_000)}`))
  })
  socket.end('x'.repeat(2_000_000))
  expect(await all(socket)).toBe(`2000000 ${'y'.repeat(3_000_000)}`)
  await expect.poll(() => ends.map(({ destroyed }) => destroyed)).toEqual([true, true])
})
test('a side that breaks takes the other with it', async () => {
  const { socket, ends } = await through((behind) => {
    behind.on('error', () => undefined)
    behind.resume()
  })
  socket.write('hello')
  await expect.poll(() => ends.length).toBe(2)
  socket.resetAndDestroy()
  await expect.poll(() => ends.map(({ destroyed }) => destroyed)).toEqual([true, true])
})
test('a guarded socket keeps far fewer listeners than Node takes for a leak', async () => {
  const { socket, ends } = await through((behind) => behind.resume())
  socket.write('hello')
  await expect.poll(() => ends.length).toBe(2)
  for (const end of ends)
    for (const event of ['close', 'error', 'end', 'finish', 'drain', 'data'])
      expect([event, end.listenerCount(event)]).toEqual([event, expect.toSatisfy((n) => n <= 6)])
})
