import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { awaitCallback } from '../../main/capabilities/sites/adapters/oidc-callback'
import { compose, type Core } from '../../main/compose'
import { placeToListen } from '../../main/hosts/local/address'
import { serveLocally } from '../../main/hosts/local/socket'
import { startWebHost, type WebHost } from '../../main/hosts/web/host'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { startPlant, type Plant } from '../../main/plant'
import { MOST_MESSAGE_BYTES, MOST_OPEN_CALLS } from '../../preload/contract/limits'
import { makeClient, Reconnecting, type Client } from '../../renderer/client/link'
import { socketWire } from '../../renderer/client/wires'
import { openSocket, signIn } from '../support/signing-in'

const pageRoot = fileURLToPath(new URL('../../out/renderer', import.meta.url))
/** The everyday figure; TAKT_RUBBISH=10000 is the long run. */
const IDLE = Number(process.env['TAKT_RUBBISH'] ?? 600)
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

let storeDir: string, core: Core, host: WebHost, session: string
let local: Awaited<ReturnType<typeof serveLocally>>
let plant: Plant
const callback = new AbortController()
/** Every port that Takt opens, by what a stranger would connect to and say first. */
interface Port {
  to: { port: number; host: string } | { path: string }
  request: string
}
const ports = new Map<string, Port>()
const uncaught: unknown[] = []
const note = (error: unknown) => void uncaught.push(error)

