import { Agent, createServer, request, type IncomingMessage, type Server } from 'node:http'
import { connect, createServer as createNetServer, type AddressInfo, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { BrowserProxy } from './browser-proxy'
import { HOST_LIMIT, wholeHead } from './guard'

const HOST = 'voice-nb-0123456789.localhost'
let port: number, proxy: BrowserProxy, behind: Server
let dials: Socket[], heard: string[]
let isThere = true
const undo: (() => unknown)[] = []
const loopback = (server: { address(): unknown }) => (server.address() as AddressInfo).port
const listening = (server: Server | ReturnType<typeof createNetServer>) =>
  new Promise<void>((ready) => server.listen(0, '127.0.0.1', () => ready()))

beforeEach(async () => {
  dials = []
  heard = []
  isThere = true
  behind = createServer((asked, answer) => {
    void text(asked).then((body) => {
      heard.push(`${asked.method ?? ''} ${asked.url ?? ''} ${body}`)
      answer.setHeader('Set-Cookie', ['a=1', 'b=2'])
      if (asked.url === '/not-modified') return void answer.writeHead(304).end()
      if (asked.url === '/chunks') {
        answer.write('one ')
        return void answer.end('two')
      }
      answer.end(`you said ${body}`)
    })
  })
  const sockets = new WebSocketServer({ noServer: true })
  behind.on('upgrade', (asked, socket, head) => {
    heard.push(`upgrade ${asked.url ?? ''}`)
    if (asked.url === '/no')
      return socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno')
    sockets.handleUpgrade(asked, socket, head, (open) =>
      open.on('message', (data) => open.send(`echo ${String(data as Buffer)}`)),
    )
  })
  await listening(behind)
  proxy = new BrowserProxy({
    name: () => ({ host: HOST, port }),
    reach: () => {
      if (!isThere) return Promise.resolve(undefined)
      const socket = connect({ port: loopback(behind), host: '127.0.0.1' })
      socket.on('error', () => undefined)
      dials.push(socket)
      return Promise.resolve(streamOver(socket))
    },
  })
  const front = createNetServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    void wholeHead(socket, HOST_LIMIT).then((head) => proxy.take(socket, head))
  })
  await listening(front)
  port = loopback(front)
  undo.push(() => {
    proxy.close()
    front.close()
    behind.closeAllConnections()
    behind.close()
  })
})
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step()
})

/** A connection as the cluster's client makes it: a stream, and no socket. */
function streamOver(socket: Socket): Duplex {
  const stream = new Duplex({
    read: () => void socket.resume(),
    write: (piece: Buffer, _encoding, done) => void socket.write(piece, done),
    final(done) {
      socket.end()
      done()
    },
    destroy(error, done) {
      socket.destroy()
      done(error)
    },
  })
  stream.on('error', () => undefined)
  socket.on('data', (piece) => {
    if (!stream.push(piece)) socket.pause()
  })
  socket.once('close', () => {
    if (!stream.destroyed) stream.push(null)
  })
  return stream
}
const OWN = () => ({ host: `${HOST}:${String(port)}`, 'sec-fetch-site': 'same-origin' })
function browser(connections = 1) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  undo.push(() => agent.destroy())
  return (path: string, options: { method?: string; body?: string; headers?: object } = {}) =>
    new Promise<IncomingMessage & { body: string }>((settle, failed) => {
      const { method = 'GET', body, headers = {} } = options
      const asked = request(
        { ...{ agent, host: '127.0.0.1', port, path, method }, headers: { ...OWN(), ...headers } },
        (answer) => {
          void text(answer).then((said) => settle(Object.assign(answer, { body: said })), failed)
        },
      )
      asked.once('error', failed)
      asked.end(body)
    })
}
/** What comes back for these lines, sent as they are over one connection that is then left open until it is closed. */
const raw = (lines: string[]) =>
  new Promise<string>((done) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let said = ''
    socket.on('data', (data) => (said += data.toString()))
    socket.on('error', () => undefined)
    socket.once('close', () => done(said))
    socket.write(lines.join('\r\n'))
  })

