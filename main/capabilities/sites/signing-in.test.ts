import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startFakeAws, type FakeAws } from '../../../test/support/aws'
import type { HandClock } from '../../../test/support/clock'
import { startIssuer, walkThrough } from '../../../test/support/oidc'
import { verifyEksToken } from '../../../test/support/sigv4'
import { sitesAtHome } from '../../../test/support/sites'
import type { Store } from '../../platform/store'

let clock: HandClock
let store: Store
const { undo, at, cluster, kubeconfig, open, state } = sitesAtHome((fresh) => {
  ;({ clock, store } = fresh)
})

describe('an EKS cluster', () => {
  const KEY = {
    secret: 'the-secret',
    arn: 'arn:aws:iam::111122223333:user/mara',
    account: '111122223333',
  }
  let aws: FakeAws
  async function account() {
    const eks = await cluster((token) => {
      const verdict = verifyEksToken(token, {
        cluster: 'burst',
        now: clock.now(),
        key: (id) => aws.keys.get(id),
      })
      return verdict.ok ? verdict.arn : undefined
    })
    aws = await startFakeAws({
      clock,
      keys: { AKIAMARA: KEY },
      clusters: [
        { name: 'burst', region: 'eu-north-1', server: eks.url },
        { name: 'other', region: 'us-east-1', server: eks.url },
      ],
    })
    undo.push(() => aws.close())
    mkdirSync(at('.aws'))
    writeFileSync(
      at('.aws/credentials'),
      '[lab]\naws_access_key_id = AKIAMARA\naws_secret_access_key = the-secret\n',
    )
    writeFileSync(
      at('.aws/config'),
      '[profile lab]\nregion = eu-north-1\n[profile ml]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Engineer\nregion = eu-north-1\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-north-1\n',
    )
    return { eks, sites: open({ AWS_ENDPOINT_URL: aws.url }) }
  }
  test('is listed, added and connected with keys; tokens are made here, renewed in time, and a revoked key ends it', async () => {
    const { eks, sites } = await account()
    expect((await sites.eks.profiles()).profiles).toMatchObject([
      { name: 'lab', kind: 'keys', region: 'eu-north-1' },
      { name: 'ml', kind: 'sso', identity: 'aws-sso corp', signedIn: false, role: 'Engineer' },
    ])
    expect(aws.asked).toEqual([])
    expect(await sites.eks.clusters({ profile: 'lab', region: 'eu-north-1' })).toEqual({
      ok: true,
      value: { account: KEY.account, arn: KEY.arn, clusters: [{ name: 'burst' }] },
    })
    expect(await sites.eks.add({ profile: 'lab', region: 'eu-north-1', cluster: 'burst' })).toEqual(
      { ok: true, value: { site: 'burst' } },
    )
    expect(state(sites, 'burst')).toMatchObject({
      state: 'idle',
      place: 'cloud',
      meta: 'eu-north-1',
      source: 'eks',
    })
    expect((await sites.connect({ site: 'burst' })).ok).toBe(true)
    expect(state(sites, 'burst')).toMatchObject({
      state: 'live',
      user: KEY.arn,
      groups: ['vision', 'system:authenticated'],
    })
    expect(sites.whoIs('burst')).toEqual({
      user: KEY.arn,
      groups: ['vision', 'system:authenticated'],
    })
    expect(JSON.stringify(store.settings.get('sites.added'))).not.toContain('the-secret')
    for (let n = 0; n < 100; n++) {
      await clock.advance(20_000)
      await expect.poll(() => clock.sleepers, { interval: 1 }).toBe(1)
    }
    expect(state(sites, 'burst')?.state).toBe('live')
    expect(eks.world.tokens.size).toBeGreaterThanOrEqual(3)
    aws.keys.delete('AKIAMARA')
    await clock.advance(20_000)
    await expect.poll(() => state(sites, 'burst')?.state).toBe('failed')
    expect((await sites.eks.clusters({ profile: 'lab', region: 'eu-north-1' })).ok).toBe(false)
  })
  test('is known after a restart, added twice is one, and can be removed', async () => {
    const { sites } = await account()
    await sites.eks.add({ profile: 'lab', region: 'eu-north-1', cluster: 'burst' })
    expect(await sites.eks.add({ profile: 'lab', region: 'eu-north-1', cluster: 'burst' })).toEqual(
      { ok: true, value: { site: 'burst' } },
    )
    expect(await sites.eks.clusters({ profile: 'lab', region: 'eu-north-1' })).toMatchObject({
      value: { clusters: [{ name: 'burst', site: 'burst' }] },
    })
    expect(
      await sites.eks.add({ profile: 'lab', region: 'eu-north-1', cluster: 'gone' }),
    ).toMatchObject({
      ok: false,
      failure: { code: 'AWS_FAILED', data: { error: 'ResourceNotFoundException', status: 404 } },
    })
    const later = open({ AWS_ENDPOINT_URL: aws.url })
    expect(later.states().map(({ id }) => id)).toEqual(['burst'])
    expect((await later.connect({ site: 'burst' })).ok).toBe(true)
    expect(later.remove('burst').ok).toBe(true)
    expect(later.states()).toEqual([])
    expect(later.remove('burst')).toMatchObject({
      ok: false,
      failure: { code: 'NOT_SUPPORTED_HERE' },
    })
  })
  test('of a company sign-in asks a person once, and connects by itself when they have signed in', async () => {
    const { sites } = await account()
    aws.sso.approved = true
    const first = await sites.signIns.begin('aws-sso corp', 'browser')
    expect(first).toMatchObject({
      ok: true,
      value: { how: 'device', state: 'waiting', code: 'ABCD-EFGH' },
    })
    await Promise.all([
      sites.signIns.begin('aws-sso corp', 'browser'),
      sites.signIns.begin('aws-sso corp', 'device'),
    ])
    expect(aws.asked.filter((path) => path.endsWith('device_authorization'))).toHaveLength(1)
    await expect.poll(() => clock.sleepers).toBe(1)
    await clock.advance(1000)
    await expect.poll(() => sites.signIns.all()[0]?.state).toBe('done')
    expect(
      (await sites.eks.add({ profile: 'ml', region: 'eu-north-1', cluster: 'burst' })).ok,
    ).toBe(true)
    expect((await sites.connect({ site: 'burst' })).ok).toBe(true)
    expect(state(sites, 'burst')?.user).toContain('assumed-role/Engineer')
    await sites.signOut('aws-sso corp')
    expect(state(sites, 'burst')?.state).toBe('idle')
    expect(await sites.connect({ site: 'burst' })).toMatchObject({
      ok: false,
      failure: { code: 'SIGN_IN_NEEDED', data: { site: 'burst', identity: 'aws-sso corp' } },
    })
    await sites.signIns.begin('aws-sso corp', 'browser')
    await expect
      .poll(async () => {
        await clock.advance(1000)
        return state(sites, 'burst')?.state
      })
      .toBe('live')
  })
  test('a sign-in that is given up is over', async () => {
    const { sites } = await account()
    await sites.signIns.begin('aws-sso corp', 'browser')
    sites.signIns.cancel('aws-sso corp')
    expect(sites.signIns.all()).toMatchObject([{ state: 'cancelled' }])
    await clock.advance(60_000)
    expect(sites.signIns.all()).toMatchObject([{ state: 'cancelled' }])
  })
})

