import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { request } from 'undici'
import { agentOf, type Reach } from './fleet'

const STEP_MS = 50
/** A cluster behind a loopback address: everything is answered by the real server, but watches of pods tell what was recorded, at the pace that is set. */
export async function replayProxy(reach: Reach, recorded: readonly string[]) {
  const dispatcher = agentOf(reach, 128)
  const watching = new Set<ServerResponse>()
  let [perSecond, at, owed, sent, last] = [0, 0, 0, 0, Number.POSITIVE_INFINITY]
  const pass = async (asked: IncomingMessage, answer: ServerResponse) => {
    const gone = new AbortController()
    answer.on('close', () => gone.abort())
    const body: Buffer[] = []
    for await (const piece of asked) body.push(piece as Buffer)
    const { host: _host, connection: _connection, ...headers } = asked.headers
    const real = await request(`${reach.server}${asked.url ?? ''}`, {
      method: (asked.method ?? 'GET') as 'GET',
      headers,
      dispatcher,
      signal: gone.signal,
      ...(body.length > 0 && { body: Buffer.concat(body) }),
    })
    answer.writeHead(real.statusCode, {
      'content-type': String(real.headers['content-type'] ?? ''),
    })
    for await (const piece of real.body) answer.write(piece)
    answer.end()
  }
  const server = createServer((asked, answer) => {
    const url = new URL(asked.url ?? '', 'http://x')
    if (url.pathname === '/api/v1/pods' && url.searchParams.has('watch')) {
      answer.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
      watching.add(answer)
      answer.on('close', () => watching.delete(answer))
    } else if (url.searchParams.has('watch'))
      answer.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    else pass(asked, answer).catch(() => answer.destroy())
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const timer = setInterval(() => {
    owed += (perSecond * STEP_MS) / 1000
    let text = ''
    for (; owed >= 1 && at < last; owed--) text += `${recorded[at++ % recorded.length] ?? ''}\n`
    if (text === '' || watching.size === 0) return
    sent = at
    for (const one of watching) one.write(text)
  }, STEP_MS)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get sent() {
      return sent
    },
    get watchers() {
      return watching.size
    },
    /** So many events a second from now on, in all no more than told. */
    pace(events: number, most = Number.POSITIVE_INFINITY) {
      ;[perSecond, owed, last] = [events, 0, at + most]
    },
    close: async () => {
      clearInterval(timer)
      server.closeAllConnections()
      server.close()
      await dispatcher.destroy()
    },
  }
}
/** Watches pods while something changes them and answers so many events as they came. */
export async function record(
  reach: Reach,
  count: number,
  change: (index: number) => Promise<void>,
): Promise<string[]> {
  const dispatcher = agentOf(reach)
  const over = new AbortController()
  const list = await request(`${reach.server}/api/v1/pods?limit=1`, { dispatcher })
  const { metadata } = JSON.parse(await list.body.text()) as {
    metadata: { resourceVersion: string }
  }
  const watch = await request(
    `${reach.server}/api/v1/pods?watch=1&resourceVersion=${metadata.resourceVersion}`,
    { dispatcher, signal: over.signal },
  )
  const lines: string[] = []
  const changing = (async () => {
    for (let index = 0; lines.length < count; index++) await change(index)
  })()
  let rest = ''
  try {
    for await (const piece of watch.body.setEncoding('utf8')) {
      const parts = (rest + String(piece)).split('\n')
      rest = parts.pop() ?? ''
      lines.push(...parts.filter((line) => line.includes('"type":"MODIFIED"')))
      if (lines.length >= count) break
    }
  } finally {
    await changing
    over.abort()
    await dispatcher.destroy()
  }
  return lines.slice(0, count)
}
