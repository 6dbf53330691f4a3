// Hot reload in the browser: Vite serves the page and passes its one socket on to a web host whose core is rebuilt when it changes.
import { spawn } from 'node:child_process'
import { createServer as listen } from 'node:net'
import { join } from 'node:path'
import { build, createServer } from 'vite'
import { loadPrograms, root } from './programs.mjs'

const { page, web, 'web-core': webCore } = await loadPrograms()
await build(page)
await build(web)
let host
let token
const hostPort = await new Promise((found) => {
  const probe = listen().listen(0, '127.0.0.1', () => {
    const { port } = probe.address()
    probe.close(() => found(port))
  })
})
const origin = `http://127.0.0.1:${hostPort}`

/** Starts the web host and takes the token from its one-time address; later only its core is started anew, which keeps port and sessions. */
async function startHost() {
  if (host) return host.send('restart')
  host = spawn(process.execPath, [join(root, 'out/main/web.mjs'), '--port', String(hostPort)], {
    env: { ...process.env, TAKT_NO_OPEN: '1' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const address = await new Promise((found) =>
    host.stdout.on('data', (text) => {
      const match = /http:\/\/127\.0\.0\.1:\S+/.exec(String(text))
      if (match) found(match[0])
    }),
  )
  token = new URL(address).searchParams.get('token')
}
const watcher = await build({ ...webCore, build: { ...webCore.build, watch: {} } })
let vite
let starting = Promise.resolve()
watcher.on('event', (event) => {
  if (event.code === 'END')
    starting = starting
      .then(startHost)
      .then(() => vite ?? serve())
      .catch((error) => console.error(error))
})

/** Whether this very page asks: any other site could open this port too. */
const isOwnPage = ({ headers }) =>
  headers.origin === `http://${headers.host}` && headers.host.startsWith('127.0.0.1:')
/** The host accepts its own origin only, so it is put in here; the session is the page's own. */
const asOwnPage = (proxied) => {
  proxied.setHeader('host', new URL(origin).host)
  proxied.setHeader('origin', origin)
}
async function serve() {
  vite = await createServer({
    ...page,
    logLevel: 'info',
    server: {
      host: '127.0.0.1',
      port: Number(process.env.PORT ?? 5173),
      proxy: {
        '/session': {
          target: origin,
          bypass: (request, response) => {
            if (request.method === 'GET' || isOwnPage(request)) return
            response.writeHead(403).end()
            return false
          },
          configure: (proxy) => proxy.on('proxyReq', asOwnPage),
        },
        '/rpc': {
          target: origin,
          ws: true,
          configure: (proxy) =>
            proxy.on('proxyReqWs', (proxied, request, socket) =>
              isOwnPage(request) ? asOwnPage(proxied) : socket.destroy(),
            ),
        },
      },
    },
  })
  await vite.listen()
  console.log(`Open once: ${vite.resolvedUrls.local[0]}?token=${token}`)
}
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    host?.kill()
    process.exit(0)
  })
