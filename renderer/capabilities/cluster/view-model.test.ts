import { expect, test } from 'vitest'
import { placesOf, refOfRow, whyNoneOfThem, whyNotMany } from './view-model'

const row = (plural: string, namespace: string | undefined, name: string, uid?: string) => ({
  ref: {
    group: '',
    version: 'v1',
    plural,
    kind: 'Thing',
    name,
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
  },
})
const pods = { group: '', version: 'v1', plural: 'pods' }

test('rights are asked for once for each kind and namespace, however many rows are selected', () => {
  expect(
    placesOf([
      row('pods', 'a', '1'),
      row('pods', 'a', '2'),
      row('pods', 'b', '1'),
      row('nodes', undefined, 'n'),
    ]),
  ).toEqual([
    { resource: pods, namespace: 'a' },
    { resource: pods, namespace: 'b' },
    { resource: { ...pods, plural: 'nodes' } },
  ])
})
test('a row names its object, exactly where the uid is known', () => {
  expect(refOfRow(row('pods', 'a', '1', 'u'))).toEqual({
    resource: pods,
    namespace: 'a',
    name: '1',
    uid: 'u',
  })
  expect(refOfRow(row('nodes', undefined, 'n'))).toEqual({
    resource: { ...pods, plural: 'nodes' },
    name: 'n',
  })
})
test('only what is refused has a reason', () => {
  expect(
    whyNotMany({
      action: 'delete',
      allowed: 'no',
      says: 'needs delete on pods',
      remedy: 'ask mara',
    }),
  ).toBe('needs delete on pods; ask mara')
  expect(whyNotMany({ action: 'delete', allowed: 'unknown', says: 'not known' })).toBeUndefined()
})
test('more than a plan takes, or a site that does not answer, is one reason for all of them', () => {
  expect(whyNoneOfThem(100, undefined)).toBeUndefined()
  expect(whyNoneOfThem(101, undefined)).toBe('At most 100 at once: select fewer.')
  expect(whyNoneOfThem(3, { says: 'oslo is not connected.', remedy: 'Connect it.' })).toBe(
    'oslo is not connected. Connect it.',
  )
})
