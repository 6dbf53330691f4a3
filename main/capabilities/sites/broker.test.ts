import { beforeEach, describe, expect, test } from 'vitest'
import { HandClock } from '../../../test/support/clock'
import { failure } from '../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { Broker, type Held, type Identity } from './broker'
import { Presence, watchForSleep } from './presence'

let clock: HandClock
let presence: Presence
let broker: Broker
beforeEach(() => {
  clock = new HandClock()
  presence = new Presence(clock)
  broker = new Broker({ clock, presence })
})

/** An identity that counts how often it was asked, and answers as the test says. */
function anIdentity(
  more: Partial<Identity> = {},
  answer: (times: number) => Outcome<Held> = (times) =>
    succeed({ credential: { authorization: `Bearer ${times}` }, until: clock.now() + 900_000 }),
) {
  const asked = { times: 0 }
  const identity: Identity = {
    key: 'rack/ada',
    name: 'ada',
    mayPrompt: false,
    renewable: true,
    obtain: () => Promise.resolve(answer(++asked.times)),
    ...more,
  }
  return { asked, identity, credentials: broker.credentials('rack', () => succeed(identity)) }
}
const bearer = async (credentials: { get(): Promise<Outcome<{ authorization?: string }>> }) => {
  const got = await credentials.get()
  return got.ok ? got.value.authorization : got.failure.code
}
const late = fail(
  failure('PLUGIN_FAILED', { site: 'rack', command: 'login', stderr: 'session over', exitCode: 1 }),
)

describe('a credential', () => {
  test('is obtained once for everybody who waits, and by two connections of one identity together', async () => {
    const { asked, identity, credentials } = anIdentity()
    const other = broker.credentials('rack again', () => succeed(identity))
    expect(await Promise.all([bearer(credentials), bearer(credentials), bearer(other)])).toEqual([
      'Bearer 1',
      'Bearer 1',
      'Bearer 1',
    ])
    expect(asked.times).toBe(1)
  })
  test('of one identity is never shown to another on the same cluster', async () => {
    const ada = anIdentity()
    const ben = anIdentity({ key: 'rack/ben', name: 'ben' }, () =>
      succeed({ credential: { authorization: 'Bearer ben' }, until: Infinity }),
    )
    expect([await bearer(ada.credentials), await bearer(ben.credentials)]).toEqual([
      'Bearer 1',
      'Bearer ben',
    ])
  })
  test('is renewed a minute before its end behind whoever asks, and waited for after it', async () => {
    const { asked, credentials } = anIdentity()
    await credentials.get()
    await clock.advance(830_000)
    expect(await bearer(credentials)).toBe('Bearer 1')
    expect(asked.times).toBe(1)
    await clock.advance(20_000)
    expect(await bearer(credentials)).toBe('Bearer 1')
    expect(asked.times).toBe(2)
    expect(await bearer(credentials)).toBe('Bearer 2')
    await clock.advance(8 * 3_600_000)
    expect(await bearer(credentials)).toBe('Bearer 3')
  })
  test('that is given up by one caller still comes for the others', async () => {
    const gate = Promise.withResolvers<Outcome<Held>>()
    const { credentials } = anIdentity({ obtain: () => gate.promise })
    const gaveUp = new AbortController()
    const first = credentials.get(gaveUp.signal)
    const second = credentials.get()
    gaveUp.abort(new Error('closed the page'))
    gate.resolve(succeed({ credential: { authorization: 'Bearer late' }, until: Infinity }))
    await expect(first).rejects.toThrow('closed the page')
    expect(await second).toMatchObject({ ok: true })
  })
  test('of a rewritten entry counts at once', async () => {
    let now = anIdentity().identity
    const credentials = broker.credentials('rack', () => succeed(now))
    expect(await bearer(credentials)).toBe('Bearer 1')
    now = {
      ...now,
      key: 'rack/ada renewed',
      obtain: () =>
        Promise.resolve(
          succeed({ credential: { authorization: 'Bearer rewritten' }, until: Infinity }),
        ),
    }
    expect(await bearer(credentials)).toBe('Bearer rewritten')
  })
})

