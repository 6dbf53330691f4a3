import { createServer as createHttp } from 'node:http'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { guardServer } from './guarded-server'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})
async function listening(server: Server): Promise<number> {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  cleanups.push(() => server.close())
  return (server.address() as AddressInfo).port
}
const dial = (port: number) =>
  new Promise<Socket>((settle) => {
    const socket = connect(port, '127.0.0.1', () => settle(socket))
    socket.on('error', () => undefined)
    cleanups.push(() => socket.destroy())
  })
const closed = (socket: Socket) =>
  new Promise<void>((done) => socket.resume().once('close', () => done()))

test('one stranger too many costs the oldest stranger, never who was admitted', async () => {
  const server = createServer()
  const guard = guardServer(server, { connections: 2 })
  server.once('connection', (socket) => guard.admit(socket))
  const port = await listening(server)
  const known = await dial(port)
  const old = await dial(port)
  await expect.poll(() => guard.strangers()).toBe(1)
  const gone = closed(old)
  const young = await dial(port)
  await gone
  expect([known.destroyed, young.destroyed]).toEqual([false, false])
})
test('where all were admitted the new one has to go', async () => {
  const server = createServer()
  const guard = guardServer(server, { connections: 1 })
  server.on('connection', (socket) => guard.admit(socket))
  const port = await listening(server)
  const known = await dial(port)
  await closed(await dial(port))
  expect(known.destroyed).toBe(false)
})
test('who says nothing, or half a request byte by byte, is closed; who is answered may ask again', async () => {
  const server = createHttp((_request, response) => response.end('yes'))
  guardServer(server, { connections: 9, silenceMs: 200 })
  const port = await listening(server)
  const [silent, slow, fine] = [await dial(port), await dial(port), await dial(port)]
  slow.write('GET / HT')
  const answered = new Promise((some) => fine.once('data', some))
  fine.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await answered
  await Promise.all([closed(silent), closed(slow)])
})
test('a reset and a write to what is gone stay with their connection', async () => {
  const server = createHttp((_request, response) => {
    response.end()
    response.write('after the end')
  })
  guardServer(server, { connections: 9 })
  const port = await listening(server)
  const socket = await dial(port)
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  socket.resetAndDestroy()
  const next = await dial(port)
  next.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await closed(next)
})
test('what the port itself complains about is told and ends nothing', async () => {
  const server = createServer()
  const said: string[] = []
  guardServer(server, { connections: 9, onError: ({ message }) => said.push(message) })
  server.emit('error', new Error('too many open files'))
  expect(said).toEqual(['too many open files'])
  await dial(await listening(server))
})
