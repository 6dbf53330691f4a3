import { expect, test } from 'vitest'
import { adoptedTags, madeTags, mayChange, mayDelete, ownershipOf, whoseSays } from './ownership'

const owner = { region: 'eu-north-1', cluster: 'burst' }
const other = { region: 'eu-west-1', cluster: 'burst' }

test.each<[what: string, tags: Record<string, string>, bound: boolean, is: string]>([
  ['what Takt made for this cluster', madeTags(owner), false, 'made'],
  ['what a lead adopted for it', adoptedTags(owner, 'mara.lind'), false, 'adopted'],
  ['what Takt made for a cluster of that name elsewhere', madeTags(other), true, 'another-cluster'],
  ['a node group of an earlier version', { 'takt.dev/managed': 'true' }, true, 'made'],
  [
    'the same mark on what nothing ties to a cluster',
    { 'takt.dev/managed': 'true' },
    false,
    'unmarked',
  ],
  ['what somebody made', { Name: 'takt-pool' }, true, 'unmarked'],
  ['what says no', { 'takt.dev/managed': 'false' }, true, 'unmarked'],
  ['a node of another cluster', { 'eks:cluster-name': 'other' }, false, 'another-cluster'],
  [
    'a volume of another cluster',
    { 'kubernetes.io/cluster/other': 'owned' },
    false,
    'another-cluster',
  ],
])('%s', (_what, tags, bound, is) => expect(ownershipOf(tags, { owner, bound })).toBe(is))

test('an adopted thing may be changed and never deleted, and what is not ours says whose it is', () => {
  expect([mayChange('adopted'), mayDelete('adopted'), mayChange('unmarked')]).toEqual([
    true,
    false,
    false,
  ])
  expect(whoseSays('made', {})).toBeUndefined()
  expect(whoseSays('another-cluster', madeTags(other))).toBe('It belongs to eu-west-1/burst.')
})
