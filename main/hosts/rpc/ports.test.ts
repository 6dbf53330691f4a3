import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { os, type RouterClient } from '@orpc/server'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { MOST_UNREAD_BYTES, MOST_UNREAD_MESSAGES } from '../../../preload/contract/limits'
import { makeClient, Reconnecting } from '../../../renderer/client/link'
import { portWire } from '../../../renderer/client/wires'
import { peersOf } from './peer'
import { servePort, type RpcPort } from './ports'

let asked = 0
const router = {
  flood: os.input(z.object({ bytes: z.number() })).handler(async function* ({ input: { bytes } }) {
    for (let number = 1; ; number++) {
      asked++
      yield { text: 'x'.repeat(bytes), number }
      // Nothing else in this process would ever have its turn.
      await new Promise((later) => setImmediate(later))
    }
  }),
}
const undo: (() => unknown)[] = []
afterEach(() => {
  asked = 0
  for (const step of undo.splice(0)) step()
})
/** Node's port as Electron's looks. */
const asRpcPort = (port: MessagePort): RpcPort => ({
  on: (event, listen) => void port.on(event, (data?: unknown) => listen({ data })),
  postMessage: (message) => port.postMessage(message),
  start: () => port.start(),
})
function served() {
  const { port1, port2 } = new MessageChannel()
  servePort(peersOf(router), asRpcPort(port1))
  undo.push(() => port1.close())
  return port2
}
/** Settles once nothing more is asked for, through many turns of the event loop. */
async function still() {
  for (let quiet = 0, last = asked; quiet < 200; quiet = last === asked ? quiet + 1 : 0) {
    last = asked
    await new Promise((later) => setImmediate(later))
  }
  return asked
}

test.each([
  ['small items', 10, MOST_UNREAD_MESSAGES],
  ['large items', 100_000, Math.ceil(MOST_UNREAD_BYTES / 100_000)],
])('a page that never reads is not sent %s without end', async (_what, bytes, most) => {
  const port = served()
  // A page that asks and is never seen again: it reads nothing and says nothing.
  port.postMessage(JSON.stringify({ i: '1', p: { u: '/flood', b: { json: { bytes } } } }))
  await expect.poll(() => asked).toBeGreaterThan(0)
  const asks = await still()
  expect(asks).toBeGreaterThan(most / 2)
  expect(asks).toBeLessThanOrEqual(most + 1)
})
test('a page that reads gets all of it, and one that leaves ends what it had open', async () => {
  const port = served()
  const connection = new Reconnecting()
  connection.attach(portWire(port as unknown as globalThis.MessagePort))
  const { flood } = makeClient(connection) as unknown as Pick<RouterClient<typeof router>, 'flood'>
  let seen = 0
  for await (const item of await flood({ bytes: 10 })) {
    expect(item.number).toBe(++seen)
    if (seen === 5 * MOST_UNREAD_MESSAGES) break
  }
  // A stream that went on would never be still.
  await still()
})
test('what stands still goes on when the page reads again', async () => {
  const port = served()
  port.postMessage(JSON.stringify({ i: '1', p: { u: '/flood', b: { json: { bytes: 10 } } } }))
  await expect.poll(() => asked).toBeGreaterThan(0)
  const before = await still()
  port.on('message', () => port.postMessage(1))
  await expect.poll(() => asked).toBeGreaterThan(before + MOST_UNREAD_MESSAGES)
  port.close()
  await still()
})
