import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { guardServer } from '../../../platform/streams/guarded-server'

interface Called {
  url: URL
  answer(signedIn: boolean): void
}
const page = (says: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Takt</title><p>${says}</p></html>`
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  connection: 'close',
}

/** One browser comes here, once. */
const MOST_CONNECTIONS = 64
const SILENCE_MS = 15_000

/** Listens on this machine alone for the one redirect of a sign-in; `redirect` where the issuer knows an exact address. Ends with the signal. */
export async function awaitCallback(
  redirect: string | undefined,
  signal: AbortSignal,
): Promise<{ address: string; called: Promise<Called> }> {
  const wanted = redirect === undefined ? undefined : new URL(redirect)
  const path = wanted?.pathname ?? '/callback'
  const called = Promise.withResolvers<Called>()
  let origin = ''
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? '', origin)
    if (
      !url ||
      request.method !== 'GET' ||
      url.pathname !== path ||
      !(url.searchParams.has('code') || url.searchParams.has('error'))
    )
      return void response.writeHead(404, HEADERS).end(page('Nothing to see here.'))
    called.resolve({
      url,
      answer: (signedIn) =>
        void response
          .writeHead(200, HEADERS)
          .end(
            page(
              signedIn
                ? 'Signed in. Takt goes on; you can close this page.'
                : 'The sign-in did not succeed. Takt says why.',
            ),
          ),
    })
  })
  guardServer(server, { connections: MOST_CONNECTIONS, silenceMs: SILENCE_MS })
  await new Promise<void>((ready, failed) => {
    server.once('error', failed)
    server.listen(Number(wanted?.port ?? 0), '127.0.0.1', ready)
  })
  origin = wanted?.origin ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  signal.addEventListener(
    'abort',
    () => {
      called.reject(signal.reason)
      server.close()
      server.closeIdleConnections()
    },
    { once: true },
  )
  // Whoever gave up does not listen any more.
  called.promise.catch(() => undefined)
  return { address: `${origin}${path}`, called: called.promise }
}
