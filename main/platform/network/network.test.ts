import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttp, request as ask } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import socksv5 from '@mongodb-js/socksv5'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { systemClock } from '../clock/system'
import { seeded } from '../../kernel/random'
import { succeed } from '../../kernel/outcome'
import { makeKubeClient } from '../kubernetes/client'
import type { Credential, Target } from '../kubernetes/transport'
import { isExcluded, makeNetwork } from './index'

let folder: string
const undo: (() => unknown)[] = []
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] })
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
/** A certificate of the company's own authority, as a corporate network makes them. */
function certificate(name: string, alt: string, { client = false, authority = 'ca' } = {}) {
  writeFileSync(
    join(folder, `${name}.ext`),
    `${alt ? `subjectAltName=${alt}\n` : ''}extendedKeyUsage=${client ? 'clientAuth' : 'serverAuth'}\n`,
  )
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    '-subj',
    `/O=Company/CN=${name}`,
  )
  openssl(
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    '-CA',
    `${authority}.crt`,
    '-CAkey',
    `${authority}.key`,
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    `${name}.ext`,
    '-out',
    `${name}.crt`,
  )
}
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-network-'))
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-days',
    '2',
    '-subj',
    '/O=Company/CN=Company Root',
  )
  certificate('server', 'IP:127.0.0.1,DNS:rack.company.example')
  certificate('named', 'DNS:rack.company.example')
  certificate('ada', '', { client: true })
  certificate('ben', '', { client: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function listening(server: Server): Promise<number> {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  undo.push(
    () =>
      new Promise((done) => {
        server.close(done)
        ;(server as unknown as { closeAllConnections?(): void }).closeAllConnections?.()
      }),
  )
  return (server.address() as AddressInfo).port
}
/** A TLS API server that says by which certificate it was asked. */
async function apiServer(name = 'server') {
  const seen: string[] = []
  const server = createHttps(
    {
      key: read(`${name}.key`),
      cert: read(`${name}.crt`),
      ca: read('ca.crt'),
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      seen.push(
        (
          request.socket as unknown as { getPeerCertificate(): { subject?: { CN?: string } } }
        ).getPeerCertificate().subject?.CN ?? '',
      )
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"gitVersion":"v1.34.0"}')
    },
  )
  return { url: `https://127.0.0.1:${await listening(server)}`, seen }
}
/** A real CONNECT proxy on loopback. */
async function proxy({ password, refuse }: { password?: string; refuse?: number } = {}) {
  const tunnels: string[] = []
  const server = createHttp((request, response) => {
    tunnels.push(`plain ${request.url ?? ''}`)
    ask(request.url ?? '', { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    }).end()
  })
  server.on('connect', (request, socket: Socket) => {
    if (refuse !== undefined) return void socket.end(`HTTP/1.1 ${refuse} No\r\n\r\n`)
    if (
      password !== undefined &&
      request.headers['proxy-authorization'] !==
        `Basic ${Buffer.from(`ada:${password}`).toString('base64')}`
    )
      return void socket.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n',
      )
    tunnels.push(request.url ?? '')
    const [host = '', port] = (request.url ?? '').split(':')
    const through = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      through.pipe(socket)
      socket.pipe(through)
    })
    through.on('error', () => socket.destroy())
    socket.on('error', () => through.destroy())
  })
  return { port: await listening(server), tunnels }
}
function client(
  server: string,
  more: Partial<Target> = {},
  credential: () => Credential = () => ({}),
) {
  const made = makeKubeClient(
    {
      site: 'rack',
      server,
      tls: {},
      credentials: { get: () => Promise.resolve(succeed(credential())), refused: () => false },
      ...more,
    },
    { clock: systemClock, random: seeded(1), timeoutMs: 20_000 },
  )
  undo.push(() => made.close())
  return made
}
const settings = (more: Partial<{ caFiles: string[]; proxy: string; noProxy: string }> = {}) =>
  makeNetwork({ env: {}, settings: () => ({ caFiles: [], proxy: '', noProxy: '', ...more }) })

