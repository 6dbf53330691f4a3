import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { os, type RouterClient } from '@orpc/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { MOST_UNREAD_BYTES } from '../../../preload/contract/limits'
import { peersOf } from './peer'
import { rpcSockets, socketCalls } from './sockets'

let asked = 0
const ITEM_BYTES = 100_000
const router = {
  echo: os.input(z.string()).handler(({ input }) => input),
  flood: os.handler(async function* () {
    for (;;) {
      asked++
      yield 'x'.repeat(ITEM_BYTES)
      // Nothing else in this process would ever have its turn.
      await new Promise((later) => setImmediate(later))
    }
  }),
}
const undo: (() => unknown)[] = []
let url = ''
beforeEach(async () => {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  const serve = socketCalls(router)
  sockets.on('connection', (socket) => {
    socket.on('error', () => socket.terminate())
    serve(socket)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  url = `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  undo.push(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.close()
  })
})
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step()
})
const open = async () => {
  const socket = new WebSocket(url)
  await once(socket, 'open')
  undo.push(() => socket.terminate())
  return socket
}
const callOver = (socket: WebSocket) =>
  createORPCClient<RouterClient<typeof router>>(
    new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
  )

test.each<[what: string, message: unknown]>([
  ['without what is called', { i: '9' }],
  ['with an address that is none', { i: '9', p: { u: 'no address' } }],
  [
    'with a body that was not written by us',
    { i: '9', p: { u: '/echo', b: { json: 1, meta: [[99]] } } },
  ],
  ['that is an item without content', { i: '9', t: 3 }],
  ['for something that is not there', { i: '9', p: { u: '/none' } }],
])(
  'a message %s is answered, and the connection goes on without a word to the terminal',
  async (_what, message) => {
    const printed = vi.spyOn(console, 'error')
    try {
      const socket = await open()
      const answered = once(socket, 'message')
      socket.send(JSON.stringify(message))
      const [answer] = (await answered) as [Buffer]
      const { i, p } = JSON.parse(answer.toString()) as { i: string; p: { s: number } }
      expect([i, p.s >= 400 && p.s < 600]).toEqual(['9', true])
      expect(await callOver(socket).echo('still here')).toBe('still here')
      expect(printed).not.toHaveBeenCalled()
    } finally {
      printed.mockRestore()
    }
  },
)

test.each<[what: string, message: string | Buffer]>([
  ['text that is no JSON', '{"i": "1", '],
  ['a list', '[1, 2]'],
  ['bytes', Buffer.from([0, 255, 7])],
  ['nothing', ''],
])('%s, which nobody can be answered about, ends that connection alone', async (_what, message) => {
  const socket = await open()
  const other = await open()
  const closed = once(socket, 'close')
  socket.send(message)
  expect((await closed)[0]).toBe(1007)
  expect(await callOver(other).echo('x')).toBe('x')
})

test('half a letter goes there and back unharmed', async () => {
  expect(await callOver(await open()).echo('a\ud800b')).toBe('a\ud800b')
})

describe('a page that never reads', () => {
  /** A page that asks for a flood and reads no more, at a port with a limit of its own. */
  async function silent(stalledMs: number) {
    asked = 0
    const server = createServer()
    const sockets = rpcSockets(peersOf(router), { stalledMs })
    const gone = new Promise<void>((left) => {
      server.on('upgrade', (request, socket, head) => {
        const opened = (page: WebSocket) => page.once('close', () => left())
        sockets.accept({ request, socket, head }, { id: 'x', opened })
      })
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    undo.push(() => {
      sockets.drop()
      server.close()
    })
    const page = new WebSocket(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`)
    page.on('error', () => undefined)
    await once(page, 'open')
    undo.push(() => page.terminate())
    page.pause()
    page.send(JSON.stringify({ i: '1', p: { u: '/flood' } }))
    await expect.poll(() => asked).toBeGreaterThan(0)
    return { gone }
  }
  test('is not sent a stream without end', async () => {
    await silent(60_000)
    for (let quiet = 0, last = asked; quiet < 500; quiet = last === asked ? quiet + 1 : 0) {
      last = asked
      await new Promise((later) => setImmediate(later))
    }
    // What the system itself keeps between two sockets comes on top of what waits here.
    expect(asked * ITEM_BYTES).toBeLessThan(MOST_UNREAD_BYTES + 16 * 2 ** 20)
  })
  test('is let go after a time', async () => {
    const { gone } = await silent(50)
    await gone
  })
})