describe('a refusal', () => {
  test('drops the credential once, however many requests met it', async () => {
    let dropped = 0
    const { asked, credentials } = anIdentity({
      drop: () => {
        dropped++
      },
    })
    const old = await credentials.get()
    if (!old.ok) throw new Error(old.failure.code)
    expect(credentials.refused(old.value)).toBe(true)
    await credentials.get()
    expect([credentials.refused(old.value), credentials.refused(old.value)]).toEqual([true, true])
    expect([asked.times, dropped]).toEqual([2, 1])
    expect(await bearer(credentials)).toBe('Bearer 2')
  })
  test('is not answered with what was read before it, however it was on its way', async () => {
    let written = 'first'
    const gate = Promise.withResolvers<void>()
    let reads = 0
    const read = async () => {
      const authorization = `Bearer ${written}`
      reads++
      if (reads === 2) await gate.promise
      return succeed({ credential: { authorization }, until: clock.now() + 60_000 })
    }
    const { credentials } = anIdentity({ obtain: read })
    const old = await credentials.get()
    // Asking again renews it behind the caller: that reading has begun when the file is rotated and the server refuses.
    await credentials.get()
    written = 'second'
    if (!old.ok) throw new Error(old.failure.code)
    expect(credentials.refused(old.value)).toBe(true)
    const next = bearer(credentials)
    gate.resolve()
    expect(await next).toBe('Bearer second')
  })
  test('of the next credential as well ends it until a person connects', async () => {
    const { asked, identity, credentials } = anIdentity()
    for (let n = 0; n < 2; n++) {
      const got = await credentials.get()
      if (got.ok) credentials.refused(got.value)
    }
    for (let n = 0; n < 50; n++) expect(await bearer(credentials)).toBe('CREDENTIAL_REFUSED')
    expect(asked.times).toBe(2)
    broker.allow(identity)
    expect(await bearer(credentials)).toBe('Bearer 3')
  })
  test('that comes long after an acceptance counts from the beginning', async () => {
    const { credentials } = anIdentity()
    for (let n = 0; n < 6; n++) {
      const got = await credentials.get()
      if (!got.ok) throw new Error(got.failure.code)
      expect(credentials.refused(got.value)).toBe(true)
      await credentials.get()
      credentials.accepted?.()
    }
  })
  test('of what is written down cannot be followed by another', async () => {
    const { credentials } = anIdentity({ renewable: false })
    const got = await credentials.get()
    expect(got.ok && credentials.refused(got.value)).toBe(false)
  })
})

describe('what may open a browser', () => {
  test('runs once, and after it failed not again by itself: one night, one prompt', async () => {
    const { asked, identity, credentials } = anIdentity({ mayPrompt: true }, () => late)
    for (let minute = 0; minute < 600; minute++) {
      expect(await bearer(credentials)).toBe('PLUGIN_FAILED')
      await clock.advance(60_000)
    }
    expect(asked.times).toBe(1)
    broker.allow(identity)
    await credentials.get()
    expect(asked.times).toBe(2)
  })
  test.each([
    ['the screen is locked', () => presence.here({ locked: true })],
    [
      'nobody has moved for a quarter of an hour',
      async () => {
        presence.here({ locked: false })
        await clock.advance(16 * 60_000)
      },
    ],
  ])('does not run while %s, and goes on when somebody is back', async (_what, leave) => {
    const { asked, credentials } = anIdentity({ mayPrompt: true })
    await leave()
    expect(await bearer(credentials)).toBe('SIGN_IN_WAITS')
    expect(asked.times).toBe(0)
    let back = 0
    presence.onBack(() => back++)
    presence.here({ locked: false })
    presence.here({ locked: false })
    expect(back).toBe(1)
    expect(await bearer(credentials)).toBe('Bearer 1')
  })
  test("does run where no screen ever reported: a core without a window is nobody's absence", async () => {
    const { credentials } = anIdentity({ mayPrompt: true })
    await clock.advance(24 * 3_600_000)
    expect(await bearer(credentials)).toBe('Bearer 1')
  })
  test('a movement behind a locked screen does not unlock it', async () => {
    const { asked, credentials } = anIdentity({ mayPrompt: true })
    presence.here({ locked: true })
    presence.here({})
    expect(await bearer(credentials)).toBe('SIGN_IN_WAITS')
    presence.here({ locked: false })
    expect([await bearer(credentials), asked.times]).toEqual(['Bearer 1', 1])
  })
  test('what opens nothing goes on while nobody is here', async () => {
    const { credentials } = anIdentity()
    presence.here({ locked: true })
    expect(await bearer(credentials)).toBe('Bearer 1')
  })
})

test('a sleep of eight hours is noticed once; a busy minute is no sleep', async () => {
  const over = new AbortController()
  const slept: number[] = []
  void watchForSleep(clock, { signal: over.signal, woke: (ms) => slept.push(ms) })
  await clock.advance(60_000)
  expect(slept).toEqual([])
  await clock.sleepThrough(8 * 3_600_000)
  await clock.advance(60_000)
  expect(slept).toEqual([8 * 3_600_000 - 5000])
  over.abort()
})
