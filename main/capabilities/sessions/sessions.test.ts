import { expect, test } from 'vitest'
import { HandClock } from '../../../test/support/clock'
import { clientName, Sessions, type KeptSessions } from '.'

/** The memory of a parent process, as far as sessions see it. */
function memory() {
  let state: KeptSessions | undefined
  return {
    read: () => state,
    keeper: {
      kept: () => state,
      keep: (next: KeptSessions) => {
        state = next
        return Promise.resolve()
      },
    },
  }
}
async function signedIn(sessions: Sessions) {
  const signIn = await sessions.signIn(sessions.issueToken(), 'Firefox 145')
  if (!signIn.ok) throw new Error(signIn.why)
  return signIn
}

test('a core that is started again on its port knows its sessions, its open token and what was spent', async () => {
  const [clock, { keeper }] = [new HandClock(), memory()]
  const before = new Sessions({ clock, keeper })
  before.bind(4321)
  const { session, id } = await signedIn(before)
  const token = before.issueToken()
  const after = new Sessions({ clock, keeper })
  after.bind(4321)
  expect(after.idOf(session)).toBe(id)
  expect(await after.signIn(token, 'x')).toMatchObject({ ok: true })
  expect(await after.signIn(token, 'x')).toMatchObject({ ok: false, why: 'used' })
})
test('on another port nobody is known: whoever took the old one may have heard the tokens', async () => {
  const [clock, { keeper }] = [new HandClock(), memory()]
  const before = new Sessions({ clock, keeper })
  before.bind(4321)
  const { session } = await signedIn(before)
  const after = new Sessions({ clock, keeper })
  after.bind(4322)
  expect(after.idOf(session)).toBeUndefined()
})
test('what is kept lets nobody in', async () => {
  const { keeper, read } = memory()
  const sessions = new Sessions({ clock: new HandClock(), keeper })
  sessions.bind(1)
  const { session } = await signedIn(sessions)
  const token = sessions.issueToken()
  const kept = JSON.stringify(read())
  expect(kept).toContain('Firefox 145')
  expect([kept.includes(session), kept.includes(token)]).toEqual([false, false])
})
test('a session is answered only when it is kept', async () => {
  let release = () => {}
  const keeper = {
    kept: () => undefined,
    keep: () =>
      new Promise<void>((kept) => {
        release = kept
      }),
  }
  const sessions = new Sessions({ clock: new HandClock(), keeper })
  let answered = false
  const signIn = sessions.signIn(sessions.issueToken(), 'x').then(() => {
    answered = true
  })
  await new Promise((settled) => setImmediate(settled))
  expect(answered).toBe(false)
  release()
  await signIn
  expect(answered).toBe(true)
})
test('more browsers than a person has push out the oldest', async () => {
  const sessions = new Sessions({ clock: new HandClock() })
  const first = await signedIn(sessions)
  for (let more = 0; more < 20; more++) await signedIn(sessions)
  expect(sessions.isLive(first.id)).toBe(false)
  expect(sessions.list(undefined).sessions).toHaveLength(20)
})
test('a session counts its tabs, and how long none was open', async () => {
  const clock = new HandClock()
  const sessions = new Sessions({ clock })
  const { id } = await signedIn(sessions)
  const [one, two] = [sessions.connected(id), sessions.connected(id)]
  const seen = () => {
    const [session] = sessions.list(id).sessions
    return [session?.tabs, session?.seenAt]
  }
  await clock.advance(60_000)
  expect(seen()).toEqual([2, '2026-11-18T14:33:00Z'])
  one()
  two()
  await clock.advance(60_000)
  expect(seen()).toEqual([0, '2026-11-18T14:33:00Z'])
})
test.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
    'Edge 141',
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/153.0.0.0 Safari/537.36',
    'Chromium 153',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox 145'],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
    'Safari 18',
  ],
  ['curl/8.5.0', 'curl/8.5.0'],
  [`\u001b]52;c;x${'y'.repeat(500)}`, `]52;c;x${'y'.repeat(33)}`],
  [undefined, 'a program without a name'],
])('%s is called %s', (header, name) => expect(clientName(header)).toBe(name))
