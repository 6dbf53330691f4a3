import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sessionHandlers, Sessions } from '../../main/capabilities/sessions'
import { startWebHost, type WebHost } from '../../main/hosts/web/host'
import { os, whole } from '../../main/platform/contract'
import { SESSION_WIRE } from '../../preload/contract/sessions'
import { makeClient, Reconnecting } from '../../renderer/client/link'
import { socketWire } from '../../renderer/client/wires'
import { HandClock } from '../support/clock'
import { knock, offer, openSocket, postToken, signIn, tokenOf } from '../support/signing-in'

const pageRoot = fileURLToPath(new URL('../../out/renderer', import.meta.url))
const HOUR = 3_600_000
let host: WebHost, clock: HandClock, sessions: Sessions
beforeEach(async () => {
  clock = new HandClock()
  sessions = new Sessions({ clock })
  const router = whole({ sessions: sessionHandlers(os.sessions, { sessions, clock }) })
  host = await startWebHost(router, { pageRoot, clock, sessions })
})
afterEach(() => host.close())

const status = async (answer: Promise<Response>) => (await answer).status
/** A request with a Host of its own, which fetch would not send. */
const asHost = (name: string, path = '/') =>
  new Promise<number>((answer, failed) => {
    const asked = request(`${host.origin}${path}`, { headers: { host: name } }, (response) => {
      response.resume()
      answer(response.statusCode ?? 0)
    })
    asked.once('error', failed)
    asked.end()
  })
/** What the private file does: a form of no origin. */
const postFile = (token: string, origin = 'null') =>
  fetch(`${host.origin}/`, {
    method: 'POST',
    headers: {
      ...(origin !== '' && { origin }),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ token }),
  })
/** A page's client, and the code with which its socket was closed. */
async function connect(session: string) {
  const socket = openSocket(host, session)
  const closed = new Promise<number>((code) => socket.once('close', code))
  await new Promise((opened, failed) => {
    socket.once('open', opened)
    socket.once('error', failed)
  })
  const connection = new Reconnecting()
  connection.attach(socketWire(socket as unknown as globalThis.WebSocket))
  return { client: makeClient(connection), closed, socket }
}

describe('a one-time address', () => {
  test('is of loopback, and what fetches it ahead of a person does not spend it', async () => {
    const address = host.address()
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/)
    expect(await status(fetch(address))).toBe(200)
    expect(await status(postToken(host, tokenOf(address)))).toBe(200)
    expect(await status(fetch(address))).toBe(401)
  })
  test('works once, and tells afterwards that it was used and when', async () => {
    const token = tokenOf(host.address())
    await postToken(host, token)
    await clock.advance(60_000)
    const again = await postToken(host, token)
    expect([again.status, await again.json()]).toEqual([
      401,
      { why: 'used', usedAt: '2026-11-18T14:32:00Z' },
    ])
  })
  test('works for minutes, one at a time, and only as it was issued', async () => {
    const refusal = async (token: string) => {
      const answer = await postToken(host, token)
      return answer.ok ? 'let in' : ((await answer.json()) as { why: string }).why
    }
    const first = tokenOf(host.address())
    const second = tokenOf(host.address())
    expect(await refusal(first)).toBe('replaced')
    expect(await refusal(`${second}x`)).toBe('unknown')
    expect(await refusal('')).toBe('unknown')
    await clock.advance(9 * 60_000)
    expect(await refusal(second)).toBe('let in')
    const third = tokenOf(host.address())
    await clock.advance(10 * 60_000)
    expect(await refusal(third)).toBe('expired')
  })
  test('is exchanged at the page’s own door by that page only', async () => {
    const token = tokenOf(host.address())
    for (const origin of ['null', 'http://evil.test', 'http://127.0.0.1:1'])
      expect(await status(postToken(host, token, { origin })), origin).toBe(403)
    expect(await status(postToken(host, token))).toBe(200)
  })
  test('is exchanged by the private file, whose door is open to no other origin', async () => {
    const token = tokenOf(host.address())
    for (const origin of [host.origin, 'http://evil.test', ''])
      expect(await status(postFile(token, origin)), origin).toBe(403)
    const wrong = await postFile('x'.repeat(32))
    expect([wrong.status, await wrong.text()]).toEqual([401, expect.stringContaining('content=""')])
    const page = await (await postFile(token)).text()
    const session = /name="takt-session" content="([\w-]{32})"/.exec(page)?.[1] ?? ''
    expect(await knock(host, { protocols: offer(session) })).toBe(101)
    expect(await status(postFile(token))).toBe(401)
  })
  test('is no place to write a book into', async () => {
    expect(await status(postToken(host, 'x'.repeat(5000)))).toBe(413)
    expect(await status(postToken(host, 'x'.repeat(300)))).toBe(400)
  })
})

