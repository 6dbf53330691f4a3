// Hot reload in the browser: Vite serves the page and passes its one socket on to a web host whose core is rebuilt when it changes.
import { spawn } from 'node:child_process'
import { createServer as listen } from 'node:net'
import { join } from 'node:path'
import { build, createServer } from 'vite'
import { loadPrograms, root } from './programs.mjs'

const { page, web } = await loadPrograms()
await build(page)
let host
let cookie
// The host keeps its port across restarts, so that the proxy knows where to find it.
const hostPort = await new Promise((found) => {
  const probe = listen().listen(0, '127.0.0.1', () => {
    const { port } = probe.address()
    probe.close(() => found(port))
  })
})
const origin = `http://127.0.0.1:${hostPort}`

/** Starts the web host anew and takes a session from its one-time address. */
async function startHost() {
  const previous = host
  if (previous) {
    const gone = new Promise((done) => previous.once('exit', done))
    previous.kill()
    await gone
  }
  host = spawn(process.execPath, [join(root, 'out/main/web.mjs'), '--port', String(hostPort)], {
    env: { ...process.env, TAKT_NO_OPEN: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const address = await new Promise((found) =>
    host.stdout.on('data', (text) => {
      const match = /http:\/\/127\.0\.0\.1:\S+/.exec(String(text))
      if (match) found(match[0])
    }),
  )
  const answer = await fetch(address, { redirect: 'manual' })
  cookie = answer.headers.get('set-cookie')?.split(';')[0]
}
const watcher = await build({ ...web, build: { ...web.build, watch: {} } })
let vite
let starting = Promise.resolve()
watcher.on('event', (event) => {
  if (event.code === 'END')
    starting = starting
      .then(startHost)
      .then(() => vite ?? serve())
      .catch((error) => console.error(error))
})

async function serve() {
  vite = await createServer({
    ...page,
    logLevel: 'info',
    server: {
      host: '127.0.0.1',
      port: Number(process.env.PORT ?? 5173),
      // The host accepts its own origin and cookie only, so both are put in here; the page of this server never sees them.
      proxy: {
        '/rpc': {
          target: origin,
          ws: true,
          changeOrigin: true,
          configure: (proxy) => {
            proxy.on('proxyReqWs', (request, { headers }, socket) => {
              // Only the page served here: any other site could open a socket to this port too.
              if (
                headers.origin !== `http://${headers.host}` ||
                !headers.host?.startsWith('127.0.0.1:')
              )
                return socket.destroy()
              request.setHeader('host', new URL(origin).host)
              request.setHeader('origin', origin)
              request.setHeader('cookie', cookie)
            })
          },
        },
      },
    },
  })
  await vite.listen()
  vite.printUrls()
}
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    host?.kill()
    process.exit(0)
  })
