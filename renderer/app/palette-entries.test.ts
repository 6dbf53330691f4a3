import { describe, expect, test } from 'vitest'
import type { TaktRecord } from '../../preload/contract/records'
import type { SiteState } from '../../preload/contract/sites'
import { findEntries, type Sources } from './palette-entries'

const site: SiteState = {
  id: 'oslo',
  name: 'oslo',
  place: 'on-prem',
  meta: 'on-prem',
  simulated: true,
  state: 'live',
  home: true,
  prepared: 'yes',
  offers: [],
}
const work = {
  kind: 'WorkItem',
  meta: { name: 'voice-spoof', namespace: 'voice', uid: '1', resourceVersion: '1', createdAt: '' },
  spec: {
    project: 'voice',
    title: 'Who spoofs a voice',
    question: 'Who?',
    description: '',
    owner: 'emil.novak',
    waivers: [],
  },
  status: {},
} as TaktRecord
const sources = (more: Partial<Sources> = {}): Sources => ({
  records: [work],
  sites: [site],
  screens: [{ id: 'map', title: 'Map', key: 'm', icon: 'map' }],
  ...more,
})
const says = (query: string, from = sources()) =>
  findEntries(query, from).map((entry) => entry.says)

describe('the palette', () => {
  test('plain words search everything, in any order', () =>
    expect(says('spoofs voice')).toEqual(['#voice-spoof']))
  test('> keeps to commands', () => expect(says('>proj')).toEqual(['New project']))
  test('# keeps to work items and @ to people', () =>
    expect([says('#'), says('@em')]).toEqual([['#voice-spoof'], ['@emil.novak']]))
  test('/ keeps to sites and ? to help', () =>
    expect([says('/os'), says('?')]).toEqual([['/oslo'], ['Keyboard']]))
  test('nothing typed offers screens and commands', () => expect(says('')).toContain('New project'))
  test('a command that cannot be used says why', () => {
    const [first] = findEntries('>new', sources({ sites: [{ ...site, home: false }] }))
    expect(first?.reason).toBe('Open the plant or connect a cluster first.')
    expect(findEntries('>prepare', sources())[0]?.reason).toBe('It is prepared already.')
  })
  test('no row runs a change: each opens a place', () =>
    expect(
      findEntries('>', sources()).every(({ href, act }) => href !== undefined || act !== undefined),
    ).toBe(true))
  test('a waiting job can be moved by its name, and says why not without a cloud', () => {
    const waiting = [{ site: 'oslo', namespace: 'parcel-ocr', name: 'train-0412' }]
    const cloud: SiteState = {
      ...site,
      id: 'aws-burst',
      name: 'aws-burst',
      place: 'cloud',
      home: false,
    }
    expect(
      findEntries('> move train-0412 to aws', sources({ waiting, sites: [site, cloud] }))[0],
    ).toMatchObject({
      says: 'Move train-0412 to aws-burst',
      href: '#/burst/find/oslo/parcel-ocr/train-0412?plan=1',
    })
    expect(findEntries('> move train', sources({ waiting }))[0]?.reason).toBe(
      'No cloud site is connected.',
    )
  })
  test('nonsense finds nothing', () => expect(says('zzzz')).toEqual([]))
})