test('two hundred requests of a page take a few connections, and each comes back whole', async () => {
  const ask = browser(6)
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, n) => ask('/x', { method: 'POST', body: String(n) })),
  )
  expect(answers.map(({ body }) => body)).toEqual(
    Array.from({ length: 200 }, (_, n) => `you said ${String(n)}`),
  )
  expect(dials.length).toBeLessThanOrEqual(6)
})
test('answers keep their shape: pieces, several cookies, none changed, heads only', async () => {
  const ask = browser()
  expect((await ask('/chunks')).body).toBe('one two')
  expect((await ask('/')).headers['set-cookie']).toEqual(['a=1', 'b=2'])
  expect((await ask('/not-modified')).statusCode).toBe(304)
  const head = await ask('/', { method: 'HEAD' })
  expect([head.statusCode, head.body]).toEqual([200, ''])
  expect(dials).toHaveLength(1)
})
test.each<[what: string, headers: () => Record<string, string>]>([
  ['another site', () => ({ origin: 'https://evil.example' })],
  ['no origin a page may have', () => ({ origin: 'null' })],
  ['another name', () => ({ host: 'evil.example' })],
  ['the plain address', () => ({ host: `127.0.0.1:${String(port)}` })],
])('a request of %s over a connection that is open does not enter', async (_what, headers) => {
  const ask = browser()
  expect((await ask('/first')).statusCode).toBe(200)
  expect((await ask('/second', { headers: headers() })).statusCode).toBe(421)
  expect(heard).toEqual(['GET /first '])
})
test('nothing is carried in behind what was looked at', async () => {
  const own = [`Host: ${HOST}:${String(port)}`, 'Sec-Fetch-Site: none']
  const smuggled = `GET /smuggled HTTP/1.1\r\nHost: evil.example\r\n\r\n`
  const size = smuggled.length.toString(16)
  const chunked = ['GET / HTTP/1.1', ...own, 'Transfer-Encoding: chunked', 'Connection: close']
  await raw([...chunked, '', size, smuggled, '0', '', ''])
  await raw([
    ...['POST / HTTP/1.1', ...own, 'Content-Length: 4', 'Transfer-Encoding: chunked', ''],
    ...['0', '', smuggled],
  ])
  await raw(['GET http://evil.example/ HTTP/1.1', ...own, 'Connection: close', '', ''])
  await raw(['GET / HTTP/1.1', ...own, own[0] ?? '', 'Connection: close', '', ''])
  expect(heard).toEqual([`GET / ${smuggled}`])
})
test('sockets pass once what is behind agrees; a page of another site opens none', async () => {
  const open = (path: string, origin: string) =>
    new WebSocket(`ws://127.0.0.1:${String(port)}${path}`, { headers: { ...OWN(), origin } })
  const own = `http://${HOST}:${String(port)}`
  const socket = open('/kernel', own)
  const said = await new Promise<string>((some) => {
    socket.once('open', () => socket.send('hello'))
    socket.once('message', (data: Buffer) => some(data.toString()))
  })
  expect(said).toBe('echo hello')
  socket.terminate()
  await expect.poll(() => dials[0]?.destroyed).toBe(true)
  const refused = (one: WebSocket) =>
    new Promise<string>((why) => one.once('error', ({ message }) => why(message)))
  expect(await refused(open('/kernel', 'https://evil.example'))).toContain('421')
  expect(await refused(open('/no', own))).toContain('403')
  expect(heard).toEqual(['upgrade /kernel', 'upgrade /no'])
})
test('a connection that did not become a socket carries no further request', async () => {
  const own = [`Host: ${HOST}:${String(port)}`, 'Sec-Fetch-Site: none']
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', '', '']
  const said = await raw([
    ...['GET /no HTTP/1.1', ...own, ...upgrade.slice(0, 3)],
    ...['GET /smuggled HTTP/1.1', 'Host: evil.example', '', ''],
  ])
  expect(said).toContain('403 Forbidden')
  expect(heard).toEqual(['upgrade /no'])
})
test('a connection that was ended meanwhile costs nobody a page', async () => {
  const ask = browser()
  await ask('/first')
  // The other end resets it in the same instant in which the next request goes out.
  dials[0]?.destroy()
  expect((await ask('/second')).statusCode).toBe(200)
  expect(heard).toEqual(['GET /first ', 'GET /second '])
})
test('what is not there is said, and what comes back later is found', async () => {
  const ask = browser()
  isThere = false
  expect(await ask('/')).toMatchObject({
    statusCode: 504,
    body: expect.stringContaining('pod') as string,
  })
  isThere = true
  expect((await ask('/')).statusCode).toBe(200)
})
test('a connection that was opened before is used, and ended with its caller', async () => {
  const spare = connect({ port: loopback(behind), host: '127.0.0.1' })
  const front = createNetServer({ allowHalfOpen: true }, (socket) => {
    void wholeHead(socket, HOST_LIMIT).then((head) => proxy.take(socket, head, spare))
  })
  await listening(front)
  undo.push(() => front.close())
  const name = [`Host: ${HOST}:${String(port)}`, 'Sec-Fetch-Site: none']
  const said = await new Promise<string>((some) => {
    const socket = connect({ port: loopback(front), host: '127.0.0.1' })
    socket.once('data', (data) => some(data.toString()))
    socket.write(['GET /spare HTTP/1.1', ...name, 'Connection: close', '', ''].join('\r\n'))
  })
  expect(said).toContain('200 OK')
  expect([dials.length, heard]).toEqual([0, ['GET /spare ']])
})
