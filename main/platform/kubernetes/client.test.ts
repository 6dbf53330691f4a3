import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { HandClock } from '../../../test/support/clock'
import { succeed } from '../../kernel/outcome'
import { seeded } from '../../kernel/random'
import { systemClock } from '../clock/system'
import { makeKubeClient } from './client'
import { AnyObject } from './objects'
import type { Credentials } from './transport'
import type { KubeObject, WatchItem } from './types'

type Handle = (request: IncomingMessage, response: ServerResponse, body: string) => void
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function serve(handle: Handle) {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => {
      body += piece.toString()
    })
    request.on('end', () => handle(request, response, body))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
const fixed = (authorization?: string): Credentials => ({
  get: () => Promise.resolve(succeed(authorization ? { authorization } : {})),
  refused: () => false,
})
function clientOf(
  server: string,
  options: { credentials?: Credentials; clock?: HandClock; timeoutMs?: number } = {},
) {
  const client = makeKubeClient(
    { site: 'rack', server, tls: {}, credentials: options.credentials ?? fixed() },
    {
      clock: options.clock ?? systemClock,
      random: seeded(1),
      timeoutMs: options.timeoutMs ?? 20_000,
    },
  )
  closing.push(() => client.close())
  return client
}
const PODS = { group: '', version: 'v1', plural: 'pods' }
const json = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body))
const status = (code: number, reason: string, message: string, details: unknown = {}) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  details,
  code,
})
const pod = (name: string, resourceVersion = '1'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'a', uid: `uid-${name}`, resourceVersion },
})
type Act = (client: ReturnType<typeof clientOf>) => Promise<{ ok: boolean }>
/** Only a test of silence gives up early: elsewhere a busy machine would be taken for it. */
const failureOf = async (
  handle: Handle,
  act: Act = (client) => client.list(PODS, { namespace: 'a' }, AnyObject),
  timeoutMs = 20_000,
) => {
  const { url } = await serve(handle)
  const outcome = (await act(clientOf(url, { timeoutMs }))) as {
    ok: boolean
    failure?: { code: string; data: Record<string, unknown> }
  }
  expect(outcome.ok).toBe(false)
  return outcome.failure
}