describe('a page', () => {
  test('is served without a session and without a cookie, under its policy, and nothing beside its files is', async () => {
    const page = await fetch(host.origin)
    expect(page.status).toBe(200)
    expect(page.headers.get('set-cookie')).toBeNull()
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self';/,
    )
    expect(await page.text()).not.toMatch(/%NONCE%|%SESSION%/)
    expect(await status(fetch(`${host.origin}/../package.json`))).toBe(404)
    expect(await status(fetch(`${host.origin}/%2e%2e/main/web.mjs`))).toBe(404)
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'HEAD'])
      expect(await status(fetch(host.origin, { method })), method).toBe(403)
    expect(await status(fetch(`${host.origin}/rpc`, { method: 'POST' }))).toBe(404)
  })
  test('is answered only under the host’s own name', async () => {
    const { port } = new URL(host.origin)
    for (const name of ['evil.test', `localhost:${port}`, `x.localhost:${port}`, '127.0.0.1'])
      expect(await asHost(name), name).toBe(403)
    expect(await asHost('evil.test', SESSION_WIRE.signInPath)).toBe(403)
    expect(await asHost(`127.0.0.1:${port}`)).toBe(200)
  })
  test('is served on loopback only', async () => {
    await expect(fetch(host.origin.replace('127.0.0.1', '127.0.0.2'))).rejects.toThrow()
  })
})

describe('a call', () => {
  test('needs a session, its protocol, the own Origin and Host, and the one path', async () => {
    const session = await signIn(host)
    const protocols = offer(session)
    expect(await knock(host, {})).toBe(401)
    expect(await knock(host, { protocols: [SESSION_WIRE.protocol] })).toBe(401)
    expect(await knock(host, { protocols: protocols.slice(1) })).toBe(401)
    expect(await knock(host, { protocols: offer(`${session.slice(0, -1)}~`) })).toBe(401)
    expect(await knock(host, { protocols: offer('') })).toBe(401)
    expect(await knock(host, { headers: { cookie: `takt=${session}` } })).toBe(401)
    for (const origin of ['http://evil.test', 'null', 'http://x.localhost:1'])
      expect(await knock(host, { protocols, headers: { origin } }), origin).toBe(403)
    expect(await knock(host, { protocols, headers: { host: 'evil.test' } })).toBe(403)
    expect(await knock(host, { protocols, path: '/other' })).toBe(403)
    expect(await knock(host, { protocols })).toBe(101)
  })
  test('never hears its token back', async () => {
    const { socket } = await connect(await signIn(host))
    expect(socket.protocol).toBe(SESSION_WIRE.protocol)
  })
})

describe('a session', () => {
  const ask = (session: string) =>
    status(
      fetch(`${host.origin}${SESSION_WIRE.signInPath}`, {
        headers: { authorization: `Bearer ${session}` },
      }),
    )
  test('tells whether it lasts, so that a page knows why it is alone', async () => {
    const session = await signIn(host)
    expect([await ask(session), await ask('other')]).toEqual([204, 401])
  })
  test('ends by itself, and cuts off the page that is open then', async () => {
    const session = await signIn(host)
    const { closed } = await connect(session)
    await clock.advance(12 * HOUR - 1000)
    expect(await ask(session)).toBe(204)
    await clock.advance(1000)
    expect(await closed).toBe(SESSION_WIRE.ended)
    expect([await ask(session), await knock(host, { protocols: offer(session) })]).toEqual([
      401, 401,
    ])
  })
  test('is listed with what is its own, and ended from another', async () => {
    const mine = await connect(await signIn(host))
    const other = await connect(await signIn(host))
    const { sessions: listed } = await mine.client.sessions.list()
    expect(listed.map(({ own, tabs, endsAt }) => ({ own, tabs, endsAt }))).toEqual([
      { own: true, tabs: 1, endsAt: '2026-11-19T02:32:00Z' },
      { own: false, tabs: 1, endsAt: '2026-11-19T02:32:00Z' },
    ])
    await mine.client.sessions.end({ id: listed[1]?.id ?? '' })
    expect(await other.closed).toBe(SESSION_WIRE.ended)
    expect((await mine.client.sessions.list()).sessions).toHaveLength(1)
    mine.socket.terminate()
  })
  test('outlives others when it ends them, and hears of a new one and of a refused address', async () => {
    const mine = await connect(await signIn(host))
    const token = tokenOf(host.address())
    await postToken(host, token)
    await postToken(host, token)
    const { sessions: listed, refused } = await mine.client.sessions.list()
    expect(listed).toHaveLength(2)
    expect(refused).toMatchObject([{ why: 'used', usedAt: '2026-11-18T14:32:00Z' }])
    expect(await mine.client.sessions.endOthers()).toEqual({ ended: 1 })
    expect((await mine.client.sessions.list()).sessions.map(({ own }) => own)).toEqual([true])
    mine.socket.terminate()
  })
  test('is heard no more once it has ended, though its page does not hang up', async () => {
    const kept = await signIn(host)
    const { socket, client, closed } = await connect(await signIn(host))
    await client.sessions.list()
    // A page that does not see the close, and goes on asking.
    socket.pause()
    sessions.end(sessions.list(undefined).sessions[1]?.id ?? '')
    const asked = client.sessions.endOthers().catch(() => 'lost')
    await knock(host, { protocols: offer(kept) })
    await clock.advance(1000)
    socket.resume()
    await closed
    expect(await asked).toBe('lost')
    expect(await ask(kept)).toBe(204)
  })
})
