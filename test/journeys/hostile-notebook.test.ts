import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterEach, beforeEach, afterAll, beforeAll, expect, test } from 'vitest'
import type { Sessions } from '../../main/capabilities/sessions'
import { startWebHost, type WebHost } from '../../main/hosts/web/host'
import { succeed } from '../../main/kernel/outcome'
import { os } from '../../main/platform/contract'
import { SESSION_WIRE } from '../../preload/contract/sessions'
import { launchBrowser } from '../support/browser'
import { anEnvironment, aTool } from '../support/builders/records'
import { aWorld, coreForPage } from '../support/core-for-page'
import { aLine, playPod } from '../support/fakes/line'
import { violationsOf } from '../support/looking'
import { tokenOf } from '../support/signing-in'

const pageRoot = fileURLToPath(new URL('../../out/renderer', import.meta.url))
const SECRET_FILE = '/home/mara/.aws/\u202ecredentials'
interface Heard {
  method: string
  headers: IncomingHttpHeaders
}
/** An image whose author answers every request with a page of their own, and notes what it is told. */
async function listenHostile(heard: Heard[]): Promise<Server> {
  const server = createServer(({ method = '', headers }, response) => {
    heard.push({ method, headers })
    response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'theirs=1; Path=/' })
    response.end('<!doctype html><title>Notebook</title><h1>A notebook</h1>')
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return server
}
const portOf = (server: Server) => (server.address() as AddressInfo).port

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

let host: WebHost, sessions: Sessions, image: Server, context: BrowserContext, page: Page
let heard: Heard[], opened: unknown[]
let line: ReturnType<typeof aLine>, url: string
beforeEach(async () => {
  heard = []
  opened = []
  const core = coreForPage(aWorld(), () => ({
    drift: {
      openBundle: os.drift.openBundle.handler(({ input }) => {
        opened.push(input)
        return { id: 'b' } as never
      }),
    },
  }))
  sessions = core.sessions
  host = await startWebHost(core.router, { pageRoot, sessions })
  image = await listenHostile(heard)
  line = aLine([aTool(), anEnvironment('voice-nb')])
  line.kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice' } })
  const ref = { namespace: 'voice', name: 'voice-nb' }
  playPod(line.kube, ref)
  line.kube.connect = () =>
    Promise.resolve(succeed(connect({ host: '127.0.0.1', port: portOf(image) })))
  const forward = await line.environments.forwards.open(ref)
  if (!forward.ok) throw new Error(forward.failure.code)
  url = forward.value.url
  context = await browser.newContext()
  page = await context.newPage()
  await page.goto(host.address())
  await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
})
afterEach(async () => {
  await context.close()
  line.environments.forwards.closeAll()
  image.close()
  image.closeAllConnections()
  await host.close()
})
/** Opens the notebook in a tab of its own, as Takt's button does. */
async function openNotebook(): Promise<Page> {
  const notebook = await context.newPage()
  await notebook.goto(url)
  await notebook.getByRole('heading', { name: 'A notebook' }).waitFor()
  return notebook
}
const staysSignedIn = async () => {
  await page.reload()
  await page.getByRole('heading', { name: 'Discovery line' }).waitFor()
}

test('is told nothing of Takt: no cookie, no token, not where its visitor came from', async () => {
  const [notebook] = await Promise.all([
    context.waitForEvent('page'),
    page.evaluate((to) => void window.open(to, '_blank', 'noopener'), url),
  ])
  await notebook.getByRole('heading', { name: 'A notebook' }).waitFor()
  const session = await page.evaluate(() => sessionStorage.getItem('takt.session') ?? '')
  expect(session).toMatch(/^[\w-]{32}$/)
  expect(heard.length).toBeGreaterThan(0)
  const told = heard.filter(({ headers }) => headers['sec-fetch-site'] !== undefined)
  expect(told.map(({ headers }) => [headers.cookie, headers.referer])[0]).toEqual([
    undefined,
    undefined,
  ])
  expect(JSON.stringify(heard)).not.toContain(session)
  expect(await notebook.evaluate(() => window.opener as unknown)).toBeNull()
})

