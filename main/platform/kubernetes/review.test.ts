import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { HandClock } from '../../../test/support/clock'
import { seeded } from '../../kernel/random'
import { succeed } from '../../kernel/outcome'
import { makeKubeClient } from './client'

const undo: (() => void)[] = []
afterEach(() => {
  for (const step of undo.splice(0)) step()
})

/** A server with these rules in every namespace; what it is asked one by one it allows for `get` alone. */
async function serve(rules: object | undefined) {
  const asked: string[] = []
  const json = (response: ServerResponse, status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => {
      body += piece.toString()
    })
    request.on('end', () => {
      const kind = (request.url ?? '').split('/').at(-1) ?? ''
      asked.push(kind)
      if (kind === 'selfsubjectaccessreviews')
        return json(response, 201, { status: { allowed: body.includes('"verb":"get"') } })
      return rules
        ? json(response, 201, { status: rules })
        : json(response, 403, {
            kind: 'Status',
            reason: 'Forbidden',
            message:
              'cannot create resource "selfsubjectrulesreviews" in API group "authorization.k8s.io"',
            code: 403,
          })
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const client = makeKubeClient(
    {
      site: 'rack',
      server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      tls: {},
      credentials: { get: () => Promise.resolve(succeed({})), refused: () => false },
    },
    { clock: new HandClock(), random: seeded(1) },
  )
  undo.push(() => {
    client.close()
    server.closeAllConnections()
    server.close()
  })
  return { asked, client }
}
const asks = ['get', 'list', 'patch', 'delete'].map((verb) => ({
  verb,
  group: '',
  resource: 'pods',
  namespace: 'vision',
}))
const RULES = [
  { verbs: ['list'], apiGroups: [''], resources: ['pods'] },
  { verbs: ['*'], apiGroups: ['apps'], resources: ['*/scale'] },
  { verbs: ['delete'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] },
]

test('many questions about one namespace are one request where its rules are complete', async () => {
  const { asked, client } = await serve({
    resourceRules: RULES,
    nonResourceRules: [],
    incomplete: false,
  })
  expect(await client.review(asks)).toEqual({ ok: true, value: ['no', 'yes', 'no', 'no'] })
  expect(asked).toEqual(['selfsubjectrulesreviews'])
})
test('incomplete rules say yes where they do, and nothing else: the rest is asked one by one', async () => {
  const { asked, client } = await serve({
    resourceRules: RULES,
    incomplete: true,
    evaluationError: 'webhook authorizer does not support user rule resolution',
  })
  expect(await client.review(asks)).toEqual({ ok: true, value: ['yes', 'yes', 'no', 'no'] })
  expect(asked.filter((kind) => kind === 'selfsubjectaccessreviews')).toHaveLength(3)
})
test('a rule for a named object is one for that object, and a wildcard of a subresource for any resource', async () => {
  const { client } = await serve({ resourceRules: RULES, incomplete: false })
  const more = [
    ...asks.slice(0, 2),
    { verb: 'delete', group: '', resource: 'pods', namespace: 'vision', name: 'a' },
    {
      verb: 'update',
      group: 'apps',
      resource: 'deployments',
      subresource: 'scale',
      namespace: 'vision',
    },
  ]
  expect(await client.review(more)).toEqual({ ok: true, value: ['no', 'yes', 'yes', 'yes'] })
})
test('rules that may not be read, few questions and the whole cluster are asked one by one', async () => {
  const { asked, client } = await serve(undefined)
  expect(await client.review(asks)).toEqual({ ok: true, value: ['yes', 'no', 'no', 'no'] })
  asked.length = 0
  await client.review(asks.slice(0, 3))
  await client.review(asks.map(({ namespace: _namespace, ...ask }) => ask))
  expect(new Set(asked)).toEqual(new Set(['selfsubjectaccessreviews']))
})