describe('an OpenID site', () => {
  test('is added without a secret, signed in to in a browser, connected by itself, and knows the groups', async () => {
    const issuer = await startIssuer({ people: { ada: { name: 'Ada', groups: ['vision'] } } })
    undo.push(() => issuer.close())
    const { world, url } = await cluster((token) => (token.startsWith('eyJ') ? 'ada' : undefined))
    const sites = open()
    expect(
      sites.addOidc({
        name: 'edge',
        server: url,
        issuer: issuer.issuer,
        clientId: 'takt',
        scopes: ['groups'],
      }),
    ).toEqual({ ok: true, value: { site: 'edge' } })
    const connected = await sites.connect({ site: 'edge' })
    expect(connected).toMatchObject({ ok: false, failure: { code: 'SIGN_IN_NEEDED' } })
    expect(world.asked).toEqual([])
    const identity = state(sites, 'edge')?.identity?.name ?? ''
    const begun = await sites.signIns.begin(identity, 'browser')
    if (!begun.ok) throw new Error(begun.failure.code)
    await walkThrough(begun.value.address ?? '', 'ada')
    await expect.poll(() => state(sites, 'edge')?.state).toBe('live')
    expect(sites.whoIs('edge')).toMatchObject({
      user: 'ada',
      claims: { subject: 'ada', groups: ['vision'] },
    })
    expect(JSON.stringify(sites.states())).not.toContain('eyJ')
  })
  test("of a kubeconfig's auth-provider signs in the same way", async () => {
    const issuer = await startIssuer({ people: { ada: { name: 'Ada', groups: [] } } })
    undo.push(() => issuer.close())
    const { url } = await cluster((token) => (token.startsWith('eyJ') ? 'ada' : undefined))
    kubeconfig(
      url,
      `{ auth-provider: { name: oidc, config: { idp-issuer-url: "${issuer.issuer}", client-id: takt } } }`,
    )
    const sites = open()
    const refused = await sites.connect({ site: 'rack' })
    if (refused.ok || refused.failure.code !== 'SIGN_IN_NEEDED')
      throw new Error('nobody was asked to sign in')
    const begun = await sites.signIns.begin(refused.failure.data.identity, 'browser')
    if (!begun.ok) throw new Error(begun.failure.code)
    await walkThrough(begun.value.address ?? '', 'ada')
    await expect.poll(() => state(sites)?.state).toBe('live')
  })
})