describe('what a server answers instead of an answer', () => {
  test('a sign-in page in HTML', async () => {
    expect(
      await failureOf((_q, response) =>
        response
          .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
          .end('<html>  <body>Please\nsign in</body></html>'),
      ),
    ).toMatchObject({
      code: 'CLUSTER_ANSWER_UNREADABLE',
      data: {
        site: 'rack',
        contentType: 'text/html',
        beginning: '<html> <body>Please sign in</body></html>',
      },
    })
  })
  test('a gateway error in HTML', async () => {
    expect(
      await failureOf((_q, response) =>
        response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>'),
      ),
    ).toMatchObject({ code: 'CLUSTER_ANSWER_UNREADABLE' })
  })
  test('JSON of another shape', async () => {
    expect(await failureOf((_q, response) => json(response, 200, { items: 'none' }))).toMatchObject(
      { code: 'CLUSTER_ANSWER_UNREADABLE' },
    )
  })
  test('401', async () => {
    expect(
      await failureOf((_q, response) =>
        json(response, 401, status(401, 'Unauthorized', 'Unauthorized')),
      ),
    ).toEqual({ code: 'CREDENTIAL_REFUSED', data: { site: 'rack', says: 'Unauthorized' } })
  })
  test('403 names verb, resource and namespace', async () => {
    expect(
      await failureOf((_q, response) =>
        json(
          response,
          403,
          status(
            403,
            'Forbidden',
            'jobs.batch is forbidden: User "mia" cannot create resource "jobs" in API group "batch" in the namespace "churn"',
          ),
        ),
      ),
    ).toMatchObject({
      code: 'FORBIDDEN',
      data: { verb: 'create', resource: 'jobs.batch', namespace: 'churn', grantedBy: [] },
    })
  })
  test('403 of a quota', async () => {
    expect(
      await failureOf((_q, response) =>
        json(
          response,
          403,
          status(
            403,
            'Forbidden',
            'pods "x" is forbidden: exceeded quota: gpus, requested: requests.nvidia.com/gpu=2, used: 8, limited: 8',
          ),
        ),
      ),
    ).toEqual({
      code: 'QUOTA_EXCEEDED',
      data: {
        site: 'rack',
        says: 'gpus, requested: requests.nvidia.com/gpu=2, used: 8, limited: 8',
      },
    })
  })
  test('403 of an admission rule is not about rights', async () => {
    expect(
      await failureOf((_q, response) =>
        json(
          response,
          403,
          status(
            403,
            'Forbidden',
            'pods "x" is forbidden: maximum cpu usage per Container is 2, but limit is 4',
          ),
        ),
      ),
    ).toMatchObject({ code: 'REFUSED_BY_CLUSTER' })
  })
  test('409 of a name that is taken, and of a version that has moved', async () => {
    const create = (client: ReturnType<typeof clientOf>) =>
      client.create(PODS, pod('x')) as Promise<{ ok: boolean }>
    expect(
      await failureOf(
        (_q, response) =>
          json(
            response,
            409,
            status(409, 'AlreadyExists', 'pods "x" already exists', { name: 'x', kind: 'pods' }),
          ),
        create,
      ),
    ).toEqual({ code: 'ALREADY_EXISTS', data: { kind: 'pods', name: 'x' } })
    expect(
      await failureOf(
        (_q, response) =>
          json(
            response,
            409,
            status(
              409,
              'Conflict',
              'Apply failed with 1 conflict: conflict with "kubectl": .spec.x',
              { name: 'x', kind: 'pods' },
            ),
          ),
        create,
      ),
    ).toEqual({
      code: 'CONFLICT',
      data: { kind: 'pods', name: 'x', theirs: 'kubectl', resourceVersion: '', fields: [] },
    })
  })
  test('422 with its causes', async () => {
    expect(
      await failureOf((_q, response) =>
        json(
          response,
          422,
          status(422, 'Invalid', 'bad', {
            causes: [{ field: 'spec.size', message: 'must be positive' }],
          }),
        ),
      ),
    ).toMatchObject({
      code: 'REFUSED_BY_CLUSTER',
      data: { status: 422, causes: [{ field: 'spec.size', says: 'must be positive' }] },
    })
  })
  test('500', async () => {
    expect(
      await failureOf((_q, response) =>
        json(response, 500, status(500, 'InternalError', 'etcdserver: request timed out')),
      ),
    ).toMatchObject({ code: 'CLUSTER_FAILED', data: { status: 500 } })
  })
  test('nothing at all', async () => {
    expect(await failureOf(() => undefined, undefined, 300)).toMatchObject({
      code: 'CLUSTER_TIMED_OUT',
      data: { site: 'rack' },
    })
  })
  test('a connection closed without a word', async () => {
    expect(await failureOf((request) => request.socket.destroy())).toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
    })
  })
  test('half of a body', async () => {
    const failure = await failureOf((_q, response) => {
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
        .write('{"items":[')
      setImmediate(() => response.destroy())
    })
    expect(failure).toMatchObject({ code: 'CLUSTER_UNREACHABLE' })
  })
  test('no server', async () => {
    const { url, server } = await serve(() => undefined)
    await new Promise((closed) => server.close(closed))
    expect(await clientOf(url).version()).toMatchObject({
      ok: false,
      failure: { code: 'CLUSTER_UNREACHABLE', data: { cause: 'connection refused' } },
    })
  })
  test('no secret of ours comes back in a failure', async () => {
    const failure = await failureOf((_q, response) =>
      json(response, 500, status(500, '', 'upstream said Authorization: Bearer abcdef123456')),
    )
    expect(JSON.stringify(failure)).not.toContain('abcdef123456')
  })
})

