import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { bounded, boundedResponse, boundedText } from './bounded'

const undo: (() => unknown)[] = []
afterEach(() => {
  for (const step of undo.splice(0)) step()
})
/** A server whose answer never ends: `every` milliseconds apart, or as fast as it is read. */
async function endless(every?: number) {
  const world = { sent: 0, open: 0 }
  const piece = Buffer.alloc(every === undefined ? 65_536 : 1, 'x')
  const server = createServer((_request, response) => {
    world.open++
    response.on('close', () => world.open--)
    const send = () => {
      world.sent += piece.length
      if (response.write(piece) && !response.destroyed) setTimeout(send, every ?? 0)
      else response.once('drain', send)
    }
    send()
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  undo.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { world, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` }
}

test('an answer that never ends is let go after as much as is read, and says how much that was', async () => {
  const { world, url } = await endless()
  const answer = await fetch(url)
  await expect(boundedResponse(answer, { mostBytes: 2 ** 21, limitMs: 60_000 })).rejects.toThrow(
    'did not end after 2 MB, and at most 2 MB are read',
  )
  await expect.poll(() => world.open).toBe(0)
  expect(world.sent).toBeLessThan(2 ** 25)
})

test('an answer that drips is let go after its time', async () => {
  const { world, url } = await endless(5)
  const answer = await fetch(url)
  await expect(boundedResponse(answer, { mostBytes: 2 ** 21, limitMs: 100 })).rejects.toThrow(
    'did not end within 0 s; 0 MB came until then',
  )
  await expect.poll(() => world.open).toBe(0)
})

test('an answer that stops without an end is let go after its time', async () => {
  const silent = (async function* () {
    yield Buffer.from('a')
    await new Promise(() => undefined)
  })()
  await expect(boundedText(silent, { mostBytes: 10, limitMs: 50 })).rejects.toMatchObject({
    code: 'ANSWER_TOO_LONG',
  })
})

test('an answer that ends is whole, and its beginning is heard first', async () => {
  const heard: string[] = []
  const body = (async function* () {
    yield Buffer.from('grü')
    yield Buffer.from('ße')
  })()
  expect(
    await boundedText(body, { mostBytes: 100, limitMs: 1000 }, (text) => heard.push(text)),
  ).toBe('grüße')
  expect(heard).toHaveLength(1)
})

test('who stops reading lets the connection go', async () => {
  const { world, url } = await endless()
  const { body } = await fetch(url)
  if (!body) throw new Error('no body')
  for await (const _piece of bounded(body, { mostBytes: 2 ** 30, limitMs: 60_000 })) break
  await expect.poll(() => world.open).toBe(0)
})
