import { describe, expect, test } from 'vitest'
import type { FoundContext, SiteState } from '../../../preload/contract/sites'
import { troubleOf } from '../../client'
import { chipLook, chipSays, consentFor, needsConsent, siteAge, siteTrouble, speedSays, whyNotHome } from './view-model'

const now = Date.parse('2026-11-18T14:32:00Z')
const site = (more: Partial<SiteState> = {}): SiteState => ({ id: 'oslo', name: 'oslo', place: 'on-prem', meta: 'on-prem', simulated: false, state: 'live', home: false, prepared: 'yes', offers: [], asOf: '2026-11-18T14:32:00Z', ...more })

describe('a site chip', () => {
  test('is silent about an age under fifteen seconds', () => expect(chipSays(site(), now + 14_000)).toBe('on-prem · live'))
  test('says how old the last word is', () => expect(chipSays(site({ state: 'stale' }), now + 1_200_000)).toBe('on-prem · 20 min'))
  test('takes no age from a simulated clock, which runs ahead of this one', () => expect(siteAge(site({ simulated: true, asOf: '2026-11-10T00:00:00Z' }), now)).toBe('live'))
  test('says the state of a site that is not connected', () => expect(siteAge(site({ state: 'failed', asOf: '2026-11-10T00:00:00Z' }), now)).toBe('failed'))
  test.each([['live', null, 'on'], ['live', 'oslo', 'on'], ['live', 'other', ''], ['failed', null, 'dashed'], ['connecting', 'oslo', 'dashed']] as const)('%s in scope %s looks %s', (state, scope, look) => expect(chipLook(site({ state }), scope)).toBe(look))
})
test('only an on-prem site that is not home yet can be made home', () => expect([whyNotHome(site()), whyNotHome(site({ place: 'cloud' })), whyNotHome(site({ home: true }))].map((reason) => reason === undefined)).toEqual([true, false, false]))
test('a program is asked about until it was allowed', () => {
  const context = (allowed: boolean): FoundContext => ({ id: 'hq', context: 'hq', cluster: 'hq', user: 'mara', server: 'https://hq', file: 'f', auth: 'exec', plugin: { command: 'sign-in', hash: 'h', allowed } })
  expect([consentFor(context(false)), consentFor(context(true))]).toEqual([{ command: 'sign-in', hash: 'h' }, undefined])
  expect([needsConsent(troubleOf({ code: 'PLUGIN_NEEDS_CONSENT', data: { site: 'hq', command: 'c', hash: 'h' } })), needsConsent(troubleOf({ code: 'NO_HOME_SITE', data: {} })), needsConsent(undefined)]).toEqual([true, false, false])
})
test('a failure kept in a record is put into words, an unknown one is left out', () => expect([siteTrouble(site({ failure: { code: 'CLUSTER_TIMED_OUT', data: { site: 'oslo', server: 's', afterSeconds: 10 } } }))?.says, siteTrouble(site({ failure: { code: 'NO_SUCH', data: {} } }))]).toEqual(['oslo at s did not answer within 10 s.', undefined]))
test('a stopped clock is called paused', () => expect([speedSays(0), speedSays(60), speedSays(undefined)]).toEqual(['paused', '60×', '']))