test('429 is waited for as told, a bounded number of times, and only by reads', async () => {
  let asked = 0
  const { url } = await serve((_q, response) => {
    asked++
    json(response, 429, status(429, 'TooManyRequests', 'slow down'), { 'retry-after': '7' })
  })
  const clock = new HandClock()
  const client = clientOf(url, { clock })
  const listed = client.list(PODS, {}, AnyObject)
  for (let wait = 1; wait <= 3; wait++) {
    await expect.poll(() => clock.sleepers).toBe(1)
    expect(asked).toBe(wait)
    await clock.advance(7000)
  }
  expect(await listed).toMatchObject({ ok: false, failure: { code: 'CLUSTER_BUSY' } })
  expect(asked).toBe(4)
  expect(await client.create(PODS, pod('x'))).toMatchObject({
    ok: false,
    failure: { code: 'CLUSTER_BUSY' },
  })
  expect(asked).toBe(5)
})

test('a refused credential is dropped and asked for once more', async () => {
  const seen: (string | undefined)[] = []
  const { url } = await serve((request, response) => {
    seen.push(request.headers.authorization)
    if (request.headers.authorization === 'Bearer new')
      json(response, 200, { gitVersion: 'v1.34.0' })
    else json(response, 401, status(401, 'Unauthorized', 'Unauthorized'))
  })
  let token = 'old'
  const credentials: Credentials = {
    get: () => Promise.resolve(succeed({ authorization: `Bearer ${token}` })),
    refused: () => {
      token = 'new'
      return true
    },
  }
  expect(await clientOf(url, { credentials }).version()).toEqual({
    ok: true,
    value: { gitVersion: 'v1.34.0' },
  })
  expect(seen).toEqual(['Bearer old', 'Bearer new'])
})

test('a list is read page by page, begins again after 410, and leaves out what it cannot read', async () => {
  const asked: string[] = []
  const { url } = await serve((request, response) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams
    asked.push(query.get('continue') ?? 'first')
    if (query.get('continue') === 'b' && asked.length < 4)
      return json(response, 410, status(410, 'Expired', 'too old'))
    if (!query.get('continue'))
      return json(response, 200, {
        kind: 'PodList',
        apiVersion: 'v1',
        metadata: { resourceVersion: '5', continue: 'b' },
        items: [{ metadata: { name: 'one' } }, { metadata: {} }],
      })
    return json(response, 200, {
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: { resourceVersion: '5' },
      items: [{ metadata: { name: 'two' } }],
    })
  })
  const listed = await clientOf(url).list(PODS, {}, AnyObject)
  expect(listed.ok && listed.value.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(
    ['Pod one', 'Pod two'],
  )
  expect(asked).toEqual(['first', 'b', 'first', 'b'])
})

test('a missing object is undefined, a missing kind is a failure, and removing what is gone succeeds', async () => {
  const { url } = await serve((request, response) => {
    if (request.url?.includes('/nothing'))
      response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n')
    else
      json(
        response,
        404,
        status(404, 'NotFound', 'pods "x" not found', { name: 'x', kind: 'pods' }),
      )
  })
  const client = clientOf(url)
  expect(await client.get(PODS, { name: 'x', namespace: 'a' }, AnyObject)).toEqual({
    ok: true,
    value: undefined,
  })
  expect(
    await client.get({ group: 'g', version: 'v1', plural: 'nothing' }, { name: 'x' }, AnyObject),
  ).toEqual({
    ok: false,
    failure: { code: 'NOT_FOUND', data: { kind: 'resource', name: 'nothing.g' } },
  })
  expect(await client.offers({ group: 'nothing', version: 'v1', plural: 'x' })).toEqual({
    ok: true,
    value: false,
  })
  expect(await client.remove(PODS, { name: 'x', namespace: 'a', uid: 'u' })).toEqual({
    ok: true,
    value: undefined,
  })
})

test('an apply is sent as its manager, with dry run, and without the version that was read', async () => {
  let sent: { url: string | undefined; type: string | undefined; body: string } | undefined
  const { url } = await serve((request, response, body) => {
    sent = { url: request.url, type: request.headers['content-type'], body }
    json(response, 200, pod('x'))
  })
  await clientOf(url).apply(PODS, pod('x'), { dryRun: true, force: true })
  expect(sent).toMatchObject({
    url: '/api/v1/namespaces/a/pods/x?fieldManager=takt&dryRun=All&force=true',
    type: 'application/apply-patch+yaml',
  })
  expect(JSON.parse(sent?.body ?? '{}')).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x', namespace: 'a' },
  })
})

