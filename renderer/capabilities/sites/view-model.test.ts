import { describe, expect, test } from 'vitest'
import type { SiteState } from '../../../preload/contract/sites'
import { troubleOf } from '../../client'
import {
  causeLine,
  chipLook,
  chipSays,
  consentFor,
  diagnosisOf,
  leftFor,
  nameOfIdentity,
  needsConsent,
  profileSays,
  signInFor,
  siteAge,
  siteTrouble,
  speedSays,
  whyNotHome,
} from './view-model'
import { readTyped } from '../../design'
import { oidcForm } from './forms'

const now = Date.parse('2026-11-18T14:32:00Z')
const site = (more: Partial<SiteState> = {}): SiteState => ({
  id: 'oslo',
  name: 'oslo',
  place: 'on-prem',
  meta: 'on-prem',
  simulated: false,
  state: 'live',
  home: false,
  prepared: 'yes',
  offers: [],
  asOf: '2026-11-18T14:32:00Z',
  ...more,
})

describe('a site chip', () => {
  test('is silent about an age under fifteen seconds', () =>
    expect(chipSays(site(), now + 14_000)).toBe('on-prem · live'))
  test('says how old the last word is', () =>
    expect(chipSays(site({ state: 'stale' }), now + 1_200_000)).toBe('on-prem · 20 min'))
  test('takes no age from a simulated clock, which runs ahead of this one', () =>
    expect(siteAge(site({ simulated: true, asOf: '2026-11-10T00:00:00Z' }), now)).toBe('live'))
  test('says the state of a site that is not connected', () =>
    expect(siteAge(site({ state: 'failed', asOf: '2026-11-10T00:00:00Z' }), now)).toBe('failed'))
  test.each([
    ['live', null, 'on'],
    ['live', 'oslo', 'on'],
    ['live', 'other', ''],
    ['failed', null, 'dashed'],
    ['connecting', 'oslo', 'dashed'],
  ] as const)('%s in scope %s looks %s', (state, scope, look) =>
    expect(chipLook(site({ state }), scope)).toBe(look),
  )
})
test('only an on-prem site that is not home yet can be made home', () =>
  expect(
    [
      whyNotHome(site()),
      whyNotHome(site({ place: 'cloud' })),
      whyNotHome(site({ home: true })),
    ].map((reason) => reason === undefined),
  ).toEqual([true, false, false]))
test('a program is asked about until it was allowed', () => {
  expect([
    consentFor({ hash: 'h', allowed: false }),
    consentFor({ hash: 'h', allowed: true }),
    consentFor(undefined),
  ]).toEqual([{ hash: 'h' }, undefined, undefined])
  expect([
    needsConsent(
      troubleOf({ code: 'PLUGIN_NEEDS_CONSENT', data: { site: 'hq', command: 'c', hash: 'h' } }),
    ),
    needsConsent(troubleOf({ code: 'NO_HOME_SITE', data: {} })),
    needsConsent(undefined),
  ]).toEqual([true, false, false])
})
test('a failure kept in a record is put into words, an unknown one is left out', () =>
  expect([
    siteTrouble(
      site({
        failure: {
          code: 'CLUSTER_TIMED_OUT',
          data: { site: 'oslo', server: 's', afterSeconds: 10 },
        },
      }),
    )?.says,
    siteTrouble(site({ failure: { code: 'NO_SUCH', data: {} } })),
  ]).toEqual(['oslo at s did not answer within 10 s.', undefined]))
test('a stopped clock is called paused', () =>
  expect([speedSays(0), speedSays(60), speedSays(undefined)]).toEqual(['paused', '60×', '']))

