import { createServer } from 'node:https'
import { request as ask } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { KeyPair } from '../../../main/plant/authority'
import type { Plane } from '../stack/plane'

export interface Passing {
  method: string
  path: string
}
/** Who looks at what passes: told before a request goes on, and before its answer goes back. */
export interface Watchman {
  before(call: Passing): Promise<void>
  after(call: Passing): Promise<void>
}
export interface Gate {
  url: string
  close(): Promise<void>
}

/** Whether a call leaves a trace on the cluster: what only asks, or only tries, does not. */
export const leavesTrace = ({ method, path }: Passing): boolean =>
  method !== 'GET' &&
  !/dryRun=All|\/authorization\.k8s\.io\/|\/authentication\.k8s\.io\/|\/leases/.test(path)

/** The only way to a plane's API server, with a watchman in it. Tokens pass; who came with a certificate comes as the one given here. */
export async function startGate(plane: Plane, watchman: Watchman, as?: KeyPair): Promise<Gate> {
  const { certificate: cert, key } = await plane.issue({ user: 'gate' })
  const upstream = new URL(plane.server)
  const server = createServer({ cert, key }, (request, response) => {
    const call: Passing = { method: request.method ?? 'GET', path: request.url ?? '' }
    const pass = async (): Promise<void> => {
      await watchman.before(call)
      const onward = ask(
        {
          host: upstream.hostname,
          port: upstream.port,
          path: call.path,
          method: call.method,
          headers: { ...request.headers, host: upstream.host },
          ca: plane.authority,
          ...(as && { cert: as.certificate, key: as.key }),
        },
        (answer) => {
          watchman
            .after(call)
            .then(() => {
              response.writeHead(answer.statusCode ?? 502, answer.headers)
              answer.pipe(response)
            })
            .catch(() => response.destroy())
        },
      )
      onward.on('error', () => response.destroy())
      response.on('close', () => onward.destroy())
      request.pipe(onward)
    }
    pass().catch(() => response.destroy())
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    url: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections()
        server.close(() => closed())
      }),
  }
}
