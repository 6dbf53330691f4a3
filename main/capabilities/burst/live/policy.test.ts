import { expect, test } from 'vitest'
import { whyStopped } from './policy'

const seen = (known: { live: boolean; unserved?: boolean }) => ({
  known: () => ({ items: [], asOf: 0, ...known }),
  find: () => undefined,
})

test('a policy that cannot be read stops everything that acts by itself', () => {
  expect(whyStopped(seen({ live: false }))).toMatchObject({ pulled: false })
  expect(whyStopped(seen({ live: false, unserved: false }))).toMatchObject({ pulled: false })
})

test('a site that does not know of policies has none, so nobody pulled a kill switch there', () => {
  expect(whyStopped(seen({ live: false, unserved: true }))).toBeUndefined()
  expect(whyStopped(seen({ live: true }))).toBeUndefined()
})
