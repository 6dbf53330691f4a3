import { expect, test } from 'vitest'
import { boundOfList } from './list-bound'

const most = { objects: 10, characters: 1000, pages: 5 }
const page = { objects: 2, characters: 100, from: 'a', next: 'b' }

test.each<[what: string, page: typeof page, pages: number]>([
  ['more objects than any list has', { ...page, objects: 4 }, 3],
  ['more bytes than any list has', { ...page, characters: 400 }, 3],
  ['more pages than any list has, each of them empty', { ...page, objects: 0 }, 6],
  ['the same place again', { ...page, next: 'a' }, 1],
])('%s', (_what, one, pages) => {
  const bound = boundOfList('rack', most)
  for (let n = 1; n < pages; n++) expect(bound(one)).toBeUndefined()
  expect(bound(one)).toMatchObject({
    code: 'CLUSTER_FAILED',
    data: {
      says: `its list did not end after ${String(pages * one.objects)} objects of 0 MB in ${String(pages)} pages`,
    },
  })
})
test('a list that ends is never too long', () => {
  const bound = boundOfList('rack', most)
  for (let n = 1; n < 5; n++) expect(bound({ ...page, from: String(n) })).toBeUndefined()
  expect(bound({ ...page, from: 'z', next: undefined })).toBeUndefined()
})