test('a review that cannot be answered is unknown, never yes', async () => {
  const { url } = await serve((_q, response, body) => {
    const { verb } = (JSON.parse(body) as { spec: { resourceAttributes: { verb: string } } }).spec
      .resourceAttributes
    if (verb === 'delete') return json(response, 500, status(500, '', 'no'))
    json(response, 201, {
      status: {
        allowed: verb === 'get',
        ...(verb === 'patch' && { evaluationError: 'webhook down' }),
      },
    })
  })
  const asks = ['get', 'list', 'patch', 'delete'].map((verb) => ({
    verb,
    group: '',
    resource: 'pods',
  }))
  expect(await clientOf(url).review(asks)).toEqual({
    ok: true,
    value: ['yes', 'no', 'unknown', 'unknown'],
  })
})

test('the clock of a site is kept from its answers', async () => {
  const { url } = await serve((_q, response) =>
    json(response, 200, { gitVersion: 'v1' }, { date: 'Wed, 18 Nov 2026 15:32:00 GMT' }),
  )
  const clock = new HandClock(Date.parse('2026-11-18T14:32:00Z'))
  const client = clientOf(url, { clock })
  await client.version()
  expect(Math.abs(client.clock.now() - Date.parse('2026-11-18T15:32:00Z'))).toBeLessThanOrEqual(
    1000,
  )
})

describe('a watch', () => {
  const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`
  const list = (response: ServerResponse, version: string, ...names: string[]) =>
    json(response, 200, {
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: { resourceVersion: version },
      items: names.map((name) => pod(name, version)),
    })
  const words = (item: WatchItem<KubeObject> | undefined) => {
    if (item?.type === 'reset')
      return `reset ${item.items.map(({ metadata }) => metadata.name).join(',')}`
    return `+${item?.upserts.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion ?? ''}`).join(',') ?? ''} -${item?.removed.map(({ name }) => name).join(',') ?? ''}`
  }

  test('follows, takes the last word of each piece, resumes after a bookmark, and lists again after 410', async () => {
    const watched: (string | null)[] = []
    const { url } = await serve((request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams
      if (!query.has('watch'))
        return list(
          response,
          watched.length === 0 ? '1' : '90',
          ...(watched.length === 0 ? ['a'] : ['a', 'z']),
        )
      watched.push(query.get('resourceVersion'))
      response.writeHead(200, { 'content-type': 'application/json' })
      if (watched.length === 1)
        response.end(
          line('MODIFIED', pod('a', '2')) +
            line('ADDED', pod('b', '3')) +
            line('DELETED', pod('b', '4')) +
            line('BOOKMARK', {
              kind: 'Pod',
              apiVersion: 'v1',
              metadata: { resourceVersion: '50' },
            }),
        )
      else if (watched.length === 2)
        response.end(line('ERROR', status(410, 'Expired', 'too old resource version')))
      else response.write(line('ADDED', pod('n', '91')))
    })
    const over = new AbortController()
    const seen: string[] = []
    for await (const item of clientOf(url).watch(
      PODS,
      { namespace: 'a' },
      { parse: AnyObject, signal: over.signal },
    )) {
      seen.push(words(item))
      if (seen.length === 4) over.abort()
    }
    expect(seen).toEqual(['reset a', '+a@2 -b', 'reset a,z', '+n@91 -'])
    expect(watched).toEqual(['1', '50', '90'])
  })

  test('waits longer after each failure and says what it was, then goes on', async () => {
    let broken = 2
    const { url } = await serve((request, response) => {
      if (broken-- > 0) return request.socket.destroy()
      if (!request.url?.includes('watch')) return list(response, '1', 'a')
      response.writeHead(200).flushHeaders()
    })
    const clock = new HandClock()
    const over = new AbortController()
    const failures: string[] = []
    const first = clientOf(url, { clock })
      .watch(
        PODS,
        {},
        { parse: AnyObject, signal: over.signal, onFailure: ({ code }) => failures.push(code) },
      )
      [Symbol.asyncIterator]()
      .next()
    await expect.poll(() => clock.sleepers).toBe(1)
    await clock.advance(500)
    await expect.poll(() => failures.length).toBe(2)
    await expect.poll(() => clock.sleepers).toBe(1)
    await clock.advance(400)
    expect(clock.sleepers).toBe(1)
    await clock.advance(600)
    expect(words((await first).value as WatchItem<KubeObject>)).toBe('reset a')
    expect(failures).toEqual(['CLUSTER_UNREACHABLE', 'CLUSTER_UNREACHABLE'])
    over.abort()
  })

  test('never asks again after 403', async () => {
    let asked = 0
    const { url } = await serve((_q, response) => {
      asked++
      json(
        response,
        403,
        status(
          403,
          'Forbidden',
          'pods is forbidden: User "x" cannot list resource "pods" in API group ""',
        ),
      )
    })
    const failures: string[] = []
    for await (const item of clientOf(url).watch(
      PODS,
      {},
      {
        parse: AnyObject,
        signal: AbortSignal.timeout(5000),
        onFailure: ({ code }) => failures.push(code),
      },
    ))
      expect(item).toBeUndefined()
    expect(failures).toEqual(['FORBIDDEN'])
    expect(asked).toBe(1)
  })
})

