import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a small cluster was asked, by whom, and whom it knows. */
export interface SmallCluster {
  asked: string[]
  tokens: Set<string>
  sockets: number
  accept: (token: string) => string | undefined
  hold: Set<ServerResponse>
}
const json = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const refusal = (response: ServerResponse, code: number, message: string) =>
  json(response, code, {
    kind: 'Status',
    status: 'Failure',
    message,
    reason: code === 403 ? 'Forbidden' : 'Unauthorized',
    code,
  })

/** An API server that knows people by their token, lists pods and holds watches open. */
export async function startSmallCluster(accept: SmallCluster['accept']) {
  const world: SmallCluster = { asked: [], tokens: new Set(), sockets: 0, accept, hold: new Set() }
  const server = createServer((request: IncomingMessage, response) => {
    const url = new URL(request.url ?? '', 'http://x')
    const token = (request.headers.authorization ?? '').replace('Bearer ', '')
    world.asked.push(
      `${request.method ?? ''} ${url.pathname}${url.searchParams.has('watch') ? ' watch' : ''}`,
    )
    const user = world.accept(token)
    if (user === undefined) return refusal(response, 401, 'Unauthorized')
    world.tokens.add(token)
    if (url.pathname === '/version') return json(response, 200, { gitVersion: 'v1.34.0' })
    if (url.pathname.endsWith('/selfsubjectreviews'))
      return json(response, 201, {
        status: { userInfo: { username: user, groups: ['vision', 'system:authenticated'] } },
      })
    if (url.pathname === '/api/v1/secrets')
      return refusal(
        response,
        403,
        'secrets is forbidden: User "ada" cannot list resource "secrets" in API group "" at the cluster scope',
      )
    if (url.pathname === '/api/v1/pods' && url.searchParams.has('watch'))
      return void world.hold.add(response.writeHead(200, { 'content-type': 'application/json' }))
    if (url.pathname === '/api/v1/pods')
      return json(response, 200, { kind: 'PodList', metadata: { resourceVersion: '7' }, items: [] })
    return json(response, 404, {
      kind: 'Status',
      message: 'the server could not find the requested resource',
      reason: 'NotFound',
      details: {},
      code: 404,
    })
  })
  server.on('connection', () => world.sockets++)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    world,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
