import { afterEach, beforeEach, expect, test } from 'vitest'
import { HandClock } from '../../../../test/support/clock'
import { startIssuer, walkThrough, type TestIssuer } from '../../../../test/support/oidc'
import { succeed } from '../../../kernel/outcome'
import { systemClock } from '../../../platform/clock/system'
import { plainNetwork } from '../../../platform/network'
import { noVault, type Vault } from '../../../platform/secrets/vault'
import { OidcPeople, oidcIdOf, type OidcClient } from './oidc'
import { refreshTokens } from './refresh-tokens'

let issuer: TestIssuer
beforeEach(async () => {
  issuer = await startIssuer({
    people: { ada: { name: 'Ada', groups: ['vision', 'leads'] } },
    idTokenSeconds: 300,
  })
})
afterEach(() => issuer.close().catch(() => undefined))

const kept = new Map<string, unknown>()
const settings = {
  get: (key: string) => kept.get(key),
  set: (key: string, value: unknown) => {
    kept.set(key, value)
    return succeed(undefined)
  },
  remove: (key: string) => {
    kept.delete(key)
    return succeed(undefined)
  },
}
afterEach(() => kept.clear())
const keyring: Vault = {
  backend: 'a keyring',
  keeps: true,
  encrypt: (text) => Promise.resolve(Buffer.from(text).toString('hex')),
  decrypt: (text) => Promise.resolve(Buffer.from(text, 'hex').toString()),
}
const client = (): OidcClient => ({
  issuer: issuer.issuer,
  clientId: 'takt',
  scopes: ['groups', 'email'],
})
const people = (
  vault: Vault = noVault,
  clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> } = systemClock,
) => new OidcPeople({ clock, network: plainNetwork, refreshTokens: refreshTokens(vault, settings) })
const token = async (oidc: OidcPeople) =>
  oidc.identity('rack', 'https://rack:6443', client()).obtain()
async function signedIn(oidc: OidcPeople, how: 'browser' | 'device' = 'browser') {
  const begun = await oidc.signIn(client(), how, AbortSignal.timeout(20_000))
  if (!begun.ok) throw new Error(JSON.stringify(begun.failure))
  const last = await walkThrough(begun.value.address, 'ada')
  return { begun: begun.value, last, done: await begun.value.done }
}

test('before anybody signed in, it says so and asks nothing of the issuer', async () => {
  expect(await token(people())).toMatchObject({
    ok: false,
    failure: {
      code: 'SIGN_IN_NEEDED',
      data: { site: 'rack', kind: 'oidc', identity: oidcIdOf(client()) },
    },
  })
  expect(issuer.asked).toEqual([])
})

test('by the browser, with PKCE, state and nonce; the page it ends on says so, and the groups are known', async () => {
  const oidc = people()
  const { begun, last, done } = await signedIn(oidc)
  expect(done).toEqual({ ok: true, value: undefined })
  const asked = new URL(begun.address).searchParams
  expect([
    asked.get('code_challenge_method'),
    asked.get('response_type'),
    asked.has('state'),
    asked.has('nonce'),
  ]).toEqual(['S256', 'code', true, true])
  expect(asked.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/)
  expect(last.text).toContain('Signed in.')
  const held = await token(oidc)
  expect(held).toMatchObject({
    ok: true,
    value: { credential: { authorization: expect.stringMatching(/^Bearer eyJ/) as string } },
  })
  expect(oidc.person(oidcIdOf(client()))).toEqual({
    issuer: issuer.issuer,
    subject: 'ada',
    email: 'ada@takt.test',
    groups: ['vision', 'leads'],
  })
})

test('by a code on another device', async () => {
  const oidc = people()
  const { begun, done } = await signedIn(oidc, 'device')
  expect(begun.code).toMatch(/^[A-Z]{4}-[A-Z]{4}$/)
  expect(done.ok).toBe(true)
  expect((await token(oidc)).ok).toBe(true)
})

test('a refused answer and a stranger at the redirect do not sign anybody in', async () => {
  const oidc = people()
  const begun = await oidc.signIn(client(), 'browser', AbortSignal.timeout(10_000))
  if (!begun.ok) throw new Error(begun.failure.code)
  const redirect = new URL(begun.value.address).searchParams.get('redirect_uri') ?? ''
  expect((await fetch(`${redirect}/elsewhere`)).status).toBe(404)
  const page = await fetch(`${redirect}?code=made-up&state=guessed`)
  expect(await page.text()).toContain('did not succeed')
  expect(await begun.value.done).toMatchObject({ ok: false, failure: { code: 'ISSUER_FAILED' } })
  expect((await token(oidc)).ok).toBe(false)
})

test('a token is renewed with the refresh token before its end, once for all clusters, until the session is revoked', async () => {
  const clock = new HandClock(Date.now())
  const oidc = people(noVault, clock)
  await signedIn(oidc)
  expect((await token(oidc)).ok).toBe(true)
  const renewals = () => issuer.asked.filter((path) => path === 'POST /token').length
  const before = renewals()
  await clock.advance(250_000)
  const [a, b] = await Promise.all([
    token(oidc),
    oidc.identity('edge', 'https://edge:6443', client()).obtain(),
  ])
  expect(
    a.ok && b.ok && a.value.credential.authorization === b.value.credential.authorization,
  ).toBe(true)
  expect(renewals() - before).toBe(1)
  issuer.revokeAll()
  await clock.advance(250_000)
  expect(await token(oidc)).toMatchObject({
    ok: false,
    failure: { code: 'SIGN_IN_NEEDED', data: { says: 'its session is over.' } },
  })
  const asked = renewals()
  expect((await token(oidc)).ok).toBe(false)
  expect(renewals()).toBe(asked)
})

test('a refresh token outlives the core only where there is a keyring, and never as plain text', async () => {
  await signedIn(people(noVault))
  expect(kept.size).toBe(0)
  expect((await token(people(noVault))).ok).toBe(false)
  await signedIn(people(keyring))
  expect(kept.size).toBe(1)
  const later = people(keyring)
  expect((await token(later)).ok).toBe(true)
  await later.forget(oidcIdOf(client()))
  expect(kept.size).toBe(0)
  expect((await token(people(keyring))).ok).toBe(false)
})

test('an issuer that does not answer is told as such', async () => {
  const oidc = people()
  const gone = client()
  await issuer.close()
  expect(await oidc.signIn(gone, 'browser', AbortSignal.timeout(5000))).toMatchObject({
    ok: false,
    failure: { code: 'ISSUER_FAILED', data: { error: 'unreachable' } },
  })
})
