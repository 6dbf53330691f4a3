import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { seeded } from '../../kernel/random'
import { succeed } from '../../kernel/outcome'
import { systemClock } from '../clock/system'
import { makeKubeClient } from './client'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

const PODS = { group: '', version: 'v1', plural: 'pods' }
const head = (next?: string) =>
  `{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7"${next === undefined ? '' : `,"continue":"${next}"`}},"items":[`
const item = (name: string) =>
  JSON.stringify({ metadata: { name, managedFields: [{ manager: 'x' }] } })
async function serving(answer: (from: string | null, response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    answer(new URL(request.url ?? '', 'http://x').searchParams.get('continue'), response)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const client = makeKubeClient(
    {
      site: 'rack',
      server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      tls: {},
      credentials: { get: () => Promise.resolve(succeed({})), refused: () => false },
    },
    { clock: systemClock, random: seeded(1), timeoutMs: 20_000 },
  )
  undo.push(
    () => server.close(),
    () => server.closeAllConnections(),
    () => client.close(),
  )
  return client
}
async function listed(client: Awaited<ReturnType<typeof serving>>) {
  const pages: unknown[][] = []
  for await (const page of client.live.pages(
    { resource: PODS, query: {} },
    new AbortController().signal,
  ))
    pages.push(page.ok ? page.value.items : [page.failure.code])
  return pages
}
const named = (...names: string[]) =>
  names.map((name) => ({ metadata: { name, managedFields: [] } }))

test('the next page is asked for as soon as the head of one has come', async () => {
  let finishFirst = () => {}
  const client = await serving((from, response) => {
    if (from === null) {
      response.write(`${head('two')}${item('a')}`)
      finishFirst = () => response.end(`,${item('b')}]}`)
    } else {
      // The first page ends only now: whoever waits for its end before asking waits for ever.
      finishFirst()
      response.end(`${head()}${item('c')}]}`)
    }
  })
  expect(await listed(client)).toEqual([named('a', 'b'), named('c')])
})
test('a list that tells its place only at its end is read all the same', async () => {
  const asked: (string | null)[] = []
  const client = await serving((from, response) => {
    asked.push(from)
    response.end(
      `{"apiVersion":"v1","items":[${item(from ?? 'one')}],"kind":"PodList","metadata":{"resourceVersion":"7"${from === null ? ',"continue":"two"' : ''}}}`,
    )
  })
  expect(await listed(client)).toEqual([named('one'), named('two')])
  expect(asked).toEqual([null, 'two'])
})
test('a list that leads back to where it began is a failure, and not read for ever', async () => {
  let asked = 0
  const client = await serving((_from, response) => {
    asked++
    response.end(`${head('again')}${item('a')}]}`)
  })
  expect((await listed(client)).at(-1)).toEqual(['CLUSTER_FAILED'])
  expect(asked).toBeLessThan(5)
})
