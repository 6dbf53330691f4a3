import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { succeed } from '../../kernel/outcome'
import { seeded } from '../../kernel/random'
import { systemClock } from '../clock/system'
import { makeKubeClient } from './client'
import { AnyObject } from './objects'

const servers: Server[] = []
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

test('a watch says that it follows again after an interruption, even where nothing changed meanwhile', async () => {
  let watches = 0
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    if (!request.url?.includes('watch'))
      return void response.end(
        JSON.stringify({
          kind: 'PodList',
          apiVersion: 'v1',
          metadata: { resourceVersion: '1' },
          items: [],
        }),
      )
    response.flushHeaders()
    // The first stream breaks; the second one is quiet.
    if (++watches === 1) setImmediate(() => request.socket.destroy())
  })
  servers.push(server)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const client = makeKubeClient(
    {
      site: 'here',
      server: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
      tls: {},
      credentials: { get: () => Promise.resolve(succeed({})), refused: () => false },
    },
    { clock: systemClock, random: seeded(1) },
  )
  const over = new AbortController()
  const seen: string[] = []
  for await (const item of client.watch(
    { group: '', version: 'v1', plural: 'pods' },
    {},
    { parse: AnyObject, signal: over.signal, onFailure: ({ code }) => seen.push(code) },
  )) {
    seen.push(item.type)
    if (item.type === 'reset') continue
    expect(item).toMatchObject({ upserts: [], removed: [] })
    over.abort()
  }
  client.close()
  expect(seen).toEqual(['reset', 'CLUSTER_UNREACHABLE', 'changed'])
})