describe('trust', () => {
  test("an authority a person added is trusted beside the cluster's own, and without one beside the system's", async () => {
    const { url } = await apiServer()
    const untold = await client(url, { tls: { ca: settings().trusted() } }).version()
    expect(untold).toMatchObject({
      ok: false,
      failure: {
        code: 'CLUSTER_UNTRUSTED',
        data: { issuer: 'Company Root, Company', name: 'server, Company' },
      },
    })
    const network = settings({ caFiles: [join(folder, 'ca.crt')] })
    expect(await client(url, { tls: { ca: network.trusted() } }).version()).toEqual({
      ok: true,
      value: { gitVersion: 'v1.34.0' },
    })
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'other.key',
      '-out',
      'other.crt',
      '-days',
      '2',
      '-subj',
      '/CN=Cluster CA',
    )
    expect(
      (await client(url, { tls: { ca: settings().trusted(read('other.crt')) } }).version()).ok,
    ).toBe(false)
    expect(
      (await client(url, { tls: { ca: network.trusted(read('other.crt')) } }).version()).ok,
    ).toBe(true)
  })
  test('a file that holds no certificate is told and takes nothing from the others', () => {
    const told: string[] = []
    writeFileSync(join(folder, 'empty.pem'), 'nothing')
    const network = makeNetwork({
      env: {},
      settings: () => ({
        caFiles: [join(folder, 'empty.pem'), join(folder, 'none.pem'), join(folder, 'ca.crt')],
        proxy: '',
        noProxy: '',
      }),
      unreadable: (file, cause) => told.push(`${file.split('/').at(-1) ?? ''}: ${cause}`),
    })
    expect(network.trusted('own')).toEqual(['own', read('ca.crt').trim()])
    expect(told).toEqual([
      'empty.pem: it holds no certificate in PEM form',
      'none.pem: there is no such file',
    ])
  })
  test('another name than the address is expected where the entry says so', async () => {
    const { url } = await apiServer('named')
    const ca = read('ca.crt')
    expect(await client(url, { tls: { ca } }).version()).toMatchObject({
      ok: false,
      failure: { code: 'CLUSTER_UNTRUSTED' },
    })
    expect(
      (await client(url, { tls: { ca, serverName: 'rack.company.example' } }).version()).ok,
    ).toBe(true)
  })
  test('a client certificate that was rotated is used for the next request', async () => {
    const { url, seen } = await apiServer()
    let who = 'ada'
    const made = client(url, { tls: { ca: read('ca.crt') } }, () => ({
      cert: read(`${who}.crt`),
      key: read(`${who}.key`),
    }))
    await made.version()
    who = 'ben'
    await made.version()
    expect(seen).toEqual(['ada', 'ben'])
  })
  test('a key that does not belong to its certificate is a refused sign-in, not an untrusted server', async () => {
    const { url } = await apiServer()
    expect(
      await client(url, { tls: { ca: read('ca.crt') } }, () => ({
        cert: read('ada.crt'),
        key: read('ben.key'),
      })).version(),
    ).toMatchObject({ ok: false, failure: { code: 'CREDENTIAL_REFUSED' } })
  })
})