describe('what stands in the way', () => {
  const plugin = troubleOf({
    code: 'PLUGIN_FAILED',
    data: { site: 'hq', command: 'kubelogin get-token', exitCode: 1, stderr: 'session over' },
  })
  const ended = troubleOf({
    code: 'SIGN_IN_NEEDED',
    data: {
      site: 'burst',
      identity: 'aws-sso corp',
      kind: 'aws-sso',
      says: 'its session is over.',
    },
  })
  test('is told by its kind: plugin and exit code, proxy and status, issuer and name', () => {
    expect(causeLine(plugin)).toBe('PLUGIN_FAILED · kubelogin get-token · exit 1')
    expect(
      causeLine(
        troubleOf({
          code: 'PROXY_FAILED',
          data: {
            site: 'hq',
            server: 'https://hq',
            proxy: 'http://p:3128',
            cause: 'x',
            status: 407,
          },
        }),
      ),
    ).toBe('PROXY_FAILED · 407 · http://p:3128')
    expect(
      causeLine(
        troubleOf({
          code: 'CLUSTER_UNTRUSTED',
          data: {
            site: 'hq',
            server: 'https://hq',
            cause: 'x',
            issuer: 'Company Root',
            name: 'hq',
          },
        }),
      ),
    ).toBe('CLUSTER_UNTRUSTED · Company Root · hq')
    expect(
      causeLine(
        troubleOf({
          code: 'NAME_UNRESOLVED',
          data: { site: 'hq', server: 'https://hq', host: 'hq' },
        }),
      ),
    ).toBe('NAME_UNRESOLVED · hq')
  })
  test('is passed on whole, with the site it belongs to', () => {
    expect(
      diagnosisOf(
        plugin,
        site({ name: 'hq', server: 'https://hq', version: 'v1.34.0' }),
        now,
      ).split('\n'),
    ).toEqual([
      'code: PLUGIN_FAILED',
      expect.stringMatching(/^what: /),
      expect.stringMatching(/^remedy: /),
      'site: hq',
      'server: https://hq',
      'cluster version: v1.34.0',
      'time: 2026-11-18T14:32:00.000Z',
      'command: kubelogin get-token',
      'exitCode: 1',
      'stderr: session over',
    ])
  })
  test('leads to the sign-in that is its remedy, and to none where there is none', () => {
    expect(signInFor(ended)).toEqual({ identity: 'aws-sso corp', site: 'burst' })
    expect(
      signInFor(
        troubleOf({ code: 'CREDENTIAL_REFUSED', data: { site: 'edge', says: 'no' } }),
        site({ id: 'edge', identity: { name: 'oidc https://i c', kind: 'oidc' } }),
      ),
    ).toEqual({ identity: 'oidc https://i c', site: 'edge' })
    expect([
      signInFor(plugin),
      signInFor(
        troubleOf({
          code: 'CLUSTER_TIMED_OUT',
          data: { site: 'hq', server: 's', afterSeconds: 3 },
        }),
        site({ identity: { name: 'x', kind: 'oidc' } }),
      ),
    ]).toEqual([undefined, undefined])
  })
  test('is the sign-in, and the chip says so instead of an age', () => {
    expect(
      chipSays(site({ state: 'failed', failure: { code: 'SIGN_IN_NEEDED', data: {} } }), now),
    ).toBe('on-prem · sign-in ended')
    expect(
      chipSays(site({ state: 'stale', failure: { code: 'SIGN_IN_WAITS', data: {} } }), now),
    ).toBe('on-prem · waits for you')
  })
})
test('an identity is called as the company calls it, and a code says how long it is good', () => {
  expect([
    nameOfIdentity('aws-sso corp'),
    nameOfIdentity('oidc https://login.company.example takt'),
  ]).toEqual(['corp', 'login.company.example'])
  expect([
    leftFor('2026-11-18T14:42:00Z', now),
    leftFor('2026-11-18T14:32:38Z', now),
    leftFor('2026-11-18T14:31:00Z', now),
    leftFor(undefined, now),
  ]).toEqual(['10 min', '38 s', '', ''])
})
test('a profile says how it signs in and whether that is over', () => {
  expect([
    profileSays({ name: 'ml', kind: 'sso', from: [], signedIn: false }),
    profileSays({ name: 'ml', kind: 'sso', from: [], signedIn: true }),
    profileSays({ name: 'lab', kind: 'keys', from: [] }),
  ]).toEqual(['company sign-in, signed out', 'company sign-in', 'keys'])
})
test('an OpenID site names what is missing, in order', () => {
  const typed = { ...oidcForm.example, ca: '', redirect: '' }
  const firstProblem = (change: Partial<typeof typed>) => {
    const read = readTyped(oidcForm, { ...typed, ...change })
    return read.ok ? undefined : Object.keys(read.problems)[0]
  }
  expect([
    firstProblem({}),
    firstProblem({ name: ' ' }),
    firstProblem({ server: 'e:6443' }),
    firstProblem({ issuer: '', clientId: '' }),
    firstProblem({ redirect: 'http://elsewhere.example/' }),
  ]).toEqual([undefined, 'name', 'server', 'issuer', 'redirect'])
})