describe('over a WebSocket', () => {
  async function socketServer(speak: (socket: WebSocket, url: URL) => void) {
    const { server, url } = await serve((_q, response) => json(response, 404, {}))
    const sockets = new WebSocketServer({
      noServer: true,
      handleProtocols: () => 'v4.channel.k8s.io',
    })
    server.on('upgrade', (request, socket, head) => {
      const at = new URL(request.url ?? '', 'http://x')
      if (at.pathname.includes('/secret/'))
        return void socket.end(
          `HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n${JSON.stringify(status(403, 'Forbidden', 'pods "p" is forbidden: User "x" cannot create resource "pods/exec" in API group "" in the namespace "secret"'))}`,
        )
      sockets.handleUpgrade(request, socket, head, (ws) => speak(ws, at))
    })
    return url
  }
  test('a command ends with its exit code, its streams kept apart', async () => {
    const url = await socketServer((socket, at) => {
      expect(at.searchParams.getAll('command')).toEqual(['ls', '/data'])
      socket.send(Buffer.from('\u0001out'))
      socket.send(Buffer.from('\u0002err'))
      socket.send(
        Buffer.concat([
          Buffer.from([3]),
          Buffer.from(
            JSON.stringify({
              status: 'Failure',
              message: 'exit',
              details: { causes: [{ reason: 'ExitCode', message: '3' }] },
            }),
          ),
        ]),
      )
      socket.close()
    })
    const stdout = new PassThrough()
    const stderr = new PassThrough()
    expect(
      await clientOf(url).exec({ namespace: 'a', name: 'p' }, ['ls', '/data'], { stdout, stderr }),
    ).toEqual({ ok: true, value: { exitCode: 3 } })
    expect([String(stdout.read()), String(stderr.read())]).toEqual(['out', 'err'])
  })
  test('a refusal is read like any other', async () => {
    const url = await socketServer(() => undefined)
    expect(
      await clientOf(url).exec({ namespace: 'secret', name: 'p' }, ['ls'], {
        stdout: new PassThrough(),
        stderr: new PassThrough(),
      }),
    ).toMatchObject({
      ok: false,
      failure: { code: 'FORBIDDEN', data: { resource: 'pods/exec', namespace: 'secret' } },
    })
  })
  test('a port is a pair of streams', async () => {
    const url = await socketServer((socket) => {
      socket.send(Buffer.from([0, 0x90, 0x1f]))
      socket.send(Buffer.from([1, 0x90, 0x1f]))
      socket.on('message', (data: Buffer) =>
        socket.send(
          Buffer.concat([Buffer.from([0]), Buffer.from(data.subarray(1).toString().toUpperCase())]),
        ),
      )
    })
    const connection = await clientOf(url).connect({ namespace: 'a', name: 'p' }, 8080)
    if (!connection.ok) throw new Error(connection.failure.code)
    connection.value.write('hello')
    expect(String(await new Promise((got) => connection.value.once('data', got)))).toBe('HELLO')
    connection.value.destroy()
  })
})