describe('a proxy', () => {
  test('is gone through with TLS to the server itself, with a password where it wants one', async () => {
    const { url } = await apiServer()
    const { port, tunnels } = await proxy({ password: 's3cret' })
    const tls = { ca: read('ca.crt') }
    expect(
      (await client(url, { tls, proxy: `http://ada:s3cret@127.0.0.1:${port}` }).version()).ok,
    ).toBe(true)
    expect(tunnels).toEqual([new URL(url).host])
    const refused = await client(url, {
      tls,
      proxy: `http://ada:wrong@127.0.0.1:${port}`,
    }).version()
    expect(refused).toMatchObject({
      ok: false,
      failure: { code: 'PROXY_FAILED', data: { proxy: `http://127.0.0.1:${port}`, status: 407 } },
    })
    expect(JSON.stringify(refused)).not.toContain('wrong')
  })
  test('carries terminals and forwards as well as requests', async () => {
    const server = createHttps({ key: read('server.key'), cert: read('server.crt') })
    new WebSocketServer({ server }).on('connection', (socket) => {
      socket.send(Buffer.concat([Buffer.from([1]), Buffer.from('hello')]))
      socket.send(Buffer.concat([Buffer.from([3]), Buffer.from('{"status":"Success"}')]), () =>
        socket.close(),
      )
    })
    const { port, tunnels } = await proxy()
    const said: string[] = []
    const stdout = new Writable({
      write(piece: Buffer, _encoding, done) {
        said.push(piece.toString())
        done()
      },
    })
    const made = client(`https://127.0.0.1:${await listening(server)}`, {
      tls: { ca: read('ca.crt') },
      proxy: `http://127.0.0.1:${port}`,
    })
    expect(
      await made.exec({ namespace: 'default', name: 'pod' }, ['true'], { stdout, stderr: stdout }),
    ).toEqual({ ok: true, value: { exitCode: 0 } })
    expect([said, tunnels.length]).toEqual([['hello'], 1])
  })
  test('that refuses, and one that is not there, are told apart from the server', async () => {
    const { url } = await apiServer()
    const { port } = await proxy({ refuse: 403 })
    expect(await client(url, { proxy: `http://127.0.0.1:${port}` }).version()).toMatchObject({
      ok: false,
      failure: { code: 'PROXY_FAILED', data: { status: 403 } },
    })
    expect(await client(url, { proxy: 'http://127.0.0.1:9' }).version()).toMatchObject({
      ok: false,
      failure: { code: 'PROXY_FAILED', data: { cause: 'connection refused' } },
    })
    expect(
      await client(url, { proxy: 'http://no-such-proxy.invalid:3128' }).version(),
    ).toMatchObject({ ok: false, failure: { code: 'PROXY_FAILED' } })
  })
  test('of the cluster goes before that of the settings, and that before the environment', () => {
    const network = (proxy: string) =>
      makeNetwork({
        env: {
          HTTPS_PROXY: 'http://env:1',
          http_proxy: 'http://env-plain:1',
          NO_PROXY: 'inside.example',
        },
        settings: () => ({ caFiles: [], proxy, noProxy: '10.0.0.0/8' }),
      })
    expect(network('').proxyFor('https://rack.example')).toBe('http://env:1')
    expect(network('').proxyFor('http://rack.example')).toBe('http://env-plain:1')
    expect(network('http://set:1').proxyFor('https://rack.example')).toBe('http://set:1')
    expect(network('http://set:1').proxyFor('https://rack.example', 'http://own:1')).toBe(
      'http://own:1',
    )
    for (const inside of [
      'https://inside.example',
      'https://a.inside.example:6443',
      'https://10.4.0.2:6443',
      'https://localhost:6443',
      'https://127.0.0.1',
    ])
      expect(network('http://set:1').proxyFor(inside)).toBeUndefined()
  })
  test.each([
    ['https://a.example', 'a.example', true],
    ['https://b.a.example', 'a.example', true],
    ['https://ba.example', 'a.example', false],
    ['https://a.example', '.a.example', false],
    ['https://b.a.example', '*.a.example', true],
    ['https://a.example:6443', 'a.example:6443', true],
    ['https://a.example', 'a.example:6443', false],
    ['https://a.example', '*', true],
    ['https://10.1.2.3', '10.1.0.0/16', true],
    ['https://10.2.2.3', '10.1.0.0/16', false],
    ['https://[fd00::5]:6443', 'fd00::/8', true],
    ['https://192.168.1.1', '192.168.1.1', true],
    ['https://A.Example', 'a.EXAMPLE', true],
    ['https://a.example', '', false],
    ['https://[::1]', '', true],
  ])('%s by NO_PROXY=%s is excluded: %s', (url, noProxy, excluded) =>
    expect(isExcluded(new URL(url), noProxy)).toBe(excluded),
  )
})