test('can neither overwrite nor read the session, nor speak with the host, nor lock anybody out', async () => {
  const open = host.address()
  const notebook = await openNotebook()
  const [mine, other] = [new URL(host.origin), tokenOf(open)]
  const tried = await notebook.evaluate(
    async ([origin = '', path = '', signIn = '', token = '']) => {
      const attempt = async (what: () => unknown) => {
        try {
          return (await what()) ?? 'nothing'
        } catch (error) {
          return error instanceof Error ? error.name : 'refused'
        }
      }
      const socket = (protocols: string[]) =>
        new Promise((answer) => {
          const opening = new WebSocket(`${origin.replace('http', 'ws')}${path}`, protocols)
          opening.onopen = () => answer('open')
          opening.onerror = () => answer('refused')
        })
      const frame = document.createElement('iframe')
      const framed = new Promise((answer) => {
        frame.onload = () => answer(frame.contentDocument === null ? 'closed' : 'open')
      })
      for (const cookie of [
        'takt=theirs',
        'takt=theirs; Domain=localhost',
        'takt=t; Domain=127.0.0.1',
      ])
        document.cookie = `${cookie}; Path=/`
      frame.src = origin
      document.body.append(frame)
      const heard: unknown[] = []
      const channel = new BroadcastChannel('takt.session')
      channel.onmessage = ({ data }) => heard.push(data)
      channel.postMessage({ ask: true })
      channel.postMessage({ session: 'x'.repeat(32) })
      const body = JSON.stringify({ token })
      return {
        storage: sessionStorage.getItem('takt.session'),
        framed: await framed,
        get: await attempt(() => fetch(`${origin}${signIn}`)),
        post: await attempt(() => fetch(`${origin}${signIn}`, { method: 'POST', body })),
        spend: await attempt(() =>
          fetch(`${origin}${signIn}`, { method: 'POST', mode: 'no-cors', body }).then(
            ({ type }) => type,
          ),
        ),
        file: await attempt(() =>
          fetch(origin, {
            method: 'POST',
            mode: 'no-cors',
            body: new URLSearchParams({ token }),
          }).then(({ type }) => type),
        ),
        bare: await socket([]),
        guessed: await socket(['takt.rpc', `takt.session.${'x'.repeat(32)}`]),
        heard,
      }
    },
    [mine.origin, SESSION_WIRE.path, SESSION_WIRE.signInPath, other],
  )
  expect(tried).toMatchObject({
    storage: null,
    get: 'TypeError',
    post: 'TypeError',
    bare: 'refused',
    guessed: 'refused',
    heard: [],
  })
  await staysSignedIn()
  // Even the right token, had it been seen, was not spent from here.
  expect(sessions.refusalOf(other)).toBeUndefined()
  expect(sessions.list(undefined).sessions).toHaveLength(1)
})

test('opens no file by an address: what it names is shown, and a person decides', async () => {
  const notebook = await openNotebook()
  const hash = `#/drift?open=${encodeURIComponent(SECRET_FILE)}`
  const [popup] = await Promise.all([
    context.waitForEvent('page'),
    notebook.evaluate((to) => void window.open(to), `${host.origin}/${hash}`),
  ])
  const dialog = popup.getByRole('dialog', { name: 'Open this file?' })
  await dialog.getByText('/home/mara/.aws/<U+202E>credentials').waitFor()
  expect(await violationsOf(popup)).toEqual([])
  await popup.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  expect([opened, new URL(popup.url()).hash]).toEqual([[], '#/drift'])
  await popup.reload()
  await popup.getByRole('heading', { name: 'Drift', level: 1 }).waitFor()
  expect(await popup.getByRole('dialog').count()).toBe(0)
  await popup.goto(`${host.origin}/${hash}`)
  await popup.getByRole('button', { name: 'Open it' }).click()
  await expect.poll(() => opened).toEqual([{ path: SECRET_FILE }])
})

test('is itself out of reach for pages of other sites, over connections that are open too', async () => {
  const notebook = await openNotebook()
  const elsewhere = await listenHostile([])
  const foreign = await context.newPage()
  try {
    await foreign.goto(`http://127.0.0.1:${String(portOf(elsewhere))}/`)
    await foreign.evaluate(async (to) => {
      for (let tried = 0; tried < 10; tried++)
        await fetch(to, { method: 'POST', mode: 'no-cors', body: 'x' }).catch(() => undefined)
      const sandbox = document.createElement('iframe')
      sandbox.setAttribute('sandbox', 'allow-scripts allow-forms')
      sandbox.srcdoc = `<form method="post" action="${to}"></form><script>document.forms[0].submit()</script>`
      const loaded = new Promise((done) => sandbox.addEventListener('load', done))
      document.body.append(sandbox)
      await loaded
    }, url)
    await notebook.evaluate(() => fetch(location.href, { method: 'POST', body: 'own' }))
    expect(
      heard.filter(({ method }) => method === 'POST').map(({ headers }) => headers.origin),
    ).toEqual([new URL(url).origin])
  } finally {
    elsewhere.close()
    elsewhere.closeAllConnections()
  }
})
test('is opened under its own name only, and says so to a browser that comes by the plain address', async () => {
  const plain = new URL(url)
  plain.hostname = '127.0.0.1'
  const answer = await page.goto(plain.href)
  expect(answer?.status()).toBe(421)
  await page.getByText(`Open ${new URL(url).origin}/ instead`).waitFor()
})
