import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { forwardHost, isFromBrowser, listenOnLoopback, refusalAnswer, refusalAt } from '.'

const OWN = { host: 'voice-nb-0123456789.localhost', port: 4711 }
const HOST = `Host: ${OWN.host}:4711`
const BROWSER = 'Sec-Fetch-Site: none'

describe('the guard of a forward', () => {
  const head = (lines: string[]) => new TextEncoder().encode([...lines, '', ''].join('\r\n'))
  test.each<[why: string, lines: string[], refusal: string | undefined]>([
    ['its own name', ['GET / HTTP/1.1', HOST, BROWSER], undefined],
    ['its own page', ['POST / HTTP/1.1', HOST, `origin: http://${OWN.host}:4711`], undefined],
    ['a program at 127.0.0.1', ['GET / HTTP/1.1', 'Host: 127.0.0.1:4711'], undefined],
    ['a program at localhost', ['GET / HTTP/1.1', 'host: localhost:4711'], undefined],
    ['no HTTP at all', ['SSH-2.0-OpenSSH_9.9'], undefined],
    [
      'a browser at 127.0.0.1',
      ['GET / HTTP/1.1', 'Host: 127.0.0.1:4711', BROWSER],
      'browser-needs-name',
    ],
    [
      'an old browser at localhost',
      ['GET / HTTP/1.1', 'Host: localhost:4711', 'User-Agent: Mozilla/5.0 (X11) Safari/600'],
      'browser-needs-name',
    ],
    [
      'a program that signed in',
      ['GET / HTTP/1.1', 'Host: 127.0.0.1:4711', 'Cookie: session=1'],
      undefined,
    ],
    [
      'a page of 127.0.0.1, such as Takt’s own port',
      ['POST / HTTP/1.1', 'Host: 127.0.0.1:4711', 'Origin: http://127.0.0.1:4711'],
      'foreign',
    ],
    ['another name made to point here', ['GET / HTTP/1.1', 'Host: evil.example:4711'], 'foreign'],
    ['another forward’s name', ['GET / HTTP/1.1', 'Host: other-0.localhost:4711'], 'foreign'],
    ['another port', ['GET / HTTP/1.1', 'Host: 127.0.0.1:80'], 'foreign'],
    ['no host', ['GET / HTTP/1.1'], 'foreign'],
    [
      'a page of another site',
      ['POST /api HTTP/1.1', HOST, 'Origin: https://evil.example'],
      'foreign',
    ],
    ['another forward’s page', ['GET / HTTP/1.1', HOST, 'Origin: http://x.localhost:1'], 'foreign'],
    ['no origin a page may have', ['POST /api HTTP/1.1', HOST, 'Origin: null'], 'foreign'],
  ])('%s', (_why, lines, refusal) => expect(refusalAt(head(lines), OWN)).toBe(refusal))
  test('refuses a head whose end was not seen: its origin may stand there', () => {
    const long = head([`GET /${'x'.repeat(200)} HTTP/1.1`, HOST, 'Origin: https://evil.example'])
    expect(refusalAt(long.subarray(0, 250), OWN)).toBe('foreign')
  })
  test('knows a browser by what it says of itself', () => {
    expect(isFromBrowser(head(['GET / HTTP/1.1', HOST, BROWSER]))).toBe(true)
    expect(isFromBrowser(head(['GET / HTTP/1.1', HOST, 'User-Agent: Mozilla/5.0']))).toBe(true)
    expect(isFromBrowser(head(['GET / HTTP/1.1', HOST, 'User-Agent: curl/8']))).toBe(false)
    expect(isFromBrowser(head(['SSH-2.0-OpenSSH_9.9']))).toBe(false)
  })
  test('says where to go instead only to whoever came to this machine by a plain address', () => {
    expect(refusalAnswer('browser-needs-name', OWN)).toContain(`http://${OWN.host}:4711/`)
    expect(refusalAnswer('foreign', OWN)).not.toContain(OWN.host)
  })
})

describe('the name of a forward', () => {
  const person = () => {
    const kept = new Map<string, unknown>()
    return { get: (key: string) => kept.get(key), set: kept.set.bind(kept) }
  }
  test('is the same at each start, another for each forward and for each person', () => {
    const [mine, other] = [person(), person()]
    const name = forwardHost('voice-nb', ['a', 'voice-nb'], mine)
    expect(name).toMatch(/^voice-nb-[0-9a-f]{10}\.localhost$/)
    expect(forwardHost('voice-nb', ['a', 'voice-nb'], mine)).toBe(name)
    expect(forwardHost('voice-nb', ['b', 'voice-nb'], mine)).not.toBe(name)
    expect(forwardHost('voice-nb', ['a', 'voice-nb'], other)).not.toBe(name)
  })
  test.each([
    ['svc.with.dots', /^svc-with-dots-[0-9a-f]{10}\.localhost$/],
    ['x'.repeat(253), /^x{40}-[0-9a-f]{10}\.localhost$/],
    ['…', /^forward-[0-9a-f]{10}\.localhost$/],
  ])('of %s is one label', (given, shape) =>
    expect(forwardHost(given, [given], person())).toMatch(shape),
  )
})

describe('a listener', () => {
  const cleanups: (() => void)[] = []
  afterEach(() => {
    for (const clean of cleanups.splice(0)) clean()
  })
  const serve = (socket: Socket) => socket.end('mine')
  const heard = (host: string, port: number) =>
    new Promise<string>((answer) => {
      const socket = connect({ host, port })
      socket.once('data', (data) => answer(String(data)))
      socket.once('error', (error) => answer((error as NodeJS.ErrnoException).code ?? ''))
    })
  const hasSix = async () => {
    const server = createServer()
    const bound = await new Promise<boolean>((answer) => {
      server.once('error', () => answer(false))
      server.listen({ host: '::1', port: 0 }, () => answer(true))
    })
    server.close()
    return bound
  }
  test('is at both addresses of the machine, so that nobody else is taken for it', async (context) => {
    if (!(await hasSix())) return context.skip()
    const listener = await listenOnLoopback(serve, { port: 0 })
    cleanups.push(() => listener.close())
    expect([await heard('127.0.0.1', listener.port), await heard('::1', listener.port)]).toEqual([
      'mine',
      'mine',
    ])
  })
  test('does not open where somebody holds the other address', async (context) => {
    if (!(await hasSix())) return context.skip()
    const squatter = createServer((socket) => socket.end('theirs'))
    await new Promise<void>((ready) => squatter.listen({ host: '::1', port: 0 }, ready))
    cleanups.push(() => squatter.close())
    const { port } = squatter.address() as AddressInfo
    await expect(listenOnLoopback(serve, { port })).rejects.toThrow('EADDRINUSE')
    expect(await heard('127.0.0.1', port)).toBe('ECONNREFUSED')
  })
})