/** A real SOCKS server, which looks up by itself the one name that nothing else knows. */
async function socks({ password, deny = false }: { password?: string; deny?: boolean } = {}) {
  const tunnels: string[] = []
  const server = socksv5.createServer((info, accept, refuse) => {
    tunnels.push(`${info.dstAddr}:${info.dstPort}`)
    if (info.dstAddr === 'rack.company.example') info.dstAddr = '127.0.0.1'
    if (deny) refuse()
    else accept()
  })
  server.useAuth(
    password === undefined
      ? socksv5.auth.None()
      : socksv5.auth.UserPassword((user, given, done) =>
          done(user === 'ada' && given === password),
        ),
  )
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  undo.push(() => server.close(() => undefined))
  return { port: server.address().port, tunnels }
}
describe('a SOCKS proxy', () => {
  const known = async () => {
    const { url, seen } = await apiServer('named')
    return { tls: { ca: read('ca.crt') }, seen, port: new URL(url).port }
  }
  test.each(['socks5', 'socks5h', 'socks'])(
    'named as %s is gone through with TLS to the server itself, whose name it alone has to know',
    async (protocol) => {
      const { tls, port: at } = await known()
      const { port, tunnels } = await socks()
      expect(
        await client(`https://rack.company.example:${at}`, {
          tls,
          proxy: `${protocol}://127.0.0.1:${port}`,
        }).version(),
      ).toEqual({ ok: true, value: { gitVersion: 'v1.34.0' } })
      expect(tunnels).toEqual([`rack.company.example:${at}`])
    },
  )
  test('gets name and password where it wants them, and neither is ever told', async () => {
    const { tls, port: at } = await known()
    const { port } = await socks({ password: 's3c:ret' })
    const server = `https://rack.company.example:${at}`
    expect(
      (
        await client(server, {
          tls,
          proxy: `socks5://ada:${encodeURIComponent('s3c:ret')}@127.0.0.1:${port}`,
        }).version()
      ).ok,
    ).toBe(true)
    const refused = await client(server, {
      tls,
      proxy: `socks5://ada:wr0ng@127.0.0.1:${port}`,
    }).version()
    expect(refused).toMatchObject({
      ok: false,
      failure: {
        code: 'PROXY_FAILED',
        data: {
          proxy: `socks5://127.0.0.1:${port}`,
          cause: expect.stringMatching(/authentication/i) as string,
        },
      },
    })
    expect(JSON.stringify(refused)).not.toMatch(/wr0ng|ada/)
  })
  test('that refuses, one that is not there, and a server behind it that is not trusted are told apart', async () => {
    const { tls, port: at } = await known()
    const server = `https://rack.company.example:${at}`
    const { port } = await socks({ deny: true })
    expect(
      await client(server, { tls, proxy: `socks5://127.0.0.1:${port}` }).version(),
    ).toMatchObject({
      ok: false,
      failure: { code: 'PROXY_FAILED', data: { cause: 'Socket closed' } },
    })
    expect(await client(server, { tls, proxy: 'socks5://127.0.0.1:9' }).version()).toMatchObject({
      ok: false,
      failure: { code: 'PROXY_FAILED', data: { cause: 'connection refused' } },
    })
    const open = await socks()
    expect(
      await client(server, {
        tls: { ca: settings().trusted() },
        proxy: `socks5://127.0.0.1:${open.port}`,
      }).version(),
    ).toMatchObject({ ok: false, failure: { code: 'CLUSTER_UNTRUSTED' } })
  })
  test('carries terminals and forwards as well as requests', async () => {
    const server = createHttps({ key: read('named.key'), cert: read('named.crt') })
    new WebSocketServer({ server }).on('connection', (socket) =>
      socket.send(Buffer.concat([Buffer.from([3]), Buffer.from('{"status":"Success"}')]), () =>
        socket.close(),
      ),
    )
    const { port, tunnels } = await socks()
    const stdout = new Writable({
      write(_piece, _encoding, done) {
        done()
      },
    })
    const made = client(`https://rack.company.example:${await listening(server)}`, {
      tls: { ca: read('ca.crt') },
      proxy: `socks5://127.0.0.1:${port}`,
    })
    expect(
      await made.exec({ namespace: 'default', name: 'pod' }, ['true'], { stdout, stderr: stdout }),
    ).toEqual({ ok: true, value: { exitCode: 0 } })
    expect(tunnels).toEqual([expect.stringMatching(/^rack\.company\.example:/)])
  })
  test('is asked of by the AWS SDK as well', async () => {
    const { port, tunnels } = await socks()
    const network = settings({ proxy: `socks5://127.0.0.1:${port}` })
    const plain = createHttp((_request, response) => response.end('hello'))
    const at = await listening(plain)
    const body = await new Promise<string>((done, failed) =>
      ask(
        `http://rack.company.example:${at}`,
        { agent: network.nodeAgent(`http://rack.company.example:${at}`) },
        (answer) => answer.on('data', (piece: Buffer) => done(piece.toString())),
      )
        .on('error', failed)
        .end(),
    )
    expect([body, tunnels]).toEqual(['hello', [`rack.company.example:${at}`]])
  })
})

describe('names and silence', () => {
  test('a name that DNS does not know is told with the name', async () => {
    expect(await client('https://no-such-rack.invalid:6443').version()).toMatchObject({
      ok: false,
      failure: { code: expect.stringMatching(/NAME_UNRESOLVED|CLUSTER_UNREACHABLE/) as string },
    })
  })
  test('a server that takes the connection and says nothing is left after its time', async () => {
    const silent = createHttp(() => undefined)
    const made = makeKubeClient(
      {
        site: 'rack',
        server: `http://127.0.0.1:${await listening(silent)}`,
        tls: {},
        credentials: { get: () => Promise.resolve(succeed({})), refused: () => false },
      },
      { clock: systemClock, random: seeded(1), timeoutMs: 300 },
    )
    undo.push(() => made.close())
    expect(await made.version()).toMatchObject({
      ok: false,
      failure: { code: 'CLUSTER_TIMED_OUT' },
    })
  })
})