const head = (lines: string[]) => [...lines, '', ''].join('\r\n')
const upgrade = (authority: string, path = '/rpc') =>
  head([
    `GET ${path} HTTP/1.1`,
    `Host: ${authority}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ])
const loopback = (address: string) => ({ host: '127.0.0.1', port: Number(new URL(address).port) })

beforeAll(async () => {
  // A test runner that caught these itself would hide what ends a process.
  process.prependListener('uncaughtException', note)
  process.prependListener('unhandledRejection', note)
  storeDir = mkdtempSync(join(tmpdir(), 'takt-rubbish-'))
  core = await compose({
    storeDir,
    host: 'test',
    version: '0.0.0',
    env: { KUBECONFIG: join(storeDir, 'none') },
    clock: systemClock,
    random: seeded(1),
    plant: false,
  })
  host = await startWebHost(core.router, { pageRoot })
  session = await signIn(host)
  local = await serveLocally(core.router, storeDir)
  const { address } = await awaitCallback(undefined, callback.signal)
  plant = await startPlant({ clock: systemClock, random: seeded(1), people: [], seeded: false })
  ports.set('the web host', { to: loopback(host.origin), request: upgrade('wrong.example') })
  ports.set('the local socket', {
    to: { path: placeToListen(storeDir) },
    request: upgrade('x', '/else'),
  })
  ports.set('the callback of a sign-in', {
    to: loopback(address),
    request: head(['GET http://[ HTTP/1.1', 'Host: 127.0.0.1']),
  })
  for (const { id, server } of plant.sites)
    ports.set(`the simulated API of ${id}`, {
      to: loopback(server),
      request: upgrade('127.0.0.1', '/api/v1/namespaces/x/pods/y/exec'),
    })
  if (plant.aws)
    ports.set('the simulated cloud account', {
      to: loopback(plant.aws.endpoint),
      request: head(['POST / HTTP/1.1', 'Host: x', 'Content-Length: 5']),
    })
}, 60_000)
afterAll(async () => {
  callback.abort()
  await local.close()
  await plant.close()
  await host.close()
  await core.close()
  rmSync(storeDir, { recursive: true, force: true })
  process.off('uncaughtException', note)
  process.off('unhandledRejection', note)
})
const sockets: { destroy(): void }[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  expect(uncaught.splice(0)).toEqual([])
})

const dial = ({ to }: Port) =>
  new Promise<Socket>((settle, failed) => {
    const socket = connect(to)
    sockets.push(socket)
    socket.once('error', failed)
    socket.once('connect', () => {
      socket.off('error', failed)
      socket.on('error', () => undefined)
      settle(socket)
    })
  })
/** A local socket refuses whoever comes while its queue is full, where a port lets them wait: they come again. */
async function opened(port: Port): Promise<Socket> {
  for (;;) {
    const socket = await dial(port).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EAGAIN') throw error
    })
    if (socket) return socket
    await new Promise((later) => setImmediate(later))
  }
}
const closed = (socket: Socket) =>
  socket.destroyed || socket.closed
    ? Promise.resolve()
    : new Promise<void>((done) => socket.resume().once('close', () => done()))
const pageSocket = () =>
  new Promise<WebSocket>((settle, failed) => {
    const socket = openSocket(host, session)
    sockets.push({ destroy: () => socket.terminate() })
    socket.once('error', failed)
    socket.once('open', () => {
      socket.off('error', failed)
      socket.on('error', () => undefined)
      settle(socket)
    })
  })
async function page(): Promise<{ client: Client; socket: WebSocket }> {
  const socket = await pageSocket()
  const connection = new Reconnecting()
  connection.attach(socketWire(socket as unknown as globalThis.WebSocket))
  return { client: makeClient(connection), socket }
}
const closeCode = (socket: WebSocket) =>
  new Promise<number>((done) => socket.once('close', (code) => done(code)))
/** A stranger and a page are both answered. */
async function stillAnswers() {
  const { client } = await page()
  expect((await client.system.hello()).pid).toBe(process.pid)
  for (const [name, { to }] of ports) {
    const socket = await opened({ to, request: '' })
    socket.write(head(['GET /nothing HTTP/1.1', 'Host: 127.0.0.1', 'Connection: close']))
    const first = await new Promise<string>((some) =>
      socket.once('data', (data: Buffer) => some(data.toString())),
    )
    expect(first, name).toMatch(/^HTTP\/1\.1 \d{3}/)
    socket.destroy()
  }
}
const names = ['the web host', 'the local socket', 'the callback of a sign-in']
const everyPort = [
  ...names,
  'the simulated API of oslo',
  'the simulated API of aws-burst',
  'the simulated cloud account',
]
const portOf = (name: string): Port => {
  const found = ports.get(name)
  if (!found) throw new Error(`no port is called ${name}: ${[...ports.keys()].join(', ')}`)
  return found
}

describe.each(everyPort)('%s', (name) => {
  test('bears a reset at every byte of a request', async () => {
    const port = portOf(name)
    for (let at = 0; at <= port.request.length; at += 1) {
      const socket = await opened(port)
      socket.write(port.request.slice(0, at))
      if (at % 2 === 1) await new Promise((later) => setImmediate(later))
      if ('resetAndDestroy' in socket && 'port' in port.to) socket.resetAndDestroy()
      else socket.destroy()
    }
    await stillAnswers()
  }, 60_000)
  test('bears garbage, in one go and byte by byte', async () => {
    const port = portOf(name)
    const random = seeded(7)
    for (let round = 0; round < 40; round++) {
      const socket = await opened(port)
      const bytes = Buffer.from(Array.from({ length: 300 }, () => Math.floor(random.next() * 256)))
      if (round % 2 === 0) socket.end(bytes)
      else for (const byte of bytes) socket.write(Buffer.from([byte]))
      socket.end()
      await closed(socket)
    }
    for (const line of ['GET http://[ HTTP/1.1', 'GET /%E0%A4%A HTTP/1.1', 'CONNECT x HTTP/1.1']) {
      const socket = await opened(port)
      socket.end(head([line, 'Host: [', 'Connection: close']))
      await closed(socket)
    }
    await stillAnswers()
  }, 60_000)
  test(`bears ${IDLE} connections that say nothing, and lets people in meanwhile`, async () => {
    const port = portOf(name)
    for (let left = IDLE; left > 0; left -= 100)
      await Promise.all(Array.from({ length: Math.min(100, left) }, () => opened(port)))
    await stillAnswers()
  }, 240_000)
})

describe('a page that breaks the rules loses its own connection only', () => {
  test.each<[why: string, send: (socket: WebSocket) => void, code: number]>([
    ['a message over the limit', (s) => s.send('x'.repeat(MOST_MESSAGE_BYTES + 1)), 1009],
    ['invalid UTF-8', (s) => s.send(Buffer.from([0xc3, 0x28]), { binary: false }), 1007],
    ['a message that is none', (s) => s.send('{"half":'), 1007],
    ['bytes that are none', (s) => s.send(Buffer.from([1, 2, 255, 3])), 1007],
  ])('%s', async (_why, send, code) => {
    const other = await page()
    const socket = await pageSocket()
    const ended = closeCode(socket)
    send(socket)
    expect(await ended).toBe(code)
    expect((await other.client.system.hello()).pid).toBe(process.pid)
    await stillAnswers()
  })
  test('a frame that is cut off', async () => {
    const socket = await pageSocket()
    const raw = (socket as unknown as { _socket: Socket })._socket
    raw.write(Buffer.from([0x81, 0xfe, 0xff, 0xff, 1, 2]))
    raw.resetAndDestroy()
    await stillAnswers()
  })
  test.each([
    ['no address', '{"i":"1","p":{}}'],
    ['a wild address', '{"i":"1","p":{"u":"http://["}}'],
    ['nothing at all', '{"i":"1"}'],
    ['a stream', '{"i":"1","t":3,"p":{}}'],
    ['a lone surrogate', '{"i":"1","p":{"u":"/system/\\ud800"}}'],
    ['an unknown entry', '{"i":"1","p":{"u":"/no/such"}}'],
  ])('a call with %s is answered', async (_what, message) => {
    const socket = await pageSocket()
    const answer = new Promise<string>((some) =>
      socket.once('message', (data: Buffer) => some(data.toString())),
    )
    socket.send(message)
    expect(JSON.parse(await answer)).toMatchObject({ i: '1', p: { s: expect.any(Number) } })
  })
})

describe('what one connection may have', () => {
  test(`${MOST_OPEN_CALLS} open calls; one more is refused in words, and room comes back`, async () => {
    const { client } = await page()
    const stop = new AbortController()
    const { signal } = stop
    await Promise.all(
      Array.from({ length: MOST_OPEN_CALLS }, () => client.settings.watch(undefined, { signal })),
    )
    await expect(client.system.hello()).rejects.toMatchObject({ code: 'TOO_MANY_CALLS' })
    stop.abort()
    await expect.poll(() => client.system.hello().then(() => 'answered', String)).toBe('answered')
  }, 60_000)
  test('32 connections of one session', async () => {
    await Promise.all(Array.from({ length: 32 }, () => pageSocket()))
    await expect(pageSocket()).rejects.toThrow(/429/)
  })
  test('2,000 streams opened and dropped leave nothing behind', async () => {
    const { client, socket } = await page()
    const round = async () => {
      for (let batch = 0; batch < 10; batch++)
        await Promise.all(
          Array.from({ length: 200 }, async () => {
            const stream = await client.settings.watch()
            await stream.next()
            await stream.return?.(undefined)
          }),
        )
    }
    await round()
    const before = await resident()
    await round()
    expect(await resident()).toBeLessThanOrEqual(before * 1.1)
    socket.terminate()
    await stillAnswers()
  }, 120_000)
})

/** Resident memory in bytes once what can be collected is. */
async function resident(): Promise<number> {
  for (let round = 0; round < 5; round++) {
    collect()
    await new Promise((later) => setTimeout(later, 100))
  }
  return process.memoryUsage().rss
}
test('after all that, memory is what it was before the same again', async () => {
  const round = async () => {
    for (const [, port] of ports)
      for (let at = 0; at < port.request.length; at += 4) {
        const socket = await opened(port)
        socket.write(port.request.slice(0, at))
        socket.destroy()
      }
  }
  await round()
  const before = await resident()
  await round()
  expect(await resident()).toBeLessThanOrEqual(before * 1.1)
}, 120_000)
