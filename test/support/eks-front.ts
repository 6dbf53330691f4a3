import { createServer, request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Front {
  server: string
  token: string
  person(bearer: string): string | undefined
  /** Told of every answer that was passed on. */ answered?(
    asked: { method: string; url: string },
    status: number,
  ): void
}
/** The front of an EKS cluster: it knows people by the token that `person` understands, and passes them on to an API server by another. */
export async function startEksFront({ server, token, person, answered }: Front) {
  const seen: string[] = []
  const upstream = new URL(server)
  const front = createServer((request, response) => {
    const bearer = (request.headers.authorization ?? '').replace('Bearer ', '')
    const who = person(bearer)
    if (who === undefined)
      return void response.writeHead(401, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          kind: 'Status',
          status: 'Failure',
          message: 'Unauthorized',
          reason: 'Unauthorized',
          code: 401,
        }),
      )
    seen.push(who)
    const passed = ask(
      {
        host: upstream.hostname,
        port: upstream.port,
        path: request.url,
        method: request.method,
        headers: { ...request.headers, host: upstream.host, authorization: `Bearer ${token}` },
      },
      (answer) => {
        answered?.(
          { method: request.method ?? '', url: request.url ?? '' },
          answer.statusCode ?? 502,
        )
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    passed.on('error', () => response.destroy())
    response.on('close', () => passed.destroy())
    request.pipe(passed)
  })
  await new Promise<void>((ready) => front.listen(0, '127.0.0.1', ready))
  return {
    url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise<void>((done) => {
        front.closeAllConnections()
        front.close(() => done())
      }),
  }
}
