import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { succeed } from '../../kernel/outcome'
import { seeded } from '../../kernel/random'
import { systemClock } from '../clock/system'
import { silentLog, type Log } from '../log'
import { makeKubeClient } from './client'
import { AnyObject } from './objects'

const undo: (() => unknown)[] = []
afterEach(() => {
  for (const step of undo.splice(0)) step()
})
const PODS = { group: '', version: 'v1', plural: 'pods' }
const pod = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'a', resourceVersion: '1' },
  ...more,
})
/** A cluster that answers as told, its client, and what is written to the log. */
async function cluster(answer: (url: URL, response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    answer(new URL(request.url ?? '', 'http://x'), response)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const told: unknown[] = []
  const log: Log = { ...silentLog, warn: (_says, facts) => told.push(facts) }
  const client = makeKubeClient(
    {
      site: 'rack',
      server: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
      tls: {},
      credentials: { get: () => Promise.resolve(succeed({})), refused: () => false },
    },
    { clock: systemClock, random: seeded(1), log },
  )
  undo.push(() => {
    client.close()
    server.closeAllConnections()
    server.close()
  })
  return { client, told }
}
const list = (items: unknown[], metadata: object = { resourceVersion: '1' }) =>
  JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata, items })

test('a list whose answer never ends is given up after a bounded part, with how much came', async () => {
  const { client } = await cluster((_url, response) => {
    const piece = Buffer.alloc(2 ** 20, ' ')
    const send = () => {
      while (!response.destroyed && response.write(piece));
      response.once('drain', send)
    }
    send()
  })
  const before = process.memoryUsage.rss()
  expect(await client.list(PODS, {}, AnyObject)).toMatchObject({
    ok: false,
    failure: {
      code: 'CLUSTER_FAILED',
      data: { says: expect.stringContaining('did not end after 12') as string },
    },
  })
  expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 2 ** 20)
})

test('a list that always goes on at the same place is given up', async () => {
  let asked = 0
  const { client } = await cluster((_url, response) => {
    asked++
    response.end(list([pod('x')], { resourceVersion: '1', continue: 'here' }))
  })
  expect(await client.list(PODS, {}, AnyObject)).toMatchObject({
    failure: { data: { says: expect.stringContaining('did not end after 2 objects') as string } },
  })
  expect(asked).toBe(2)
})

test('objects of a list that cannot be read are named, and the others are there', async () => {
  const { client, told } = await cluster((_url, response) =>
    response.end(
      list([
        null,
        5,
        pod('odd', { metadata: { name: 'odd', namespace: 'a', labels: 3 } }),
        pod('good'),
      ]),
    ),
  )
  const listed = await client.list(PODS, {}, AnyObject)
  expect(listed.ok && listed.value.map(({ metadata }) => metadata.name)).toEqual(['good'])
  expect(told).toMatchObject([
    { count: 3, objects: ['one without a name', 'one without a name', 'a/odd'] },
  ])
})

test('an event that cannot be decoded is named, and the watch goes on', async () => {
  const { client, told } = await cluster((url, response) => {
    if (!url.searchParams.has('watch')) return void response.end(list([]))
    const event = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`
    response.write(
      `{"type":"MODIFIED","object":{"metadata":{"name":"torn\n${event('ADDED', { metadata: { name: 'odd', resourceVersion: '2', labels: 3 } })}${event('ADDED', pod('good'))}`,
    )
  })
  const life = new AbortController()
  const failures: unknown[] = []
  const watched = {
    parse: AnyObject,
    signal: life.signal,
    onFailure: (one: unknown) => failures.push(one),
  }
  for await (const item of client.watch(PODS, {}, watched)) {
    if (item.type === 'reset') continue
    expect(item.upserts.map(({ metadata }) => metadata.name)).toEqual(['good'])
    life.abort()
  }
  expect(failures).toEqual([])
  expect(told).toMatchObject([{ object: 'one without a name' }, { object: 'odd' }])
})

test('a name with half a letter is asked for as text that an address can carry', async () => {
  const asked: string[] = []
  const { client } = await cluster((url, response) => {
    asked.push(url.pathname)
    response.end(JSON.stringify(pod('x')))
  })
  expect((await client.get(PODS, { name: 'a\ud800', namespace: 'b' }, AnyObject)).ok).toBe(true)
  expect(asked).toEqual(['/api/v1/namespaces/b/pods/a%EF%BF%BD'])
})
